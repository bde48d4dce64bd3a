"""The use of a power: an act has its effect, or is void where no power gives it (R11)."""

from __future__ import annotations

from dataclasses import replace

from ledger.clock import Moment
from ledger.protocol.expressions import MomentKind
from ledger.protocol.patterns import Power
from projections.obligations.amending import amended
from projections.obligations.answer import VoidAct
from projections.obligations.changes import change
from projections.obligations.deadlines import effective_at
from projections.obligations.facts import Fact
from projections.obligations.kinds import LIFE_ACTS
from projections.obligations.parties import parties
from projections.obligations.powers import Ground, Verdict, best, grounds, judged, unproven
from projections.obligations.world import World


def exercise(world: World, act: Fact) -> None:
    """Use the power that gives this act, or mark it void."""
    life = world.life
    version = life.version_at(act.happened.earliest).version
    readings = life.readings_at(version, act.happened.earliest)
    giving = [
        clause.address
        for clause, pattern in version.patterns(readings)
        if isinstance(pattern, Power) and act.type in pattern.act.types
    ]
    found = _grounds(world, act)
    if not giving and not found and act.type not in LIFE_ACTS:
        return  # only another version makes a power of it
    used: list[tuple[str, Verdict]] = []
    for party in act.parties:
        verdicts = [judged(world, ground, act, party, _act_moment(world, ground, act)) for ground in found]
        verdict = best(verdicts, giving)
        if verdict.counts is False and act.retracted is None:
            _void(world, act, party, verdict)
        elif verdict.counts is not False:
            used.append((party, verdict))
    if not used:
        world.facts.put(replace(act, void=world.life.void[-1].why) if act.retracted is None else act)
        return
    act = replace(act, parties=tuple(party for party, _ in used))
    world.facts.put(act)
    _use(world, used[0][1], act)


def _grounds(world: World, act: Fact) -> list[Ground]:
    """Of every power to such an act: one that arose under an earlier version or reading is still there (R10)."""
    clauses = ((each.version, clause) for each in world.life.versions for clause in each.version.clauses)
    found = (ground for each in clauses for ground in grounds(world, *each, act.happened.latest))
    return [ground for ground in found if act.type in ground.power.act.types]


def _act_moment(world: World, ground: Ground, act: Fact) -> Moment:
    return world.facts.moment_for_all(act, ground.power.act.at) or act.happened


def _void(world: World, act: Fact, party: str, verdict: Verdict) -> None:
    void = VoidAct(
        protocol=world.protocol, act=act.cause, type=act.type, party=party, at=act.happened.earliest, why=verdict.why
    )
    world.life.void.append(void)


def _use(world: World, verdict: Verdict, act: Fact) -> None:
    """Give the power its effect."""
    life, ground = world.life, verdict.ground
    if ground is None:
        return
    power = ground.power
    if verdict.counts is None and act.retracted is None:
        life.contested[act.id] = (verdict.why,)
        world.note(ground.clause.address, act.cause, act.happened.earliest, f"contested: {verdict.why}")
    for party in act.parties if act.retracted is None else ():
        life.exercised[(ground.clause.address, ground.case, party)] = act.cause
    if power.jointly and not _joined(world, ground, act):
        return
    scope = replace(ground.scope, act=act, at=act.happened.earliest)
    start = world.facts.moment_for_all(act, power.effect.at.start.field)
    if start is None and act.retracted is not None:
        return
    if start is None:
        missing = unproven(world, act, power.effect.at.start.field)
        world.note(ground.clause.address, act.cause, act.happened.earliest, f"no effect is proven yet: {missing}")
        return
    at = effective_at(start, power.effect.at.after, power.effect.at.edge, scope.version.calendar)
    if power.effect.makes is MomentKind.AMENDED and act.retracted is None:
        amended(world, act, at)
    change(world, power.effect.makes, power.effect.parties, at, act, scope)


def _joined(world: World, ground: Ground, act: Fact) -> bool:
    """Whether this is the statement that was still missing: every holder stated the same act.

    What completed an earlier one is used up: a next suspension asks every holder again.
    """
    same = [
        each
        for each in world.facts.of(act.type)
        if each.id not in world.life.joined and each.happened.earliest <= act.happened.latest and _agree(each, act)
    ]
    needed = set(parties(world, ground.power.holder, replace(ground.scope, at=act.happened.earliest)).values)
    last = max(same, key=lambda each: (each.happened.earliest, each.happened.latest, each.position), default=None)
    if last is None or last.id != act.id or not needed <= {party for each in same for party in each.parties}:
        return False
    world.life.joined |= {each.id for each in same}
    return True


def _agree(one: Fact, other: Fact) -> bool:
    """Whether two statements say the same, where both say it: the version, and from when on."""
    shared = [name for name in ("version", "effective_at") if name in one.fields and name in other.fields]
    return all(one.fields[name] == other.fields[name] for name in shared)
