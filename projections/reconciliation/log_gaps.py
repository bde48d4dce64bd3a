"""Gaps in the logs themselves: what is not there, told by what is. No more than arithmetic; the rules are these.

- *Silent hours*: an application was used in the same hours of each of the four weeks before, and not now
  (`projections.reconciliation.silence`).
- *Numbers missing*: a log that numbers its records lacks some, within a file or between two that follow each other,
  and no other file brought them (`projections.reconciliation.numbers`).
- *No record in common*: two files of one source cover the same time, and the later one repeats nothing of the first.
- *Kept too short*: the earliest use of a source is later than the protocol entered into force, by more than GRACE.
- *Clock*: a log tells of uses that were yet to happen when it was recorded.
- *Contradicted*: records of a file say otherwise than they did when they were recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from ledger.clock import Moment, spell
from projections.findings import Cause, Finding, Gap
from projections.obligations.facts import Fact
from projections.obligations.world import World
from projections.reconciliation.accounts import usual_accounts
from projections.reconciliation.groups import party_of, value
from projections.reconciliation.numbers import lacking
from projections.reconciliation.silence import WEEKS, Rhythm, used
from projections.said import Said, said, weekday
from projections.uses import DATED, Uses

GRACE = timedelta(days=31)
"""How much later than the protocol a log may begin."""
SKEW = timedelta(minutes=5)
"""How far clocks may differ."""


class Source(NamedTuple):
    """One log of one party: by the source's name in its batches."""

    party: str
    name: str


def log_gaps(world: World, uses: Uses) -> Iterator[Finding]:
    """Every gap of a protocol's logs, in order of their sources."""
    yield from _silent(world, uses)
    for source, reads in sorted(_by_source(world, "log-read").items()):
        yield from _numbers(world.protocol, source, reads)
        yield from _apart(world.protocol, source, reads)
        yield from _contradicted(world.protocol, source, reads)
    for source, batches in sorted(_by_source(world, "log-batch-ingested").items()):
        yield from _too_short(world, source, batches)
        yield from _ahead(world.protocol, source, batches)


def _by_source(world: World, type_name: str) -> dict[Source, list[Fact]]:
    found: dict[Source, list[Fact]] = {}
    for fact in world.facts.of(type_name):
        party = str((fact.fields.get("on_behalf_of") or (fact.fields["author"],))[0])
        found.setdefault(Source(party, fact.fields["source"]), []).append(fact)
    return found


def _silent(world: World, uses: Uses) -> Iterator[Finding]:
    calendar = world.life.first.version.calendar
    for (party, application), (by_hour, by_date) in sorted(_counts(world.protocol, uses).items()):
        every = used(by_hour, by_date, world.as_of)
        for silence in Rhythm(every, calendar).silences():
            start, end, usual = silence
            says = said(
                "silent", application=application, first=weekday(start), last=_until(start, end), zone=calendar.zone,
                weeks=WEEKS, usual=", ".join(map(str, usual)),
            )  # fmt: skip
            by = usual_accounts(uses, world.protocol, party, application, silence)
            yield Finding(
                protocol=world.protocol, party=party, cause=Cause.LOG_GAP, application=application,
                day=start.date().isoformat(), first=spell(start), last=spell(end), gaps=(Gap.SILENT_HOURS,),
                says=(says, by),
            )  # fmt: skip


def _until(start: datetime, end: datetime) -> str:
    return f"{end:%H:%M}" if end.date() == start.date() else weekday(end)


def _counts(protocol: str, uses: Uses) -> dict[tuple[str, str], tuple[dict[int, int], dict[date, int]]]:
    """How many uses each party's log has of an application: by hour, and by date where no more is known."""
    found: dict[tuple[str, str], tuple[dict[int, int], dict[date, int]]] = {}
    for log, by_hour in uses.hours.of(protocol):
        hours, _ = found.setdefault((log.party, log.application), ({}, {}))
        for hour, count in by_hour.items():
            hours[hour] = hours.get(hour, 0) + count
    for key, days in uses.of(protocol):
        if key[-1] == DATED:
            _, dates = found.setdefault((party_of(key), value(key, "application")), ({}, {}))
            for day, _, _, count, _, _ in days.rows():
                dates[date.fromordinal(day)] = dates.get(date.fromordinal(day), 0) + count
    return found


