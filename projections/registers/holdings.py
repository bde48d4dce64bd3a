"""Who holds what of whom, in which copy, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from projections.obligations.agreements import retention
from projections.obligations.facts import Fact
from projections.obligations.holdings import Change, Holding, ages_out, covered, legal_holds
from projections.obligations.units import holding_item
from projections.registers.reading import FactsRegister, View, late_days, strength
from projections.registers.register import Row


class HoldingsRegister(FactsRegister):
    """Projection `holdings`: one row a copy, with its last change."""

    name = "holdings"
    version = 1
    registers: ClassVar[frozenset[str]] = frozenset({"governance", "exchange", "deletion", "evidence", "agreements"})
    columns: tuple[str, ...] = (
        "protocol", "holder", "origin", "dataset", "copy", "exchange", "records", "state", "since", "evidence",
        "entry", "late_days", "notes", "sender", "kept_by",
    )  # fmt: skip

    def rows_of(self, view: View) -> Iterable[Row]:
        rows = []
        for holding in sorted(view.world.holdings.all(), key=lambda each: each.key):
            changes = [change for change in holding.changes if change.moment.earliest <= view.as_of]
            if changes:
                rows.append(_row(view, holding, changes[-1]))
        return rows


PROOFS = ("processor-deletion-confirmed", "deletion-verified")
"""What changes no copy, and shows what became of it."""


def _row(view: View, holding: Holding, last: Change) -> Row:
    notes = [_proof(fact) for fact in view.facts.of(*PROOFS) if covered(fact, holding)]
    notes += _agreed(view, holding)
    notes += [f"under legal hold, entry {fact.position}" for fact in legal_holds(view.facts, holding, view.as_of)]
    ageing = ages_out(view.facts, holding, view.as_of)
    if ageing and last.state != "destroyed":
        notes.append(f"ages out on {ageing[1].text}")
    fields = holding.fields
    return {
        "protocol": view.protocol, "holder": holding.holder, "origin": fields.get("origin", ""),
        "dataset": fields.get("dataset", ""), "copy": fields.get("copy", ""), "exchange": fields.get("exchange", ""),
        "records": fields.get("records", ""), "state": last.state, "since": last.moment.text,
        "evidence": strength(last.fact), "entry": last.fact.position, "late_days": late_days(last.fact), "notes": notes,
        "sender": "" if fields.get("sender") == fields.get("origin") else fields.get("sender", ""),  # who relayed them
        "kept_by": fields.get("kept_by", ""),
    }  # fmt: skip


def _proof(fact: Fact) -> str:
    """`Net-IT confirmed: destroyed, entry 130`; `queried-again: absent, entry 131`."""
    who = f"{fact.fields['processor']} confirmed" if "processor" in fact.fields else fact.fields["verified_how"]
    return f"{who}: {fact.fields['outcome']}, entry {fact.position}"


def _agreed(view: View, holding: Holding) -> list[str]:
    """By which agreement with its origin the copy may be kept at that moment."""
    givers = [str(each) for each in holding.values("origin") if each != holding.holder]
    if not givers:
        return []
    truth = retention(view.world, givers, holding.holder, holding_item(holding)).at(view.as_of)
    return [
        f"kept by agreement {fact.fields['agreement']}, entry {fact.position}" for fact in truth.facts if truth.value
    ]
