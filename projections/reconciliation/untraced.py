"""Deletions that were stated, and of which the log of their application shows nothing.

- Only of a copy whose holding says in which application it lies, by a method that such a log would show.
- Only where that log has uses of the dataset, and goes from NEAR before to NEAR after the deletion.
- A first stage is a trace, and so is a deletion in a place of no dataset: it may have been this one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ledger.clock import later
from projections.findings import Cause, Finding
from projections.obligations.facts import Fact
from projections.obligations.holdings import covered
from projections.obligations.world import World
from projections.reconciliation.groups import DELETING, kept, party_of, value
from projections.reconciliation.removals import FOR_GOOD, NEAR, STATED
from projections.said import said
from projections.uses import Stretch, Uses

SHOWN = FOR_GOOD | {"soft-delete"}
"""Methods that a log would show."""


@dataclass(slots=True)
class Log:
    """What one party's log has of one application: from when until when, of which datasets, and its deletions."""

    first: datetime
    last: datetime
    datasets: set[str] = field(default_factory=set)
    deletions: list[tuple[str, Stretch]] = field(default_factory=list)

    def covers(self, fact: Fact) -> bool:
        return self.first <= later(fact.happened.earliest, -NEAR) and later(fact.happened.latest, NEAR) <= self.last

    def shows(self, fact: Fact, dataset: str) -> bool:
        return any(
            named in ("", dataset) and later(stretch.first, -NEAR) <= fact.happened.latest
            and fact.happened.earliest <= later(stretch.last, NEAR) for named, stretch in self.deletions
        )  # fmt: skip


def untraced(world: World, uses: Uses) -> Iterator[Finding]:
    """One finding for each statement, application and dataset."""
    stated = [fact for fact in world.facts.of(*STATED) if fact.fields["method"] in SHOWN]
    logs = _logs(world, uses) if stated else {}
    for fact in stated:
        for party, application, dataset in _places(world, fact):
            log = logs.get((party, application.casefold()))
            if log and dataset in log.datasets and log.covers(fact) and not log.shows(fact, dataset):
                says = (
                    said("stated", entry=fact.position, dataset=dataset, method=fact.fields["method"],
                         day=fact.happened.text),
                    said("no-trace", application=application, first=log.first.date(), last=log.last.date(),
                         days=NEAR.days),
                )  # fmt: skip
                yield Finding(
                    protocol=world.protocol, party=party, cause=Cause.DELETION_WITHOUT_TRACE, application=application,
                    dataset=dataset, day=fact.happened.text[:10], entry=fact.position, says=says,
                )  # fmt: skip


def _places(world: World, fact: Fact) -> list[tuple[str, str, str]]:
    """Party, application and dataset of each copy that the statement names, where its holding says where it lies."""
    return sorted({
        (each.holder, each.fields["app"], each.fields["dataset"])
        for each in world.holdings.all() if "app" in each.fields and covered(fact, each)
    })  # fmt: skip


def _logs(world: World, uses: Uses) -> dict[tuple[str, str], Log]:
    found: dict[tuple[str, str], Log] = {}
    for key, days in kept(uses, world.protocol, lambda key: True):
        for stretch in days.between(days.first_day, days.last_day):
            if stretch.first > world.as_of:
                continue
            name = (party_of(key), value(key, "application").casefold())
            log = found.setdefault(name, Log(stretch.first, stretch.last))
            log.first, log.last = min(log.first, stretch.first), max(log.last, stretch.last)
            log.datasets.add(value(key, "dataset"))
            if value(key, "action") in DELETING:
                log.deletions.append((value(key, "dataset"), stretch))
    return found
