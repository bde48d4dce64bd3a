"""Moments of a protocol's life, and the spans in which its parties are bound or at rest (R7, R8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from ledger.clock import Moment
from ledger.protocol.expressions import MomentKind, Parties
from projections.obligations.facts import Fact
from projections.obligations.life import MOMENT, Life
from projections.obligations.parties import parties
from projections.obligations.signatures import make
from projections.obligations.truth import Span
from projections.obligations.world import Scope, World

ENDING = (MomentKind.LEFT, MomentKind.ENDED)
RESTING = (MomentKind.SUSPENDED, MomentKind.RESUMED)


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
    elif kind in RESTING:
        concerned = _rest(life, kind, named, at.earliest)
        if not concerned:
            life.overtaken.add(cause.id)
    else:
        concerned = named
    if kind is MomentKind.LEFT or kind is MomentKind.ACCEDED:
        for party in concerned:
            make(world, kind, at, (party,), cause)
    elif concerned:
        make(world, kind, at, concerned, cause)


def _rest(life: Life, kind: MomentKind, named: Sequence[str], at: datetime) -> tuple[str, ...]:
    """Those whose rest begins or ends then: who rests does not begin again, and who does not rest does not end it."""
    found = []
    for party in named:
        spans = life.suspended.setdefault(party, [])
        if kind is MomentKind.SUSPENDED and not any(span.has(at) for span in spans):
            spans.append(Span(at, None))
        if kind is MomentKind.RESUMED and any(span.has(at) for span in spans):
            spans = life.suspended[party] = _closed(spans, at)
        if at in ({span.start for span in spans} if kind is MomentKind.SUSPENDED else {span.end for span in spans}):
            found.append(party)
    return tuple(found)


def settle(world: World) -> None:
    """What an earlier one overtook did not happen; what several acts bring about at one moment happened once.

    Of those, the first on record that nobody disputes: what it opened keeps its id, whatever is recorded later.
    """
    life = world.life
    life.bound = {party: _joined(spans) for party, spans in life.bound.items()}
    life.suspended = {party: _joined(spans) for party, spans in life.suspended.items() if spans}
    settled: list[Fact] = []
    happened: set[tuple[str, str, datetime]] = set()
    for turn in sorted(life.turns, key=lambda turn: (turn.disputed, turn.position)):
        if turn.stands and turn.type in _EDGED:
            at = turn.happened.earliest
            here = [party for party in turn.parties if at in _edges(life, turn.type, party)]
            whom = tuple(party for party in here if (turn.type, party, at) not in happened)
            happened |= {(turn.type, party, at) for party in whom}
            if not whom:
                life.overtaken.add(turn.id)
                continue
            turn = replace(turn, parties=whom, fields={**turn.fields, "party": list(whom), "parties": list(whom)})
        settled.append(turn)
    life.turns = sorted(settled, key=lambda turn: (turn.happened.earliest, turn.position))
    life.overtaken -= {turn.id for turn in settled}


_EDGED = tuple(MOMENT + kind.value for kind in (*ENDING, *RESTING, MomentKind.ACCEDED))
"""Moments at which a party begins or ends to be bound, or to rest."""


def _edges(life: Life, type_: str, party: str) -> set[datetime | None]:
    """When a moment of this type came for a party."""
    kind = MomentKind(type_.removeprefix(MOMENT))
    spans = life.suspended.get(party, ()) if kind in RESTING else life.bound.get(party, ())
    begins = kind in (MomentKind.SUSPENDED, MomentKind.ACCEDED)
    return {span.start if begins else span.end for span in spans}


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same time without overlaps: it is counted once."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        last = found[-1] if found else None
        if last is None or (last.end is not None and last.end <= span.start):
            found.append(span)
        else:
            end = None if last.end is None or span.end is None else max(last.end, span.end)
            found[-1] = Span(last.start, end)
    return found


def _still(spans: Iterable[Span], at: datetime) -> bool:
    """Bound then, or until then: one act may make a party leave and end the protocol for it."""
    return any(span.start <= at and (span.end is None or at <= span.end) for span in spans)


def _closed(spans: Iterable[Span], at: datetime) -> list[Span]:
    return [Span(span.start, at) if span.has(at) else span for span in spans]
