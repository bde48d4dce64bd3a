// Which streams answer the clauses: worked out again from the protocol files in the bundle, which were read.

import { NotHere, Refused, byText } from "./bytes.js";
import { readsOf } from "./clause.js";

/** The streams of these clauses and how each is shown, `whole` or `head`: a Map by name. */
export function selectedStreams(protocol, trees, addresses, catalogue) {
  const clauses = trees.flatMap(clausesOf);
  for (const address of addresses) {
    const isThere = clauses.some((clause) => isBelow(addressOf(clause), address));
    if (!isThere) throw new Refused("protocol.unusable", { clause: address });
  }
  const asked = clauses.filter((clause) => addresses.some((address) => isBelow(addressOf(clause), address)));
  const registers = new Set(["governance", ...asked.flatMap((clause) => registersOf(clause, catalogue))]);
  if (registers.has("usage") || registers.has("imports")) registers.add("usage").add("imports");
  const streams = ["ledger/erasures", "ledger/keys", ...[...registers].map((register) => `${protocol}/${register}`)];
  return new Map(streams.sort(byText).map((stream) => [stream, stream === `${protocol}/usage` ? "head" : "whole"]));
}

function clausesOf(tree) {
  const lists = tree instanceof Map ? [tree.get("clauses"), tree.get("law") ?? []] : [];
  if (!lists.length || !lists.every((list) => Array.isArray(list) && list.every((clause) => clause instanceof Map))) {
    throw new NotHere("here.clause", { form: "clauses" });
  }
  return lists.flat();
}

/** A clause's address, its white space made single. */
function addressOf(clause) {
  const address = clause.get("clause");
  if (typeof address !== "string") throw new NotHere("here.clause", { form: "clause" });
  return address.trim().split(/\s+/).join(" ");
}

/** Whether an address is the one that was asked, or lies below it: `art. 5` has `art. 5, item 2` under it. */
function isBelow(address, asked) {
  return address === asked || address.startsWith(`${asked},`) || address.startsWith(`${asked}/`);
}

function registersOf(clause, catalogue) {
  const { types, registers } = readsOf(clause);
  const homes = [...types].map((type) => {
    if (!Object.hasOwn(catalogue.registers, type)) throw new NotHere("here.clause", { form: type });
    return catalogue.registers[type];
  });
  return [...homes, ...registers];
}
