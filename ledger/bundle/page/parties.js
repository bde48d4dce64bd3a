// Who is party to a protocol, and who may speak for whom: what a protocol file defines, and the governance register.

import { acting } from "./rules.js";
import { retracts, standing } from "./standing.js";

/** Before anything is registered. `stated` are the entries that changed it since; `trees` the files of its versions.
 *  `now` is what stands, where something was corrected or retracted. */
export const NOBODY = { parties: new Set(), mandates: [], classes: new Set(), trees: [], stated: [], now: null };

/** After a version is registered: its parties, classes and the mandates that it defines are added. `tree` is its file's. */
export function withVersion(known, tree) {
  const ids = (name) => listOf(tree, name).map((each) => each.get("id"));
  const readings = new Map(listOf(tree, "interpretations").map((each) => [each.get("id"), each.get("default")]));
  const clauses = [...listOf(tree, "clauses"), ...listOf(tree, "law")];
  const defined = clauses.filter((clause) => clause.get("defines") === "mandate" && isUnder(clause, readings));
  const bodies = defined.map((clause) => chosen(clause, readings)).filter((body) => body instanceof Map);
  const parties = new Set([...known.parties, ...ids("parties")]);
  const classes = new Set([...known.classes, ...ids("classes")]);
  const mandates = [...known.mandates, ...bodies.map(mandateOf)];
  const now = known.now && withVersion(known.now, tree);
  return { parties, classes, mandates, trees: [...known.trees, tree], stated: known.stated, now };
}

/** After an entry: a mandate that is given or taken back, a body that joins, or one of these that is retracted. */
export function after(known, event) {
  const concerns = CHANGES.includes(event.type) || known.stated.some((other) => retracts(event, other));
  if (!concerns) return known;
  const next = { ...changed(known, event), stated: [...known.stated, event] };
  const amends = event.retracts !== undefined || event.corrects !== undefined;
  const now = amends ? standing(next.stated).reduce(changed, next.trees.reduce(withVersion, NOBODY)) : null;
  return { ...next, now: now ?? (known.now && changed(known.now, event)) };
}

/** What stands, and beside it what had been stated. */
export function withStated(known) {
  const parties = new Set([...known.parties, ...known.now.parties]);
  return { ...known, parties, mandates: [...known.mandates, ...known.now.mandates] };
}

const CHANGES = ["party-acceded/1", "mandate-recorded/1", "mandate-withdrawn/1"];

function changed(known, event) {
  if (event.type === "party-acceded/1") return acceded(known, event);
  if (event.type === "mandate-withdrawn/1") {
    const ended = acting(event).map((giver) => `${event.mandate} ${giver}`);
    return { ...known, mandates: known.mandates.filter((each) => !ended.includes(each.source)) };
  }
  if (event.type !== "mandate-recorded/1") return known;
  const acts = event.acts.includes("any") ? null : new Set(event.acts);
  const { to, mandate } = event;
  const given = acting(event).map((from) => ({ from, to, acts, source: `${mandate} ${from}` }));
  return { ...known, mandates: [...known.mandates, ...given] };
}

/** What an event is judged by: whom it lets join is party to the protocol, and so is who brings the first version. */
export function askedBy(known, event) {
  if (event.type === "party-acceded/1") return acceded(known, event);
  if (event.type === "protocol-version-registered/1" && !known.parties.size) return joinedBy(known, event.author);
  return known;
}

/** A body joins as a member of a class that the protocol has; who says to join otherwise does not. */
function acceded(known, event) {
  return known.classes.has(event.class) ? joinedBy(known, event.party) : known;
}

function joinedBy(known, party) {
  return { ...known, parties: new Set([...known.parties, party]) };
}

function listOf(tree, name) {
  const list = tree.get(name);
  return Array.isArray(list) ? list.filter((item) => item instanceof Map) : [];
}

function isUnder(clause, readings) {
  return [...(clause.get("under") ?? new Map())].every(([reading, option]) => readings.get(reading) === option);
}

/** The same part with every choice replaced by the option that holds. */
function chosen(node, readings) {
  if (Array.isArray(node)) return node.map((item) => chosen(item, readings));
  if (!(node instanceof Map)) return node;
  if (node.has("choice")) return chosen(node.get(readings.get(node.get("choice"))), readings);
  return new Map([...node].map(([key, value]) => [key, chosen(value, readings)]));
}

function mandateOf(body) {
  const acts = body.get("acts") === "any" ? null : new Set([body.get("acts")].flat());
  return { from: body.get("from"), to: body.get("to"), acts, source: "" };
}
