// The time stamp over the checkpoint: what the token says of itself. Whose word it is (the authority's signature and
// its certificates) this page does not check: so the time is never *ok* here, only *failed* or *not checked*.

import { hexOf, joined, same, utf8 } from "./bytes.js";
import { readDer } from "./der.js";
import { sha256 } from "./hashing.js";

const LARGEST = 64 * 1024;
const SIGNED_DATA = "2a864886f70d010702";
const TST_INFO = "2a864886f70d0109100104";
const SHA256 = "608648016503040201";
const TIME = /^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]*[1-9]))?Z$/;

/** The stamp and its renewals: the first is over the text, each later one over the text and the one before it. */
export function stampsOf(members) {
  const names = ["checkpoint.tsr", ...Array.from({ length: 99 }, (_, at) => `renewal/${at + 1}.tsr`)];
  return names.filter((name) => members.has(name)).map((name) => members.get(name));
}

/** 15 and 16. Gives what each token says: `{file, at, imprint}`; nothing after one that does not fit. */
export async function checkTime(members, text, walk, findings) {
  const tokens = stampsOf(members);
  const told = [];
  let over = utf8(text);
  for (const { name, bytes } of tokens) {
    const token = parseToken(bytes);
    if (!token || !same(token.imprint, await sha256(over))) {
      findings.fault(15, "time.stamp", 0, { file: name });
      return told;
    }
    if (told.length && token.at < told.at(-1).at) findings.fault(15, "time.renewal", 0, { file: name });
    told.push({ file: name, at: token.at, imprint: hexOf(token.imprint) });
    over = joined(utf8(text), bytes);
  }
  if (told.length) {
    findings.not("time.authority", { at: told[0].at });
    const recorded = walk.before?.recordedAt;
    if (recorded > told[0].at) findings.fault(16, "time.after-stamp", walk.positions.at(-1), { recorded, at: told[0].at });
    findings.done(16);
  } else findings.not("time.none");
  return told;
}

/** What an RFC 3161 response says: `{at, imprint}`, the time spelled as the ledger spells it; null for what is none. */
export function parseToken(bytes) {
  try {
    if (bytes.length > LARGEST) return null;
    const [status, content] = readDer(bytes).items;
    const [type, signed] = content.items;
    const encapsulated = signed.items[0].items[2];
    const [inner, wrapped] = encapsulated.items;
    const granted = [0, 1].includes(status.items[0].bytes[0]) && status.items[0].bytes.length === 1;
    if (!granted || hexOf(type.bytes) !== SIGNED_DATA || hexOf(inner.bytes) !== TST_INFO) return null;
    const [, , imprint, , time] = readDer(wrapped.items[0].bytes).items;
    const [algorithm, hash] = imprint.items;
    if (hexOf(algorithm.items[0].bytes) !== SHA256 || hash.bytes.length !== 32) return null;
    return { at: spelled(time.bytes), imprint: hash.bytes };
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return null;
    throw error;
  }
}

function spelled(bytes) {
  const [, year, month, day, hour, minute, second, fraction = ""] = TIME.exec(String.fromCharCode(...bytes));
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
}
