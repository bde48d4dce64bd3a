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
from projections.obligations.conditions import support, timeline
from projections.obligations.deadlines import available_from
from projections.obligations.facts import Fact
from projections.obligations.matching import Match, occasions, passes, tests
from projections.obligations.parties import parties
from projections.obligations.truth import AT_ONCE, Truth, any_true
from projections.obligations.world import Scope, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A power that arose: by one `when` entry, or always. `start` is None where its beginning is not proven.

    `begun` is the moment of that entry, from which `after` runs.
    """

    clause: Clause
    power: Power
    scope: Scope
    trigger: Fact | None
    start: datetime | None
    begun: Moment | None = None
    missing: tuple[str, ...] = ()

    @property
    def case(self) -> str:
        return self.trigger.id if self.trigger else ""


class Verdict(NamedTuple):
    """Whether an act used a power: `counts` False is void, None stands but contested; `why` says so."""

    counts: bool | None
    why: str
    ground: Ground | None = None


def grounds(world: World, version: ProtocolVersion, clause: Clause, at: datetime) -> Iterator[Ground]:
    """Every ground of this clause's power up to a moment; the one of a power without `when` is always there.

    Version and reading are those of the trigger (R10): a choice or version that comes later takes no power that arose.
    """
    for variant in clause.variants:
        power = variant.body
        if not isinstance(power, Power):
            continue
        if power.when is None:
            if _means(world, version, clause, power, at):
                yield _always(world, version, clause, power, at)
            continue
        for match in occasions(world, power.when, world.scope(version, clause, variant)):
            moment = world.facts.moment_for_all(match.fact, match.at)
            begun = (moment or match.fact.happened).earliest
            if match.fact.happened.earliest <= at and _means(world, version, clause, power, begun):
                yield _ground(world, *_taken_over(world, version, clause, power, begun, at), match, moment)


def _means(world: World, version: ProtocolVersion, clause: Clause, power: Power, at: datetime) -> bool:
    """Whether this version is in force then, and its clause reads so."""
    if world.life.version_at(at).version is not version:
        return False
    return clause.body(world.life.readings_at(version, at)) is power


def _always(world: World, version: ProtocolVersion, clause: Clause, power: Power, at: datetime) -> Ground:
    start = world.life.in_force.earliest if world.life.in_force else at
    scope = _scope(world, version, clause, at)
    return Ground(clause=clause, power=power, scope=scope, trigger=None, start=start)


def _scope(world: World, version: ProtocolVersion, clause: Clause, at: datetime) -> Scope:
    readings = world.life.readings_at(version, at)
    return Scope(version=version, readings=readings, at=at, always=clause.applies is Applies.ALWAYS)


def _taken_over(
    world: World, version: ProtocolVersion, clause: Clause, power: Power, begun: datetime, at: datetime
) -> tuple[Clause, Power, Scope]:
    """The clause under which the power goes on: of a later version, if one in force by then took it over (R10)."""
    scope = _scope(world, version, clause, begun)
    for each in world.life.versions:
        if each.start is None or not begun < each.start.earliest <= at:
            continue
        later = next((one for one in each.version.clauses if one.takes_over == clause.address), None)
        body = later.pattern(world.life.readings_at(each.version, each.start.earliest)) if later is not None else None
        if later is not None and isinstance(body, Power):
            clause, power, scope = later, body, _scope(world, each.version, later, each.start.earliest)
    return clause, power, scope


def _ground(world: World, clause: Clause, power: Power, scope: Scope, match: Match, begun: Moment | None) -> Ground:
    inner = replace(scope, trigger=match.fact, case=match.fact.id)
    missing = (*match.missing, *((unproven(world, match.fact, match.at),) if begun is None else ()))
    start = None
    if begun is not None:
        after = power.after
        start = begun.latest if after is None else available_from(begun, after, scope.version.calendar)
    return Ground(
        clause=clause, power=power, scope=inner, trigger=match.fact, start=start, begun=begun, missing=missing
    )


def unproven(world: World, fact: Fact, name: str) -> str:
    """Which moment is not known; of a receipt, by whom."""
    by = world.facts.unreceived(fact) if name == "received_at" else ()
    return f"{name} of {fact}" + (f" by {', '.join(by)}" if by else "")


def holders(world: World, ground: Ground, at: datetime) -> tuple[str, ...]:
    return parties(world, ground.power.holder, replace(ground.scope, at=at)).values


def cured(world: World, ground: Ground, at: Moment) -> Truth:
    """`unless`, at any time from the trigger to the end of `after`; without `after`, at the act.

    A cure in time stays one: what comes back after it is another matter, and takes another trigger.
    """
    if ground.power.unless is None:
        return Truth(False)
    line = timeline(world, ground.power.unless, ground.scope)
    if ground.power.after is None or ground.start is None or ground.begun is None:
        return line.over(at)
    return any_true([truth for _, _, truth in line.stretches(ground.begun.earliest, ground.start + AT_ONCE)])


def judged(world: World, ground: Ground, act: Fact, party: str, at: Moment) -> Verdict:
    """Whether this party's act uses this power."""
    power, address = ground.power, ground.clause.address
    fits, _ = passes(act, tests(world, power.act.where, replace(ground.scope, act=act)))
    if act.type not in power.act.types or fits is False:
        return Verdict(False, "no clause gives a power to this act")
    if not _may(world, ground, act, party, at):
        of_a_class = isinstance(power.holder, ClassOf) and bool(act.values("class"))
        bound = of_a_class or ground.clause.applies is not Applies.IN_FORCE or world.life.is_bound(party, at)
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
        by = support(cure.facts)
        return Verdict(False, f"cured in time: {address}" + (f", by {by}" if by is not None else ""), ground)
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
