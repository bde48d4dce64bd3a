// Sealed parts: disclosed and fitting, lawfully erased by an entry, or not disclosed.

import { bytesOfHex, hexOf, utf8 } from "./bytes.js";
import { decode, encode } from "./canonical.js";
import { keyed } from "./hashing.js";

const BLIND = /^[0-9a-f]{64}$/;
const FIELDS = "blind,field,position,value";

/** 9 and 10. Hold the openings against the sealed parts; gives how many parts were opened. */
export async function checkPersons(lines, walk, findings) {
  const erased = erasedParts(walk);
  const opened = new Set();
  for (const [at, line] of lines.entries()) {
    const found = parseOpening(line);
    if (!found) {
      findings.fault(9, "persons.malformed", 0, { line: at + 1 });
      continue;
    }
    const { position, field } = found;
    const place = `${position} ${field}`;
    const sealed = walk.sealed.get(place);
    if (!sealed) findings.fault(9, "persons.no-such-part", position, { field });
    else if (opened.has(place)) findings.fault(9, "persons.twice", position, { field });
    else if (erased.has(place)) {
      findings.fault(10, "persons.erased-disclosed", position, { field, by: erased.get(place) });
    }
    else if (!(await fitsSeal(found, sealed))) findings.fault(9, "persons.other-value", position, { field });
    else opened.add(place);
  }
  findings.done(9);
  findings.done(10);
  const closed = [...walk.sealed.keys()].filter((place) => !opened.has(place) && !erased.has(place)).length;
  if (closed) findings.not("persons.closed", { closed, sealed: walk.sealed.size });
  else findings.verdicts.persons = "ok";
  return opened.size;
}

/** An opening in its one spelling, or null. */
function parseOpening(line) {
  try {
    const found = decode(line);
    const fits =
      Object.keys(found).sort().join() === FIELDS && typeof found.field === "string" &&
      Number.isSafeInteger(found.position) && typeof found.blind === "string" && BLIND.test(found.blind);
    return fits ? found : null;
  } catch {
    return null;
  }
}

/** HMAC-SHA-256 under the blind gives the commitment that stands in the event. */
async function fitsSeal({ blind, field, value }, { id, part }) {
  const message = utf8(`ledger/sealed/v1\n${id}\n${field}\n${encode(value)}`);
  return hexOf(await keyed(bytesOfHex(blind), message)) === part.sealed;
}

/** The sealed parts that an erasure covers, and the entry that says so. */
function erasedParts(walk) {
  const [byCommitment, byToken] = [new Map(), new Map()];
  for (const { position, event } of walk.erasures) {
    for (const each of event.commitments ?? []) byCommitment.set(each, position);
    for (const each of event.tokens ?? []) byToken.set(each, position);
  }
  const found = new Map();
  for (const [place, { part }] of walk.sealed) {
    const by = byCommitment.get(part.sealed) ?? (part.about ?? []).map((token) => byToken.get(token)).find(Boolean);
    if (by) found.set(place, by);
  }
  return found;
}
