// Which events a clause reads: the types in its forms, under every reading. Each form of the clause language is read
// strictly; one that is not known here is refused (NotHere), so that the page says *not checked*.

import { NotHere } from "./bytes.js";

/** Forms that name no type, and the registers that they are read from. */
const HOLDINGS = ["deletion", "exchange"];
const COPY = ["deletion"];
const RETENTION = ["agreements"];

const PATTERNS = ["response", "precedence", "prohibition", "limit", "standing", "recurrence", "power"];
const DEFINITIONS = ["in-force", "end", "mandate", "flows", "list", "contact", "replaces", "forum", "statement"];
const GENERIC = [
  "clause", "text", "title", "applies", "under", "takes_over", "dpv", "proof", "pattern", "defines", "choice",
];
const SILENT = [
  "bearer", "towards", "term", "case", "restarts", "early", "at_most", "per", "each", "every", "baseline", "holder",
  "effect", "jointly", "after",
];

/** What a clause is judged by: `{types, registers}`, the types without version. */
export function readsOf(clause) {
  const found = { types: new Set(words(clause.get("proof") ?? [])), registers: new Set() };
  const body = new Map([...clause].filter(([key]) => !GENERIC.includes(key) || key === "choice"));
  if (clause.has("pattern")) {
    checkWord(clause.get("pattern"), PATTERNS);
    eachOption(body, (option) => patternBody(option, found));
  } else if (clause.has("defines")) {
    checkWord(clause.get("defines"), DEFINITIONS);
    eachOption(body, (option) => definition(option, clause, found));
  } else if (body.size) throw unknown([...body.keys()][0]);
  return found;
}

const FIELDS = {
  when: trigger, until: trigger, must: condition, unless: condition, needs: condition, has: condition,
  given: condition, act: event, for_each: units,
};

function patternBody(body, found) {
  for (const [key, node] of body) {
    if (Object.hasOwn(FIELDS, key)) eachOption(node, (option) => FIELDS[key](option, found));
    else if (!SILENT.includes(key)) throw unknown(key);
  }
}

/** Of the definitions, only an end can stand on an event. */
function definition(body, clause, found) {
  if (clause.get("defines") !== "end") return;
  eachOption(body.get("upon"), (option) => {
    if (option instanceof Map && !option.has("external")) event(option, found);
  });
}

function trigger(node, found) {
  const form = formOf(node, ["type", "moment", "any"]);
  if (form === "type") event(node, found);
  if (form === "moment") onlyKeys(node, ["moment", "where"]);
  if (form === "any") eachItem(node, "any", (option) => trigger(option, found));
}

function condition(node, found) {
  const form = formOf(node, ["type", "any", "all", "none", "each", "copy", "in_force", "flow", "agreement"]);
  if (form === "type") event(node, found);
  if (["any", "all", "none"].includes(form)) eachItem(node, form, (option) => condition(option, found));
  if (form === "each") {
    onlyKeys(node, ["each", "has"]);
    eachOption(node.get("each"), (option) => units(option, found));
    eachOption(node.get("has"), (option) => condition(option, found));
  }
  if (form === "copy") COPY.forEach((register) => found.registers.add(register));
  if (form === "agreement") {
    onlyKeys(node, ["agreement", "between", "covering"]);
    RETENTION.forEach((register) => found.registers.add(register));
  }
}

function units(node, found) {
  if (Array.isArray(node)) return;
  const form = formOf(node, ["holding", "party", "fact", "list"]);
  onlyKeys(node, form === "party" ? ["party", "once"] : [form]);
  if (form === "holding") HOLDINGS.forEach((register) => found.registers.add(register));
  for (const key of ["fact", "once"]) {
    if (node.has(key)) eachOption(node.get(key), (option) => [option].flat().forEach((each) => event(each, found)));
  }
}

function event(node, found) {
  formOf(node, ["type"]);
  onlyKeys(node, ["type", "at", "where"]);
  eachOption(node.get("type"), (option) => words(option).forEach((type) => found.types.add(type)));
}

/** A part under every reading: itself, or each option of `{choice: ID, OPTION: part, ...}`. */
function eachOption(node, read) {
  if (!(node instanceof Map) || !node.has("choice")) {
    read(node);
    return;
  }
  for (const [key, option] of node) if (key !== "choice") eachOption(option, read);
}

function eachItem(node, form, read) {
  onlyKeys(node, [form]);
  eachOption(node.get(form), (list) => {
    if (!Array.isArray(list)) throw unknown(form);
    list.forEach((item) => eachOption(item, read));
  });
}

function formOf(node, forms) {
  const found = node instanceof Map ? forms.filter((form) => node.has(form)) : [];
  if (found.length !== 1) throw unknown(forms.join(" | "));
  return found[0];
}

function onlyKeys(node, keys) {
  for (const key of node.keys()) if (!keys.includes(key)) throw unknown(key);
}

function words(node) {
  const list = Array.isArray(node) ? node : [node];
  if (list.some((word) => typeof word !== "string" || word === "")) throw unknown("type");
  return list;
}

function checkWord(word, list) {
  if (!list.includes(word)) throw unknown(word);
}

function unknown(form) {
  return new NotHere("here.clause", { form: String(form) });
}
