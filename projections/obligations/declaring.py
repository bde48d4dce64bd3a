"""Whether it is known which copies a party has of an origin: registered, or declared (R15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from projections.obligations.facts import Fact, Facts
from projections.obligations.holdings import ALL, Holding

DECLARED = "holdings-declared"
RECEIVED, SENT = "data-received", "data-communicated"


def known(facts: Facts, holder: str, origin: str, exchanges: frozenset[str], holdings: Sequence[Holding]) -> bool:
    """Whether the holder's copies of this origin are all known, of these exchanges if any are named.

    Either there is one on record, and one for every delivery; or the holder declared so after the last delivery that
    has none: what it said before did not know of it.
    """
    blind = [_arrived(facts, each, holder) for each in _without_copy(facts, holder, origin, exchanges, holdings)]
    if holdings and not blind:
        return True
    said = [fact.happened.earliest for fact in facts.of(DECLARED) if _says(fact, holder, origin, exchanges)]
    return bool(said) and max(said) >= max(blind, default=max(said))


def _arrived(facts: Facts, delivery: Fact, holder: str) -> datetime:
    return (facts.moment(delivery, "received_at", (holder,)) or delivery.happened).earliest


def _says(fact: Fact, holder: str, origin: str, exchanges: frozenset[str]) -> bool:
    """One that is about an exchange says nothing of the others."""
    about = set(fact.values("exchange"))
    concerned = not about or bool(about & exchanges)
    return concerned and holder in fact.parties and origin in fact.values("origins") and not fact.disputed


def _without_copy(
    facts: Facts, holder: str, origin: str, exchanges: frozenset[str], holdings: Sequence[Holding]
) -> list[Fact]:
    """Deliveries of this origin to the holder of which no copy is on record: none of that exchange or data set."""
    name, values = ("exchange", exchanges) if exchanges else ("to", frozenset((holder,)))
    sent = [fact for kind in (RECEIVED, SENT) for fact in facts.having(kind, name, values) if fact.stands]
    mine = [fact for fact in sent if holder in fact.values("to") and origin in fact.values("origins")]
    brought = {value for each in holdings for value in each.values("exchange")}
    kept = {value for each in holdings for value in each.values("dataset")}
    return [fact for fact in mine if brought.isdisjoint(fact.values("exchange")) and not _among(fact, kept)]


def _among(delivery: Fact, datasets: set[str]) -> bool:
    named = delivery.values("datasets")
    return bool(datasets) and (ALL in named or not datasets.isdisjoint(named))
