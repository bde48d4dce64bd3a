// What a bundle says of itself (docs/formats/bundle.md, section 3). Nothing of it is believed.

import { Refused, byText } from "./bytes.js";
import { decode } from "./canonical.js";
import { isDocument } from "./documents.js";
import { fits } from "./schema.js";
import { isSingle } from "./singles.js";

const HASH = { type: "string", pattern: "^[0-9a-f]{64}$" };
const NAME = { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9._:/+-]{0,79}$" };
const PARTY = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_-]{0,31}$" };
const STREAM = { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,63}/[a-z][a-z-]{0,31}$" };
const COUNT = { type: "integer", minimum: 0 };

const SCHEMA = object({
  format: { enum: ["ledger/bundle/1"] },
  origin: { type: "string", minLength: 1, maxLength: 200 },
  size: COUNT,
  protocol: { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,63}$" },
  versions: list(object({ digest: HASH, version: NAME }), 1),
  clauses: list({ type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9 .,#()/-]{0,59}$" }, 1),
  streams: list(object({ last: COUNT, shown: { enum: ["whole", "head"] }, stream: STREAM }), 1),
  left_out: list(object({ stream: STREAM, why: { enum: ["not-of-these-clauses", "usage-by-head"] } }), 0),
  other_streams: COUNT,
  entries: COUNT,
  members: list(object({ name: { type: "string", maxLength: 110 }, sha256: HASH, size: COUNT }), 0),
}, { as_of: { type: "string", moment: true, pattern: "^[0-9]" }, request: NAME, requester: PARTY, provider: PARTY });

const REQUIRED = [
  "checkpoint", "entries.jsonl", "entries.proof", "streams.proof", "VERIFY.md", "SUMMARY.en.md", "SUMMARY.nl.md",
];
const OPTIONAL = ["openings.jsonl", "checkpoint.tsr"];
const RENEWAL = /^renewal\/([1-9][0-9]?)\.tsr$/;

function object(properties, optional = {}) {
  return { type: "object", properties: { ...properties, ...optional }, required: Object.keys(properties) };
}

function list(items, minItems) {
  return { type: "array", items, minItems };
}

/** The manifest of a bundle's members. Refused unless the members are exactly those that it lists. */
export function openManifest(members) {
  const manifest = parseManifest(members.get("manifest.json"));
  const listed = manifest.members.map((line) => line.name);
  const there = [...members.keys()].filter((name) => name !== "manifest.json");
  const stray = [...listed.filter((name) => !there.includes(name)), ...there.filter((name) => !listed.includes(name))];
  if (stray.length) throw new Refused("bundle.members", { file: stray.sort(byText)[0] });
  const allowed = [...REQUIRED, ...OPTIONAL, ...manifest.versions.map(fileOf)];
  const isKnown = (name) => allowed.includes(name) || isSingle(name) || isDocument(name) || RENEWAL.test(name);
  const wrong = [...there.filter((name) => !isKnown(name)), ...REQUIRED.filter((name) => !there.includes(name))];
  if (wrong.length) throw new Refused("bundle.members", { file: wrong[0] });
  checkRenewals(there);
  return manifest;
}

/** Renewals follow a stamp, from 1 without a hole. */
function checkRenewals(there) {
  const found = there.map((name) => RENEWAL.exec(name)?.[1]).filter(Boolean);
  const numbers = found.map(Number).sort((one, other) => one - other);
  if (numbers.some((number, at) => number !== at + 1) || (numbers.length && !there.includes("checkpoint.tsr"))) {
    throw new Refused("bundle.members", { file: `renewal/${numbers.at(-1)}.tsr` });
  }
}

/** The member that is the file of one version of the protocol. */
export function fileOf(version) {
  return `protocol/${version.digest}.yaml`;
}

function parseManifest(member) {
  if (!member) throw new Refused("bundle.malformed", { why: "manifest" });
  let value;
  try {
    value = decode(member.bytes);
  } catch {
    throw new Refused("bundle.malformed", { why: "manifest" });
  }
  const ordered = fits(value, SCHEMA, {}) && inOrder(value.members, "name") && inOrder(value.streams, "stream");
  if (!ordered) throw new Refused("bundle.malformed", { why: "manifest" });
  return value;
}

function inOrder(lines, field) {
  return lines.every((line, at) => !at || lines[at - 1][field] < line[field]);
}
