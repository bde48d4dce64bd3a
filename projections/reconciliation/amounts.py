"""Much in one day: by items taken out, and by uses beside what is usual for that person. No more than arithmetic.

The thresholds are those of the party's last imported batch; where it states none, nothing is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median_low
from typing import NamedTuple

from ledger.clock import spell
from projections.findings import Cause, Finding
from projections.obligations.world import World
from projections.reconciliation.groups import NO_USE_OF_DATA, kept, party_of, value
from projections.said import Said, count, said
from projections.uses import Stretch, Uses

TAKING_OUT = frozenset({"download", "export", "copy", "query"})
BEFORE = timedelta(days=30)
"""How far back a day is compared."""
FEWEST_DAYS = 5
"""Days with uses before it that a comparison needs: who begins has no usual day yet."""


class Thresholds(NamedTuple):
    """What a party stated, and the entry that states it."""

    entry: int
    bulk_items: int | None
    unusual_least: int | None
    unusual_times: int | None


class Who(NamedTuple):
    """Whose day it was: an actor ('' for nobody known) in one application, by the log of one party."""

    party: str
    actor: str
    application: str


@dataclass(slots=True)
class Day:
    """What one actor did in one day."""

    uses: int = 0
    taken: int = 0
    taking: int = 0
    stretches: list[Stretch] = field(default_factory=list)


def thresholds(world: World) -> dict[str, Thresholds]:
    """Of each party that imports logs: what its last batch says."""
    found = {}
    for fact in world.facts.of("log-batch-ingested"):
        several = (fact.fields.get(name) for name in ("bulk_items", "unusual_least", "unusual_times"))
        party = str((fact.fields.get("on_behalf_of") or (fact.fields["author"],))[0])
        found[party] = Thresholds(fact.position, *several)
    return found


def amounts(world: World, uses: Uses) -> Iterator[Finding]:
    """The days of bulk, and the unusual ones, in order."""
    stated = {party: each for party, each in thresholds(world).items() if any(each[1:])}
    if not stated:
        return
    days = _days(world, uses)
    for who in sorted(days):
        if who.party in stated:
            for day in sorted(days[who]):
                yield from _judged(world.protocol, who, day, days[who], stated[who.party])


def _days(world: World, uses: Uses) -> dict[Who, dict[date, Day]]:
    found: dict[Who, dict[date, Day]] = {}
    for key, days in kept(uses, world.protocol, lambda key: value(key, "action") not in NO_USE_OF_DATA):
        by_day = found.setdefault(Who(party_of(key), value(key, "actor"), value(key, "application")), {})
        for stretch in days.between(days.first_day, days.last_day):
            if stretch.first <= world.as_of:
                day = by_day.setdefault(stretch.first.date(), Day())
                day.uses += stretch.uses
                day.stretches.append(stretch)
                if value(key, "action") in TAKING_OUT:
                    day.taken += stretch.items
                    day.taking += stretch.uses
    return found


def _judged(protocol: str, who: Who, day: date, days: dict[date, Day], stated: Thresholds) -> Iterator[Finding]:
    here = days[day]
    if stated.bulk_items is not None and here.taken >= stated.bulk_items:
        taken = count(here.taken)
        says = (said("taken-out", items=taken, uses=count(here.taking)),
                said("over-bulk", items=taken, bulk=count(stated.bulk_items), entry=stated.entry))  # fmt: skip
        yield _finding(protocol, who, Cause.BULK_EXPORT, day, here, here.taking, says, stated)
    if stated.unusual_least is None or stated.unusual_times is None or here.uses < stated.unusual_least:
        return
    before = sorted(days[each].uses for each in days if each < day and day - each <= BEFORE)
    if len(before) < FEWEST_DAYS:
        return
    usual = median_low(before)
    if here.uses >= stated.unusual_times * usual:
        about = {"uses": count(here.uses), "usual": count(usual)}
        says = (said("median", **about, days=len(before)),
                said("over-usual", **about, times=stated.unusual_times, least=count(stated.unusual_least),
                     entry=stated.entry))  # fmt: skip
        yield _finding(protocol, who, Cause.UNUSUAL_COUNT, day, here, here.uses, says, stated)


def _finding(
    protocol: str, who: Who, cause: Cause, day: date, here: Day, uses: int, says: tuple[Said, ...], stated: Thresholds
) -> Finding:  # fmt: skip
    return Finding(
        protocol=protocol, party=who.party, cause=cause, application=who.application, actor=who.actor,
        day=day.isoformat(), uses=uses, certain_uses=uses, first=spell(min(each.first for each in here.stretches)),
        last=spell(max(each.last for each in here.stretches)), entry=min(each.position for each in here.stretches),
        related=(stated.entry,), says=says,
    )  # fmt: skip
