"""Moments of a protocol's life, and the spans in which its parties are bound or at rest (R7, R8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from ledger.clock import Moment
from ledger.protocol.expressions import MomentKind, Parties
from projections.obligations.facts import Fact
from projections.obligations.life import MOMENT
from projections.obligations.parties import parties
from projections.obligations.signatures import make
from projections.obligations.truth import Span
from projections.obligations.world import Scope, World

ENDING = (MomentKind.LEFT, MomentKind.ENDED)


def change(world: World, kind: MomentKind, whom: Parties, at: Moment, cause: Fact, scope: Scope) -> None:
    """Make the moment, and open or close the spans of those that it is for.

    What was retracted makes a moment that changes nothing: what it opened is shown as void.
    """
    life = world.life
    named = parties(world, whom, replace(scope, at=at.earliest)).values
    if cause.retracted is not None:
        concerned = named
    elif kind in ENDING:
        concerned = tuple(party for party in named if _still(life.bound.get(party, ()), at.earliest))
        for party in concerned:
            life.bound[party] = _closed(life.bound[party], at.earliest)
        if not concerned:
            life.overtaken.add(cause.id)
    elif kind is MomentKind.ACCEDED:
        concerned = tuple(party for party in named if not _still(life.bound.get(party, ()), at.earliest))
        for party in concerned:
            life.bound.setdefault(party, []).append(Span(at.earliest, None))
    else:
        concerned = tuple(party for party in named)
        _rest(world, kind, concerned, at)
    if kind is MomentKind.LEFT or kind is MomentKind.ACCEDED:
        for party in concerned:
            make(world, kind, at, (party,), cause)
    elif concerned:
        make(world, kind, at, concerned, cause)


def _rest(world: World, kind: MomentKind, whom: Sequence[str], at: Moment) -> None:
    suspended = world.life.suspended
    for party in whom:
        if kind is MomentKind.SUSPENDED:
            suspended.setdefault(party, []).append(Span(at.earliest, None))
        elif kind is MomentKind.RESUMED:
            suspended[party] = _closed(suspended.get(party, []), at.earliest)


def settle(world: World) -> None:
    """An end that an earlier one overtook did not happen; one that several acts bring about happened once.

    Of those, the first on record that nobody disputes: what it opened keeps its id, whatever is recorded later.
    """
    settled: list[Fact] = []
    ended: set[tuple[str, str, datetime]] = set()
    for turn in sorted(world.life.turns, key=lambda turn: (turn.disputed, turn.position)):
        if turn.stands and turn.type in (MOMENT + kind.value for kind in ENDING):
            at = turn.happened.earliest
            here = [p for p in turn.parties if any(span.end == at for span in world.life.bound.get(p, ()))]
            whom = tuple(p for p in here if (turn.type, p, at) not in ended)
            ended |= {(turn.type, p, at) for p in whom}
            if not whom:
                world.life.overtaken.add(turn.id)
                continue
            turn = replace(turn, parties=whom, fields={**turn.fields, "party": list(whom), "parties": list(whom)})
        settled.append(turn)
    world.life.turns = sorted(settled, key=lambda turn: (turn.happened.earliest, turn.position))
    world.life.overtaken -= {turn.id for turn in settled}


def _still(spans: Iterable[Span], at: datetime) -> bool:
    """Bound then, or until then: one act may make a party leave and end the protocol for it."""
    return any(span.start <= at and (span.end is None or at <= span.end) for span in spans)


def _closed(spans: Iterable[Span], at: datetime) -> list[Span]:
    return [Span(span.start, at) if span.has(at) else span for span in spans]
