// Who may state what (docs/formats/bundle.md, section 11).

import { askedBy, withStated } from "./parties.js";
import { acting } from "./rules.js";

/** How a statement counts at its position: "" where it is its author's to make, `reported`, or the code of a fault. */
export function standingOf(event, kind, position, keyring, known) {
  const found = standingBy(known.now ?? known, event, kind, position, keyring);
  if (known.now === null || !found.startsWith("authority.")) return found;
  return standingBy(withStated(known), event, kind, position, keyring);
}

function standingBy(known, event, kind, position, keyring) {
  const statedFor = [...new Set([...(kind.stated_by === "party" ? acting(event) : []), ...(event.on_behalf_of ?? [])])];
  const asked = askedBy(known, event);
  if (kind.protocol) {
    const others = event.author === keyring.operator ? [] : [event.author];
    if ([...statedFor, ...others].some((party) => !asked.parties.has(party))) return "authority.unknown-party";
  }
  const found = statedFor.map((party) => standingFor(party, event, position, keyring, asked));
  return found.find((each) => each.startsWith("authority.")) ?? found.find(Boolean) ?? "";
}

/** How an author states the act of one party: as its own, under a mandate, or as a report with evidence. */
function standingFor(party, event, position, keyring, known) {
  const name = event.type.split("/")[0];
  const covers = ({ from, to, acts }) => from === party && to === event.author && (acts === null || acts.has(name));
  if (party === event.author || known.mandates.some(covers)) return "";
  const hasKey = keyring.validKeys(party, "events", position).length > 0;
  if (hasKey || (event.on_behalf_of ?? []).includes(party)) return "authority.no-mandate";
  return event.evidence === undefined ? "authority.no-evidence" : "reported";
}
