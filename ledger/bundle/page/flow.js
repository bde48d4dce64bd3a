// Flow style of YAML: `{a: b, c: [d, e]}` and quoted words, over as many lines as they take.

import { NotHere } from "./bytes.js";

const DEEPEST = 40;

export function unreadable(at) {
  return new NotHere("here.yaml", { line: at + 1 });
}

export function withoutComment(text) {
  return text.replace(/ +#.*$/, "").trimEnd();
}

/** The value that begins with `rest` on the reader's line; the reader then stands behind it. */
export function readFlow(reader, rest, indent, depth) {
  const flow = { reader, text: rest, indent, depth };
  const found = /^["']/.test(rest) ? quoted(flow) : inside(flow);
  if (!/^ *$|^ +#/.test(flow.text)) throw unreadable(reader.at);
  reader.at++;
  return found;
}

/** Past spaces, comments and line ends; every further line stands deeper than what this belongs to. */
function skip(flow) {
  for (;;) {
    flow.text = flow.text.replace(/^ +/, (spaces) => (flow.text[spaces.length] === "#" ? " " : ""));
    if (flow.text !== "" && !flow.text.startsWith(" #")) return;
    const { reader } = flow;
    reader.at++;
    while (reader.at < reader.lines.length && /^ *$/.test(reader.lines[reader.at])) reader.at++;
    if (reader.at >= reader.lines.length) throw unreadable(reader.at);
    const line = reader.lines[reader.at];
    if (line.search(/[^ ]/) <= flow.indent) throw unreadable(reader.at);
    flow.text = line.trimStart().startsWith("#") ? " #" : line.trimStart();
  }
}

function inside(flow) {
  if (++flow.depth > DEEPEST) throw unreadable(flow.reader.at);
  const found = flow.text[0] === "{" ? map(flow) : list(flow);
  flow.depth--;
  return found;
}

function list(flow) {
  const found = [];
  flow.text = flow.text.slice(1);
  for (skip(flow); flow.text[0] !== "]"; skip(flow)) {
    found.push(item(flow));
    comma(flow, "]");
  }
  flow.text = flow.text.slice(1);
  return found;
}

function map(flow) {
  const found = new Map();
  flow.text = flow.text.slice(1);
  for (skip(flow); flow.text[0] !== "}"; skip(flow)) {
    const key = item(flow, true);
    skip(flow);
    if (typeof key !== "string" || !/^:( |$)/.test(flow.text) || found.has(key)) throw unreadable(flow.reader.at);
    flow.text = flow.text.slice(1);
    skip(flow);
    found.set(key, /^[,}]/.test(flow.text) ? "" : item(flow));
    comma(flow, "}");
  }
  flow.text = flow.text.slice(1);
  return found;
}

/** After an item: a comma, or the end that stays where it is. */
function comma(flow, end) {
  skip(flow);
  if (flow.text[0] === ",") flow.text = flow.text.slice(1);
  else if (flow.text[0] !== end) throw unreadable(flow.reader.at);
}

function item(flow, isKey = false) {
  if (/^[[{]/.test(flow.text)) return inside(flow);
  if (/^["']/.test(flow.text)) return quoted(flow);
  return words(flow, isKey);
}

/** Plain words: up to a comma, a bracket, a colon with a space, or a comment; folded over lines. */
function words(flow, isKey) {
  const found = [];
  for (;;) {
    const end = flow.text.search(/[,[\]{}]|:(?= |$|[,[\]{}])| #/);
    const piece = end < 0 ? flow.text : flow.text.slice(0, end);
    if (piece.trim()) found.push(piece.trim());
    flow.text = end < 0 ? "" : flow.text.slice(end);
    if (end >= 0 || isKey) break;
    const line = flow.reader.at;
    skip(flow);
    if (flow.reader.at > line + 1 || /^["'&*!#]/.test(flow.text)) throw unreadable(line);
    if (/^[,[\]{}]/.test(flow.text)) break;
  }
  const text = withoutComment(found.join(" "));
  const isOdd = text === "" || /^-(?: |$)|^[&*!|>%@`"'#?:]/.test(text);
  if (isOdd || /^[[{]/.test(flow.text) || /^:/.test(flow.text) !== isKey) {
    throw unreadable(flow.reader.at);
  }
  return text;
}

const ESCAPES = { "\\": "\\", '"': '"', "/": "/", n: "\n", t: "\t", " ": " " };

/** A quoted word on one line. */
function quoted(flow) {
  const parts = flow.text[0] === "'" ? /^'((?:[^']|'')*)'/.exec(flow.text) : /^"((?:[^"\\]|\\.)*)"/.exec(flow.text);
  if (!parts) throw unreadable(flow.reader.at);
  flow.text = flow.text.slice(parts[0].length);
  if (parts[0][0] === "'") return parts[1].replaceAll("''", "'");
  return parts[1].replace(/\\(.)/g, (_, character) => {
    if (!Object.hasOwn(ESCAPES, character)) throw unreadable(flow.reader.at);
    return ESCAPES[character];
  });
}
