"""What is due, to be listed: what is open is at hand, of the rest how much there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from projections.obligations.answer import Answer, Gap, NotExecuted, Obligation, Status
from projections.obligations.part import Part, in_order
from projections.obligations.remembered import About

Place = tuple[str, str]
"""Protocol and address."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are of what is not open, by clause. Of a violation that is `uncertain`, something is missing."""

    closed: Counter[tuple[str, str, Status]] = field(default_factory=Counter)
    violations: Counter[Place] = field(default_factory=Counter)
    uncertain: Counter[Place] = field(default_factory=Counter)
    findings: Counter[Place] = field(default_factory=Counter)
    void_acts: int = 0

    @property
    def lines(self) -> int:
        """How many there are in all."""
        counters = (self.closed, self.violations, self.uncertain, self.findings)
        return self.void_acts + sum(each.total() for each in counters)


@dataclass(frozen=True, slots=True)
class Listing:
    """`answer` is None where the rest was not read; `due`, `gaps` and `not_executed` are in its order."""

    as_of: datetime
    due: tuple[Obligation, ...]
    gaps: tuple[Gap, ...]
    not_executed: tuple[NotExecuted, ...]
    tally: Tally
    answer: Answer | None = None


def listing(answer: Answer) -> Listing:
    """Of an answer that is whole."""
    tally = Tally(
        closed=Counter((each.protocol, each.clause, each.status) for each in answer.obligations if not each.is_open),
        violations=Counter((each.protocol, each.clause) for each in answer.violations if each.certain),
        uncertain=Counter((each.protocol, each.clause) for each in answer.violations if not each.certain),
        findings=Counter((each.protocol, each.clause) for each in answer.findings),
        void_acts=len(answer.void_acts),
    )
    due = tuple(each for each in answer.obligations if each.is_open)
    return Listing(answer.as_of, due, answer.gaps, answer.not_executed, tally, answer)


def listing_of_parts(as_of: datetime, parts: Iterable[Part], abouts: Iterable[tuple[Place, About]]) -> Listing:
    """Of the first halves of parts, and what is said about the rest."""
    answer, tally, void_acts = in_order(as_of, parts), Tally(), 0
    for place, about in abouts:
        tally.closed.update({(*place, status): count for status, count in about.closed.items()})
        tally.violations[place] += about.violations
        tally.uncertain[place] += about.uncertain
        tally.findings[place] += about.findings
        void_acts += about.void_acts
    tally = Tally(tally.closed, +tally.violations, +tally.uncertain, +tally.findings, void_acts)
    return Listing(as_of, answer.obligations, answer.gaps, answer.not_executed, tally)
