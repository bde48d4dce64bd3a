// Signed notes, verifier keys, cosignatures and checkpoints: C2SP signed-note, tlog-cosignature, tlog-checkpoint.

import { Refused, bytesOfBase64, decimalOf, hexOf, joined, textOf, utf8 } from "./bytes.js";
import { isBadKey, verified } from "./ed25519.js";
import { sha256 } from "./hashing.js";

export const ED25519 = 1;
export const COSIGNATURE = 4;
const MOST_SIGNATURES = 100;
const LINE = /^\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/u;
const EMPTY_ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

/** Not empty, no Unicode space, no control character, no `+`. */
export function isKeyName(text) {
  return text !== "" && !/[\p{White_Space}\x00-\x1f+]/u.test(text);
}

/** A verifier key: `{name, public, kind, id}`. TypeError for a text that is none that can be used. */
export async function parseKey(text) {
  const [name, id, ...rest] = text.split("+");
  const raw = bytesOfBase64(rest.join("+"));
  const [kind, key] = [raw[0], raw.subarray(1)];
  if (!isKeyName(name) || ![ED25519, COSIGNATURE].includes(kind) || isBadKey(key)) throw new TypeError("not a key");
  const digest = await sha256(joined(utf8(name), Uint8Array.of(10, kind), key));
  if (hexOf(digest.subarray(0, 4)) !== id) throw new TypeError("the key id is another key's");
  return { name, public: key, kind, id };
}

/** A key of a name and 32 bytes that signs notes, as `parseKey` gives it. */
export async function noteKey(name, raw) {
  const digest = await sha256(joined(utf8(name), Uint8Array.of(10, ED25519), raw));
  return { name, public: raw, kind: ED25519, id: hexOf(digest.subarray(0, 4)) };
}

/** A note: its text with the last LF, and its signature lines. Nothing is verified yet. Refused if it is none. */
export function parseNote(raw) {
  try {
    const whole = textOf(raw);
    const cut = whole.lastIndexOf("\n\n");
    const lines = whole.slice(cut + 2).split("\n");
    if (/[\x00-\x09\x0b-\x1f]/.test(whole) || cut < 0 || lines.pop() !== "") throw new TypeError("note");
    if (!lines.length || lines.length > MOST_SIGNATURES) throw new TypeError("number of signatures");
    return { text: whole.slice(0, cut + 1), signatures: lines.map(signatureLine) };
  } catch (error) {
    throw new Refused("checkpoint.malformed", { why: "note" });
  }
}

function signatureLine(line) {
  const [, name, encoded] = LINE.exec(line) ?? [];
  if (name === undefined || !isKeyName(name)) throw new TypeError("signature line");
  const raw = bytesOfBase64(encoded);
  if (raw.length <= 4) throw new TypeError("no signature");
  return { name, id: hexOf(raw.subarray(0, 4)), signature: raw.subarray(4) };
}

/** What a note's text says: `{origin, size, root}`. Exactly three lines, each in its one spelling. */
export function parseCheckpoint(text) {
  try {
    const [origin, size, root, ...end] = text.split("\n");
    const found = { origin, size: decimalOf(size), root: bytesOfBase64(root) };
    if (end.join() !== "" || end.length !== 1 || !isKeyName(origin)) throw new TypeError("lines");
    if (found.root.length !== 32) throw new TypeError("root");
    if (found.size === 0 && root !== EMPTY_ROOT) throw new TypeError("an empty tree has one root");
    return found;
  } catch (error) {
    throw new Refused("checkpoint.malformed", { why: "checkpoint" });
  }
}

/**
 * The signature by this key on a note: null where there is none, else `{time}` (POSIX seconds, of a cosignature).
 * Of lines with an unknown pair of name and id nothing is thought; one of a known pair that fails is Refused.
 */
export async function signedBy(note, key) {
  let found = null;
  for (const line of note.signatures) {
    if (line.name !== key.name || line.id !== key.id) continue;
    const time = await checkedTime(note.text, key, line.signature);
    found ??= { time };
  }
  return found;
}

async function checkedTime(text, key, signature) {
  let [message, plain, time] = [text, signature, null];
  if (key.kind === COSIGNATURE) {
    if (signature.length !== 72) throw new Refused("note.bad-signature");
    time = new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0);
    if (time >= 2n ** 63n) throw new Refused("note.bad-signature");
    message = `cosignature/v1\ntime ${time}\n${text}`;
    plain = signature.subarray(8);
  }
  if (!(await verified(key.public, plain, utf8(message)))) throw new Refused("note.bad-signature");
  return time;
}

/** Hashes in base64, one a line. TypeError for a line that is none. */
export function parseHashes(lines) {
  return lines.map((line) => {
    const hash = bytesOfBase64(line);
    if (hash.length !== 32) throw new TypeError("not a hash");
    return hash;
  });
}
