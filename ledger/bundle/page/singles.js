// Proofs of single entries, as C2SP tlog-proof files (docs/formats/bundle.md, section 9).

import { Refused, asciiOf, decimalOf, joined, same } from "./bytes.js";
import { sha256 } from "./hashing.js";
import { parseCheckpoint, parseHashes, parseNote } from "./note.js";

const NAME = /^proof\/([1-9][0-9]{0,15})\.tlog-proof$/;
const HEADER = "c2sp.org/tlog-proof@v1";
const LONGEST_PATH = 63;

/** Whether a member of this name is the proof of one entry. */
export function isSingle(name) {
  return NAME.test(name);
}

/** 14. Check every proof of a single entry; gives how many there are. */
export async function checkSingles(members, note, checkpoint, walk, findings) {
  const proofs = [...members.values()].filter((member) => isSingle(member.name));
  for (const member of proofs) {
    const position = Number(NAME.exec(member.name)[1]);
    const at = walk.positions.indexOf(position);
    const leaf = walk.leaves[at];
    const code = leaf ? await faultOf(member.bytes, position, leaf, note, checkpoint) : "proof.no-such-entry";
    if (code) findings.fault(14, code, position, { file: member.name });
  }
  return proofs.length;
}

async function faultOf(bytes, position, leaf, note, checkpoint) {
  const proof = parsed(bytes);
  if (!proof) return "proof.malformed";
  if (!same(proof.note, note)) return "proof.other-checkpoint";
  const root = proof.index === position - 1 ? await climbed(leaf, proof.index, checkpoint.size, proof.path) : null;
  return root && same(root, checkpoint.root) ? "" : "proof.single";
}

/** `{index, path, note}` in the one spelling without `extra`; null for anything else. */
function parsed(bytes) {
  const cut = bytes.findIndex((byte, at) => byte === 10 && bytes[at + 1] === 10);
  try {
    const [header, index, ...path] = asciiOf(bytes.subarray(0, cut)).split("\n");
    if (cut < 0 || header !== HEADER || !index.startsWith("index ") || path.length > LONGEST_PATH) return null;
    const note = bytes.subarray(cut + 2);
    parseCheckpoint(parseNote(note).text);
    return { index: decimalOf(index.slice(6)), path: parseHashes(path), note };
  } catch (error) {
    if (error instanceof TypeError || error instanceof Refused) return null;
    throw error;
  }
}

/** The root that a leaf's path leads to (RFC 9162, section 2.1.3.2); null for a path of another length. */
async function climbed(leaf, index, size, path) {
  if (index >= size) return null;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return null;
    const isRight = node % 2 === 1 || node === last;
    hash = await sha256(joined(Uint8Array.of(1), ...(isRight ? [sibling, hash] : [hash, sibling])));
    while (isRight && node && node % 2 === 0) [node, last] = [node / 2, Math.floor(last / 2)];
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last ? null : hash;
}
