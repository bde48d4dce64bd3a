"""The protocol's life, worked out from definitions and exercised powers, in order of happening (R7-R11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from ledger.clock import Moment
from ledger.protocol.definitions import End, External
from ledger.protocol.expressions import EventMatch, MomentKind, Parties
from ledger.protocol.model import Clause
from ledger.protocol.patterns import Power
from projections.obligations.answer import VoidAct
from projections.obligations.deadlines import effective_at
from projections.obligations.facts import Fact, parsed
from projections.obligations.kinds import LIFE_ACTS
from projections.obligations.life import MOMENT, InForceVersion
from projections.obligations.matching import occasions
from projections.obligations.parties import parties
from projections.obligations.powers import Ground, Verdict, best, grounds, judged, unproven
from projections.obligations.signatures import begin, make, note_unsigned, registration, sign
from projections.obligations.truth import Span
from projections.obligations.world import Scope, World

END_DATE, NOTED = "protocol-end-date-recorded", "protocol-ended"
_ENDING = (MomentKind.LEFT, MomentKind.ENDED)


class Step(NamedTuple):
    """Something that may change the protocol's life: an act, an end that `version` defines, or `version` itself."""

    moment: Moment
    position: int
    fact: Fact
    end: End | None = None
    version: InForceVersion | None = None


def work_out(world: World) -> None:
    """Fill `world.life`, and mark the acts that no power gives as void."""
    for each in world.life.versions:
        sign(world, each)
    begin(world)
    for step in _steps(world):
        _take(world, step)
    _settle(world)
    note_unsigned(world)
    _compare(world)


def _order(step: Step) -> tuple[datetime, datetime, int]:
    return step.moment.earliest, step.moment.latest, step.position


def _steps(world: World) -> list[Step]:
    """Acts that a power covers, ends that the text defines, and later versions; in order of happening."""
    found = [*_acts(world), *_ends(world)]
    for each in world.life.versions[1:]:
        if each.start is not None:
            found.append(Step(each.start, each.registered.position, registration(each.registered), None, each))
    return sorted(found, key=_order)


def _acts(world: World) -> Iterable[Step]:
    types = set(LIFE_ACTS)
    for each in world.life.versions:
        for clause in each.version.clauses:
            types |= {name for v in clause.variants if isinstance(v.body, Power) for name in v.body.act.types}
    for fact in world.facts.on_record(sorted(types)):
        if not fact.void:
            yield Step(fact.happened, fact.position, fact)


def _ends(world: World) -> Iterable[Step]:
    for each in world.life.versions:
        for clause in each.version.clauses:
            for variant in clause.variants:
                if isinstance(variant.body, End):
                    steps = _end_steps(world, each, variant.body, world.scope(each.version, clause, variant))
                    yield from (step for step in steps if _reads(world, each, clause, step))


def _reads(world: World, each: InForceVersion, clause: Clause, step: Step) -> bool:
    """Whether the clause reads so at the end that it gives: a reading chosen later changes no end that came (R10)."""
    return clause.body(world.life.readings_at(each.version, step.moment.earliest)) is step.end


def _end_steps(world: World, each: InForceVersion, end: End, scope: Scope) -> Iterable[Step]:
    if isinstance(end.upon, date):
        yield Step(Moment.of_day(end.upon), each.registered.position, registration(each.registered), end, each)
    elif isinstance(end.upon, External):
        yield from _external(world, each, end, end.upon)
    else:
        yield from _upon(world, each, end, end.upon, scope)


def _external(world: World, each: InForceVersion, end: End, external: External) -> Iterable[Step]:
    """The date as last recorded: when it moves, the end moves."""
    wanted = external.name.casefold()
    said = [fact for fact in world.facts.of(END_DATE) if str(fact.fields.get("external", "")).casefold() == wanted]
    if said:
        last = max(said, key=lambda fact: (fact.happened.earliest, fact.position))
        yield Step(parsed(last.fields["ends_at"]), last.position, last, end, each)


def _upon(world: World, each: InForceVersion, end: End, upon: EventMatch, scope: Scope) -> Iterable[Step]:
    at = "effective_at" if upon.at == "happened_at" else upon.at
    for match in occasions(world, upon, scope, void=True):
        moment = world.facts.moment_for_all(match.fact, at)
        if moment is not None:
            yield Step(moment, match.fact.position, match.fact, end, each)


def _take(world: World, step: Step) -> None:
    if step.end is not None:
        if world.life.version_at(step.moment.earliest) is step.version:
            _end(world, step.end, step)
    elif step.version is not None:
        _amend(world, step.version, step.moment, step.fact)
    else:
        _exercise(world, step.fact)


def _end(world: World, end: End, step: Step) -> None:
    """What the version in force then says: one that is only registered ends nothing, and an amendment may prolong."""
    scope = _scope(world, step.moment.earliest, step.fact)
    for kind in end.gives:
        _change(world, kind, end.parties, step.moment, step.fact, scope)
    if step.moment.is_day and not isinstance(end.upon, EventMatch):
        spans = world.life.bound.items()
        ended = (party for party, found in spans if any(span.end == step.moment.earliest for span in found))
        world.life.last_day.update(dict.fromkeys(ended, step.moment))


