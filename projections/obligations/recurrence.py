"""Pattern `recurrence`: BEARER must do MUST again, at least every PERIOD, per UNIT (R21)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from ledger.clock import Moment, spell
from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Baseline, Recurrence
from ledger.protocol.terms import Rolling, TimeUnit
from projections.obligations import deadlines
from projections.obligations.answer import Due, Obligation
from projections.obligations.binding import beginning
from projections.obligations.conditions import support, timeline
from projections.obligations.deadlines import Stretch, periods
from projections.obligations.duties import Duty, lasting, owed
from projections.obligations.facts import Fact
from projections.obligations.matching import matches
from projections.obligations.truth import AT_ONCE, Span
from projections.obligations.world import Scope, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """One time that it was done."""

    moment: Moment
    fact: Fact


def obligations(world: World, version: ProtocolVersion, clause: Clause) -> Iterator[Obligation]:
    """One obligation for each period: closed by the next renewal, or as whole calendar periods while bound."""
    for body, scope, bound in lasting(world, version, clause, Recurrence):
        duties = _rolling if isinstance(body.every, Rolling) else _calendar
        for span, start in _spans(world, scope, bound):
            yield from owed(world, clause, duties(world, body, scope, span, start), body.towards)


def _spans(world: World, scope: Scope, bound: Span) -> Iterator[tuple[Span, Fact]]:
    """While the bearer is bound and the unit exists, each with what began it: who is yet to join is owed nothing."""
    item, bearer = scope.item, scope.bearer or ""
    if item is None or item.exists is None:
        yield bound, beginning(world, bearer, bound.start)
        return
    for span in item.exists.possible(bound):
        if span.start <= world.as_of:
            began = None if span.start == bound.start else support(item.exists.at(span.start).facts)
            joined = bearer if span.start == bound.start else item.party or bearer
            yield span, began or beginning(world, joined, span.start)


def _renewals(world: World, body: Recurrence, scope: Scope) -> list[Renewal]:
    found = []
    for match in matches(world, body.must, scope):
        moment = world.facts.moment(match.fact, match.at, match.addressees)
        if moment is not None and moment.earliest <= world.as_of and not (match.missing or match.fact.disputed):
            found.append(Renewal(moment=moment, fact=match.fact))
    return sorted(found, key=lambda each: (each.moment.earliest, each.moment.latest, each.fact.position))


# --- rolling -----------------------------------------------------------------------------------------------------


def _rolling(world: World, body: Recurrence, scope: Scope, span: Span, start: Fact) -> Iterator[Duty]:
    """Each renewal closes one obligation and opens the next, due one period later."""
    renewals = _renewals(world, body, scope)
    before = [each for each in renewals if each.moment.earliest <= span.start]
    after = [each for each in renewals if each.moment.earliest > span.start and _within(each.moment, span)]
    first = before[-1] if before else None
    cause, clock = (first.fact, first.moment) if first else (start, Moment.at(span.start))
    at_once = first is None and body.baseline is Baseline.PRIOR
    opened = span.start
    for renewal in [*after, None]:
        due = Due(span.start, span.start) if at_once else _due(world, body, scope, clock)
        yield _duty(world, body, scope, span, cause, opened, due, renewal, clock)
        if renewal is not None:
            cause, clock, opened, at_once = renewal.fact, renewal.moment, renewal.moment.earliest, False


def _within(moment: Moment, span: Span) -> bool:
    return span.end is None or moment.earliest <= span.end


def _due(world: World, body: Recurrence, scope: Scope, clock: Moment) -> Due:
    """One period after the clock's start; what lay in a suspension does not count (R8)."""
    if not isinstance(body.every, Rolling):
        raise TypeError("only a rolling period has a clock")
    span, calendar = body.every.span, scope.version.calendar
    due = deadlines.due(clock, span, calendar)
    zone = UTC if span.unit is TimeUnit.HOURS else ZoneInfo(calendar.zone)
    for rest in sorted(world.life.suspended.get(scope.bearer or "", ()), key=lambda each: each.start):
        start = max(rest.start, clock.earliest)
        end = world.as_of if rest.end is None else min(rest.end, world.as_of)
        if start < end and start < due.strict:  # one that began after the end of the term does not prolong it
            due = Due(*(_later(each, start, end, zone) for each in due))
    return due


