"""Summaries of uses in a bundle: their sums must be those that the batches count."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from ledger.bundle.report import Findings
from ledger.events.base import Event
from ledger.events.imports import LogBatchIngested, UsageSummarised


@dataclass
class Summaries:
    """Batches by their openers, and what is summarised of each: the last event of each part counts."""

    counts: dict[str, int] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    parts: dict[str, dict[int, tuple[int, UsageSummarised]]] = field(default_factory=dict)

    def take(self, position: int, event: Event) -> None:
        if isinstance(event, LogBatchIngested):
            self.counts[event.id], self.authors[event.id] = event.batch.count, event.author
        elif isinstance(event, UsageSummarised):
            self.parts.setdefault(event.summarised, {})[event.part] = (position, event)

    def check(self, findings: Findings) -> None:
        """Tell of each summary that is of no batch shown, not by its author, or of another number of uses."""
        for opener, parts in self.parts.items():
            position, first = min(parts.values(), key=lambda each: each[0])
            total = sum(row.uses for _, event in parts.values() for row in event.rows)
            if opener not in self.counts:
                findings.fault("usage.summary", position, "a summary of uses whose batch is not shown")
            elif any(event.author != self.authors[opener] for _, event in parts.values()):
                findings.fault("usage.summary", position, "a summary by another party than that of its batch")
            elif _whole(parts, first.parts) and total != self.counts[opener]:
                detail = f"a summary of {total:,} uses, and its batch counts {self.counts[opener]:,}"
                findings.fault("usage.summary", position, detail)


def _whole(parts: Collection[int], count: int) -> bool:
    """Whether these are the parts 1 to `count`, a number that the author made up: nothing is as large as it says."""
    return len(parts) == count and all(1 <= part <= count for part in parts)
