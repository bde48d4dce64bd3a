"""Pattern `response`: when TRIGGER, BEARER must MUST, owed to TOWARDS, within TERM, per UNIT (R12-R18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from ledger.clock import Moment
from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Response
from projections.obligations.answer import Cause, Obligation, Status
from projections.obligations.beside import notes, postponed, waivers
from projections.obligations.clock import clock as clock_of
from projections.obligations.clock import term_text
from projections.obligations.conditions import is_state, support, timeline
from projections.obligations.facts import Fact
from projections.obligations.identity import identity
from projections.obligations.judging import Standing, status
from projections.obligations.openings import Opening, openings
from projections.obligations.truth import AT_ONCE, Timeline, Truth
from projections.obligations.world import World


class Closing(NamedTuple):
    """When and by what a duty was discharged."""

    at: datetime
    by: Fact | None


def obligations(world: World, version: ProtocolVersion, clause: Clause) -> Iterator[Obligation]:
    """Every duty of this clause; those that a clause of a later version took over go on there, under the same id."""
    for opening in openings(world, version, clause):
        judged = _judged(world, version, clause, clause.address, opening)
        yield _taken_over(world, version, clause, opening, judged) or judged


def _taken_over(
    world: World, version: ProtocolVersion, clause: Clause, opening: Opening, before: Obligation
) -> Obligation | None:
    """R10: a later version changes nothing that is open, unless a clause of it takes over."""
    address, found = clause.address, None
    for each in world.life.versions:
        if each.version is version or each.start is None or each.start.earliest > world.as_of:
            continue
        later = next((one for one in each.version.clauses if one.takes_over == address), None)
        closed = before.closed_at is not None and before.closed_at < each.start.earliest
        if later is None or closed or each.start.earliest < opening.moment.earliest:
            continue
        readings = world.life.readings_at(each.version, each.start.earliest)
        body = later.pattern(readings)
        if isinstance(body, Response):
            scope = replace(opening.scope, version=each.version, readings=readings)
            goes_on = replace(opening, body=body, scope=scope)
            found = _judged(world, each.version, later, clause.address, goes_on)
            address = later.address
    return found


def _judged(world: World, version: ProtocolVersion, clause: Clause, oldest: str, opening: Opening) -> Obligation:
    body, scope, now = opening.body, opening.scope, world.as_of
    must = timeline(world, body.must, scope if body.early else replace(scope, since=opening.moment))
    waiver = timeline(world, body.unless, scope) if body.unless else Timeline.always(Truth(False))
    opening = _reopened(world, opening, must)
    opened = opening.moment.earliest
    closing = _closing(must, opened, now, state=is_state(body.must))
    clock = clock_of(world, clause, opening, _lapsed(waiver, opened, closing.at if closing else now))
    backup = postponed(world, opening)
    policy = max(clock.policy, backup[1]) if clock.policy and backup else clock.policy
    waived = waiver.at(now)
    in_time = closing is not None and waiver.at(closing.at).value is True  # while waived, nothing is late
    missing = (*opening.missing, *clock.missing)
    standing = Standing(
        as_of=now,
        due=None if in_time else clock.due,
        policy_due=None if in_time else policy,
        void=opening.trigger.retracted is not None,
        closed_at=closing.at if closing else None,
        waived=waived.value is True,
        undetermined=bool(missing),
        deferred=backup is not None,
    )
    name, passed, late = status(standing)
    settled = name in (Status.FULFILLED, Status.FULFILLED_LATE, Status.VOID)
    doubts = () if settled else (*missing, *must.at(now).missing, *waived.missing)
    by = support(waived.facts)
    return Obligation(
        id=identity(world.protocol, oldest, scope.case or "", scope.bearer or "", opening.unit),
        protocol=world.protocol,
        version=version.version,
        clause=clause.address,
        pattern="response",
        layer=clause.layer.value,
        bearer=scope.bearer or "",
        counterparty=scope.counterparty,
        unit=scope.item.shown if scope.item else None,
        case=scope.case or "",
        opened_at=opened,
        opened_by=opening.cause,
        known_since=opening.known_since,
        term=term_text(body.term),
        due=clock.due,
        policy_due=policy,
        status=name,
        reading={each: scope.readings[each] for each in clause.chooses},
        chosen_by=world.life.chosen_by(clause.chooses, scope.at),
        closed_at=closing.at if closing and name is not Status.VOID else None,
        closed_by=_closed_by(opening, closing, name),
        late_by=late,
        waived_by=by.cause if by and waived.value and name is Status.WAIVED else None,
        missing=tuple(dict.fromkeys(doubts)),
        overdue_by=passed,
        clock=clock.words,
        notes=(
            *notes(world, opening, closing.by if closing else None, backup),
            *waivers(opened, closing.at if closing else now, waiver, clock.due, policy),
        ),
    )


def _closed_by(opening: Opening, closing: Closing | None, name: Status) -> Cause | None:
    if name is Status.VOID:
        return opening.trigger.retracted
    return closing.by.cause if closing and closing.by else None


def _reopened(world: World, opening: Opening, must: Timeline) -> Opening:
    """A restore re-opens: then the duty counts from there, by what restored the copy (R16)."""
    if not is_state(opening.body.must):
        return opening
    fulfilled = False
    for start, _, truth in must.stretches(opening.moment.earliest, world.as_of + AT_ONCE):
        if fulfilled and truth.value is not True:
            holding = opening.scope.item.holding if opening.scope.item else None
            change = holding.before(Moment.at(start)) if holding else None
            if change is not None and change.state == "held":
                known = max(opening.known_since, change.fact.recorded_at)
                opening = replace(opening, moment=change.moment, cause=change.fact.cause, known_since=known)
        fulfilled = truth.value is True
    return opening


def _closing(must: Timeline, opened: datetime, now: datetime, *, state: bool) -> Closing | None:
    """When `must` first held; of a state, since when it holds now (R16)."""
    found: Closing | None = None
    for start, _, truth in must.stretches(opened, now + AT_ONCE):
        if truth.value is not True:
            found = None if state else found
        elif found is None:
            by = support(truth.facts)
            at = start
            if by is not None and by.happened.is_day and by.happened.latest == start:
                at = max(opened, by.happened.earliest)
            found = Closing(at, by)
    return found


def _lapsed(waiver: Timeline, opened: datetime, until: datetime) -> Moment | None:
    """When an agreement lapsed last: then the duty runs again, with a new term (R17)."""
    ends = [end for _, end in waiver.true_between(opened, until + AT_ONCE) if end <= until]
    return Moment.at(ends[-1]) if ends else None
