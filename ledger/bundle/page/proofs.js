// The two proof members (docs/formats/bundle.md, sections 4 and 5).

import { Refused, asciiOf, bytesOfHex, decimalOf } from "./bytes.js";
import { parseHashes } from "./note.js";

const LINE = /^(0|[1-9][0-9]{0,8}) ([a-z0-9-]{1,64}\/[a-z-]{1,32}) ([1-9][0-9]{0,15}) ([0-9a-f]{64})$/;

/** That the entries are in a tree: `{size, hashes}`. */
export function parseEntriesProof(bytes) {
  return strictly(() => {
    const [title, size, ...hashes] = asciiOf(bytes).split("\n");
    const formed = title === "ledger/entries-proof/v1" && size.startsWith("size ") && hashes.pop() === "";
    if (!formed) throw new TypeError("form");
    return { size: decimalOf(size.slice(5)), hashes: parseHashes(hashes) };
  });
}

/** Lines of the seal: `{total, lines: [{index, stream, version, leaf, text}], hashes}`. */
export function parseStreamsProof(bytes) {
  return strictly(() => {
    const text = asciiOf(bytes);
    const cut = text.indexOf("\n\n");
    const [title, count, ...lines] = text.slice(0, cut).split("\n");
    const hashes = text.slice(cut + 2).split("\n");
    const formed = cut > 0 && title === "ledger/streams-proof/v1" && count.startsWith("count ") && hashes.pop() === "";
    if (!formed) throw new TypeError("form");
    return { total: decimalOf(count.slice(6)), lines: lines.map(sealLine), hashes: parseHashes(hashes) };
  });
}

function sealLine(line) {
  const [, index, stream, version, leaf] = LINE.exec(line);
  const number = Number(version);
  if (!Number.isSafeInteger(number)) throw new TypeError("version");
  const text = `${stream} ${version} ${leaf}`;
  return { index: Number(index), stream, version: number, leaf: bytesOfHex(leaf), text };
}

function strictly(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof TypeError) throw new Refused("bundle.proof-malformed");
    throw error;
  }
}
