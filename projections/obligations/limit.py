"""Pattern `limit`: at most N of ACT, by order of happening (R20)."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Limit
from projections.obligations.acting import Judged, judged, violation
from projections.obligations.answer import Violation
from projections.obligations.deadlines import local_date, period_of
from projections.obligations.parties import selected
from projections.obligations.world import World


def violations(world: World, version: ProtocolVersion, clause: Clause) -> Iterator[Violation]:
    """Each act beyond the N-th, counted apart for each bearer, value of `per`, and period of `each`."""
    counts: dict[tuple[object, ...], int] = {}
    found = sorted(judged(world, version, clause), key=lambda act: (act.moment.earliest, act.act.position))
    for act in found:
        body = act.body
        if not isinstance(body, Limit):
            continue
        group = _group(world, body, act)
        counts[group] = counts.get(group, 0) + 1
        if counts[group] <= body.at_most:
            continue
        missing = _order_doubt(world, found, act, group, body)
        why = f"{act.act.type} number {counts[group]}, at most {body.at_most}"
        over = violation(world, clause, act, body.towards, None, why, missing)
        if over is not None:
            yield over


def _group(world: World, body: Limit, act: Judged) -> tuple[object, ...]:
    per = tuple(selected(world, each, act.scope).values for each in body.per)
    calendar = act.scope.version.calendar
    period = period_of(local_date(act.moment.earliest, calendar), body.each)[0] if body.each is not None else ""
    return (act.scope.bearer, per, period)


def _order_doubt(
    world: World, found: list[Judged], act: Judged, group: tuple[object, ...], body: Limit
) -> tuple[str, ...]:
    """Of several acts within one date, which is the one too many is not known; that there is one too many is."""
    others = [each for each in found if each is not act and _group(world, body, each) == group]
    before = [each for each in others if each.moment.latest <= act.moment.earliest]
    unsure = len(before) < body.at_most
    return (f"the order within {act.moment.text}",) if unsure and act.moment.is_day else ()
