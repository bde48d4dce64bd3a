// What must hold between the fields of one event, beside its schema: what cannot have happened is no event.
//
// `kind.rules` names the rules that many types share; OWN has those of single types. A type whose own rule is not here
// (`kind.own`) is told as not checked.

import { encode } from "./canonical.js";

/** Whether the fields of an event, which fit its schema, agree with each other. */
export function holdsTogether(event, kind) {
  return kind.rules.every((name) => SHARED[name](event)) && (!isRuled(event.type) || OWN[event.type](event));
}

/** Whether this page knows the rule that a type has for itself. */
export function isRuled(type) {
  return Object.hasOwn(OWN, type);
}

const SHARED = {
  "no-repeats": (event) => Object.values(event).every((value) => !Array.isArray(value) || isSet(value)),
  told: (event) => isToOthers(event, event.to) && inOrder(event.happened_at, event.received_at),
  lasting: (event) => inOrder(event.covers_from ?? event.happened_at, event.valid_until),
};

const OWN = {
  "access-granted/1": ({ subject, group }) => (subject === undefined) !== (group === undefined),
  "breach-assessed/1": ({ impact_on: yes = [], no_impact_on: no = [] }) => !yes.some((party) => no.includes(party)),
  "data-communicated/1": (event) =>
    !event.to.includes(event.from) && inOrder(event.happened_at, event.received_at) &&
    acting(event).includes(event.from),
  "data-received/1": (event) =>
    event.to !== event.from && acting(event).includes(event.to) && !(event.copy ?? []).includes("all"),
  "holding-registered/1": ({ dataset, copy }) => ![dataset, copy].includes("all"),
  "joint-consultation-held/1": ({ participants }) => participants.length > 1,
  "mandate-recorded/1": (event) => isToOthers(event, [event.to]),
  "notice-of-default-received/1": ({ from, to }) => from !== to,
  "prior-agreement-terminated/1": ({ parties }) => new Set(parties).size > 1,
  "processor-overview-shared/1": (event) =>
    isToOthers(event, [event.to]) && inOrder(event.happened_at, event.received_at),
  "publication-consents-recorded/1": ({ persons, consents, coverage }) =>
    consents <= persons && coverage === (consents === persons ? "complete" : consents ? "partial" : "none"),
  "reasonable-term-agreed/1": ({ between }) => new Set(between).size > 1,
  "retention-agreement-made/1": ({ between, origin }) =>
    new Set(between).size > 1 && (origin === undefined || between.includes(origin)),
  "standing-exchange-opened/1": ({ from, to }) => !to.includes(from),
  "subject-erased/1": ({ tokens, commitments }) => tokens !== undefined || commitments !== undefined,
};

/** Whose act it is: that of its `party`; else of each in whose name it is stated; else its author's. */
export function acting({ party, on_behalf_of: behalf, author }) {
  return party !== undefined ? [party] : (behalf ?? [author]);
}

function isToOthers(event, others) {
  return !acting(event).some((party) => others.includes(party));
}

function isSet(values) {
  return new Set(values.map((value) => encode(value))).size === values.length;
}

/** False if `second` certainly lies before `first`; a date leaves its own day, in Brussels, open. */
function inOrder(first, second) {
  if (first === undefined || second === undefined) return true;
  const [start] = bounds(first);
  const [begin, end] = bounds(second);
  return begin === end ? end >= start : end > start;
}

/** The earliest and the latest microsecond of a moment; the same for an instant. */
export function bounds(moment) {
  if (moment.length > 10) {
    const [, seconds, fraction] = /^(.{19})\.?([0-9]*)Z$/.exec(moment);
    const at = BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, "0"));
    return [at, at];
  }
  const noon = Date.parse(`${moment}T12:00:00Z`);
  return [midnight(noon), midnight(noon + 86400000)];
}

/** Midnight in Brussels of the day of a UTC noon, in microseconds. */
function midnight(noon) {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Europe/Brussels", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(noon - 43200000);
  const [hours, minutes] = ["hour", "minute"].map((type) => Number(parts.find((part) => part.type === type).value));
  return BigInt(noon - 43200000 - (hours * 60 + minutes) * 60000) * 1000n;
}
