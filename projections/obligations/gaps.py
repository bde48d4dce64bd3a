"""What the text leaves unsaid, shown where it matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ledger.protocol.model import Gap, ProtocolVersion
from projections.obligations.answer import Gap as Shown
from projections.obligations.matching import Match, occasions
from projections.obligations.units import reached
from projections.obligations.world import Scope, World


def gaps(world: World, version: ProtocolVersion) -> Iterator[Shown]:
    """Every gap that something has run into by now."""
    for gap in version.gaps:
        readings = world.life.readings_at(version, world.as_of)
        scope = Scope(version=version, readings=readings, at=world.as_of, always=True)
        for match in occasions(world, gap.when, scope):
            yield from _shown(world, version, gap, match, scope)


def _shown(world: World, version: ProtocolVersion, gap: Gap, match: Match, scope: Scope) -> Iterator[Shown]:
    moment = world.facts.moment(match.fact, match.at) or match.fact.happened
    at = moment.earliest
    if match.fact.id in world.life.overtaken or at > world.as_of or world.life.version_at(at).version is not version:
        return
    readings = world.life.readings_at(version, at)
    if any(readings[each] != option for each, option in gap.under.items()):
        return
    scope = replace(scope, readings=readings, at=at, trigger=match.fact, case=match.fact.id)
    items = [None] if gap.for_each is None else list(reached(world, gap.for_each, scope, moment))
    for item in items:
        yield Shown(
            protocol=world.protocol,
            version=version.version,
            gap=gap.address,
            opened_at=at,
            opened_by=match.fact.cause,
            unit=item.shown if item else None,
            nl=gap.says.nl,
            en=gap.says.en,
        )