def _finding(
    protocol: str, source: Source, gap: Gap, fact: Fact, says: Said, related: Sequence[int] = ()
) -> Finding:  # fmt: skip
    first, last = str(fact.fields.get("first", "")), str(fact.fields.get("last", ""))
    return Finding(protocol=protocol, party=source.party, cause=Cause.LOG_GAP, application=source.name, day=first[:10],
                   first=first, last=last, entry=fact.position, related=related,
                   latest=max([fact.position, *related]), gaps=(gap,), says=(says,))  # fmt: skip


def _numbers(protocol: str, source: Source, reads: Sequence[Fact]) -> Iterator[Finding]:
    for lack in lacking(reads):
        related = (lack.other.position,) if lack.other else ()
        yield _finding(protocol, source, Gap.NUMBERS_MISSING, lack.read, lack.says, related)


def _apart(protocol: str, source: Source, reads: Sequence[Fact]) -> Iterator[Finding]:
    """Files over the same time without a record in common."""
    logs = (each for each in reads if each.fields.keys() >= {"first", "last"} and not each.fields.get("mended"))
    spans = sorted(logs, key=lambda each: str(each.fields["first"]))
    for one, other in pairwise(spans):
        later = max(one, other, key=lambda each: each.position)
        covered = _instant(str(one.fields["last"])) - _instant(str(other.fields["first"]))
        # Where lines of either were rejected, the other may be a copy of the log with those lines mended.
        whole = not later.fields["duplicate"] and not one.fields["rejected"] and not other.fields["rejected"]
        alone = later.fields["new"] > 0 and whole
        if covered >= timedelta(days=1) and alone:
            earlier = one if later is other else other
            last = min(str(one.fields["last"]), str(other.fields["last"]))
            says = said("apart", first=other.fields["first"], last=last)
            yield _finding(protocol, source, Gap.NOTHING_IN_COMMON, later, says, (earlier.position,))


def _contradicted(protocol: str, source: Source, reads: Sequence[Fact]) -> Iterator[Finding]:
    told: dict[str, int] = {}
    for each in reads:
        several, uses = each.fields.get("conflicting", 0), each.fields.get("contradicted", ())
        # A log that grows, or is exported again, contradicts the same uses again, by as many records.
        if several and (not uses or any(told.get(use, 0) < several for use in uses)):
            told |= {use: max(several, told.get(use, 0)) for use in uses}
            says = said("contradicted", several=several, entry=each.position)
            yield _finding(protocol, source, Gap.CONTRADICTED, each, says)


def _too_short(world: World, source: Source, batches: Sequence[Fact]) -> Iterator[Finding]:
    start = world.life.in_force
    first = min(batches, key=lambda each: str(each.fields["first"]))
    if start is None or _instant(str(first.fields["first"])) - start.earliest <= GRACE:
        return
    says = said("too-short", start=start.text, first=str(first.fields["first"])[:10])
    yield _finding(world.protocol, source, Gap.KEPT_TOO_SHORT, first, says)


def _ahead(protocol: str, source: Source, batches: Sequence[Fact]) -> Iterator[Finding]:
    for each in batches:
        ahead = _instant(str(each.fields["last"])) - each.recorded_at
        if ahead > SKEW:
            last = each.fields["last"]
            says = said("ahead", last=last, ahead=ahead)
            yield _finding(protocol, source, Gap.CLOCK_AHEAD, each, says)


def _instant(text: str) -> datetime:
    return Moment.parse(text).earliest
