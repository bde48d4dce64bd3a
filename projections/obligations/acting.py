"""What the patterns that judge acts have in common: precedence, prohibition and limit (R9, R10, R19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache

from ledger.clock import Moment
from ledger.protocol.expressions import ListItems, Parties
from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Limit, Precedence, Prohibition
from projections.obligations.answer import Violation
from projections.obligations.binding import applies
from projections.obligations.facts import Fact
from projections.obligations.identity import identity
from projections.obligations.matching import acts
from projections.obligations.openings import NO_UNIT
from projections.obligations.parties import bearers, parties
from projections.obligations.validity import called_off
from projections.obligations.world import Item, Scope, World

Judging = Precedence | Prohibition | Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An act that a clause looks at: `scope` knows the act and the bearer. `missing`: it may not be such an act."""

    body: Judging
    act: Fact
    moment: Moment
    scope: Scope
    missing: tuple[str, ...] = ()


def judged(world: World, version: ProtocolVersion, clause: Clause) -> Iterator[Judged]:
    """Every act of the clause, for each bearer, at its moment; an act without that moment has not happened yet."""
    for variant in clause.variants:
        body = variant.body
        if not isinstance(body, Judging):
            continue
        rough = world.scope(version, clause, variant)
        for match in acts(world, body.act, rough):
            moment = world.facts.moment(match.fact, match.at, match.fact.values("to"))
            if moment is None or moment.earliest > world.as_of or called_off(world.facts, match.fact, moment):
                continue
            at = moment.earliest
            readings = world.life.readings_at(version, at)
            if world.life.version_at(at).version is not version or clause.body(readings) is not body:
                continue
            missing = (*match.missing, *((f"the dispute about {match.fact}",) if match.fact.disputed else ()))
            scope = replace(rough, readings=readings, at=at, act=match.fact, case=match.fact.id)
            for bearer in bearers(world, body.bearer, scope).values:
                if applies(world, clause, bearer, moment):
                    yield Judged(
                        body=body, act=match.fact, moment=moment, scope=replace(scope, bearer=bearer), missing=missing
                    )


def violation(
    world: World, clause: Clause, act: Judged, towards: Parties, item: Item | None, why: str, missing: tuple[str, ...]
) -> Violation | None:
    """The violation; where an open list decides, a finding is noted instead, unless it is unknown what is not on it."""
    scope = replace(act.scope, item=item)
    owed = parties(world, towards, scope)
    counterparty = tuple(each for each in owed.values if each != scope.bearer)
    if open_list(world, act.body, scope):
        if not act.missing:
            world.note(clause.address, act.act.cause, act.moment.earliest, f"not on an open list: {why}")
        return None
    doubts = tuple(dict.fromkeys([*act.missing, *missing]))
    unit = item.key if item else NO_UNIT
    pattern = type(act.body).__name__.lower()
    return Violation(
        id=identity(world.protocol, clause.address, act.act.id, scope.bearer or "", unit),
        protocol=world.protocol,
        version=scope.version.version,
        clause=clause.address,
        pattern=pattern,  # type: ignore[arg-type]
        layer=clause.layer.value,
        act=act.act.cause,
        at=act.moment.earliest,
        bearer=scope.bearer or "",
        counterparty=counterparty,
        unit=item.shown if item else None,
        why=why,
        certain=not doubts,
        reading={each: scope.readings[each] for each in clause.chooses},
        missing=doubts,
    )


def open_list(world: World, body: Judging, scope: Scope) -> bool:
    """Whether a list that the text leaves open takes part in the judgment."""
    for name in _named(body):
        listed = world.life.list_named(scope.version, name, scope.readings)
        if listed is not None and listed.open:
            return True
    return False


@lru_cache(maxsize=1024)
def _named(body: Judging) -> tuple[str, ...]:
    return tuple(_lists(body))


def _lists(part: object) -> Iterator[str]:
    if isinstance(part, ListItems):
        yield part.name
    elif isinstance(part, tuple):
        for each in part:
            yield from _lists(each)
    elif is_dataclass(part):
        for each in fields(part):
            yield from _lists(getattr(part, each.name))
