// An entry's envelope (docs/formats/entry.md, section 4). The event inside is cut out, not looked at.

import { Refused, asciiOf, bytesOfBase64, bytesOfHex, joined, utf8 } from "./bytes.js";
import { isRecorded } from "./moment.js";

export const LARGEST_ENTRY = 65535;
const LARGEST_EVENT = 64000;
const START = utf8('{"event":');
const CUT = utf8(',"position":');
const TAIL = new RegExp(
  '^,"position":([1-9][0-9]{0,15}),"prev":"([0-9a-f]{64})","recorded_at":"([0-9T:.Z-]{27})",' +
    '"signature":"([^"\\\\]*)","stream":"([^"\\\\]*)","v":1,"version":([1-9][0-9]{0,15})\\}$',
);
const STREAM = /^[a-z0-9][a-z0-9-]{0,63}\/[a-z][a-z-]{0,31}$/;
const BATCH = /^batch:[1-9][0-9]{0,15}$/;

/** One line of the ledger. `signature` is null for a member of a batch. Refused for bytes in any other spelling. */
export function parseEntry(raw) {
  try {
    const cut = lastCut(raw);
    const [, position, prev, recordedAt, signature, stream, version] = TAIL.exec(asciiOf(raw.subarray(cut)));
    const event = raw.subarray(START.length, cut);
    const starts = START.every((byte, at) => raw[at] === byte);
    const fits = starts && event.length <= LARGEST_EVENT && raw.length <= LARGEST_ENTRY;
    if (!fits || !isRecorded(recordedAt) || !STREAM.test(stream)) throw new TypeError("not an entry");
    return {
      raw, event, prev: bytesOfHex(prev), recordedAt, stream, signature: signatureOf(signature),
      position: exact(position), version: exact(version),
    };
  } catch (error) {
    if (error instanceof TypeError) throw new Refused("entry.malformed");
    throw error;
  }
}

function exact(text) {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new TypeError("larger than 2^53 - 1");
  return number;
}

/** Where the last `,"position":` begins: an event may hold the same characters. */
function lastCut(raw) {
  for (let at = raw.length - CUT.length; at >= START.length; at--) {
    if (raw[at] === CUT[0] && CUT.every((byte, each) => raw[at + each] === byte)) return at;
  }
  throw new TypeError("no envelope");
}

function signatureOf(text) {
  if (BATCH.test(text)) return null;
  if (!text.startsWith("ed25519:")) throw new TypeError("signature");
  const raw = bytesOfBase64(text.slice("ed25519:".length));
  if (raw.length !== 64) throw new TypeError("signature");
  return raw;
}

/** What an author signs: the event, bound to one ledger by its origin. */
export function signedBytes(origin, event) {
  return joined(utf8(`ledger/event/v1\n${origin}\n`), event);
}
