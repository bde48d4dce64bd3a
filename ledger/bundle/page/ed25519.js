// Strict Ed25519. WebCrypto accepts public keys of low order, under which anyone can sign; so before it is asked a key
// must be a point of the curve, canonically spelled and not of low order; R the same but for the curve; and S < L.

import { NotHere, hexOf } from "./bytes.js";
import { sha256 } from "./hashing.js";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = -121665n * power(121666n, P - 2n);
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const LOW_ORDER_Y = new Set([0n, 1n, P - 1n, ORDER_8, P - ORDER_8]);

const KEYS = new Map();

function power(base, exponent) {
  let [result, square] = [1n, ((base % P) + P) % P];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

/** The number of 32 bytes, least significant first. */
function little(bytes) {
  return BigInt(`0x${hexOf(bytes.slice().reverse())}`);
}

/** The y of an encoded point; the top bit is the sign of x. */
function yOf(point) {
  return little(point) & ((1n << 255n) - 1n);
}

function isOnCurve(y) {
  const square = (y * y - 1n) * power(D * y * y + 1n, P - 2n);
  return power(square, (P - 1n) / 2n) <= 1n;
}

/** Whether nobody may use these 32 bytes as a public key. */
export function isBadKey(raw) {
  if (raw.length !== 32) return true;
  const y = yOf(raw);
  return y >= P || LOW_ORDER_Y.has(y) || !isOnCurve(y);
}

/** SHA-256 of the raw public key, in hex: how events name the key that signed them. */
export async function keyId(raw) {
  return hexOf(await sha256(raw));
}

/** Whether `signature` (64 bytes) over `message` holds. NotHere where this browser has no Ed25519. */
export async function verified(raw, signature, message) {
  if (signature.length !== 64) return false;
  const y = yOf(signature.subarray(0, 32));
  if (y >= P || LOW_ORDER_Y.has(y) || little(signature.subarray(32)) >= L) return false;
  const key = await imported(raw);
  return key !== null && crypto.subtle.verify("Ed25519", key, signature, message);
}

/** The key as WebCrypto has it, made once; null for a bad one. */
function imported(raw) {
  const name = hexOf(raw);
  if (!KEYS.has(name)) KEYS.set(name, isBadKey(raw) ? null : made(raw));
  return KEYS.get(name);
}

async function made(raw) {
  try {
    return await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new NotHere("here.no-ed25519");
    return null;
  }
}

/** Whether this browser can check signatures at all. */
export async function hasEd25519() {
  const raw = Uint8Array.from(POINT);
  try {
    return (await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"])) !== null;
  } catch {
    return false;
  }
}

// The base point of the curve: a public key like any other.
const POINT = [0x58, ...Array(31).fill(0x66)];
