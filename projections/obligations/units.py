"""What a clause is applied for each of: holdings, parties, facts, items of a list, names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from ledger.clock import Moment
from ledger.protocol.expressions import (
    But,
    ClassOf,
    EachFact,
    EachItem,
    EachName,
    EachParty,
    EventMatch,
    NotValue,
    Parties,
    PartyWord,
    Those,
    Units,
)
from ledger.protocol.expressions import Holdings as EachHolding
from projections.obligations.answer import Unit
from projections.obligations.declaring import known
from projections.obligations.facts import Fact
from projections.obligations.holdings import Holding
from projections.obligations.matching import ALL, Test, matches, passes, tests
from projections.obligations.names import label, names_of
from projections.obligations.parties import flows, parties
from projections.obligations.truth import TRUE, Span, Timeline, Truth, all_true, merged, swept, unknown
from projections.obligations.validity import pieces
from projections.obligations.world import Item, Scope, World

UNDECLARED: Literal["undeclared"] = "undeclared"
_DELIVERED = (("origins", "origin"), ("datasets", "dataset"))
"""Fields of a delivery, each with that of the copies it gives."""
_CHANGING = (PartyWord.ALL, PartyWord.OTHERS, PartyWord.PEERS)


def units(world: World, wanted: Units, scope: Scope) -> Iterator[Item]:
    """Every unit, whenever it exists. Holdings that may match are given with what is missing."""
    if isinstance(wanted, EachHolding):
        yield from holdings(world, wanted, scope)
    elif isinstance(wanted, EachParty):
        yield from _parties(world, wanted, scope)
    elif isinstance(wanted, EachFact):
        for match in matches(world, wanted.event, scope):
            yield fact_item(match.fact, swept(pieces(world, match)))
    elif isinstance(wanted, EachItem):
        yield from _items(world, wanted, scope)
    else:
        yield from _names(wanted)


def holdings(world: World, wanted: EachHolding, scope: Scope) -> Iterator[Item]:
    asked = tests(world, wanted.where, scope)
    for holding in world.holdings.all():
        answer, missing = passes(holding, asked)
        if answer is not False:
            yield holding_item(holding, missing)
        elif _may_be_of(holding, asked, scope):
            yield holding_item(holding, (f"which exchange {holding.label} is of",))


def _may_be_of(holding: Holding, asked: Sequence[Test], scope: Scope) -> bool:
    """Of a copy that does not say which delivery it is of: whether it may be of the one that is asked for."""
    rest = [test for test in asked if test.field != "exchange"]
    if len(rest) == len(asked) or holding.values("exchange") or passes(holding, rest)[0] is False:
        return False
    named = [(scope.trigger.values(several), one) for several, one in _DELIVERED] if scope.trigger is not None else []
    return all(not told or ALL in told or bool(set(told) & set(holding.values(one))) for told, one in named)


def holding_item(holding: Holding, missing: tuple[str, ...] = ()) -> Item:
    shown = Unit("holding", holding.label, {"holder": holding.holder, **holding.fields})
    exists = holding.is_in(("held", "deleted"))
    return Item(holding.key, shown, holding=holding, exists=exists, missing=missing)


def _parties(world: World, wanted: EachParty, scope: Scope) -> Iterator[Item]:
    """Of a word such as `others`, or a class: everyone whom it ever names, while they are bound."""
    changing = _changing(wanted.parties)
    for party in parties(world, wanted.parties, replace(scope, always=True) if changing else scope).values:
        lines = [_while_bound(world, party, scope)] if changing else []
        lines += [_once(world, wanted.once, party, scope)] if wanted.once else []
        yield party_item(party, merged(lines, all_true) if lines else None)


def _while_bound(world: World, party: str, scope: Scope) -> Timeline:
    begun = world.life.first_bound(party) if scope.surviving else None
    if begun is not None:
        return bound_line([Span(begun, None)])
    return bound_line(world.life.bound.get(party, ()), world.life.last_day.get(party))


def _once(world: World, wanted: Sequence[EventMatch], party: str, scope: Scope) -> Timeline:
    """From when on there had been such an event for the party, whatever ended it since: what was disclosed stays so."""
    seen = replace(scope, item=party_item(party), since=None)
    found = (piece for each in wanted for match in matches(world, each, seen) for piece in pieces(world, match))
    return swept(piece._replace(end=None) for piece in found)


def _changing(given: Parties) -> bool:
    """Whether it names others as parties come and go."""
    if isinstance(given, But):
        return _changing(given.of)
    return isinstance(given, ClassOf) or (isinstance(given, Those) and given.word in _CHANGING)


def party_item(party: str, exists: Timeline | None = None) -> Item:
    return Item(("party", party), Unit("party", party), party=party, exists=exists)


def reached(world: World, wanted: Units, scope: Scope, moment: Moment) -> Iterator[Item]:
    """The units that exist at one moment. Of holdings only those; which come later is asked of the holding."""
    if isinstance(wanted, EachParty):
        for party in parties(world, wanted.parties, scope).values:
            had = _once(world, wanted.once, party, scope).over(moment) if wanted.once else TRUE
            if had.value is not False:
                yield replace(party_item(party), missing=had.missing)
        return
    for item in units(world, wanted, scope):
        if item.exists is None or item.exists.over(moment).value is not False:
            yield item


def bound_line(spans: Iterable[Span], last_day: Moment | None = None) -> Timeline:
    """True while one of the spans lasts; unknown during the date that ended one."""
    starts, truths = [Timeline.always(Truth(False)).starts[0]], [Truth(False)]
    for span in spans:
        starts.append(span.start)
        truths.append(Truth(True))
        if span.end is not None:
            starts.append(span.end)
            truths.append(Truth(False))
        if last_day is not None and span.end == last_day.earliest:
            truths[-1] = unknown(f"the hour of {last_day.text} at which the protocol ended")
            starts.append(last_day.latest)
            truths.append(Truth(False))
    return Timeline(tuple(starts), tuple(truths))


def fact_item(fact: Fact, exists: Timeline) -> Item:
    shown = Unit("fact", label(fact), {**names_of(fact), "type": fact.type, "id": fact.id})
    return Item(("fact", fact.id), shown, fact=fact, exists=exists)


def _items(world: World, wanted: EachItem, scope: Scope) -> Iterator[Item]:
    listed = world.life.list_named(scope.version, wanted.name, scope.readings)
    if listed is None:
        return
    for row in listed.rows:
        yield Item(("item", wanted.name, *row.values()), Unit("item", " ".join(row.values()), dict(row)), row=row)
    names = listed.names
    if listed.by_party is not None:
        names = listed.by_party.get(scope.bearer or "", ())
    yield from _names(EachName(names))


def _names(wanted: EachName) -> Iterator[Item]:
    yield from (Item(("name", name), Unit("name", name)) for name in wanted.names)


def undeclared(world: World, wanted: EachHolding, scope: Scope) -> Item | None:
    """The unit of a bearer whose copies are not known and not declared (R15): an empty register is no empty disk."""
    bearer = scope.bearer or ""
    of_holder = tuple(test for test in wanted.where if test.field in ("holder", "origin"))
    by_origin = any(test.field == "origin" for test in of_holder)
    found = [item.holding for item in holdings(world, EachHolding(of_holder) if by_origin else wanted, scope)]
    copies = [holding for holding in found if holding is not None]
    if copies and not by_origin:
        return None
    exchanges = _exchanges(world, wanted, scope)
    origins = [
        origin
        for origin in _origins(world, wanted, scope)
        if not known(world.facts, bearer, origin, exchanges, [c for c in copies if origin in c.values("origin")])
    ]
    if not origins:
        return None
    shown = Unit(UNDECLARED, UNDECLARED, {"holder": bearer, "origin": " ".join(origins)})
    return Item((UNDECLARED,), shown, origins=tuple(origins))


def _exchanges(world: World, wanted: EachHolding, scope: Scope) -> frozenset[str]:
    """The deliveries that the clause asks for by name; empty where it asks for all."""
    asked = tuple(test for test in wanted.where if test.field == "exchange")
    return frozenset(str(each) for test in tests(world, asked, scope) for each in test.wanted or ())


def _origins(world: World, wanted: EachHolding, scope: Scope) -> list[str]:
    """Whose data the bearer may hold: what the clause asks for, else who may send to it."""
    test = next((test for test in wanted.where if test.field == "origin"), None)
    if test is not None and not isinstance(test.value, NotValue):
        found = next(iter(tests(world, (test,), scope)))
        return sorted(str(each) for each in found.wanted or ())
    if test is None and scope.trigger is not None and scope.trigger.values("origins"):
        return sorted(str(each) for each in scope.trigger.values("origins"))
    senders = {source for source, target in flows(world, replace(scope, always=True)) if target == scope.bearer}
    return sorted(senders - {scope.bearer or ""})