def _later(end: datetime, start: datetime, until: datetime, zone: tzinfo) -> datetime:
    """As much later as the rest lasted; on the clock of the zone, so that midnight stays midnight."""
    lasted = _local(until, zone) - _local(start, zone)
    return (_local(end, zone) + lasted).replace(tzinfo=zone).astimezone(UTC)


def _local(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _duty(
    world: World,
    body: Recurrence,
    scope: Scope,
    span: Span,
    cause: Fact,
    opened: datetime,
    due: Due,
    renewal: Renewal | None,
    clock: Moment,
) -> Duty:
    ended = renewal is None and span.end is not None and span.end <= world.as_of
    unmet = ended and span.end is not None and due.strict <= span.end
    return Duty(
        pattern="recurrence",
        scope=scope,
        case=cause.id,
        opened_at=opened,
        cause=cause,
        term=_term(body),
        due=due,
        closed_at=max(opened, renewal.moment.earliest) if renewal else None,
        closed_by=renewal.fact if renewal else None,
        waived_by=_waiver(world, body, scope, min(world.as_of, due.strict)),
        void=ended and not unmet,
        lapsed=unmet,
        clock=f"{_term(body)}, counted from {clock.text}: {spell(due.strict)}",
    )


def _term(body: Recurrence) -> str:
    return (
        f"every {body.every.span}" if isinstance(body.every, Rolling) else f"every calendar {body.every.period.value}"
    )


def _waiver(world: World, body: Recurrence, scope: Scope, at: datetime) -> Fact | None:
    if body.unless is None:
        return None
    truth = timeline(world, body.unless, scope).at(at)
    return support(truth.facts) if truth.value else None


# --- by the calendar ---------------------------------------------------------------------------------------------


def _calendar(world: World, body: Recurrence, scope: Scope, span: Span, start: Fact) -> Iterator[Duty]:
    """One obligation for each whole period while bound, met by a renewal inside it."""
    if isinstance(body.every, Rolling):
        return
    until = world.as_of + AT_ONCE if span.end is None else min(span.end, world.as_of + AT_ONCE)
    renewals = _renewals(world, body, scope)
    for period in periods(span.start, until, body.every.period, scope.version.calendar):
        if not _all_rested(world, scope.bearer or "", period):
            yield _period(world, body, scope, span, start, period, renewals)


def _all_rested(world: World, bearer: str, period: Stretch) -> bool:
    spans_ = world.life.suspended.get(bearer, ())
    return any(each.start <= period.begin and (each.end is None or each.end >= period.end) for each in spans_)


def _period(
    world: World, body: Recurrence, scope: Scope, span: Span, start: Fact, period: Stretch, renewals: list[Renewal]
) -> Duty:
    met = next((each for each in renewals if period.begin <= each.moment.earliest < period.end), None)
    cut = span.end is not None and span.end < period.end and span.end <= world.as_of
    over = span.end is not None and span.end <= world.as_of and period.end <= span.end
    return Duty(
        pattern="recurrence",
        scope=scope,
        case=period.name,
        opened_at=period.begin,
        cause=start,
        term=_term(body),
        due=Due(period.end, period.end),
        closed_at=met.moment.earliest if met else None,
        closed_by=met.fact if met else None,
        waived_by=_waiver(world, body, scope, min(world.as_of, period.end)),
        void=cut and met is None,
        lapsed=over and met is None,
        clock=f"{_term(body)} {period.name}: {spell(period.end)}",
    )
