"""What one more event would change: obligations that open and close, violations, acts in vain. Nothing is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from ledger.chain.entry import Entry
from ledger.chain.hashing import NO_LEAF
from ledger.clock import Moment
from ledger.events.base import MOMENT_FIELDS, Event, ProtocolEvent, stream_of
from ledger.events.codec import encoded
from projections.beforehand import Already, Unregistered, already, unregistered
from projections.obligations.answer import Answer, Finding, Obligation, Violation, VoidAct
from projections.obligations.engine import evaluate, world_of
from projections.obligations.life import MOMENT
from projections.obligations.projection import ObligationsProjection, State
from projections.projection import Fact
from projections.unheard import target_of, unheard


class Turn(NamedTuple):
    """A moment of the protocol's life that the event makes: `kind` is left, ended, acceded, ...; it may lie ahead."""

    kind: str
    parties: tuple[str, ...]
    at: Moment


class Effect(NamedTuple):
    """The difference that an event makes at `as_of`: the last moment that it names or makes, or the present if later.

    `present` is when it was asked, so that what opens only then can be told apart.
    """

    present: datetime
    as_of: datetime
    opens: tuple[Obligation, ...]
    closes: tuple[Obligation, ...]
    violates: tuple[Violation, ...]
    in_vain: tuple[VoidAct, ...]
    turns: tuple[Turn, ...]
    findings: tuple[Finding, ...] = ()
    already: tuple[Already, ...] = ()
    unregistered: tuple[Unregistered, ...] = ()


def effect(projection: ObligationsProjection, state: State, event: Event, position: int, at: datetime) -> Effect:
    """What recording this event next, at `position` and `at`, would change. `state` is spent: it then holds it."""
    as_of = max(at, *(moment.latest for moment in _moments(event)))
    protocol = event.protocol if isinstance(event, ProtocolEvent) else None
    known = replace(state, facts={name: list(facts) for name, facts in state.facts.items()})
    before = evaluate(known, as_of, protocol=protocol)
    raw = encoded(event)
    entry = Entry(raw, position, NO_LEAF, at, "", stream_of(event), position, raw)
    held = projection.apply(state, Fact(entry))
    had = _turns(known, protocol, as_of)
    turns = tuple(turn for turn in _turns(held, protocol, as_of) if turn not in had)
    last = max((as_of, *(turn.at.latest for turn in turns)))
    if last > as_of:
        before = evaluate(known, last, protocol=protocol)
    found = _difference(at, before, evaluate(held, last, protocol=protocol), turns)
    stated = Fact(entry).known
    target = target_of(stated)
    named = next((each for each in known.facts.get(protocol or "", ()) if each.fields["id"] == target), None)
    act = unheard(stated, named)
    found = found._replace(in_vain=(*found.in_vain, act)) if act else found
    return _with_what_was_before(found, known, held, event)


def _with_what_was_before(found: Effect, known: State, held: State, event: Event) -> Effect:
    """What is there already, or is not, by the state before it; the act itself as the state after it has it."""
    protocol = event.protocol if isinstance(event, ProtocolEvent) else None
    worlds = [world_of(state, protocol, found.as_of) for state in (known, held)] if protocol is not None else []
    if len(worlds) < 2 or worlds[0] is None or worlds[1] is None:
        return found
    act = worlds[1].facts.by_id.get(event.id)
    if act is None:
        return found
    return found._replace(already=tuple(already(worlds[0], act)), unregistered=tuple(unregistered(worlds[0], act)))


def _turns(state: State, protocol: str | None, as_of: datetime) -> tuple[Turn, ...]:
    world = world_of(state, protocol, as_of) if protocol is not None else None
    found = [turn for turn in world.life.turns if turn.stands] if world is not None else []
    return tuple(Turn(turn.type.removeprefix(MOMENT), turn.parties, turn.happened) for turn in found)


def _moments(event: Event) -> list[Moment]:
    texts = (getattr(event, name) for name in MOMENT_FIELDS.get(type(event), ("happened_at",)))
    return [Moment.counted(text) for text in texts if isinstance(text, str)]


def _difference(present: datetime, before: Answer, after: Answer, turns: tuple[Turn, ...]) -> Effect:
    open_before = {each.id for each in before.obligations if each.is_open}
    open_after = {each.id for each in after.obligations if each.is_open}
    standing = {each.id: each for each in after.obligations}
    violated, void = {each.id for each in before.violations}, {each.act for each in before.void_acts}
    return Effect(
        present=present,
        as_of=after.as_of,
        opens=tuple(each for each in after.obligations if each.is_open and each.id not in open_before),
        closes=tuple(
            standing.get(each.id, each) for each in before.obligations if each.is_open and each.id not in open_after
        ),
        violates=tuple(each for each in after.violations if each.id not in violated),
        in_vain=tuple(each for each in after.void_acts if each.act not in void),
        turns=turns,
        findings=tuple(each for each in after.findings if each not in before.findings),
    )
