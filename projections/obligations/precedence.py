"""Pattern `precedence`: ACT is allowed only once NEEDS holds, per UNIT. Nothing later cures it (R19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Precedence
from projections.obligations.acting import Judged, judged, violation
from projections.obligations.answer import Violation
from projections.obligations.conditions import support, timeline
from projections.obligations.names import called
from projections.obligations.parties import parties
from projections.obligations.truth import Truth
from projections.obligations.units import reached
from projections.obligations.world import Item, World


def violations(world: World, version: ProtocolVersion, clause: Clause) -> Iterator[Violation]:
    """Every act without what it needs before it; uncertain where the order or the prior is not known."""
    for act in judged(world, version, clause):
        body = act.body
        if not isinstance(body, Precedence):
            continue
        items: list[Item | None] = [None]
        if body.for_each is not None:
            items = list(reached(world, body.for_each, act.scope, act.moment))
        for item in items:
            yield from _judged(world, clause, body, act, item)


def _judged(world: World, clause: Clause, body: Precedence, act: Judged, item: Item | None) -> Iterator[Violation]:
    scope = replace(act.scope, item=item)
    scope = replace(scope, counterparty=parties(world, body.towards, scope).values)
    needed = timeline(world, body.needs, scope).over(act.moment)
    if needed.value:
        _note_lateness(world, clause, act, needed)
        return
    for_unit = f" for {item.shown}" if item is not None else ""
    why = f"{called(act.act)} without what the clause needs before it{for_unit}"
    found = violation(world, clause, act, body.towards, item, why, needed.missing)
    if found is not None:
        yield found


def _note_lateness(world: World, clause: Clause, act: Judged, needed: Truth) -> None:
    """A prior that was recorded after the act counts by when it happened, and is shown as recorded late."""
    prior = support(needed.facts)
    if prior is not None and prior.position > act.act.position:
        says = f"recorded after the act that it precedes: {act.act}"
        world.note(clause.address, prior.cause, prior.happened.earliest, says)
