"""A later version of the text takes the place of the one before (R7, R10)."""

from __future__ import annotations

from ledger.clock import Moment
from ledger.protocol.expressions import MomentKind
from projections.obligations.facts import Fact
from projections.obligations.life import MOMENT, InForceVersion
from projections.obligations.signatures import make
from projections.obligations.truth import Span
from projections.obligations.world import World


def amend(world: World, each: InForceVersion, at: Moment, cause: Fact) -> None:
    """A later version, signed by all, takes the place of the one before."""
    if each.start == at and at.earliest <= world.as_of:
        make(world, MomentKind.AMENDED, at, each.version.party_ids, cause)
        _accede(world, each, at, cause)


def amended(world: World, act: Fact, at: Moment) -> None:
    """An exercised power brings the version that it names into force, whoever signed it and when."""
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


def _accede(world: World, each: InForceVersion, at: Moment, cause: Fact) -> None:
    """A version that adds a party gives `acceded`."""
    added = [party for party in each.version.party_ids if party not in world.life.bound]
    for party in added:
        world.life.bound[party] = [Span(at.earliest, None)]
        make(world, MomentKind.ACCEDED, at, (party,), cause)
