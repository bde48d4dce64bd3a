"""An obligation of a lasting clause (standing, recurrence): what both patterns say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Literal, TypeVar

from ledger.protocol.expressions import Parties
from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Recurrence
from ledger.protocol.patterns import Standing as StandingPattern
from projections.obligations.answer import Cause, Due, Obligation
from projections.obligations.beside import strength
from projections.obligations.binding import spans
from projections.obligations.facts import Fact, parsed
from projections.obligations.identity import identity
from projections.obligations.judging import Standing, status
from projections.obligations.names import label
from projections.obligations.openings import NO_UNIT
from projections.obligations.parties import bearers, parties
from projections.obligations.truth import Span
from projections.obligations.units import units
from projections.obligations.world import Item, Scope, World

L = TypeVar("L", StandingPattern, Recurrence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One obligation before it is judged. `cause` is what it counts from, and `case` its name for R22."""

    pattern: Literal["standing", "recurrence"]
    scope: Scope
    case: str
    opened_at: datetime
    cause: Fact
    term: str
    due: Due | None = None
    closed_at: datetime | None = None
    closed_by: Fact | None = None
    waived_by: Fact | None = None
    void: bool = False
    lapsed: bool = False
    missing: tuple[str, ...] = ()
    clock: str = ""

    @property
    def ran_out(self) -> bool:
        """Whether no entry opened it, but the date until which what it counts from was to hold."""
        until = self.cause.fields.get("valid_until")
        return until is not None and parsed(until).latest == self.opened_at

    @property
    def opened_by(self) -> Cause:
        return Cause(0, self.cause.id) if self.ran_out else self.cause.cause

    @property
    def notes(self) -> tuple[str, ...]:
        """By which date it opened, and how strong the evidence is of what closed it."""
        until = self.cause.fields.get("valid_until")
        ran_out = [f"{label(self.cause)} was valid until {until}"] if self.ran_out else []
        return (*ran_out, *([f"evidence: {strength(self.closed_by)}"] if self.closed_by is not None else []))


def scopes(world: World, version: ProtocolVersion, clause: Clause, bearer: Parties) -> list[Scope]:
    """One scope for each party that this clause ever binds; version and reading are those in force now (R10)."""
    scope = world.scope(version, clause)
    named = bearers(world, bearer, replace(scope, always=True)).values
    return [replace(scope, bearer=party) for party in named]


def lasting(world: World, version: ProtocolVersion, clause: Clause, kind: type[L]) -> Iterator[tuple[L, Scope, Span]]:
    """Where a clause of this pattern works at every moment: its body, for each bearer, unit and span begun by now.

    Nothing where another version is in force now, or the clause is of another pattern under the readings of now.
    """
    if world.life.version_at(world.as_of).version is not version:
        return
    body = clause.pattern(world.life.readings_at(version, world.as_of))
    if not isinstance(body, kind):
        return
    for scope in scopes(world, version, clause, body.bearer):
        items: list[Item | None] = [None] if body.for_each is None else list(units(world, body.for_each, scope))
        for item, span in product(items, spans(world, clause, scope.bearer or "")):
            ever = with_unit(world, replace(scope, always=True), item, body.towards, span.start)
            if ever is not None and span.start <= world.as_of:
                yield body, with_unit(world, scope, item, body.towards, span.start) or replace(ever, always=False), span


def with_unit(world: World, scope: Scope, item: Item | None, towards: Parties, at: datetime) -> Scope | None:
    """The same, for one unit, and owed to whom at that moment; None where it is owed to nobody."""
    scope = replace(scope, item=item, at=at)
    owed = parties(world, towards, scope)
    to = tuple(party for party in owed.values if party != scope.bearer)
    return replace(scope, counterparty=to) if to or owed.missing else None


def _owed(world: World, duty: Duty, towards: Parties) -> Scope | None:
    """Owed to those who are bound now, or were when it was closed; else when it opened, or in between."""
    until = duty.closed_at or world.as_of
    for at in (until, duty.opened_at):
        found = with_unit(world, duty.scope, duty.scope.item, towards, at)
        if found is not None:
            return found
    ever = with_unit(world, replace(duty.scope, always=True), duty.scope.item, towards, until)
    joined = world.life.bound_between(duty.opened_at, until)
    to = tuple(party for party in ever.counterparty if party in joined) if ever is not None else ()
    return replace(duty.scope, counterparty=to) if to else None


def owed(world: World, clause: Clause, duties: Iterable[Duty], towards: Parties) -> Iterator[Obligation]:
    """The duties, judged; without those that were never owed to anybody."""
    for duty in duties:
        scope = _owed(world, duty, towards)
        if scope is not None:
            yield _obligation(world, clause, duty, scope)


def _obligation(world: World, clause: Clause, duty: Duty, scope: Scope) -> Obligation:
    name, passed, late = status(
        Standing(
            as_of=world.as_of,
            due=duty.due,
            void=duty.void,
            closed_at=duty.closed_at,
            waived=duty.waived_by is not None,
            lapsed=duty.lapsed,
        )
    )
    unit = scope.item.key if scope.item else NO_UNIT
    closed = duty.closed_at is not None
    return Obligation(
        id=identity(world.protocol, clause.address, duty.case, scope.bearer or "", unit),
        protocol=world.protocol,
        version=scope.version.version,
        clause=clause.address,
        pattern=duty.pattern,
        layer=clause.layer.value,
        bearer=scope.bearer or "",
        counterparty=scope.counterparty,
        unit=scope.item.shown if scope.item else None,
        case=duty.case,
        opened_at=duty.opened_at,
        opened_by=duty.opened_by,
        known_since=duty.cause.recorded_at,
        term=duty.term,
        due=duty.due,
        policy_due=None,
        status=name,
        reading={each: scope.readings[each] for each in clause.chooses},
        chosen_by=world.life.chosen_by(clause.chooses, world.as_of),
        closed_at=duty.closed_at,
        closed_by=duty.closed_by.cause if closed and duty.closed_by is not None else None,
        late_by=late,
        waived_by=duty.waived_by.cause if duty.waived_by is not None and not closed else None,
        missing=() if closed else duty.missing,
        overdue_by=passed,
        clock=duty.clock,
        notes=duty.notes,
    )
