// The YAML that protocol files are written in, and no more: block maps and lists, flow maps and lists, plain and quoted
// words, folded and literal texts. No anchors, tags, directives, tabs or second documents. What this cannot read it
// refuses (NotHere): the page then says *not checked*, never *ok*.
//
// A map is a Map, a list an Array, everything else a text: what a word means is for the reader of the clause.

import { textOf } from "./bytes.js";
import { readFlow, unreadable, withoutComment } from "./flow.js";

const LARGEST = 2 ** 20;
const DEEPEST = 40;
const KEY = /^([A-Za-z0-9_][^\s:#,[\]{}"'&*!|>%@`]*(?: [^\s:#,[\]{}"'&*!|>%@`]+)*|"[^"\\]*"|'[^']*') *:(?: +(.*))?$/;
const TEXT = /^[|>]([+-]?)(?: +#.*)?$/;

/** The tree of a protocol file's bytes. NotHere for what is not of this subset. */
export function readYaml(bytes) {
  if (bytes.length > LARGEST) throw unreadable(0);
  let text;
  try {
    text = textOf(bytes);
  } catch {
    throw unreadable(0);
  }
  if (!text.endsWith("\n") || /[\x00-\x09\x0b-\x1f\x7f\x85\u2028-\u202e\u2066-\u2069\ufeff]/.test(text)) throw unreadable(0);
  const reader = { lines: text.split("\n"), at: 0 };
  skipBlank(reader);
  const tree = block(reader, 0, 1);
  skipBlank(reader);
  if (reader.at < reader.lines.length) throw unreadable(reader.at);
  return tree;
}

function skipBlank(reader) {
  while (reader.at < reader.lines.length && /^ *(#.*)?$/.test(reader.lines[reader.at])) reader.at++;
}

function indentOf(reader) {
  return reader.at < reader.lines.length ? reader.lines[reader.at].search(/[^ ]/) : -1;
}

/** A map or list whose lines stand at this indent. */
function block(reader, indent, depth) {
  if (depth > DEEPEST || indentOf(reader) !== indent) throw unreadable(reader.at);
  return isItem(reader, indent) ? sequence(reader, indent, depth) : mapping(reader, indent, depth);
}

function isItem(reader, indent) {
  return /^-( |$)/.test(reader.lines[reader.at].slice(indent));
}

function sequence(reader, indent, depth) {
  const found = [];
  while (indentOf(reader) === indent && isItem(reader, indent)) {
    const line = reader.lines[reader.at];
    const rest = line.slice(indent + 1);
    const inner = indent + 1 + rest.search(/[^ ]|$/);
    if (rest.trim() && (KEY.test(line.slice(inner)) || /^-( |$)/.test(line.slice(inner)))) {
      // A map or list that begins on the dash's own line stands where its first word does.
      reader.lines[reader.at] = " ".repeat(inner) + line.slice(inner);
      found.push(block(reader, inner, depth + 1));
    } else {
      found.push(value(reader, rest.trimStart(), indent, indent + 1, depth));
    }
    skipBlank(reader);
  }
  if (indentOf(reader) > indent) throw unreadable(reader.at);
  return found;
}

function mapping(reader, indent, depth) {
  const found = new Map();
  while (indentOf(reader) === indent) {
    const parts = KEY.exec(reader.lines[reader.at].slice(indent));
    if (!parts) throw unreadable(reader.at);
    const key = parts[1].replace(/^["'](.*)["']$/, "$1");
    if (found.has(key)) throw unreadable(reader.at);
    found.set(key, value(reader, parts[2] ?? "", indent, indent, depth));
    skipBlank(reader);
  }
  if (indentOf(reader) > indent) throw unreadable(reader.at);
  return found;
}

/** What stands behind a key or a dash: `rest` is its own line, `least` the indent that a list below it may have. */
function value(reader, rest, indent, least, depth) {
  const own = rest.trimEnd();
  if (own === "" || own.startsWith("#")) return below(reader, indent, least, depth);
  if (/^[|>]/.test(own)) return blockText(reader, own, indent);
  if (/^[[{"']/.test(own)) return readFlow(reader, rest, indent, depth);
  if (/^[&*!%@`,\]}?:-](?: |$)|^[&*!%@`,\]}]/.test(own)) throw unreadable(reader.at);
  return plain(reader, own, indent);
}

function below(reader, indent, least, depth) {
  reader.at++;
  skipBlank(reader);
  const there = indentOf(reader);
  if (there > indent) return block(reader, there, depth + 1);
  if (there === least && least === indent && isItem(reader, there)) return sequence(reader, there, depth + 1);
  return "";
}

/** Plain words, folded over the lines that stand deeper. */
function plain(reader, first, indent) {
  const words = [withoutComment(first)];
  let commented = / #/.test(first);
  reader.at++;
  while (!commented && indentOf(reader) > indent) {
    const line = reader.lines[reader.at].trim();
    if (line.startsWith("#")) break;
    commented = / #/.test(line);
    words.push(withoutComment(line));
    reader.at++;
  }
  const text = words.join(" ");
  if (/: |:$/.test(text)) throw unreadable(reader.at - 1);
  // A blank line inside plain words would be a line break of theirs.
  const next = reader.at;
  skipBlank(reader);
  if (reader.at > next && indentOf(reader) > indent) throw unreadable(reader.at);
  return text;
}

/** A literal (`|`) or folded (`>`) text. */
function blockText(reader, header, indent) {
  const parts = TEXT.exec(header);
  if (!parts) throw unreadable(reader.at);
  reader.at++;
  const lines = [];
  let inner = 0;
  for (; reader.at < reader.lines.length; reader.at++) {
    const line = reader.lines[reader.at];
    const there = line.search(/[^ ]/);
    if (there < 0) {
      if (!inner || line.length > inner) throw unreadable(reader.at);
      lines.push("");
      continue;
    }
    inner ||= there;
    if (there <= indent) break;
    if (there < inner) throw unreadable(reader.at);
    lines.push(line.slice(inner));
  }
  const ends = lines.length - lines.findLastIndex((line) => line !== "") - 1;
  const body = lines.slice(0, lines.length - ends);
  const text = header.startsWith("|") ? body.join("\n") : folded(body);
  const tail = { "-": "", "": body.length ? "\n" : "", "+": "\n".repeat(ends + (body.length ? 1 : 0)) }[parts[1]];
  return text + tail;
}

/** Lines joined by spaces; a blank line is a line break; around lines that begin with a space every break stays. */
function folded(lines) {
  let text = lines[0] ?? "";
  let breaks = 0;
  let before = text;
  for (const line of lines.slice(1)) {
    breaks++;
    if (line === "") continue;
    const isDeeper = line.startsWith(" ") || before.startsWith(" ");
    text += (isDeeper ? "\n".repeat(breaks) : breaks > 1 ? "\n".repeat(breaks - 1) : " ") + line;
    [breaks, before] = [0, line];
  }
  return text;
}
