// SHA-256, HMAC, and the tree of RFC 6962. All hashing is WebCrypto's.

import { Refused, joined, same } from "./bytes.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** RFC 6962: SHA-256(0x00 || bytes). */
export function leafHash(bytes) {
  return sha256(joined(LEAF, bytes));
}

/** HMAC-SHA-256 under a key of bytes. */
export async function keyed(key, bytes) {
  const made = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", made, bytes));
}

/**
 * Refused unless these leaf hashes, at these ascending indices, lead to the root of a tree of `size` leaves.
 * The proof's hashes stand for the ranges without a leaf of ours, from left to right; none may be left over.
 */
export async function checkMulti(indices, leaves, size, hashes, root) {
  const bounds = [-1, ...indices, size];
  if (bounds.some((bound, at) => at && bounds[at - 1] >= bound)) throw new Refused("proof.inclusion");
  if (!size) throw new Refused("proof.inclusion");
  const proof = { hashes, next: 0 };
  const tree = treeOf({ indices, leaves }, 0, indices.length, 0, size, proof);
  if (proof.next !== hashes.length || !same(await folded(tree), root)) throw new Refused("proof.inclusion");
}

/** The tree over [begin, end): a hash, or the two halves. `first` to `last` are our leaves inside it. */
function treeOf(ours, first, last, begin, end, proof) {
  if (first === last) {
    if (proof.next === proof.hashes.length) throw new Refused("proof.inclusion");
    return proof.hashes[proof.next++];
  }
  if (end - begin === 1) return ours.leaves[first];
  const middle = begin + half(end - begin);
  let cut = first;
  let high = last;
  while (cut < high) {
    const at = Math.floor((cut + high) / 2);
    if (ours.indices[at] < middle) cut = at + 1;
    else high = at;
  }
  const left = treeOf(ours, first, cut, begin, middle, proof);
  return [left, treeOf(ours, cut, last, middle, end, proof)];
}

async function folded(tree) {
  if (!Array.isArray(tree)) return tree;
  const [left, right] = await Promise.all(tree.map(folded));
  return sha256(joined(NODE, left, right));
}

/** The largest power of two below `count` (> 1). */
function half(count) {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
