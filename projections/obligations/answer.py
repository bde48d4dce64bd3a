"""What the engine yields: obligations, violations, powers, void acts, findings and gaps, at one moment.

Everything here is computed and nothing is stored. The words are those of the clause language; a reader that shows an
answer needs no other module of this package than this one and `engine.evaluate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple

Layer = Literal["text", "law"]
OverdueBy = Literal["strict", "both", "policy"]


class Status(StrEnum):
    """The first of these that is true, in this order."""

    VOID = "void"
    """What opened it was retracted, or its period had not come due when the protocol ended."""
    FULFILLED = "fulfilled"
    FULFILLED_LATE = "fulfilled-late"
    WAIVED = "waived"
    UNDETERMINED = "undetermined"
    """Something is missing to judge it; `missing` says what would settle it."""
    LAPSED = "lapsed"
    """Unmet when the span of a standing duty or a recurrence ended."""
    OVERDUE = "overdue"
    """`overdue_by` says by which end: strict, both, or policy (a house policy, never the protocol's deadline)."""
    DEFERRED = "deferred"
    """A backup that ages out on a recorded date."""
    OPEN = "open"


CLOSED = frozenset({Status.VOID, Status.FULFILLED, Status.FULFILLED_LATE, Status.WAIVED, Status.LAPSED})


class Cause(NamedTuple):
    """The entry that did something. `position` is 0 for what no entry did: a date that came, which `id` had named."""

    position: int
    id: str


class Due(NamedTuple):
    """The two ends of a counted term, exclusive, in UTC. A duty is judged by the strict one."""

    strict: datetime
    lenient: datetime


@dataclass(frozen=True, slots=True)
class Unit:
    """What a duty is per: a holding, a party, a fact, an item of a list, or a name. `label` is how to show it."""

    kind: Literal["holding", "party", "fact", "item", "name", "undeclared"]
    label: str
    fields: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """One duty of one bearer, for one unit, of one matter (`case`).

    Moments are instants in UTC. `counterparty` is to whom it is owed, together; `public` and `data-subjects` may stand
    there. `policy_due` is our own threshold beside an open-worded term. `reading` holds the interpretations that the
    clause depends on, with the option that held. `clock` is the arithmetic of the term in words.
    """

    id: str
    protocol: str
    version: str
    clause: str
    pattern: Literal["response", "standing", "recurrence"]
    layer: Layer
    bearer: str
    counterparty: tuple[str, ...]
    unit: Unit | None
    case: str
    opened_at: datetime
    opened_by: Cause
    known_since: datetime
    term: str
    due: Due | None
    policy_due: datetime | None
    status: Status
    reading: Mapping[str, str]
    chosen_by: Mapping[str, Cause] = field(default_factory=dict)
    """Who chose those readings; one that is not here is the default of the file."""
    closed_at: datetime | None = None
    closed_by: Cause | None = None
    late_by: timedelta | None = None
    waived_by: Cause | None = None
    missing: tuple[str, ...] = ()
    overdue_by: OverdueBy | None = None
    clock: str = ""
    notes: tuple[str, ...] = ()
    """What stands beside it and changes nothing: a legal hold, a reported act, the strength of the evidence."""

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED


DutyState = Literal["open", "partial", "closed"]


def duty(obligation: Obligation) -> tuple[str, str, str, str]:
    """Which duty it is a part of: the obligations of one protocol, clause, case and bearer are one."""
    return obligation.protocol, obligation.clause, obligation.case, obligation.bearer


def duty_state(parts: Iterable[Obligation]) -> DutyState:
    """Where a duty stands, by all of its obligations: `partial` when some are closed."""
    still_open = [each.is_open for each in parts]
    if all(still_open):
        return "open"
    return "partial" if any(still_open) else "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """An act that a clause did not allow; nothing later cures it. If not `certain`, `missing` says what settles it."""

    id: str
    protocol: str
    version: str
    clause: str
    pattern: Literal["precedence", "prohibition", "limit"]
    layer: Layer
    act: Cause
    at: datetime
    bearer: str
    counterparty: tuple[str, ...]
    unit: Unit | None
    why: str
    certain: bool
    reading: Mapping[str, str]
    missing: tuple[str, ...] = ()


PowerState = Literal["waiting", "exercisable", "cured", "exercised", "undetermined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What its holder may do, and from when. `case` is the ground's; empty where the power needs none."""

    protocol: str
    version: str
    clause: str
    case: str
    holder: str
    exercisable_from: datetime | None
    state: PowerState
    reading: Mapping[str, str]
    exercised_by: Cause | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidAct:
    """An act on record that has no effect and matches nothing."""

    protocol: str
    act: Cause
    type: str
    party: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to look at that is no violation: off an open list, a contested act, a statement that differs."""

    protocol: str
    clause: str
    about: Cause
    at: datetime
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What the text leaves unsaid, at the moment that it matters."""

    protocol: str
    version: str
    gap: str
    opened_at: datetime
    opened_by: Cause
    unit: Unit | None
    nl: str
    en: str


class NotExecuted(NamedTuple):
    """A clause that was read but not applied, and why."""

    protocol: str
    version: str
    clause: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is due at `as_of`, by what was known when the state was folded. Sorted: what is open comes first."""

    as_of: datetime
    obligations: tuple[Obligation, ...] = ()
    violations: tuple[Violation, ...] = ()
    powers: tuple[Power, ...] = ()
    void_acts: tuple[VoidAct, ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    not_executed: tuple[NotExecuted, ...] = ()
