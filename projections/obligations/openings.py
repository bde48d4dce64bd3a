"""When a response opens, for whom, for which unit, and owed to whom (R9, R12-R15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.clock import Moment
from ledger.protocol.expressions import Holdings as EachHolding
from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Response
from projections.obligations.answer import Cause
from projections.obligations.binding import applies
from projections.obligations.conditions import is_state
from projections.obligations.facts import Fact
from projections.obligations.matching import Match, occasions
from projections.obligations.parties import bearers, parties, selected
from projections.obligations.units import reached, undeclared, units
from projections.obligations.validity import called_off
from projections.obligations.world import Item, Scope, World

NO_UNIT = ("",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A duty that opened: `scope` knows its trigger, case, bearer, unit and counterparty.

    `moment` is when; `clock` the moment of its trigger, from which a counted term runs: a copy made or restored later
    opens at its own start, and shares the limit of its case. `cause` is the entry that opened it, `known_since` when
    that was on record. Where the moment is not `proven`, no term begins. `missing` leaves it undetermined.
    """

    body: Response
    scope: Scope
    trigger: Fact
    moment: Moment
    clock: Moment
    cause: Cause
    known_since: datetime
    proven: bool = True
    missing: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        return (self.scope.case or "", self.scope.bearer or "", *self.unit)

    @property
    def unit(self) -> tuple[str, ...]:
        return self.scope.item.key if self.scope.item else NO_UNIT


def openings(world: World, version: ProtocolVersion, clause: Clause) -> list[Opening]:
    """Every duty of this clause up to now, one for each case, bearer and unit.

    Of several triggers of a case the first opens it and starts the clock of that bearer; with `restarts`, the last.
    A retracted trigger counts only where no other one opened the same.
    """
    found: dict[tuple[str, ...], Opening] = {}
    for opening in sorted(_all(world, version, clause), key=_order):
        known = found.get(opening.key)
        if known is None or _takes_its_place(opening, known):
            found[opening.key] = opening
    return list(found.values())


def _order(opening: Opening) -> tuple[bool, datetime, datetime, datetime, int, tuple[str, ...]]:
    """By when it opened; of a copy that two triggers reach from its own start on, by the trigger that came first."""
    void, moment = opening.trigger.retracted is not None, opening.moment
    return void, moment.earliest, moment.latest, opening.clock.earliest, opening.trigger.position, opening.key


def _takes_its_place(later: Opening, earlier: Opening) -> bool:
    both_stand = later.trigger.retracted is None and earlier.trigger.retracted is None
    if earlier.missing and not later.missing and both_stand:
        return True
    return later.body.restarts and both_stand and set(later.missing) <= set(earlier.missing)


def _all(world: World, version: ProtocolVersion, clause: Clause) -> Iterator[Opening]:
    for variant in clause.variants:
        body = variant.body
        if not isinstance(body, Response):
            continue
        scope = world.scope(version, clause, variant)
        for match in occasions(world, body.when, scope, void=True):
            yield from _triggered(world, clause, body, match, scope)


def _triggered(world: World, clause: Clause, body: Response, match: Match, scope: Scope) -> Iterator[Opening]:
    """Version and reading are those in force when the trigger happened (R10)."""
    rough = world.facts.moment(match.fact, match.at) or match.fact.happened
    if world.life.version_at(rough.earliest).version is not scope.version:
        return
    readings = world.life.readings_at(scope.version, rough.earliest)
    if clause.body(readings) is not body:
        return
    case = match.fact.id
    scope = replace(scope, readings=readings, at=rough.earliest, trigger=match.fact)
    if body.case is not None:
        named = selected(world, body.case, scope).values
        case = str(named[0]) if named else case
    scope = replace(scope, case=case)
    for bearer in bearers(world, body.bearer, scope).values:
        moment = world.facts.moment(match.fact, match.at, (bearer,))
        yield from _borne(world, clause, body, match, replace(scope, bearer=bearer), moment)


def _borne(
    world: World, clause: Clause, body: Response, match: Match, scope: Scope, proven: Moment | None
) -> Iterator[Opening]:
    moment = proven or match.fact.happened
    if moment.earliest > world.as_of or called_off(world.facts, match.fact, moment):
        return
    if not applies(world, clause, scope.bearer or "", moment):
        return
    scope = replace(scope, at=moment.earliest)
    missing = [*match.missing, *([] if proven else [f"{match.at} of {match.fact}"])]
    missing += [f"the dispute about {match.fact}"] if match.fact.disputed else []
    for item, begun, cause in _items(world, body, scope, moment, match.fact):
        inner = replace(scope, item=item)
        owed = parties(world, body.towards, inner)
        towards = tuple(party for party in owed.values if party != scope.bearer)
        if not towards and not owed.missing:
            continue  # a bearer owes itself nothing
        doubts = (*missing, *owed.missing, *(item.missing if item else ()))
        if item is not None and item.origins:
            doubts = (*doubts, f"which copies {scope.bearer} has of {' '.join(item.origins)}")
        yield Opening(
            body=body,
            scope=replace(inner, counterparty=towards),
            trigger=match.fact,
            moment=begun,
            clock=moment,
            cause=cause.cause,
            known_since=max(match.fact.recorded_at, cause.recorded_at, *_known(item)),
            proven=proven is not None,
            missing=tuple(dict.fromkeys(doubts)),
        )


def _known(item: Item | None) -> tuple[datetime, ...]:
    return (item.holding.fact.recorded_at,) if item is not None and item.holding is not None else ()


def _items(
    world: World, body: Response, scope: Scope, moment: Moment, trigger: Fact
) -> Iterator[tuple[Item | None, Moment, Fact]]:
    """The units, each with the moment that its duty opens and the fact that opened it."""
    if body.for_each is None:
        yield None, moment, trigger
    elif isinstance(body.for_each, EachHolding):
        yield from _holdings(world, body, body.for_each, scope, moment, trigger)
        rest = undeclared(world, body.for_each, scope)
        if rest is not None:
            yield rest, moment, trigger
    else:
        yield from ((item, moment, trigger) for item in reached(world, body.for_each, scope, moment))


def _holdings(
    world: World, body: Response, wanted: EachHolding, scope: Scope, moment: Moment, trigger: Fact
) -> Iterator[tuple[Item, Moment, Fact]]:
    """What exists at the trigger, however late it was registered; of a state also what comes later (R14)."""
    until = _until(world, body, scope, moment) if is_state(body.must) else None
    for item in units(world, wanted, scope):
        holding = item.holding
        if holding is None:
            continue
        if holding.exists_at(moment):
            yield item, moment, trigger
        elif is_state(body.must):
            for change in holding.starts_after(moment):
                if change.moment.earliest <= world.as_of and (until is None or change.moment.earliest < until):
                    yield item, change.moment, change.fact
                    break


def _until(world: World, body: Response, scope: Scope, moment: Moment) -> datetime | None:
    """When what comes to exist is no longer reached. Its selectors look at the trigger that opened the duty."""
    if body.until is None:
        return None
    ends = []
    for match in occasions(world, body.until, scope, of=scope.trigger):
        found = world.facts.moment(match.fact, match.at)
        if match.fact is not scope.trigger and found is not None and found.earliest >= moment.earliest:
            ends.append(found.earliest)
    return min(ends, default=None)