def _scope(world: World, at: datetime, fact: Fact) -> Scope:
    version = world.life.version_at(at).version
    readings = world.life.readings_at(version, at)
    return Scope(version=version, readings=readings, at=at, trigger=fact, act=fact)


def _exercise(world: World, act: Fact) -> None:
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
        _amended(world, act, at)
    _change(world, power.effect.makes, power.effect.parties, at, act, scope)


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


def _amended(world: World, act: Fact, at: Moment) -> None:
    for each in world.life.versions[1:]:
        if each.version.version == act.fields.get("version"):
            _not_yet(world, each)
            each.start = at
            _accede(world, each, at, act)


def _not_yet(world: World, each: InForceVersion) -> None:
    """What its signatures alone began waits for the moment that was agreed."""
    life, cause = world.life, each.registered.fields["id"]
    begun = [turn for turn in life.turns if turn.id == cause and turn.type == MOMENT + MomentKind.ACCEDED.value]
    for party in (party for turn in begun for party in turn.parties):
        life.bound.pop(party, None)
    life.turns = [turn for turn in life.turns if turn not in begun and not (
        turn.id == cause and turn.type == MOMENT + MomentKind.AMENDED.value)]  # fmt: skip


def _amend(world: World, each: InForceVersion, at: Moment, cause: Fact) -> None:
    """A later version, signed by all, takes the place of the one before."""
    if each.start == at and at.earliest <= world.as_of:
        make(world, MomentKind.AMENDED, at, each.version.party_ids, cause)
        _accede(world, each, at, cause)


def _accede(world: World, each: InForceVersion, at: Moment, cause: Fact) -> None:
    """A version that adds a party gives `acceded`."""
    added = [party for party in each.version.party_ids if party not in world.life.bound]
    for party in added:
        world.life.bound[party] = [Span(at.earliest, None)]
        make(world, MomentKind.ACCEDED, at, (party,), cause)


def _change(world: World, kind: MomentKind, whom: Parties, at: Moment, cause: Fact, scope: Scope) -> None:
    """Make the moment, and open or close the spans of those that it is for.

    What was retracted makes a moment that changes nothing: what it opened is shown as void.
    """
    life = world.life
    named = parties(world, whom, replace(scope, at=at.earliest)).values
    if cause.retracted is not None:
        concerned = named
    elif kind in _ENDING:
        concerned = tuple(party for party in named if _still(life.bound.get(party, ()), at.earliest))
        for party in concerned:
            life.bound[party] = _closed(life.bound[party], at.earliest)
    elif kind is MomentKind.ACCEDED:
        concerned = tuple(party for party in named if not _still(life.bound.get(party, ()), at.earliest))
        for party in concerned:
            life.bound.setdefault(party, []).append(Span(at.earliest, None))
    else:
        concerned = tuple(party for party in named)
        _rest(world, kind, concerned, at)
    if kind is MomentKind.LEFT or kind is MomentKind.ACCEDED:
        for party in concerned:
            make(world, kind, at, (party,), cause)
    elif concerned:
        make(world, kind, at, concerned, cause)


def _rest(world: World, kind: MomentKind, whom: Sequence[str], at: Moment) -> None:
    suspended = world.life.suspended
    for party in whom:
        if kind is MomentKind.SUSPENDED:
            suspended.setdefault(party, []).append(Span(at.earliest, None))
        elif kind is MomentKind.RESUMED:
            suspended[party] = _closed(suspended.get(party, []), at.earliest)


def _settle(world: World) -> None:
    """An end that an earlier one overtook did not happen."""
    settled = []
    for turn in world.life.turns:
        if turn.stands and turn.type in (MOMENT + kind.value for kind in _ENDING):
            at = turn.happened.earliest
            whom = tuple(p for p in turn.parties if any(span.end == at for span in world.life.bound.get(p, ())))
            if not whom:
                continue
            turn = replace(turn, parties=whom, fields={**turn.fields, "party": list(whom), "parties": list(whom)})
        settled.append(turn)
    world.life.turns = sorted(settled, key=lambda turn: (turn.happened.earliest, turn.position))


def _compare(world: World) -> None:
    """An end that a party noted ends nothing: it is compared with the one that follows from text and acts."""
    ends = {turn.happened.day for turn in world.life.of(MomentKind.ENDED)}
    for fact in world.facts.of(NOTED):
        noted = world.facts.moment(fact, "effective_at") or fact.happened
        if noted.day not in ends:
            says = f"protocol-ended notes an end on {noted.day}, which does not follow from text and acts"
            world.note("", fact.cause, noted.earliest, says)


def _still(spans: Iterable[Span], at: datetime) -> bool:
    """Bound then, or until then: one act may make a party leave and end the protocol for it."""
    return any(span.start <= at and (span.end is None or at <= span.end) for span in spans)


def _closed(spans: Iterable[Span], at: datetime) -> list[Span]:
    return [Span(span.start, at) if span.has(at) else span for span in spans]
