"""The life of each protocol: who signed, in force, who is bound, who left, when it ended, which acts had no effect.

One signature may count for several parties, by mandate: its row names all of them, and who stated it.
While a version is not in force, a row says whose signature is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ledger.clock import spell
from projections.obligations.answer import Finding
from projections.obligations.engine import world_of
from projections.obligations.facts import Fact
from projections.obligations.life import MOMENT, InForceVersion
from projections.obligations.projection import ObligationsProjection, State
from projections.obligations.signatures import SIGNED
from projections.obligations.world import World
from projections.registers.register import Row

READS = frozenset({"governance", "evidence"})


class LifecycleRegister(ObligationsProjection):
    """Projection `lifecycle`: one row a turn."""

    name = "lifecycle"
    version = 1
    columns: tuple[str, ...] = ("protocol", "at", "what", "parties", "entry", "known_since")

    def reads(self, stream: str) -> bool:
        protocol, _, register = stream.partition("/")
        return register == "keys" if protocol == "ledger" else register in READS

    def rows(self, state: State, as_of: datetime) -> Sequence[Row]:
        """Versions, signatures and turns up to `as_of`, acts without effect, what to look at; each in its order."""
        rows: list[Row] = []
        for name in sorted(state.facts):
            world = world_of(state, name, as_of)
            if world is None:
                continue
            rows += [_registered(name, each) for each in world.life.versions if each.registered.recorded_at <= as_of]
            rows += [_signature(name, each) for each in world.facts.of(SIGNED)]
            turns = (turn for turn in world.life.turns if turn.happened.earliest <= as_of)
            rows += [_turn(name, turn) for turn in sorted(turns, key=lambda each: (each.happened.earliest, each.type))]
            rows += [
                {"protocol": name, "at": spell(act.at), "what": f"without effect: {act.type}", "parties": [act.party],
                 "entry": act.act.position, "known_since": ""}
                for act in world.life.void
            ]  # fmt: skip
            rows += [
                {"protocol": name, "at": spell(each.at), "what": f"to look at: {each.says}", "parties": [],
                 "entry": each.about.position, "known_since": ""}
                for each in world.noted if each.at <= as_of or _waited_for(world, each)
            ]  # fmt: skip
        return rows


def _waited_for(world: World, finding: Finding) -> bool:
    """What keeps a version from being in force, once somebody has signed: however late it was registered."""
    registered = {each.registered.position for each in world.life.versions}
    return finding.about.position in registered and bool(world.facts.of(SIGNED))


def _registered(protocol: str, version: InForceVersion) -> Row:
    known = version.registered
    return {
        "protocol": protocol, "at": spell(known.recorded_at), "what": f"version {version.version.version} registered",
        "parties": list(version.version.party_ids), "entry": known.position, "known_since": spell(known.recorded_at),
    }  # fmt: skip


def _signature(protocol: str, fact: Fact) -> Row:
    office, author = fact.fields["office"], str(fact.fields["author"])
    stated = "" if author in fact.parties else f", stated by {author}"
    return {**_turn(protocol, fact), "what": f"signature of {office}{stated}"}


def _turn(protocol: str, turn: Fact) -> Row:
    parties = [str(party) for party in (turn.values("parties") or turn.parties)]
    return {
        "protocol": protocol, "at": turn.happened.text, "what": turn.type.removeprefix(MOMENT), "parties": parties,
        "entry": turn.position, "known_since": spell(turn.recorded_at),
    }  # fmt: skip
