"""The seven patterns: the constraint templates of Declare, with the duty, power and prohibition of eFLINT."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.protocol.expressions import (
    Condition,
    EventMatch,
    MomentKind,
    Parties,
    PartyWord,
    Root,
    Selector,
    Those,
    Trigger,
    Units,
)
from ledger.protocol.marks import Node
from ledger.protocol.terms import CalendarPeriod, EffectTime, Period, Span, Term

ACTING_PARTY: Parties = Selector(Root.ACT, "party")
OTHERS: Parties = Those(PartyWord.OTHERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Node):
    """When `when`, the bearer must `must`, owed to `towards`, within `term`, for each unit.

    `case` names the matter (default: the trigger's own id); with `restarts` the last trigger of a case starts the
    clock. `early`: what happened before the opening counts too. Waived while `unless` holds.
    """

    when: Trigger
    bearer: Parties
    towards: Parties
    must: Condition
    term: Term
    case: Selector | None = None
    restarts: bool = False
    for_each: Units | None = None
    until: Trigger | None = None
    early: bool = False
    unless: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedence(Node):
    """`act` is allowed only once `needs` holds, for each unit."""

    act: EventMatch
    needs: Condition
    for_each: Units | None = None
    bearer: Parties = ACTING_PARTY
    towards: Parties = OTHERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Prohibition(Node):
    """`act` is a violation, unless `unless` holds at the act."""

    act: EventMatch
    unless: Condition | None = None
    bearer: Parties = ACTING_PARTY
    towards: Parties = OTHERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Node):
    """At most `at_most` of `act`, counted apart for each value of `per` and each period of `each`."""

    act: EventMatch
    at_most: int
    per: tuple[Selector, ...] = ()
    each: CalendarPeriod | None = None
    bearer: Parties = ACTING_PARTY
    towards: Parties = OTHERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Node):
    """At every moment the bearer must have `has`, for each unit. Nothing is asked while `unless` holds."""

    bearer: Parties
    towards: Parties
    has: Condition
    for_each: Units | None = None
    unless: Condition | None = None


class Baseline(StrEnum):
    """From what a rolling recurrence counts while there is no first time."""

    IN_FORCE = "in-force"
    """One period after in-force."""
    PRIOR = "prior"
    """Due at in-force: there should have been one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence(Node):
    """The bearer must do `must` again, at least every `every`, for each unit; a period is waived by `unless`."""

    bearer: Parties
    towards: Parties
    must: EventMatch
    every: Period
    baseline: Baseline = Baseline.IN_FORCE
    for_each: Units | None = None
    unless: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect(Node):
    """What an exercised power changes: `makes` (left, ended, acceded, amended, suspended, resumed), for whom, when."""

    makes: MomentKind
    parties: Parties
    at: EffectTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Power(Node):
    """The holder may `act`, if `given` holds at the act, once `after` has ended since `when`; otherwise it is void.

    `unless` cures: it is asked when `after` ends (without `after`: at the act). `jointly`: every holder states it.
    """

    holder: Parties
    act: EventMatch
    effect: Effect
    jointly: bool = False
    when: Trigger | None = None
    given: Condition | None = None
    after: Span | None = None
    unless: Condition | None = None


Pattern = Response | Precedence | Prohibition | Limit | Standing | Recurrence | Power
PATTERNS: dict[str, type[Pattern]] = {
    "response": Response,
    "precedence": Precedence,
    "prohibition": Prohibition,
    "limit": Limit,
    "standing": Standing,
    "recurrence": Recurrence,
    "power": Power,
}
