// The container: a zip of stored members in one spelling. Every header is made again and compared byte for byte, so
// nothing can be compressed, encrypted, hidden between members, or named outside the folder.

import { Refused, byText, same, utf8 } from "./bytes.js";

const LARGEST = 2 ** 31 - 1;
const LARGEST_MEMBER = 16 * 2 ** 20;
const MOST_MEMBERS = 1000;
const NAME = /^([a-z]+\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const [END, CENTRAL, LOCAL] = [22, 46, 30];

/** The members of a bundle by name: `{name, bytes, crc}`. Raises Refused for what is no bundle. */
export function openArchive(raw) {
  if (raw.length < END || raw.length > LARGEST) throw new Refused("bundle.malformed", { why: "size" });
  const [count, start] = ending(raw);
  const found = directory(raw, start, raw.length - END, count);
  let at = 0;
  for (const member of found) {
    const header = localHeader(member);
    if (member.offset !== at || !same(raw.subarray(at, at + header.length), header)) {
      throw new Refused("bundle.malformed", { why: "header", file: member.name });
    }
    at += header.length + member.size;
    member.bytes = raw.subarray(at - member.size, at);
  }
  if (at !== start) throw new Refused("bundle.malformed", { why: "gap" });
  return new Map(found.map((member) => [member.name, member]));
}

/** The number of members and where the directory starts, from the end record. */
function ending(raw) {
  const view = new DataView(raw.buffer, raw.byteOffset + raw.length - END, END);
  const [count, length, start] = [view.getUint16(10, true), view.getUint32(12, true), view.getUint32(16, true)];
  const made = record(END, [[0, 4, 0x06054b50], [8, 2, count], [10, 2, count], [12, 4, length], [16, 4, start]], "");
  if (!same(raw.subarray(raw.length - END), made) || start + length + END !== raw.length) {
    throw new Refused("bundle.malformed", { why: "ending" });
  }
  if (count < 1 || count > MOST_MEMBERS) throw new Refused("bundle.malformed", { why: "count" });
  return [count, start];
}

function directory(raw, start, end, count) {
  const found = [];
  let at = start;
  for (let each = 0; each < count; each++) {
    if (at + CENTRAL > end) throw new Refused("bundle.malformed", { why: "directory" });
    const view = new DataView(raw.buffer, raw.byteOffset + at, CENTRAL);
    const length = view.getUint16(28, true);
    const name = nameOf(raw.subarray(at + CENTRAL, Math.min(at + CENTRAL + length, end)));
    const [crc, size, offset] = [16, 24, 42].map((place) => view.getUint32(place, true));
    const member = { name, crc, size, offset };
    const header = centralHeader(member);
    if (!same(raw.subarray(at, at + header.length), header)) {
      throw new Refused("bundle.malformed", { why: "header", file: name });
    }
    if (found.length && byText(found.at(-1).name, name) >= 0) {
      throw new Refused("bundle.malformed", { why: "order", file: name });
    }
    if (member.size > LARGEST_MEMBER && name !== "entries.jsonl") {
      throw new Refused("bundle.malformed", { why: "large", file: name });
    }
    found.push(member);
    at += header.length;
  }
  if (at !== end) throw new Refused("bundle.malformed", { why: "directory" });
  return found;
}

function nameOf(bytes) {
  const name = String.fromCharCode(...bytes.subarray(0, 200));
  if (!NAME.test(name) || name.includes("..")) throw new Refused("bundle.name", { file: name.slice(0, 60) });
  return name;
}

function centralHeader({ name, crc, size, offset }) {
  const fields = [
    [0, 4, 0x02014b50], [4, 2, 0x0314], [6, 2, 20], [14, 2, 0x21], [16, 4, crc], [20, 4, size], [24, 4, size],
    [28, 2, name.length], [38, 4, 0o100644 * 0x10000], [42, 4, offset],
  ];
  return record(CENTRAL, fields, name);
}

function localHeader({ name, crc, size }) {
  const fields = [
    [0, 4, 0x04034b50], [4, 2, 20], [12, 2, 0x21], [14, 4, crc], [18, 4, size], [22, 4, size], [26, 2, name.length],
  ];
  return record(LOCAL, fields, name);
}

/** A record of zip: `[place, width, value]` for each field that is not zero, then the name. */
function record(length, fields, name) {
  const made = new Uint8Array(length + name.length);
  const view = new DataView(made.buffer);
  for (const [place, width, value] of fields) {
    if (width === 2) view.setUint16(place, value, true);
    else view.setUint32(place, value, true);
  }
  made.set(utf8(name), length);
  return made;
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

export function crc32(bytes) {
  let value = 0xffffffff;
  for (let at = 0; at < bytes.length; at++) value = (value >>> 8) ^ CRC[(value ^ bytes[at]) & 0xff];
  return (value ^ 0xffffffff) >>> 0;
}

/** A member's lines, without their LF. Refused for one over `longest` bytes, or a last one that does not end. */
export function linesOf(member, longest) {
  const lines = [];
  const bytes = member ? member.bytes : new Uint8Array();
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(10, at);
    if (end < 0 || end - at > longest) throw new Refused("bundle.malformed", { why: "line", file: member.name });
    lines.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return lines;
}
