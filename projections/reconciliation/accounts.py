"""On how many accounts a rhythm stands: one that is one person's is broken by a holiday.

Of a day is known when somebody's first and last use was, and not those between: whoever has uses before and after the
hours in question is counted, so the number is the most that it can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from projections.reconciliation.groups import party_of, value
from projections.reconciliation.silence import WEEKS, Silence
from projections.said import Said, said
from projections.uses import DATED, Days, Key, Uses

_A_DAY = timedelta(days=1)


def usual_accounts(uses: Uses, protocol: str, party: str, application: str, silence: Silence) -> Said:
    """Who may have made the rhythm that a silence breaks, as a sentence."""
    spans = [(silence.start - week, silence.end - week) for week in map(_weeks, range(1, WEEKS + 1))]
    found = {
        value(key, "actor")
        for key, days in uses.of(protocol)
        if party_of(key) == party and value(key, "application") == application
        if any(_may_be_in(key, days, start.astimezone(UTC), end.astimezone(UTC)) for start, end in spans)
    }
    named = len(found - {""})
    if found == {""}:
        return said("usual-nobody")
    if len(found) == 1:
        return said("usual-one")
    return said("usual-besides" if "" in found else "usual-several", accounts=named)


def _weeks(number: int) -> timedelta:
    return timedelta(weeks=number)


def _may_be_in(key: Key, days: Days, start: datetime, end: datetime) -> bool:
    return any(first < end and last >= start for first, last in _extents(key, days, start, end))


def _extents(key: Key, days: Days, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    for each in days.between(start - _A_DAY, end):
        yield each.first, each.first + _A_DAY if key[-1] == DATED else each.last
