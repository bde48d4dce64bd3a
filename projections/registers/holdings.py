"""Who holds what of whom, in which copy, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from projections.obligations.holdings import Change, Holding, ages_out, legal_holds
from projections.registers.reading import FactsRegister, View, late_days, strength
from projections.registers.register import Row


class HoldingsRegister(FactsRegister):
    """Projection `holdings`: one row a copy, with its last change."""

    name = "holdings"
    version = 1
    registers: ClassVar[frozenset[str]] = frozenset({"governance", "exchange", "deletion", "evidence", "agreements"})
    columns: tuple[str, ...] = (
        "protocol", "holder", "origin", "dataset", "copy", "exchange", "records", "state", "since", "evidence",
        "entry", "late_days", "notes",
    )  # fmt: skip

    def rows_of(self, view: View) -> Iterable[Row]:
        rows = []
        for holding in sorted(view.world.holdings.all(), key=lambda each: each.key):
            changes = [change for change in holding.changes if change.moment.earliest <= view.as_of]
            if changes:
                rows.append(_row(view, holding, changes[-1]))
        return rows


def _row(view: View, holding: Holding, last: Change) -> Row:
    notes = [f"under legal hold, entry {fact.position}" for fact in legal_holds(view.facts, holding, view.as_of)]
    ageing = ages_out(view.facts, holding, view.as_of)
    if ageing and last.state != "destroyed":
        notes.append(f"ages out on {ageing[1].text}")
    fields = holding.fields
    return {
        "protocol": view.protocol, "holder": holding.holder, "origin": fields.get("origin", ""),
        "dataset": fields.get("dataset", ""), "copy": fields.get("copy", ""), "exchange": fields.get("exchange", ""),
        "records": fields.get("records", ""), "state": last.state, "since": last.moment.text,
        "evidence": strength(last.fact), "entry": last.fact.position, "late_days": late_days(last.fact), "notes": notes,
    }  # fmt: skip
