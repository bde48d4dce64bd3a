// The trust policy that the reader holds: C2SP tlog-policy (log, witness, group, quorum), and `party <id> <vkey>`.

import { Refused, decimalOf, hexOf, textOf } from "./bytes.js";
import { COSIGNATURE, ED25519, parseKey } from "./note.js";

const PARTY = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/** The policy in these bytes. Refused, with every fault and its line, for one that cannot be used. */
export async function parsePolicy(raw) {
  const lines = linesOf(raw);
  const faults = lines.pop() === "" ? [] : [{ line: lines.length + 1, code: "policy.end" }];
  if (faults.length) throw new Refused("policy.unusable", { faults });
  const known = { names: new Set(), members: new Set(), keys: new Set() };
  const draft = { logs: [], witnesses: [], groups: [], pins: [], quorum: "", ...known };
  for (const [at, line] of lines.entries()) {
    const code = await added(draft, line);
    if (code) faults.push({ line: at + 1, code });
  }
  if (!draft.quorum && !faults.length) faults.push({ line: lines.length + 1, code: "policy.no-quorum" });
  if (faults.length) throw new Refused("policy.unusable", { faults });
  return draft;
}

function linesOf(raw) {
  const lines = [];
  for (let at = 0; at <= raw.length; at++) {
    const end = raw.indexOf(10, at) < 0 ? raw.length : raw.indexOf(10, at);
    try {
      lines.push(textOf(raw.subarray(at, end)));
    } catch {
      throw new Refused("policy.unusable", { faults: [{ line: lines.length + 1, code: "policy.encoding" }] });
    }
    at = end;
  }
  return lines;
}

/** Adds one line; gives the fault's code, or nothing. */
async function added(draft, line) {
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(line)) return "policy.control";
  const [word, ...rest] = line.replace(/^[ \t]+|[ \t]+$/g, "").split(/[ \t]+/);
  if (word === "" || word.startsWith("#")) return "";
  if (!Object.hasOwn(KINDS, word)) return "policy.word";
  try {
    return (await KINDS[word](draft, rest)) ?? "";
  } catch (error) {
    if (error instanceof TypeError) return "policy.key";
    throw error;
  }
}

const KINDS = {
  async log(draft, words) {
    if (words.length < 1 || words.length > 2) return "policy.form";
    draft.logs.push({ key: await ownKey(draft, words[0], ED25519) });
  },
  async witness(draft, words) {
    if (words.length < 2 || words.length > 3) return "policy.form";
    const [name, key] = words;
    if (isTaken(draft, name)) return "policy.name";
    draft.names.add(name);
    draft.witnesses.push({ name, key: await ownKey(draft, key, COSIGNATURE) });
  },
  group(draft, words) {
    if (words.length < 3) return "policy.form";
    const [name, count, ...members] = words;
    if (isTaken(draft, name)) return "policy.name";
    const known = members.every((each) => draft.names.has(each) && each !== "none");
    draft.names.add(name);
    if (!known || new Set(members).size !== members.length || members.some((each) => draft.members.has(each))) {
      return "policy.members";
    }
    const threshold = count === "any" ? 1 : count === "all" ? members.length : decimalOf(count);
    if (threshold < 1 || threshold > members.length) return "policy.threshold";
    members.forEach((each) => draft.members.add(each));
    draft.groups.push({ name, threshold, members });
  },
  quorum(draft, words) {
    if (words.length !== 1 || draft.quorum) return "policy.form";
    if (words[0] !== "none" && !draft.names.has(words[0])) return "policy.members";
    draft.quorum = words[0];
  },
  async party(draft, words) {
    if (words.length !== 2 || !PARTY.test(words[0])) return "policy.form";
    draft.pins.push({ party: words[0], key: await ownKey(draft, words[1], ED25519) });
  },
};

function isTaken(draft, name) {
  return name === "none" || draft.names.has(name);
}

/** A key of this kind that stands on no earlier line. */
async function ownKey(draft, text, kind) {
  const key = await parseKey(text);
  const raw = hexOf(key.public);
  if (key.kind !== kind || draft.keys.has(raw)) throw new TypeError("a key of another kind, or a second time");
  draft.keys.add(raw);
  return key;
}

/** Whether these witnesses, by their names in the policy, make its quorum. */
export function isSatisfied(policy, cosigners) {
  if (policy.quorum === "none") return true;
  const reached = new Set(cosigners);
  for (const { name, threshold, members } of policy.groups) {
    if (members.filter((each) => reached.has(each)).length >= threshold) reached.add(name);
  }
  return reached.has(policy.quorum);
}
