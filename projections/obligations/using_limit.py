"""Pattern `limit` over uses, which are kept as stretches of a day and not one by one (R20).

Uses are counted for each bearer, value of `per` and period. A stretch that lies within one period counts whole; of one
that reaches across an end of it (a local midnight, say) only the first and the last use are known to be on their side.
So a count is from so many to so many, and a violation is certain only where the least is too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from ledger.clock import Moment
from ledger.protocol.model import Clause, DayCalendar, ProtocolVersion
from ledger.protocol.patterns import Limit
from ledger.protocol.terms import CalendarPeriod
from projections.obligations.acting import Judged, violation
from projections.obligations.answer import Violation
from projections.obligations.deadlines import Stretch as Period
from projections.obligations.deadlines import period_at
from projections.obligations.identity import identity
from projections.obligations.matching import passes, tests
from projections.obligations.parties import selected
from projections.obligations.projection import USED
from projections.obligations.truth import AT_ONCE
from projections.obligations.using import Group, Working, groups, turning_points, workings
from projections.obligations.world import Scope, World
from projections.uses import Stretch, Uses, moment_of


class Counted(NamedTuple):
    """Uses of one stretch that count in one period: at least `sure`, at most `most`."""

    moment: Moment
    position: int
    sure: int
    most: int
    group: Group
    scope: Scope
    missing: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """What counts towards one limit: for one bearer, the values of `per`, and one period."""

    bearer: str
    per: tuple[str, ...]
    period: str
    counted: list[Counted] = field(default_factory=list)


def violations(world: World, version: ProtocolVersion, clause: Clause, uses: Uses) -> Iterator[Violation]:
    """One violation for each count that is too high, or may be; `why` says how many."""
    turning = turning_points(world)
    for variant in clause.variants:
        body = variant.body
        if not isinstance(body, Limit) or USED not in body.act.types:
            continue
        rough = world.scope(version, clause, variant)
        tallies: dict[tuple[object, ...], Tally] = {}
        for group in groups(world, body, uses):
            _add(world, clause, body, group, rough, turning, tallies)
        for tally in tallies.values():
            found = _judged(world, clause, body, tally)
            if found is not None:
                yield found


def _add(
    world: World, clause: Clause, body: Limit, group: Group, rough: Scope, turning: Sequence[datetime],
    tallies: dict[tuple[object, ...], Tally],
) -> None:  # fmt: skip
    """Count the uses of a group where they belong."""
    scope = replace(rough, act=group.fact, case=group.fact.id)
    fits, missing = passes(group.fact, tests(world, body.act.where, scope))
    if fits is False:
        return
    for working in _joined(world, clause, body, group, scope, turning):
        bearer = working.scope.bearer or ""
        per = tuple(",".join(map(str, selected(world, each, working.scope).values)) for each in body.per)
        for moment, stretch in _stretches(group, working):
            for period in _periods(moment, body.each, scope.version.calendar):
                sure, most = _within(group, stretch, moment, working, period)
                if most:
                    name = period.name if period is not None else ""
                    tally = tallies.setdefault((bearer, per, name), Tally(bearer, per, name))
                    begin = working.start if period is None else max(working.start, period.begin)
                    tally.counted.append(
                        Counted(_since(moment, begin), stretch.position, sure if fits else 0, most, group,
                                working.scope, missing)
                    )  # fmt: skip


def _joined(
    world: World, clause: Clause, body: Limit, group: Group, scope: Scope, turning: Sequence[datetime]
) -> list[Working]:
    """When the clause works for each bearer, of the time in which these uses lie; what adjoins is one."""
    found: dict[str, list[Working]] = {}
    for each in workings(world, clause, body, group, scope, turning):
        several = found.setdefault(each.scope.bearer or "", [])
        if several and several[-1].end == each.start:
            several[-1] = several[-1]._replace(end=each.end)
        else:
            several.append(each)
    return [each for several in found.values() for each in several]


def _stretches(group: Group, working: Working) -> Iterator[tuple[Moment, Stretch]]:
    for key, days in group.days:
        for stretch in days.between(group.reach[0], group.reach[1]):
            moment = moment_of(key, stretch)
            if moment.earliest < working.end and max(moment.latest, moment.earliest + AT_ONCE) > working.start:
                yield moment, stretch


def _periods(moment: Moment, each: CalendarPeriod | None, calendar: DayCalendar) -> Iterator[Period | None]:
    """Those that a stretch reaches into."""
    if each is None:
        yield None
        return
    found = period_at(moment.earliest, each, calendar)
    yield found
    while found.end < moment.latest:
        found = period_at(found.end, each, calendar)
        yield found


def _since(moment: Moment, begin: datetime) -> Moment:
    """What of a stretch lies in the period that it reaches into."""
    return moment if begin <= moment.earliest else Moment(moment.text, begin, max(begin, moment.latest))


def _within(group: Group, stretch: Stretch, moment: Moment, working: Working, period: Period | None) -> tuple[int, int]:
    """How many uses of a stretch lie in that period while the clause works, at least and at most."""
    start, end = working.start, working.end
    if period is not None:
        start, end = max(start, period.begin), min(end, period.end)
    if start <= moment.earliest and moment.latest <= end and moment.earliest < end:
        return stretch.uses, stretch.uses
    if group.dated:
        return 0, stretch.uses if start < moment.latest and moment.earliest < end else 0
    known = (stretch.first, stretch.last) if stretch.uses > 1 else (stretch.first,)
    inside = sum(start <= each < end for each in known)
    return inside, stretch.uses - (len(known) - inside)


def _judged(world: World, clause: Clause, body: Limit, tally: Tally) -> Violation | None:
    counted = sorted(tally.counted, key=lambda each: (each.moment.earliest, each.moment.latest, each.position))
    sure, most = sum(each.sure for each in counted), sum(each.most for each in counted)
    if most <= body.at_most:
        return None
    too_many = _turns(counted, body.at_most, certain=sure > body.at_most)
    doubts = _doubts(counted) if sure <= body.at_most else ()
    name = identity(world.protocol, USED, "", tally.bearer, [*tally.per, tally.period])
    act = replace(too_many.group.fact, id=name, position=too_many.position, happened=too_many.moment)
    judged = Judged(body=body, act=act, moment=too_many.moment, scope=replace(too_many.scope, act=act))
    number = str(most) if sure == most else f"{sure} to {most}"
    where = f" in {tally.period}" if tally.period else ""
    why = f"{USED} {number} times{where}, at most {body.at_most}"
    return violation(world, clause, judged, body.towards, None, why, doubts)


def _turns(counted: Sequence[Counted], at_most: int, *, certain: bool) -> Counted:
    """The stretch in which it became too many, or may have."""
    found = 0
    for each in counted:
        found += each.sure if certain else each.most
        if found > at_most:
            return each
    return counted[-1]


def _doubts(counted: Sequence[Counted]) -> tuple[str, ...]:
    """What would settle how many there were."""
    unsure = [each for each in counted if each.sure < each.most]
    missing = [word for each in unsure for word in each.missing]
    which = [f"which of the uses from entry {e.position} on came when" for e in unsure if not e.missing]
    return tuple(dict.fromkeys([*missing, *which]))
