// RFC 8785 JSON for what the ledger stores: one value, one spelling (docs/formats/entry.md, section 1).

import { textOf } from "./bytes.js";

const DEEPEST = 32;
const ASCII = /^[\x00-\x7f]*$/;

/** Read the one spelling of a value. TypeError or SyntaxError for anything else. */
export function decode(bytes) {
  const text = textOf(bytes);
  const value = JSON.parse(text);
  // A key that stands twice, white space, another order, escape or number: all give other bytes.
  if (encode(value) !== text) throw new TypeError("not in its canonical spelling");
  return value;
}

/** The one spelling of a value. TypeError for a value that has none. */
export function encode(value, depth = 0) {
  if (depth > DEEPEST) throw new TypeError("nested too deep");
  if (typeof value === "string") return JSON.stringify(checkedText(value));
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => encode(item, depth + 1)).join(",")}]`;
  if (value === null || typeof value !== "object") throw new TypeError("only text, true, false and integers");
  const fields = Object.keys(value).sort().map((key) => `${checkedKey(key)}:${encode(value[key], depth + 1)}`);
  return `{${fields.join(",")}}`;
}

function checkedKey(key) {
  if (!ASCII.test(key)) throw new TypeError("a key that is not ASCII");
  return JSON.stringify(key);
}

function checkedText(text) {
  if (!ASCII.test(text) && (/\p{Surrogate}/u.test(text) || text.normalize("NFC") !== text)) {
    throw new TypeError("text that is not NFC, or a lone surrogate");
  }
  return text;
}
