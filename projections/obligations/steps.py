"""What may change a protocol's life, in order of happening: acts, ends that the text defines, later versions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from ledger.clock import Moment
from ledger.protocol.definitions import End, External
from ledger.protocol.expressions import EventMatch
from ledger.protocol.model import Clause
from ledger.protocol.patterns import Power
from projections.obligations.facts import Fact, parsed
from projections.obligations.kinds import LIFE_ACTS
from projections.obligations.life import InForceVersion
from projections.obligations.matching import occasions
from projections.obligations.signatures import registration
from projections.obligations.world import Scope, World

END_DATE = "protocol-end-date-recorded"


class Step(NamedTuple):
    """Something that may change the protocol's life: an act, an end that `version` defines, or `version` itself."""

    moment: Moment
    position: int
    fact: Fact
    end: End | None = None
    version: InForceVersion | None = None


def steps(world: World) -> list[Step]:
    """Acts that a power covers, ends that the text defines, and later versions; in order of happening."""
    found = [*_acts(world), *_ends(world)]
    for each in world.life.versions[1:]:
        if each.start is not None:
            found.append(Step(each.start, each.registered.position, registration(each.registered), None, each))
    return sorted(found, key=_order)


def _order(step: Step) -> tuple[datetime, datetime, int]:
    return step.moment.earliest, step.moment.latest, step.position


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
