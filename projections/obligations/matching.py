"""Whether an event, a moment or a holding is what a `where` describes (R4): yes, no, or unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, Protocol

from ledger.protocol.definitions import NamedList
from ledger.protocol.expressions import (
    AnyTrigger,
    AnyValue,
    Case,
    Constant,
    EventMatch,
    EveryValue,
    FieldTest,
    ListItems,
    Missing,
    MomentMatch,
    NotValue,
    Outside,
    Trigger,
    Value,
    Where,
)
from projections.obligations.facts import Fact
from projections.obligations.life import MOMENT
from projections.obligations.parties import Found, parties
from projections.obligations.world import Scope, World

ALL = "all"
SPREADING = frozenset({"copy", "datasets", "dataset"})
"""Fields where an event may say `all`."""

Check = Callable[[tuple[Any, ...]], bool | None]


class Tested(Protocol):
    """An event, a moment, a holding: anything with fields."""

    def values(self, name: str) -> tuple[Any, ...]: ...


class Test(NamedTuple):
    """One line of a `where`, ready to be asked. `wanted` are the values of which one must be there, if it says so.

    `missing` is what would settle it where the answer is unknown; where it is empty, that is the field itself.
    """

    field: str
    check: Check
    wanted: frozenset[Any] | None
    missing: tuple[str, ...]


class Match(NamedTuple):
    """An event that matches, or that may: then `missing` says what would settle it."""

    fact: Fact
    at: str
    missing: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    """Those of `to` that the `where` asks for: whose receipt counts."""


def tests(world: World, where: Where, scope: Scope) -> list[Test]:
    return [_test(world, each, scope) for each in where]


def passes(candidate: Tested, asked: Sequence[Test]) -> tuple[bool | None, tuple[str, ...]]:
    """Whether every test holds, and what is missing where that is unknown."""
    missing: tuple[str, ...] = ()
    for test in asked:
        answer = test.check(candidate.values(test.field))
        if answer is False:
            return False, ()
        if answer is None:
            missing += test.missing or (f"{test.field} of {candidate}",)
    return (None if missing else True), missing


def matches(world: World, wanted: EventMatch, scope: Scope) -> Iterator[Match]:
    """Events of a condition: its selectors look at the trigger, act and unit of the scope."""
    asked = tests(world, wanted.where, scope)
    addressees = next((tuple(test.wanted) for test in asked if test.field == "to" and test.wanted), ())
    for fact in _candidates(world, wanted.types, asked):
        if fact.stands:
            answer, missing = passes(fact, asked)
            if answer is not False:
                yield Match(fact, wanted.at, missing, addressees)


def occasions(
    world: World, wanted: Trigger, scope: Scope, *, void: bool = False, of: Fact | None = None
) -> Iterator[Match]:
    """Triggers: inside their own `where`, `trigger` is the event under test, or `of` where that stays the trigger.

    With `void`, retracted ones too.
    """
    if isinstance(wanted, AnyTrigger):
        for each in wanted.triggers:
            yield from occasions(world, each, scope, void=void, of=of)
        return
    if isinstance(wanted, MomentMatch):
        found, at = [turn for turn in world.life.turns if turn.type == MOMENT + wanted.moment.value], "at"
    else:
        found, at = world.facts.on_record(wanted.types), wanted.at
    for fact in found:
        if fact.stands or (void and not fact.void):
            asked = tests(world, wanted.where, replace(scope, trigger=of or fact)) if wanted.where else []
            answer, missing = passes(fact, asked)
            if answer is not False:
                yield Match(fact, at, missing)


def acts(world: World, wanted: EventMatch, scope: Scope) -> Iterator[Match]:
    """Acts: inside their own `where`, `act` is the event under test."""
    for fact in world.facts.of(*wanted.types):
        asked = tests(world, wanted.where, replace(scope, act=fact)) if wanted.where else []
        answer, missing = passes(fact, asked)
        if answer is not False:
            yield Match(fact, wanted.at, missing)


def _candidates(world: World, types: Sequence[str], asked: Sequence[Test]) -> list[Fact]:
    """The facts of these types that can pass: by the index of the test that leaves the fewest."""
    exact = [(test.field, test.wanted) for test in asked if test.wanted is not None]
    found: list[Fact] = []
    for kind in types:
        fewest = min(exact, key=lambda test: world.facts.count(kind, *test), default=None)
        found += world.facts.having(kind, *fewest) if fewest is not None else world.facts.on_record([kind])
    return found


def _test(world: World, given: FieldTest, scope: Scope) -> Test:
    check, wanted, missing = _checked(world, given.value, scope, given.field in SPREADING)
    if wanted is not None and given.field in SPREADING:
        wanted |= {ALL}
    return Test(given.field, check, wanted, missing)


def _checked(
    world: World, value: Value, scope: Scope, spreads: bool
) -> tuple[Check, frozenset[Any] | None, tuple[str, ...]]:
    if isinstance(value, NotValue):
        inner, _, missing = _checked(world, value.value, scope, spreads)
        return partial(_opposite, inner), None, missing
    if isinstance(value, Missing):
        return (lambda values: (not values) is value.missing), None, ()
    if isinstance(value, Outside):
        listed, _ = values_of(world, value.of, scope)
        return partial(_outside, frozenset(listed)), None, ()
    if isinstance(value, EveryValue):
        found = [values_of(world, each, scope) for each in value.values]
        needed = {each for one in found for each in one.values}
        missing = tuple(fact for one in found for fact in one.missing)
        return (lambda values: None if missing and values else bool(values) and needed <= set(values)), None, missing
    return _overlap(values_of(world, value, scope), spreads)


def _overlap(found: Found, spreads: bool) -> tuple[Check, frozenset[Any] | None, tuple[str, ...]]:
    wanted = frozenset(found.values) | ({ALL} if spreads else frozenset())

    def check(values: tuple[Any, ...]) -> bool | None:
        if not values:
            return False
        if any(each in wanted for each in values):
            return True
        return None if found.missing else False

    return check, (None if found.missing else frozenset(found.values)), found.missing


def _outside(listed: frozenset[Any], values: tuple[Any, ...]) -> bool | None:
    """Of what is not said, nobody knows whether it is on the list."""
    return any(each not in listed for each in values) if values else None


def _opposite(inner: Check, values: tuple[Any, ...]) -> bool | None:
    """Anything else, and also nothing at all."""
    answer = inner(values) if values else False
    return None if answer is None else not answer


def values_of(world: World, value: Value, scope: Scope) -> Found:
    """The values that an expression stands for, as a set."""
    if isinstance(value, Constant):
        return Found((value.value,))
    if isinstance(value, Case):
        return Found((scope.case,) if scope.case is not None else ())
    if isinstance(value, AnyValue):
        several = [values_of(world, each, scope) for each in value.values]
        missing = tuple(fact for each in several for fact in each.missing)
        return Found(tuple(dict.fromkeys(one for each in several for one in each.values)), missing)
    if isinstance(value, ListItems):
        return Found(items(world, value, scope))
    if isinstance(value, NotValue | Missing | Outside | EveryValue):
        return Found((), ("a form that is no value",))
    return parties(world, value, scope)


def items(world: World, wanted: ListItems, scope: Scope) -> tuple[str, ...]:
    """The names on a list of the file; of rows, those of their first column."""
    listed: NamedList | None = world.life.list_named(scope.version, wanted.name, scope.readings)
    if listed is None:
        return ()
    if listed.by_party is not None:
        of = parties(world, wanted.of, scope).values if wanted.of is not None else tuple(listed.by_party)
        return tuple(dict.fromkeys(name for party in of for name in listed.by_party.get(party, ())))
    return listed.names or tuple(next(iter(row.values())) for row in listed.rows)
