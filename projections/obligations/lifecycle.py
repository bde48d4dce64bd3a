"""The protocol's life, worked out from definitions and exercised powers, in order of happening (R7-R11)."""

from __future__ import annotations

from datetime import datetime

from ledger.protocol.definitions import End
from ledger.protocol.expressions import EventMatch, MomentKind
from projections.obligations.amending import amend
from projections.obligations.changes import change, settle
from projections.obligations.exercising import exercise
from projections.obligations.facts import Fact
from projections.obligations.signatures import begin, note_unsigned, sign
from projections.obligations.steps import Step, steps
from projections.obligations.world import Scope, World

NOTED = "protocol-ended"


def work_out(world: World) -> None:
    """Fill `world.life`, and mark the acts that no power gives as void."""
    for each in world.life.versions:
        sign(world, each)
    begin(world)
    for step in steps(world):
        _take(world, step)
    settle(world)
    note_unsigned(world)
    _compare(world)


def _take(world: World, step: Step) -> None:
    if step.end is not None:
        if world.life.version_at(step.moment.earliest) is step.version:
            _end(world, step.end, step)
    elif step.version is not None:
        amend(world, step.version, step.moment, step.fact)
    else:
        exercise(world, step.fact)


def _end(world: World, end: End, step: Step) -> None:
    """What the version in force then says: one that is only registered ends nothing, and an amendment may prolong."""
    scope = _scope(world, step.moment.earliest, step.fact)
    for kind in end.gives:
        change(world, kind, end.parties, step.moment, step.fact, scope)
    if step.moment.is_day and not isinstance(end.upon, EventMatch):
        spans = world.life.bound.items()
        ended = (party for party, found in spans if any(span.end == step.moment.earliest for span in found))
        world.life.last_day.update(dict.fromkeys(ended, step.moment))


def _scope(world: World, at: datetime, fact: Fact) -> Scope:
    version = world.life.version_at(at).version
    readings = world.life.readings_at(version, at)
    return Scope(version=version, readings=readings, at=at, trigger=fact, act=fact)


def _compare(world: World) -> None:
    """An end that a party noted ends nothing: it is compared with the one that follows from text and acts."""
    ends = {turn.happened.day for turn in world.life.of(MomentKind.ENDED)}
    for fact in world.facts.of(NOTED):
        noted = world.facts.moment(fact, "effective_at") or fact.happened
        if noted.day not in ends:
            says = f"protocol-ended notes an end on {noted.day}, which does not follow from text and acts"
            world.note("", fact.cause, noted.earliest, says)
