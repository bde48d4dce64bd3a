"""What the clauses of one address give at one moment; and an answer, put together from such parts.

Ids contain the address, so that what several versions of the text say under one address is told apart, or found to be
the same, inside one part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TypeVar

from projections.obligations.answer import (
    Answer,
    Finding,
    Gap,
    NotExecuted,
    Obligation,
    Power,
    Status,
    Violation,
    VoidAct,
)

T = TypeVar("T")
_STATUSES = list(Status)
_FIRST = {Status.OVERDUE: 0, Status.OPEN: 1, Status.UNDETERMINED: 2, Status.DEFERRED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Not in order yet. Of obligations with one id the last one counts, and is the only one here."""

    obligations: tuple[Obligation, ...] = ()
    violations: tuple[Violation, ...] = ()
    powers: tuple[Power, ...] = ()
    void_acts: tuple[VoidAct, ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    not_executed: tuple[NotExecuted, ...] = ()


def unique(obligations: Iterable[Obligation]) -> tuple[Obligation, ...]:
    return tuple({each.id: each for each in obligations}.values())


def in_order(as_of: datetime, parts: Iterable[Part]) -> Answer:
    """What is open comes first; then by moment, clause, bearer and unit, so that an answer has one order."""
    parts = list(parts)
    every = chain.from_iterable
    return Answer(
        as_of=as_of,
        obligations=ordered(every(part.obligations for part in parts)),
        violations=_sorted_violations(every(part.violations for part in parts)),
        powers=tuple(sorted(every(p.powers for p in parts), key=lambda p: (p.protocol, p.clause, p.case, p.holder))),
        void_acts=tuple(sorted(every(part.void_acts for part in parts), key=lambda v: (v.at, v.act, v.party))),
        findings=tuple(
            sorted(set(every(p.findings for p in parts)), key=lambda f: (f.at, f.about, f.clause, f.protocol, f.says))
        ),
        gaps=tuple(
            sorted(every(part.gaps for part in parts), key=lambda g: (g.opened_at, g.protocol, g.gap, str(g.unit)))
        ),
        not_executed=tuple(sorted(every(part.not_executed for part in parts))),
    )


def ordered(obligations: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """In the order of an answer, each id once."""
    return tuple(sorted(unique(obligations), key=_obligation_order))


def _sorted_violations(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    return tuple(sorted(violations, key=lambda v: (v.at, v.protocol, v.clause, v.bearer, v.id)))


def _obligation_order(each: Obligation) -> tuple[bool, int, datetime, str, str, str, str, str]:
    place = _FIRST.get(each.status, 4 + _STATUSES.index(each.status))
    return (not each.is_open, place, each.opened_at, each.protocol, each.clause, each.bearer, str(each.unit), each.id)
