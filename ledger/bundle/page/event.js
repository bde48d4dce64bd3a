// Events: strict JSON of a type of the catalogue, in the stream that its type gives.
//
// The catalogue is data, made by `ledger evidence page` from `ledger events schema`: of each type its schema, its
// register, whether it is about one protocol, a member of a batch, and whose word it takes.

import { Refused } from "./bytes.js";
import { decode } from "./canonical.js";
import { holdsTogether } from "./rules.js";
import { fits } from "./schema.js";

/**
 * The event in these bytes, as an object. Refused with `event.malformed` for bytes that are no event; of a type that
 * the catalogue does not know, only what every signed event has is looked at.
 */
export function decodeEvent(bytes, catalogue) {
  let event;
  try {
    event = decode(bytes);
  } catch {
    throw new Refused("event.malformed");
  }
  if (Array.isArray(event) || typeof event.type !== "string") throw new Refused("event.malformed");
  const kind = kindOf(event, catalogue);
  if (!kind) return decodeUnknown(event);
  if (!fits(event, kind.schema, catalogue.parts) || !holdsTogether(event, kind)) throw new Refused("event.malformed");
  return event;
}

function decodeUnknown(event) {
  if (["author", "id", "key"].some((name) => typeof event[name] !== "string")) throw new Refused("event.malformed");
  return event;
}

/** What the catalogue says of an event's type; nothing for a type that it does not know. */
export function kindOf(event, catalogue) {
  return Object.hasOwn(catalogue.types, event.type) ? catalogue.types[event.type] : undefined;
}

/** The stream is a function of type and protocol, never a choice. */
export function streamOf(event, kind) {
  return `${kind.protocol ? event.protocol : "ledger"}/${kind.register}`;
}

/** The sealed parts of an event by the name that openings call them: `reason`, `list[0]`, `object.inner`. */
export function sealedParts(event, kind, catalogue) {
  const found = [];
  within("", event, kind.schema, catalogue.parts, found);
  return found;
}

function within(name, value, schema, parts, found) {
  if (schema.$ref === "Sealed") {
    found.push([name, value]);
    return;
  }
  const own = schema.$ref ? parts[schema.$ref] : schema;
  if (own.items) value.forEach((item, at) => within(`${name}[${at}]`, item, own.items, parts, found));
  for (const key of Object.keys(own.properties ?? {})) {
    if (Object.hasOwn(value, key)) within(name ? `${name}.${key}` : key, value[key], own.properties[key], parts, found);
  }
}
