"""Pattern `standing`: at every moment BEARER must have HAS, per UNIT. A stretch without it is an obligation (R21)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Standing
from projections.obligations.answer import Obligation
from projections.obligations.binding import beginning
from projections.obligations.conditions import absent, support, timeline
from projections.obligations.duties import Duty, lasting, owed
from projections.obligations.facts import Fact
from projections.obligations.truth import AT_ONCE, TRUE, Span, Timeline, Truth, all_true, merged
from projections.obligations.validity import end
from projections.obligations.world import Scope, World

ALWAYS = Timeline.always(TRUE)
TERM = "at every moment"


def obligations(world: World, version: ProtocolVersion, clause: Clause) -> Iterator[Obligation]:
    """Every stretch without proof, from its start to the next proof, or to the end of the span."""
    for body, scope, span in lasting(world, version, clause, Standing):
        yield from owed(world, clause, _stretches(world, body, scope, span), body.towards)


def _stretches(world: World, body: Standing, scope: Scope, span: Span) -> Iterator[Duty]:
    """Walk the span: absent proof opens a duty, proof closes it, the end of unit or span lets it lapse."""
    line = merged([_asked(world, body, scope), timeline(world, body.has, scope)], _both)
    until = world.as_of + AT_ONCE if span.end is None else min(span.end, world.as_of + AT_ONCE)
    last: Truth | None = None
    opened: datetime | None = None
    cause: Fact | None = None
    certain = False
    missing: tuple[str, ...] = ()
    for start, _, truth in line.stretches(span.start, until):
        if truth.value is not True:
            if opened is None:
                opened, cause, certain = start, _cause(world, scope, last, truth, start), False
            certain = certain or truth.value is False
            missing = truth.missing
        elif opened is not None and cause is not None:
            duty = _closed(scope, opened, cause, start, truth)
            if certain or duty.closed_at != opened:
                yield duty
            opened = None
        last = truth
    if opened is not None and cause is not None:
        ended = span.end is not None and span.end <= world.as_of
        yield _duty(scope, opened, cause, lapsed=ended, missing=missing)


NOTHING = ("nothing is asked",)
"""What a truth misses while the unit does not exist, or `unless` holds; its facts are what makes `unless` hold."""


def _asked(world: World, body: Standing, scope: Scope) -> Timeline:
    """While the unit exists, and `unless` does not hold."""
    exists = scope.item.exists if scope.item is not None and scope.item.exists is not None else ALWAYS
    if body.unless is None:
        return exists
    return merged([exists, absent(timeline(world, body.unless, scope))], all_true)


def _both(truths: Sequence[Truth]) -> Truth:
    """Of whether it is asked and of the proof, in that order."""
    exists, has = truths
    if exists.value is False:
        return Truth(True, exists.facts, NOTHING)
    if exists.value is None and has.value is False:
        return Truth(None, has.facts, exists.missing)
    return has if has.value is not None else Truth(None, has.facts, has.missing or exists.missing)


def _cause(world: World, scope: Scope, last: Truth | None, truth: Truth, start: datetime) -> Fact:
    """What ended the last proof, or came to need one; where there was none, what made the unit, or bound the bearer.

    What ends a proof that still stood at `start` came later, and may not change the name of what opened then (R22).
    After a time in which nothing was asked, it is what had brought that about.
    """
    if last is not None and last.missing != NOTHING:
        proof = support(last.facts)
        ended = end(world.facts, proof) if proof is not None else None
        if proof is not None and ended is not None and ended.doubtful <= start:
            return ended.by or proof
        found = support(truth.facts) or proof
        if found is not None:
            return found
    elif last is not None:
        waived = support(last.facts)
        if waived is not None:
            return waived
        if scope.item is not None and scope.item.fact is not None:
            return scope.item.fact
    return beginning(world, scope.bearer or "", start)


def _closed(scope: Scope, opened: datetime, cause: Fact, start: datetime, truth: Truth) -> Duty:
    if truth.missing == NOTHING:
        return _duty(scope, opened, cause, lapsed=True, missing=())
    by = support(truth.facts)
    at = start
    if by is not None and by.happened.is_day and by.happened.latest == start:
        at = max(opened, by.happened.earliest)
    return _duty(scope, opened, cause, lapsed=False, missing=(), closed_at=at, closed_by=by)


def _duty(
    scope: Scope,
    opened: datetime,
    cause: Fact,
    *,
    lapsed: bool,
    missing: tuple[str, ...],
    closed_at: datetime | None = None,
    closed_by: Fact | None = None,
) -> Duty:
    return Duty(
        pattern="standing",
        scope=scope,
        case=cause.id,
        opened_at=opened,
        cause=cause,
        term=TERM,
        closed_at=closed_at,
        closed_by=closed_by,
        lapsed=lapsed,
        missing=missing,
    )
