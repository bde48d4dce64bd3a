// What people read: the sentences of one language, with the report's own words put in. Every word of the report came
// from an untrusted file: it is put into text nodes only, and what would hide or turn text is shown as an escape.

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const LONGEST = 300;

/** A text from outside, as it can be shown. */
export function shown(value) {
  const text = String(value).slice(0, LONGEST);
  return text.replace(HIDDEN, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
}

/** A sentence with its `{names}` filled in. */
export function filled(sentence, params = {}) {
  return sentence.replace(/\{([a-z]+)\}/g, (_, name) => (params[name] === undefined ? "" : shown(params[name]))).trim();
}

/** What a fault says. */
export function faultText(texts, { code, params }) {
  const words = { ...params };
  if (params.why !== undefined) words.why = texts.why[params.why];
  if (params.rule !== undefined) words.rule = texts.rules[params.rule];
  if (params.shown !== undefined) words.shown = texts.shown[params.shown];
  return filled(texts.faults[code] ?? code, words);
}

/** Where a fault is. */
export function placeText(texts, { position, params }) {
  if (position) return filled(texts.ui.entry, { position });
  return params.file ? shown(params.file) : texts.ui.whole;
}

export function notText(texts, { code, params }) {
  return filled(texts.not[code] ?? code, params);
}
