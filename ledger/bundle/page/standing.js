// What stands of what was stated: corrections and retractions, each by the author of what it changes (section 11).

/** The events that hold, in the order in which each was first stated; a correction stands where the first one stood. */
export function standing(events) {
  const taken = takenOut(events);
  const roots = new Map();
  const found = new Map();
  for (const event of events) {
    if (event.corrects === undefined) {
      found.set(event.id, event);
      continue;
    }
    const first = roots.get(event.corrects) ?? event.corrects;
    roots.set(event.id, first);
    const stands = found.get(first);
    const isOwn = stands !== undefined && stands.type === event.type && stands.author === event.author;
    if (isOwn && !taken.has(event.id)) found.set(first, event);
  }
  return [...found].filter(([first]) => !taken.has(first)).map(([, event]) => event);
}

/** Whether one event takes out the other: what its own author stated. */
export function retracts(event, other) {
  return event.type === "event-retracted/1" && event.retracts === other.id && event.author === other.author;
}

/** The ids of what was taken out. A retraction may be retracted itself, so the last one is read first. */
function takenOut(events) {
  const taken = new Set();
  for (const event of [...events].reverse()) {
    const counts = event.retracts !== undefined && !taken.has(event.id);
    if (counts && events.some((other) => retracts(event, other))) taken.add(event.retracts);
  }
  return taken;
}
