// Documents that travel with a bundle: each is one that an entry names, by a digest of it (bundle.md, section 10).

import { asciiOf, bytesOfHex, hexOf, joined, textOf, utf8 } from "./bytes.js";
import { decode } from "./canonical.js";
import { keyed, sha256 } from "./hashing.js";

const NAME = /^document\/([0-9a-f]{64})(\.blind)?$/;
const BLIND = /^([0-9a-f]{64})\n$/;

/** Whether a member of this name is a document or its blind. */
export function isDocument(name) {
  return NAME.test(name);
}

/** The digests of the documents among these members. */
export function documentDigests(members) {
  return new Set([...members.keys()].filter(isDocument).map((name) => NAME.exec(name)[1]));
}

/** The texts of an event that may be a document's digest: its fields, and `digest` in its evidence. */
export function digestsIn(bytes) {
  let event;
  try {
    event = decode(bytes);
  } catch {
    return [];
  }
  if (Array.isArray(event)) return [];
  const shown = Array.isArray(event.evidence) ? event.evidence.map((each) => each.digest) : [];
  return [...Object.values(event), ...shown].filter((value) => typeof value === "string");
}

/** 17 and 18. Every document against the digest that entries name; gives how many there are. */
export async function checkDocuments(members, named, findings) {
  const digests = [...documentDigests(members)].sort();
  for (const digest of digests) {
    const [document, blind] = [members.get(`document/${digest}`), members.get(`document/${digest}.blind`)];
    const file = `document/${digest}`;
    if (!named.has(digest)) findings.fault(17, "document.not-named", 0, { file });
    const isSpoilt = !document || (blind && !isBlind(blind.bytes));
    if (isSpoilt) findings.fault(18, "document.blind", 0, { file: `${file}.blind` });
    else if ((await digestOf(document, blind)) !== digest) findings.fault(18, "document.other", 0, { file });
  }
  findings.done(17);
  findings.done(18);
  return digests.length;
}

function isBlind(bytes) {
  return bytes.length === 65 && bytes.every((byte) => byte < 128) && BLIND.test(textOf(bytes));
}

async function digestOf(document, blind) {
  if (!blind) return hexOf(await sha256(document.bytes));
  const key = bytesOfHex(asciiOf(blind.bytes).slice(0, 64));
  return hexOf(await keyed(key, joined(utf8("ledger/document/v1\n"), document.bytes)));
}
