"""Which measures, policies, levels and undertakings were in place at a moment, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from projections.obligations.facts import Fact
from projections.obligations.validity import end
from projections.registers.reading import FactsRegister, View, in_order, late_days, strength, text, texts
from projections.registers.register import Row

SUBJECTS = {
    "measure-attested": "measure",
    "policy-reviewed": "document",
    "confidentiality-level-declared": "dataset",
    "confidentiality-undertaking-signed": "subject",
    "pseudonymisation-applied": "datasets",
}
"""Each type, and the field that says what it is about."""


class MeasuresRegister(FactsRegister):
    """Projection `measures`: one row a statement, `in place` or `ended` at the moment asked about.

    A later statement of the same takes the place of the one before; both are shown.
    """

    name = "measures"
    version = 1
    registers: ClassVar[frozenset[str]] = frozenset({"governance", "evidence", "measures"})
    columns: tuple[str, ...] = (
        "protocol", "party", "kind", "about", "detail", "state", "from", "until", "evidence", "entry", "late_days",
    )  # fmt: skip

    def rows_of(self, view: View) -> Iterable[Row]:
        facts = in_order(view.facts.of(*SUBJECTS))
        rows = [_row(view, fact, party) for fact in facts for party in texts(fact, "for") or fact.parties]
        return sorted(rows, key=lambda row: (row["party"], row["kind"], row["about"], row["from"], row["entry"]))


def _row(view: View, fact: Fact, party: str) -> Row:
    start = text(fact, "covers_from") or fact.happened.text
    ended = end(view.facts, fact)
    over = ended is not None and ended.certain <= view.as_of
    until = (ended.by.happened.text if ended.by else text(fact, "valid_until")) if ended else ""
    detail = [text(fact, name) for name in ("application", "location", "level", "version", "key_custodian")]
    return {
        "protocol": view.protocol, "party": party, "kind": fact.type.rpartition("-")[0],
        "about": ", ".join(texts(fact, SUBJECTS[fact.type])), "detail": [each for each in detail if each],
        "state": "ended" if over else "in place", "from": start, "until": until, "evidence": strength(fact),
        "entry": fact.position, "late_days": late_days(fact),
    }  # fmt: skip
