"""Selectors and party words: which parties, or which values, they are from where a clause looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from ledger.protocol.expressions import (
    AuthorityOf,
    But,
    ClassOf,
    MomentKind,
    Named,
    Parties,
    PartyWord,
    Root,
    Selector,
    Together,
)
from projections.obligations.world import Scope, World


class Found(NamedTuple):
    """The values, in order and once each; `missing` says which of them could not be known."""

    values: tuple[Any, ...]
    missing: tuple[str, ...] = ()


def parties(world: World, given: Parties, scope: Scope) -> Found:
    """The parties that an expression names."""
    if isinstance(given, Named):
        return Found((given.party,))
    if isinstance(given, Selector):
        return selected(world, given, scope)
    if isinstance(given, Together):
        return _union([parties(world, each, scope) for each in given.members])
    if isinstance(given, But):
        of, but = parties(world, given.of, scope), parties(world, given.but, scope)
        return Found(tuple(each for each in of.values if each not in but.values), of.missing + but.missing)
    if isinstance(given, ClassOf):
        return Found(_members(world, given.name, scope))
    if isinstance(given, AuthorityOf):
        return _union([_authority(world, party, scope) for party in parties(world, given.parties, scope).values])
    return _word(world, given.word, scope)


def bearers(world: World, given: Parties, scope: Scope) -> Found:
    """The same in the field `bearer`, where `others` are all but the party of the trigger."""
    return parties(world, given, replace(scope, placing=True))


def selected(world: World, selector: Selector, scope: Scope) -> Found:
    """The values of one field of trigger, act, unit or protocol."""
    source = {Root.TRIGGER: scope.trigger, Root.ACT: scope.act, Root.UNIT: scope.item}.get(selector.root)
    values: tuple[Any, ...] = ()
    if selector.root is Root.PROTOCOL:
        values = _of_protocol(world, selector.field, scope)
    elif source is not None:
        values = source.values(selector.field)
    return Found(tuple(dict.fromkeys(values)), () if values else (f"{selector} is not given",))


def _of_protocol(world: World, name: str, scope: Scope) -> tuple[str, ...]:
    """`id`, `version`, `drawn_up` or `in_force`."""
    if name == "in_force":
        return (world.life.in_force.text,) if world.life.in_force is not None else ()
    found = getattr(scope.version, name, None)
    return (str(found),) if found is not None else ()


def _word(world: World, word: PartyWord, scope: Scope) -> Found:
    everyone = _bound(world, scope)
    if scope.always:
        everyone = tuple(dict.fromkeys([*scope.version.party_ids, *world.life.bound]))
    if word is PartyWord.ALL:
        return Found(everyone)
    if word is PartyWord.OTHERS:
        source = scope.trigger or scope.act
        apart = (source.parties if source else ()) if scope.placing else (scope.bearer,)
        return Found(tuple(party for party in everyone if party not in apart))
    if word is PartyWord.PEERS:
        return Found(_peers(world, scope))
    if word is PartyWord.BEARER:
        return Found((scope.bearer,) if scope.bearer else ())
    if word is PartyWord.COUNTERPARTY:
        return Found(scope.counterparty)
    if word is PartyWord.UNIT:
        return Found((scope.item.value,) if scope.item else ())
    return Found((word.value,))


def _members(world: World, name: str, scope: Scope) -> tuple[str, ...]:
    """Who acceded as a member of a class and is bound at that moment; with `always`, whoever did or will."""
    joined = [turn for turn in world.life.of(MomentKind.ACCEDED) if name in turn.values("class")]
    found = dict.fromkeys(party for turn in joined for party in turn.parties)
    bound = _bound(world, scope)
    return tuple(party for party in found if scope.always or party in bound)


def _bound(world: World, scope: Scope) -> tuple[str, ...]:
    """Who is bound at that moment; under a clause that survives, also who was before."""
    return world.life.bound_until(scope.at) if scope.surviving else world.life.bound_at(scope.at)


def _peers(world: World, scope: Scope) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for source, target in flows(world, scope):
        if scope.bearer in (source, target):
            found[source if target == scope.bearer else target] = None
    return tuple(found)


def flows(world: World, scope: Scope, datasets: Iterable[str] = ()) -> set[tuple[str, str]]:
    """Every ordered pair that the text lets data go between; of named data sets, all of them by one flow."""
    plain, wanted = replace(scope, bearer=None), set(datasets)
    pairs = set()
    for flow in world.life.flows(scope.version, scope.at):
        if flow.datasets is None or wanted <= set(flow.datasets):
            for source in parties(world, flow.source, plain).values:
                pairs |= {(source, target) for target in parties(world, flow.target, plain).values if source != target}
    return pairs


def _authority(world: World, party: str, scope: Scope) -> Found:
    """Of a party of the file its own; of one that acceded that of its class."""
    known = scope.version.party(party)
    if known is not None:
        found: tuple[str, ...] = (known.authority,) if known.authority else ()
    else:
        joined = {
            name for turn in world.life.of(MomentKind.ACCEDED) if party in turn.parties for name in turn.values("class")
        }
        found = tuple(each.authority for each in scope.version.classes if each.id in joined and each.authority)
    return Found(found, () if found else (f"which authority supervises {party}",))


def _union(several: list[Found]) -> Found:
    values = dict.fromkeys(value for each in several for value in each.values)
    return Found(tuple(values), tuple(dict.fromkeys(fact for each in several for fact in each.missing)))
