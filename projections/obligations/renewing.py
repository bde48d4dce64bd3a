"""An answer worked out anew only where it may have changed (see `remembered`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from ledger.chain.hashing import sha256
from projections.obligations.asking import Asked, Horizon
from projections.obligations.engine import CHOSEN, Evaluation
from projections.obligations.life import Life
from projections.obligations.projection import REGISTERED, USED, State
from projections.obligations.remembered import BESIDE, About, Kept, kept, told
from projections.obligations.statements import DISPUTED, MANDATE, RETRACTED, SETTLED, WITHDRAWN

UNBOUNDED = frozenset({RETRACTED, DISPUTED, SETTLED, MANDATE, WITHDRAWN, CHOSEN, REGISTERED})
"""Types that may change what was recorded of any other type, or how it is read."""


class Renewed(NamedTuple):
    """Every part of what is due under one protocol, in the engine's order; None is as it was.

    `zones` are those in which its versions count days.
    """

    parts: dict[str, Kept | None]
    zones: frozenset[str]


def renewed(state: State, protocol: str, as_of: datetime, before: Mapping[str, About], position: int) -> Renewed:
    """What is due under a protocol at `as_of`. `before` describes the parts known at entry `position`."""
    horizon = Horizon(as_of)
    evaluation = Evaluation.of(state, protocol, Asked.of(as_of, horizon))
    beside, life = evaluation.beside(), _life(evaluation, horizon)
    uses = sum(days.total() for _, days in state.uses.of(protocol)) if state.uses is not None else 0
    changed, known = None, before.get(BESIDE)
    if known is not None and known.at(as_of) and known.life == life:
        changed = _changed(state, protocol, position, known.uses != uses)
    parts: dict[str, Kept | None] = {BESIDE: None}
    for address in evaluation.addresses:
        about = before.get(address)
        holds = changed is not None and about is not None and about.at(as_of) and not about.read & changed
        parts[address] = None if holds else _part(evaluation, address, as_of)
    # Last: whatever holds the moment with which the life was worked out has by now noted how long that holds.
    parts[BESIDE] = kept(beside, horizon, (), life=life, uses=uses)
    versions = evaluation.world.life.versions if evaluation.world is not None else ()
    return Renewed(parts, frozenset(each.version.calendar.zone for each in versions))


def _part(evaluation: Evaluation, address: str, as_of: datetime) -> Kept:
    world, horizon = evaluation.world, Horizon(as_of)
    if world is None:
        raise TypeError("a protocol without a version has no clause")
    world.as_of, world.facts.read = Asked.of(as_of, horizon), set()
    part = evaluation.part(address)
    return kept(part, horizon, world.facts.read)


def _changed(state: State, protocol: str, position: int, used: bool) -> frozenset[str] | None:
    """The types of which something was recorded after that entry; None where that may concern every type."""
    found = {USED} if used else set()
    for known in reversed(state.facts.get(protocol, ())):
        if known.position <= position:
            break
        if known.type in UNBOUNDED:
            return None
        found.add(known.type)
    return frozenset(found)


def _life(evaluation: Evaluation, horizon: Horizon) -> str:
    """A digest of what clauses ask of the protocol's life."""
    if evaluation.world is None:
        return ""
    life: Life = evaluation.world.life
    versions = [(each.registered.fields["digest"], each.start, each.signed) for each in life.versions]
    used = sorted((*power, *act) for power, act in life.exercised.items())
    seen = (
        versions, life.choices, list(life.bound.items()), list(life.last_day.items()),
        list(life.suspended.items()), life.turns, life.void,
        sorted(life.contested.items()), used, sorted(life.joined),
    )  # fmt: skip
    return sha256(msgspec.json.encode(seen, enc_hook=told(horizon))).hex()
