"""Every exchange of data, and which of them lay before the protocol was in force or after an exit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from projections.obligations.facts import Fact
from projections.registers.reading import FactsRegister, View, in_order, late_days, text, texts
from projections.registers.register import Row

TYPES = ("data-communicated", "data-received", "data-retransmitted", "standing-exchange-opened",
         "standing-exchange-closed", "onward-disclosure-made")  # fmt: skip


class ExchangesRegister(FactsRegister):
    """Projection `exchanges`: one row an event. `outside` says which side was not bound then, and why."""

    name = "exchanges"
    version = 1
    registers: ClassVar[frozenset[str]] = frozenset({"governance", "evidence", "exchange"})
    columns: tuple[str, ...] = (
        "protocol", "at", "what", "exchange", "from", "to", "origins", "datasets", "channel", "encrypted",
        "received_at", "outside", "entry", "late_days",
    )  # fmt: skip

    def rows_of(self, view: View) -> Iterable[Row]:
        return [_row(view, fact) for fact in in_order(view.facts.of(*TYPES))]


def _row(view: View, fact: Fact) -> Row:
    source = texts(fact, "from") or list(fact.parties)
    target = texts(fact, "to") or texts(fact, "recipient")
    received = view.facts.moment(fact, "received_at")
    return {
        "protocol": view.protocol, "at": fact.happened.text, "what": fact.type,
        "exchange": text(fact, "exchange") or text(fact, "disclosure"), "from": source, "to": target,
        "origins": texts(fact, "origins"), "datasets": texts(fact, "datasets"), "channel": text(fact, "channel"),
        "encrypted": {"True": "yes", "False": "no"}.get(text(fact, "encrypted"), ""),
        "received_at": received.text if received else "",
        "outside": _outside(view, fact, [*source, *texts(fact, "to")]),
        "entry": fact.position, "late_days": late_days(fact),
    }  # fmt: skip


def _outside(view: View, fact: Fact, sides: list[str]) -> list[str]:
    """Why each side was not bound at that moment; nothing where all were."""
    life = view.world.life
    if life.in_force is None or fact.happened.latest < life.in_force.earliest:
        return ["before in-force"]
    return [_why(view, party, fact) for party in dict.fromkeys(sides) if not life.is_bound(party, fact.happened)]


def _why(view: View, party: str, fact: Fact) -> str:
    """After its exit, before its accession, or never a party."""
    spans = view.world.life.bound.get(party, ())
    if any(span.end is not None and span.end < fact.happened.earliest for span in spans):
        return f"after the exit of {party}"
    return f"before {party} was bound" if spans else f"{party} is no party"
