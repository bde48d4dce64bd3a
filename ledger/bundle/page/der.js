// DER, as far as a time-stamp response needs it: tag, length, content; definite lengths only.

const DEEPEST = 12;

/** The one value in these bytes: `{tag, bytes, items}`, `items` of a constructed one. TypeError for anything else. */
export function readDer(bytes) {
  const [value, end] = read(bytes, 0, 0);
  if (end !== bytes.length) throw new TypeError("bytes after the value");
  return value;
}

function read(bytes, at, depth) {
  const [size, start] = lengthOf(bytes, at + 1);
  const end = start + size;
  if (depth > DEEPEST || end > bytes.length || (bytes[at] & 0x1f) === 0x1f) throw new TypeError("not DER");
  const value = { tag: bytes[at], bytes: bytes.subarray(start, end), items: [] };
  if (bytes[at] & 0x20) {
    for (let next = start; next < end; ) {
      const [item, after] = read(bytes.subarray(0, end), next, depth + 1);
      value.items.push(item);
      next = after;
    }
  }
  return [value, end];
}

/** The length that is spelled at a place, and where the content starts. */
function lengthOf(bytes, at) {
  if (at >= bytes.length) throw new TypeError("cut short");
  if (bytes[at] < 0x80) return [bytes[at], at + 1];
  const count = bytes[at] & 0x7f;
  if (count < 1 || count > 3 || at + count >= bytes.length) throw new TypeError("length");
  let size = 0;
  for (let each = 1; each <= count; each++) size = size * 256 + bytes[at + each];
  if (size < 0x80) throw new TypeError("length in another spelling");
  return [size, at + 1 + count];
}
