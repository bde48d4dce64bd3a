"""Whom a clause binds, and when (R8, R9)."""

from __future__ import annotations

from datetime import datetime

from ledger.clock import Moment
from ledger.protocol.expressions import MomentKind
from ledger.protocol.model import Applies, Clause
from projections.obligations.facts import Fact
from projections.obligations.truth import Span
from projections.obligations.world import World


def applies(world: World, clause: Clause, bearer: str, moment: Moment) -> bool:
    """Whether the clause works for this bearer then: while bound, from when it first was on, or always."""
    if clause.applies is Applies.ALWAYS:
        return True
    if clause.applies is Applies.SURVIVES:
        start = world.life.first_bound(bearer)
        return start is not None and start <= moment.latest
    return world.life.is_bound(bearer, moment)


def spans(world: World, clause: Clause, bearer: str) -> list[Span]:
    """The stretches in which a lasting clause works for this bearer, from when a version first had it.

    The date of an end is the last day on which something is asked (R8): a year that it closes was whole.
    """
    life = world.life
    if clause.applies is Applies.IN_FORCE:
        found = life.bound_through_last_day(bearer)
    else:
        in_force = life.in_force.earliest if life.in_force is not None else None
        begun = life.first_bound(bearer) if clause.applies is Applies.SURVIVES else in_force
        found = [Span(begun, None)] if begun is not None else []
    first = next((each for each in life.versions if each.version.clause(clause.address)), life.first)
    if first is life.first or first.start is None:
        return found
    late = first.start.earliest
    return [Span(max(span.start, late), span.end) for span in found if span.end is None or span.end > late]


def beginning(world: World, bearer: str, at: datetime) -> Fact:
    """The moment that bound this bearer: in-force, or its accession; of a later clause, the amendment."""
    kinds = (MomentKind.IN_FORCE, MomentKind.ACCEDED, MomentKind.AMENDED)
    turns = [turn for kind in kinds for turn in world.life.of(kind) if bearer in turn.parties]
    exact = [turn for turn in turns if turn.happened.earliest == at]
    return (exact or turns or world.life.of(MomentKind.IN_FORCE))[0]
