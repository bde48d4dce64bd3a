"""Pattern `response`: when TRIGGER, BEARER must MUST, owed to TOWARDS, within TERM, per UNIT (R12-R18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from ledger.clock import Moment, spell
from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Response
from ledger.protocol.terms import OpenTerm, Term
from projections.obligations import deadlines
from projections.obligations.answer import Cause, Due, Obligation, Status
from projections.obligations.conditions import is_state, support, timeline
from projections.obligations.facts import Fact, parsed
from projections.obligations.holdings import ages_out, legal_holds
from projections.obligations.identity import identity
from projections.obligations.judging import Standing, status
from projections.obligations.openings import Opening, openings
from projections.obligations.parties import selected
from projections.obligations.truth import Timeline, Truth
from projections.obligations.world import Scope, World

AT_ONCE = timedelta(microseconds=1)
AGREED = "reasonable-term-agreed"


class Closing(NamedTuple):
    """When and by what a duty was discharged."""

    at: datetime
    by: Fact | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A term in one case: its ends, our own policy beside it, and the arithmetic in words."""

    start: Moment
    due: Due | None = None
    policy: datetime | None = None
    words: str = ""
    missing: tuple[str, ...] = ()


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
    clock = _clock(world, opening, _lapsed(waiver, opened, closing.at if closing else now))
    postponed = _postponed(world, opening)
    policy = max(clock.policy, postponed[1]) if clock.policy and postponed else clock.policy
    waived = waiver.at(now)
    missing = (*opening.missing, *clock.missing)
    standing = Standing(
        as_of=now,
        due=clock.due,
        policy_due=policy,
        void=opening.trigger.retracted is not None,
        closed_at=closing.at if closing else None,
        waived=waived.value is True,
        undetermined=bool(missing),
        deferred=postponed is not None,
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
        closed_at=closing.at if closing and name is not Status.VOID else None,
        closed_by=_closed_by(opening, closing, name),
        late_by=late,
        waived_by=by.cause if by and waived.value and name is Status.WAIVED else None,
        missing=tuple(dict.fromkeys(doubts)),
        overdue_by=passed,
        clock=clock.words,
        notes=tuple(_notes(world, opening, closing, waiver, postponed)),
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
    ends = [end for _, end, truth in waiver.stretches(opened, until + AT_ONCE) if truth.value and end <= until]
    return Moment.at(ends[-1]) if ends else None


# --- the term ----------------------------------------------------------------------------------------------------


def _clock(world: World, opening: Opening, lapsed: Moment | None) -> Clock:
    term, scope = opening.body.term, opening.scope
    calendar = scope.version.calendar
    start = lapsed or (opening.moment if isinstance(term.length, OpenTerm) else opening.clock)
    if term.start is not None and lapsed is None:
        named = _named_start(world, term, scope)
        if named is None:
            return Clock(start=start, missing=(f"{term.start} is not given",))
        start = named
    if not isinstance(term.length, OpenTerm):
        due = deadlines.due(start, term.length, calendar, term.edge)
        return Clock(start=start, due=due, words=f"{term_text(term)}, counted from {start.text}: {_ends(due)}")
    agreed = _agreed_term(world, scope) if term.length is OpenTerm.REASONABLE else None
    if agreed is not None:
        ends = parsed(agreed.fields["due_at"])
        due = Due(ends.latest, ends.latest)
        return Clock(start=start, due=due, words=f"agreed (entry {agreed.position}): {_ends(due)}")
    policy = scope.version.house_policy.get(term.length)
    if policy is None:
        return Clock(start=start, words=f"{term_text(term)}, running since {start.text}")
    strict = deadlines.due(start, policy, calendar).strict
    words = f"{term_text(term)}, running since {start.text}; house policy {policy}: {spell(strict)}"
    return Clock(start=start, policy=strict, words=words)


def _named_start(world: World, term: Term, scope: Scope) -> Moment | None:
    if term.start is None or scope.trigger is None:
        return None
    if term.start.field in ("happened_at", "at", "effective_at", "received_at"):
        return world.facts.moment(scope.trigger, term.start.field, (scope.bearer or "",))
    values = selected(term.start, scope).values
    return parsed(values[0]) if values else None


def _agreed_term(world: World, scope: Scope) -> Fact | None:
    """What the parties concerned agreed that a reasonable term is, in this case (section 3)."""
    concerned = {scope.bearer, *scope.counterparty}
    found = [
        fact
        for fact in world.facts.having(AGREED, "case", [scope.case])
        if fact.stands and not fact.disputed and len(concerned & set(fact.values("between"))) > 1
    ]
    return max(found, key=lambda fact: (fact.happened.earliest, fact.position), default=None)


def _ends(due: Due) -> str:
    strict, lenient = spell(due.strict), spell(due.lenient)
    return strict if strict == lenient else f"strict {strict}, lenient {lenient}"


def term_text(term: Term) -> str:
    """The term as the clause states it."""
    text = term.length.value if isinstance(term.length, OpenTerm) else str(term.length)
    text += f" from {term.start}" if term.start else ""
    return text + (f" to {term.edge.value}" if term.edge else "")


# --- what stands beside it ---------------------------------------------------------------------------------------


def _postponed(world: World, opening: Opening) -> tuple[Fact, datetime] | None:
    """A backup that ages out on a recorded date: never a counted end, so only our own policy waits for it (R18)."""
    item = opening.scope.item
    if item is None or item.holding is None or not is_state(opening.body.must):
        return None
    found = ages_out(world.facts, item.holding, world.as_of)
    return (found[0], found[1].latest) if found else None


def _notes(
    world: World, opening: Opening, closing: Closing | None, waiver: Timeline, postponed: tuple[Fact, datetime] | None
) -> Iterator[str]:
    if opening.trigger.reported:
        yield f"reported by {opening.trigger.fields.get('author')}"
    contested = world.life.contested.get(opening.trigger.id)
    if contested:
        yield f"contested: {', '.join(contested)}"
    if closing is not None and closing.by is not None:
        yield f"evidence: {strength(closing.by)}"
        if closing.by.reported:
            yield f"discharge reported by {closing.by.fields.get('author')}"
    elif postponed is not None:
        yield f"backup expires {postponed[0].fields['expires_at']} (entry {postponed[0].position})"
    for start, end, truth in waiver.stretches(opening.moment.earliest, world.as_of + AT_ONCE):
        if truth.value and end <= world.as_of:
            yield f"waived from {spell(start)} to {spell(end)}"
    item = opening.scope.item
    if item is not None and item.holding is not None and closing is None:
        for hold in legal_holds(world.facts, item.holding, world.as_of):
            yield f"legal hold {hold.fields.get('hold', '')} (entry {hold.position}); it waives nothing"


def strength(fact: Fact) -> str:
    """What kind of proof a discharge has; without evidence it is its author's statement."""
    kinds = [str(each["strength"]) for each in fact.fields.get("evidence", ()) if "strength" in each]
    return ", ".join(dict.fromkeys(kinds)) or "statement"
