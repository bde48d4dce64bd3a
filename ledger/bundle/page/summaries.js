// Uses that are summarised: each summary is of a batch that is shown, by its author, and of as many uses.

/** Batches by their openers, and what is summarised of each: the last event of each part counts. */
export class Summaries {
  constructor() {
    this.batches = new Map();
    this.parts = new Map();
  }

  take(position, event) {
    if (event.type === "log-batch-ingested/1") this.batches.set(event.id, event);
    if (event.type !== "usage-summarised/1") return;
    const parts = this.parts.get(event.summarised) ?? new Map();
    this.parts.set(event.summarised, parts.set(event.part, { position, event }));
  }

  /** 8. Tell of each summary that does not fit its batch. */
  check(findings) {
    for (const [opener, parts] of this.parts) {
      const all = [...parts.values()].sort((one, other) => one.position - other.position);
      if (!isOf(this.batches.get(opener), parts, all)) findings.fault(8, "usage.summary", all[0].position);
    }
  }
}

function isOf(batch, parts, all) {
  if (!batch || all.some(({ event }) => event.author !== batch.author)) return false;
  const { parts: count } = all[0].event;
  const isWhole = parts.size === count && [...parts.keys()].every((part) => part >= 1 && part <= count);
  const total = all.flatMap(({ event }) => event.rows).reduce((sum, row) => sum + row.uses, 0);
  return !isWhole || total === batch.batch.count;
}
