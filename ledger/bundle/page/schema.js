// What a value must look like: the keywords of JSON Schema that the catalogue of events uses, and no other.

import { isMoment } from "./moment.js";

const KNOWN = new Set([
  "$ref", "type", "enum", "pattern", "maxLength", "minLength", "minimum", "maximum", "items", "minItems", "maxItems",
  "properties", "required", "additionalProperties", "moment",
]);
const PATTERNS = new Map();

/** Whether a value, read by `decode`, fits a schema. `parts` are the schemas that `$ref` names. */
export function fits(value, schema, parts) {
  for (const word in schema) if (!KNOWN.has(word)) throw new Error(`schema word ${word}`);
  if (schema.$ref) return fits(value, parts[schema.$ref], parts);
  if (schema.enum) return schema.enum.includes(value);
  const kind = KINDS[schema.type];
  if (!kind) throw new Error(`schema type ${schema.type}`);
  return kind(value, schema, parts);
}

const KINDS = {
  string: (value, schema) =>
    typeof value === "string" && matches(value, schema.pattern) && (!schema.moment || isMoment(value)) &&
    [...value].length >= (schema.minLength ?? 0) && [...value].length <= (schema.maxLength ?? Infinity),
  integer: (value, schema) =>
    Number.isSafeInteger(value) && value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity),
  boolean: (value) => typeof value === "boolean",
  array: (value, schema, parts) =>
    Array.isArray(value) && value.length >= (schema.minItems ?? 0) && value.length <= (schema.maxItems ?? Infinity) &&
    value.every((item) => fits(item, schema.items, parts)),
  object: (value, schema, parts) =>
    typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.keys(value).every((key) => Object.hasOwn(schema.properties, key)) &&
    (schema.required ?? []).every((key) => Object.hasOwn(value, key)) &&
    Object.keys(value).every((key) => fits(value[key], schema.properties[key], parts)),
};

function matches(value, pattern) {
  if (pattern === undefined) return true;
  if (!PATTERNS.has(pattern)) PATTERNS.set(pattern, new RegExp(pattern));
  return PATTERNS.get(pattern).test(value);
}
