"""Pattern `power`: HOLDER may ACT, given a ground, after a time; where each power stands (R11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ledger.protocol.expressions import MomentKind
from ledger.protocol.model import Applies, Clause, ProtocolVersion
from projections.obligations.answer import Cause, Power, PowerState
from projections.obligations.asking import asked_at
from projections.obligations.conditions import timeline
from projections.obligations.powers import Ground, cured, grounds, holders
from projections.obligations.world import World


def powers(world: World, version: ProtocolVersion, clause: Clause) -> Iterator[Power]:
    """Every power that arose under this clause, for each of its holders, and whether it can be used now."""
    for ground in grounds(world, version, clause, world.as_of):
        if ground.power.effect.makes is MomentKind.ACCEDED:
            continue
        at = ground.trigger.happened.earliest if ground.trigger else world.as_of
        for holder in holders(world, ground, at):
            state, missing, by = _state(world, ground, holder)
            bound = world.life.is_bound(holder, asked_at(world.as_of)) or ground.clause.applies is Applies.ALWAYS
            if bound or by is not None:
                yield Power(
                    protocol=world.protocol,
                    version=ground.scope.version.version,
                    clause=ground.clause.address,
                    case=ground.case,
                    holder=holder,
                    exercisable_from=_since(world, ground, holder),
                    state=state,
                    reading={each: ground.scope.readings[each] for each in ground.clause.chooses},
                    exercised_by=by,
                    missing=missing,
                )


def _since(world: World, ground: Ground, holder: str) -> datetime | None:
    """From when this holder has it: a power without `when` not before the holder was bound."""
    if ground.trigger is not None or ground.start is None:
        return ground.start
    spans = [span for span in world.life.bound.get(holder, ()) if span.start <= world.as_of]
    return max(ground.start, spans[-1].start) if spans else ground.start


def _state(world: World, ground: Ground, holder: str) -> tuple[PowerState, tuple[str, ...], Cause | None]:
    used = world.life.exercised.get((ground.clause.address, ground.case, holder))
    if used is not None:
        return "exercised", (), used
    if ground.start is None or ground.missing:
        return "undetermined", ground.missing, None
    if world.as_of < ground.start:
        return "waiting", (), None
    cure = cured(world, ground, asked_at(world.as_of))
    if cure.value:
        return "cured", (), None
    given = ground.power.given
    ground_now = timeline(world, given, ground.scope).at(world.as_of) if given is not None else None
    missing = (*cure.missing, *(ground_now.missing if ground_now else ()))
    if ground_now is not None and ground_now.value is False:
        missing = (*missing, "the ground that the clause asks for")
    return ("undetermined", missing, None) if missing else ("exercisable", (), None)
