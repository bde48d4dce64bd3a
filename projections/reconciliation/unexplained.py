"""Uses that no grant explains, as findings: one a day for each person, application, dataset and cause.

Uses are kept by day, with the first and the last moment of each stretch. Where what is on record changes between the
two, those two are known to lie on one side; how many of the others do is not: then a finding has more `uses` than
`certain_uses`, and `ledger findings show` counts them one by one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from ledger.clock import later, spell
from projections.findings import Cause, Finding
from projections.obligations.world import World
from projections.reconciliation.access import Access
from projections.reconciliation.groups import Group, Use, groups
from projections.reconciliation.life import Endings
from projections.reconciliation.verdicts import Judge, Verdict
from projections.uses import DATED, Stretch, Uses, moment_of

DAY = timedelta(days=1)
AT_ONCE = timedelta(microseconds=1)


class Place(NamedTuple):
    """What tells findings of uses apart."""

    party: str
    cause: Cause
    application: str
    dataset: str
    actor: str
    day: str


@dataclass(slots=True)
class Gathered:
    """What falls in one finding."""

    verdict: Verdict
    uses: int = 0
    certain: int = 0
    first: datetime | None = None
    last: datetime | None = None
    entry: int = 0
    dated: bool = False

    def add(self, uses: int, certain: int, first: datetime, last: datetime, entry: int) -> None:
        self.uses += uses
        self.certain += certain
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)
        self.entry = entry if not self.entry else min(self.entry, entry)


@dataclass(slots=True)
class Reconciled:
    """Uses compared with what is on record: what is found, how many were judged, and how many certainly explained."""

    found: dict[Place, Gathered] = field(default_factory=dict)
    judged: int = 0
    explained: int = 0

    def findings(self, protocol: str) -> list[Finding]:
        return [_finding(protocol, place, each) for place, each in sorted(self.found.items(), key=lambda one: one[0])]


class Segment(NamedTuple):
    """From `start` on, up to the next segment, uses of a group have this verdict."""

    start: datetime
    verdict: Verdict


def judge_of(world: World) -> Judge:
    return Judge(Access.of(world.facts), Endings(world))


def reconciled(world: World, uses: Uses) -> Reconciled:
    """Every use of the protocol up to `world.as_of`, judged by when it happened."""
    judge, found = judge_of(world), Reconciled()
    lasting = judge.endings.edges()
    for group in groups(uses, world.protocol):
        _judge(group, _segments(judge, group, lasting), found, world.as_of)
    return found


def _segments(judge: Judge, group: Group, lasting: set[datetime]) -> list[Segment]:
    """The verdicts on such a use over time, from the first to the last day of the group."""
    margin = DAY if group.use.dated else timedelta()
    start = later(min(days.first_day for days in group.days), -margin)
    until = later(max(days.last_day for days in group.days), DAY + margin)
    edges = lasting | {each + AT_ONCE for each in lasting} | judge.access.edges(group.use.actor, group.use.application)
    found: list[Segment] = []
    for edge in [start, *sorted(each for each in edges if start < each < until)]:
        verdict = judge.verdict(group.use, edge)
        if not found or found[-1].verdict != verdict:
            found.append(Segment(edge, verdict))
    return found


def _judge(group: Group, segments: Sequence[Segment], found: Reconciled, as_of: datetime) -> None:
    starts = [each.start for each in segments]
    for days in group.days:
        for stretch in days.between(days.first_day, days.last_day):
            if stretch.first <= as_of:
                found.judged += stretch.uses
                _stretch(group.use, stretch, starts, segments, found)


def _stretch(
    use: Use, stretch: Stretch, starts: Sequence[datetime], segments: Sequence[Segment], found: Reconciled
) -> None:
    """Put the uses of one stretch where they belong: of what lies between two changes only the ends are known."""
    moment = moment_of((DATED if use.dated else "",), stretch)
    low, high = _at(starts, moment.earliest), _at(starts, max(moment.earliest, later(moment.latest, -AT_ONCE)))
    spans = pairwise([stretch.first, *starts[low + 1 : high + 1], later(stretch.last, AT_ONCE)])
    by_cause: dict[Cause | None, list[tuple[int, datetime, datetime]]] = {}
    for index, (first, end) in zip(range(low, high + 1), spans, strict=True):
        by_cause.setdefault(segments[index].verdict.cause, []).append((index, first, max(first, later(end, -AT_ONCE))))
    ends = (low, high) if not use.dated and low != high else ()
    for cause, pieces in by_cause.items():
        known = sum(index in ends for index, _, _ in pieces)
        certain = stretch.uses if len(by_cause) == 1 else known
        most = stretch.uses if len(by_cause) == 1 else stretch.uses - (len(ends) - known)
        if cause is None:
            found.explained += certain
        elif most:
            counts = (most, certain if all(segments[index].verdict.certain for index, _, _ in pieces) else 0)
            _put(use, stretch, segments[pieces[0][0]].verdict, counts, found, (pieces[0][1], pieces[-1][2]))


def _at(starts: Sequence[datetime], instant: datetime) -> int:
    return max(bisect_right(starts, instant) - 1, 0)


def _put(
    use: Use, stretch: Stretch, verdict: Verdict, counts: tuple[int, int], found: Reconciled,
    span: tuple[datetime, datetime],
) -> None:  # fmt: skip
    if verdict.cause is None:
        return
    day = stretch.first.date().isoformat()
    place = Place(use.party, verdict.cause, use.application, use.dataset, use.actor, day)
    gathered = found.found.get(place)
    if gathered is None:
        gathered = found.found[place] = Gathered(verdict, dated=use.dated)
    gathered.add(*counts, *span, stretch.position)


def _finding(protocol: str, place: Place, gathered: Gathered) -> Finding:
    first, last = gathered.first, gathered.last
    return Finding(
        protocol=protocol, party=place.party, cause=place.cause, application=place.application, dataset=place.dataset,
        actor=place.actor, day=place.day, uses=gathered.uses, certain_uses=gathered.certain,
        first=_spelled(first, gathered.dated), last=_spelled(last, gathered.dated), entry=gathered.entry,
        related=tuple(sorted({fact.position for fact in gathered.verdict.facts if fact.position})),
        says=gathered.verdict.says,
    )  # fmt: skip


def _spelled(moment: datetime | None, dated: bool) -> str:
    if moment is None:
        return ""
    return moment.date().isoformat() if dated else spell(moment)


def verdicts_over(world: World, use: Use, moments: Sequence[datetime]) -> Iterator[Verdict]:
    """The verdict on a use at each of these moments, for who counts them one by one."""
    judge = judge_of(world)
    return (judge.verdict(use, moment) for moment in moments)
