"""Conditions as timelines: true, false or unknown at every moment (R4-R6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ledger.clock import Moment
from ledger.protocol.expressions import (
    AllOf,
    AnyOf,
    Bound,
    Condition,
    CopyIs,
    CopyState,
    Each,
    EventMatch,
    FlowExists,
    Holdings,
    NoneOf,
    RetentionAgreed,
)
from projections.obligations.agreements import retention
from projections.obligations.facts import Fact
from projections.obligations.holdings import State
from projections.obligations.matching import matches, tests
from projections.obligations.parties import flows, parties
from projections.obligations.truth import (
    FALSE,
    TRUE,
    Piece,
    Timeline,
    all_true,
    any_true,
    merged,
    none_true,
    opposite,
    swept,
    unknown,
)
from projections.obligations.units import bound_line, undeclared, units
from projections.obligations.validity import pieces
from projections.obligations.world import Item, Scope, World

_COMBINED = {AnyOf: any_true, AllOf: all_true, NoneOf: none_true}
_STATES: dict[CopyState, tuple[State, ...]] = {
    CopyState.DELETED: ("deleted", "destroyed"),
    CopyState.DESTROYED: ("destroyed",),
}


def timeline(world: World, condition: Condition, scope: Scope) -> Timeline:
    """When the condition holds, from where the clause looks. With `since`, earlier events do not count."""
    if isinstance(condition, EventMatch):
        return _event(world, condition, scope)
    if isinstance(condition, AnyOf | AllOf | NoneOf):
        lines = [timeline(world, each, scope) for each in condition.conditions]
        return merged(lines, _COMBINED[type(condition)])
    if isinstance(condition, Each):
        return _each(world, condition, scope)
    if isinstance(condition, CopyIs):
        return _copy(condition, scope)
    if isinstance(condition, Bound):
        return _bound(world, condition, scope)
    if isinstance(condition, FlowExists):
        return _flow(world, condition, scope)
    return _agreed(world, condition, scope)


def is_state(condition: Condition) -> bool:
    """Whether a copy's state is asked for: then it also reaches what comes to exist later, and may cease to hold."""
    if isinstance(condition, AnyOf | AllOf | NoneOf):
        return any(is_state(each) for each in condition.conditions)
    return isinstance(condition, CopyIs) or (isinstance(condition, Each) and is_state(condition.has))


def _event(world: World, wanted: EventMatch, scope: Scope) -> Timeline:
    asked = tests(world, wanted.where, scope)
    found: list[Piece] = []
    for match in matches(world, wanted, scope):
        for piece in pieces(world, match, asked):
            found += _counted(piece, world.facts.moment(match.fact, match.at, match.addressees), scope.since)
    return swept(found)


def _counted(piece: Piece, moment: Moment | None, since: Moment | None) -> Iterator[Piece]:
    """The piece, if its event did not come before the opening; unknown, if both lie within one date."""
    if since is None or moment is None or moment.earliest >= since.latest:
        yield piece
    elif moment.latest > since.earliest:
        yield piece._replace(value=None, missing=f"the order of {piece.fact} within {moment.text}")


def _each(world: World, condition: Each, scope: Scope) -> Timeline:
    """True while it is true of every unit that exists; over nothing it is true, over undeclared copies unknown."""
    lines = [Timeline.always(unknown(*each)) for each in _undeclared(world, condition, scope)]
    for item in units(world, condition.units, replace(scope, since=None)):
        has = timeline(world, condition.has, replace(scope, item=item))
        lines.append(has if item.exists is None else merged([has, absent(item.exists)], any_true))
    return merged(lines, all_true) if lines else Timeline.always(TRUE)


def _undeclared(world: World, condition: Each, scope: Scope) -> Iterator[tuple[str, ...]]:
    """Which copies are asked about, and not known: an empty register is no empty disk."""
    if isinstance(condition.units, Holdings):
        holders = [test.wanted for test in tests(world, condition.units.where, scope) if test.field == "holder"]
        rest = undeclared(world, condition.units, scope)
        if rest is not None and holders == [frozenset((scope.bearer,))]:
            yield (f"which copies {scope.bearer} has of {' '.join(rest.origins)}",)


def absent(line: Timeline) -> Timeline:
    """The opposite of a timeline. Where it is false, its facts are what made the other true."""
    return Timeline(line.starts, tuple(each._replace(facts=() if each.value else each.facts) for each in
                                       map(opposite, line.truths)))  # fmt: skip


def _copy(condition: CopyIs, scope: Scope) -> Timeline:
    if scope.item is None or scope.item.holding is None:
        return Timeline.always(unknown())  # the unit `undeclared` says itself what is missing
    return scope.item.holding.is_in(_STATES[condition.state])


def _bound(world: World, condition: Bound, scope: Scope) -> Timeline:
    lines = []
    for given in condition.parties:
        found = parties(world, given, scope)
        if found.missing:
            lines.append(Timeline.always(unknown(*found.missing)))
        life = world.life
        lines += [bound_line(life.bound.get(party, ()), life.last_day.get(party)) for party in found.values]
    return merged(lines, all_true) if lines else Timeline.always(FALSE)


def _flow(world: World, condition: FlowExists, scope: Scope) -> Timeline:
    """Every pair is one that the text provides for, and its protocol is not suspended."""
    anyone = replace(scope, always=True)
    source, target = parties(world, condition.source, scope), parties(world, condition.target, scope)
    if source.missing or target.missing:
        return Timeline.always(unknown(*source.missing, *target.missing))
    allowed = flows(world, anyone, scope.act.values("datasets") if scope.act is not None else ())
    pairs = [(one, other) for one in source.values for other in target.values]
    if not pairs or not all(pair in allowed for pair in pairs):
        return Timeline.always(FALSE)
    resting = [span for pair in pairs for party in pair for span in world.life.suspended.get(party, ())]
    lines = [absent(bound_line([span])) for span in resting]
    return merged(lines, all_true) if lines else Timeline.always(TRUE)


def _agreed(world: World, condition: RetentionAgreed, scope: Scope) -> Timeline:
    keeper = scope.bearer or ""
    found = [parties(world, each, scope) for each in condition.between]
    if any(each.missing for each in found):
        return Timeline.always(unknown(*(fact for each in found for fact in each.missing)))
    givers = [party for each in found for party in each.values if party != keeper]
    item: Item | None = scope.item if condition.covering_unit else None
    return retention(world, givers, keeper, item) if givers else Timeline.always(FALSE)


def support(facts: tuple[Fact, ...]) -> Fact | None:
    """Of the facts that make something true together, the one that came last."""
    return max(facts, key=lambda fact: (fact.happened.earliest, fact.position), default=None)
