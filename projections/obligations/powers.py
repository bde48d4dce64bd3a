"""Powers (R11): who may do what, given a ground, from when; and whether an act was one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from ledger.clock import Moment, spell
from ledger.protocol.expressions import ClassOf
from ledger.protocol.model import Applies, Clause, ProtocolVersion
from ledger.protocol.patterns import Power
from projections.obligations.conditions import timeline
from projections.obligations.deadlines import available_from
from projections.obligations.facts import Fact
from projections.obligations.matching import Match, occasions, passes, tests
from projections.obligations.parties import parties
from projections.obligations.truth import Truth
from projections.obligations.world import Scope, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A power that arose: by one `when` entry, or always. `start` is None where its beginning is not proven."""

    clause: Clause
    power: Power
    scope: Scope
    trigger: Fact | None
    start: datetime | None
    missing: tuple[str, ...] = ()

    @property
    def case(self) -> str:
        return self.trigger.id if self.trigger else ""


class Verdict(NamedTuple):
    """Whether an act used a power: `counts` False is void, None stands but contested; `why` says so."""

    counts: bool | None
    why: str
    ground: Ground | None = None


def grounds(world: World, version: ProtocolVersion, clause: Clause, power: Power, at: datetime) -> Iterator[Ground]:
    """Every ground of this power up to a moment; the one of a power without `when` is always there."""
    readings = world.life.readings_at(version, at)
    scope = Scope(version=version, readings=readings, at=at, always=clause.applies is Applies.ALWAYS)
    if power.when is None:
        start = world.life.in_force.earliest if world.life.in_force else at
        yield Ground(clause=clause, power=power, scope=scope, trigger=None, start=start)
        return
    for match in occasions(world, power.when, scope):
        ground = _ground(world, clause, power, scope, match)
        if ground.start is None or match.fact.happened.earliest <= at:
            yield ground


def _ground(world: World, clause: Clause, power: Power, scope: Scope, match: Match) -> Ground:
    moment = world.facts.moment_for_all(match.fact, match.at)
    inner = replace(scope, trigger=match.fact, case=match.fact.id)
    missing = (*match.missing, *((unproven(world, match.fact, match.at),) if moment is None else ()))
    start = None
    if moment is not None:
        after = power.after
        start = moment.latest if after is None else available_from(moment, after, scope.version.calendar)
    return Ground(clause=clause, power=power, scope=inner, trigger=match.fact, start=start, missing=missing)


def unproven(world: World, fact: Fact, name: str) -> str:
    """Which moment is not known; of a receipt, by whom."""
    by = world.facts.unreceived(fact) if name == "received_at" else ()
    return f"{name} of {fact}" + (f" by {', '.join(by)}" if by else "")


def holders(world: World, ground: Ground, at: datetime) -> tuple[str, ...]:
    return parties(world, ground.power.holder, replace(ground.scope, at=at)).values


def cured(world: World, ground: Ground, at: Moment) -> Truth:
    """`unless`, asked at the end of `after`; without `after`, at the act."""
    if ground.power.unless is None:
        return Truth(False)
    line = timeline(world, ground.power.unless, ground.scope)
    if ground.power.after is not None and ground.start is not None:
        return line.at(ground.start)
    return line.over(at)


def judged(world: World, ground: Ground, act: Fact, party: str, at: Moment) -> Verdict:
    """Whether this party's act uses this power."""
    power, address = ground.power, ground.clause.address
    fits, _ = passes(act, tests(world, power.act.where, replace(ground.scope, act=act)))
    if act.type not in power.act.types or fits is False:
        return Verdict(False, "no clause gives a power to this act")
    if not _may(world, ground, act, party, at):
        bound = ground.clause.applies is not Applies.IN_FORCE or world.life.is_bound(party, at)
        why = f"{address} does not give it to {party}" if bound else f"the protocol did not bind {party} then"
        return Verdict(False, why, ground)
    if ground.start is None:
        if power.after is not None:
            return Verdict(False, f"the time of {address} never began: {', '.join(ground.missing)}", ground)
        return Verdict(None, ", ".join(ground.missing), ground)
    if at.latest < ground.start or (at.is_day and at.latest == ground.start):
        return Verdict(False, f"before its time: {address} gives it from {spell(ground.start)}", ground)
    given = timeline(world, power.given, replace(ground.scope, act=act)).over(at) if power.given else Truth(True)
    if given.value is False:
        return Verdict(False, f"the ground that {address} asks for is not there", ground)
    cure = cured(world, ground, at)
    if cure.value:
        return Verdict(False, f"cured in time: {address}", ground)
    doubts = [*given.missing, *cure.missing, *ground.missing]
    if at.earliest < ground.start:
        doubts.append(f"the hour of {act}")
    return Verdict(None if doubts else True, ", ".join(doubts), ground)


def _may(world: World, ground: Ground, act: Fact, party: str, at: Moment) -> bool:
    holder = ground.power.holder
    if isinstance(holder, ClassOf) and act.values("class"):
        return holder.name in act.values("class")
    if party not in holders(world, ground, at.earliest):
        return False
    return ground.clause.applies is not Applies.IN_FORCE or world.life.is_bound(party, at)


def best(verdicts: list[Verdict], waiting: Sequence[str] = ()) -> Verdict:
    """An act counts if one power gives it; else the verdict that comes nearest says why not.

    `waiting` are the clauses that would give it upon an event, of which none is on record.
    """
    order = {True: 0, None: 1, False: 2}
    none = Verdict(False, "no clause of this protocol gives such a power")
    if waiting:
        none = Verdict(False, f"{', '.join(waiting)} gives it only upon what did not happen")
    return min([*verdicts, none], key=lambda each: (order[each.counts], each.ground is None))
