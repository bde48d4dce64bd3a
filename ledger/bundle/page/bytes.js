// Bytes and their spellings. Everything lenient that a browser offers (atob, TextDecoder) is held to one spelling.

/** Bytes that are not what they should be. `code` names the fault as `ledger evidence verify` does. */
export class Refused extends Error {
  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

/** Raised where this page, or this browser, cannot check something. It never means that something is wrong. */
export class NotHere extends Error {
  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const DECIMAL = /^(0|[1-9][0-9]{0,18})$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function utf8(text) {
  return ENCODER.encode(text);
}

/** The text of UTF-8 bytes; TypeError for bytes that are none. */
export function textOf(bytes) {
  return DECODER.decode(bytes);
}

/** The characters of ASCII bytes; TypeError for others. */
export function asciiOf(bytes) {
  if (bytes.some((byte) => byte > 0x7f)) throw new TypeError("not ASCII");
  return textOf(bytes);
}

export function hexOf(bytes) {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** The bytes of lower-case hex digits, which the caller has matched. */
export function bytesOfHex(text) {
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** Standard base64 with padding, in the one spelling of its bytes; TypeError otherwise. */
export function bytesOfBase64(text) {
  if (!BASE64.test(text) || text.length % 4) throw new TypeError("not base64");
  const raw = atob(text);
  if (btoa(raw) !== text) throw new TypeError("base64 in another spelling");
  return Uint8Array.from(raw, (character) => character.charCodeAt(0));
}

/** A decimal number without sign or leading zero, exact in this language; TypeError otherwise. */
export function decimalOf(text) {
  const number = DECIMAL.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(number)) throw new TypeError("not a plain decimal number");
  return number;
}

export function same(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export function joined(...pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Compares texts by their code units: for ASCII the order of their bytes. */
export function byText(one, other) {
  return one < other ? -1 : Number(one > other);
}
