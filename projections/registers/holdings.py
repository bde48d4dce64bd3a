"""Who holds what of whom, in which copy, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from projections.obligations.engine import world_of
from projections.obligations.holdings import Holding, ages_out, legal_holds
from projections.obligations.projection import ObligationsProjection, State
from projections.obligations.world import World
from projections.registers.register import Row

READS = frozenset({"governance", "exchange", "deletion", "evidence", "agreements"})


class HoldingsRegister(ObligationsProjection):
    """Projection `holdings`: one row a copy."""

    name = "holdings"
    version = 1
    columns: tuple[str, ...] = (
        "protocol",
        "holder",
        "origin",
        "dataset",
        "copy",
        "exchange",
        "state",
        "since",
        "entry",
        "notes",
    )

    def reads(self, stream: str) -> bool:
        protocol, _, register = stream.partition("/")
        return register == "keys" if protocol == "ledger" else register in READS

    def rows(self, state: State, as_of: datetime) -> Sequence[Row]:
        worlds = ((name, world_of(state, name, as_of)) for name in sorted(state.facts))
        return [
            _row(protocol, world, holding, as_of)
            for protocol, world in worlds
            if world
            for holding in sorted(world.holdings.all(), key=lambda each: each.key)
            if holding.begun.earliest <= as_of
        ]


def _row(protocol: str, world: World, holding: Holding, as_of: datetime) -> Row:
    last = [change for change in holding.changes if change.moment.earliest <= as_of][-1]
    notes = [f"under legal hold, entry {fact.position}" for fact in legal_holds(world.facts, holding, as_of)]
    ageing = ages_out(world.facts, holding, as_of)
    if ageing and last.state != "destroyed":
        notes.append(f"ages out on {ageing[1].text}")
    return {
        "protocol": protocol, "holder": holding.holder, "origin": holding.fields.get("origin", ""),
        "dataset": holding.fields.get("dataset", ""), "copy": holding.fields.get("copy", ""),
        "exchange": holding.fields.get("exchange", ""), "state": last.state, "since": last.moment.text,
        "entry": last.fact.position, "notes": notes,
    }  # fmt: skip
