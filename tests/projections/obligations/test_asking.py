"""The moment of a question compares like any instant, and knows how long every comparison comes out the same."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.obligations.asking import LEAST, Asked, Horizon, asked_at, plain

NOON = datetime(2022, 3, 1, 12, tzinfo=UTC)
instants = st.integers(-5, 5).map(lambda number: NOON + number * LEAST)
COMPARED = (lt, le, gt, ge, eq, ne)


def outcomes(at: Any, others: list[datetime], shift: timedelta) -> list[object]:
    """Everything that the engine does with a moment: compare from both sides, order, look up, choose."""
    later, known = at + shift, sorted(others)
    found: list[object] = [one(at, other) for one in COMPARED for other in others]
    found += [one(other, later) for one in COMPARED for other in others]
    found += [bisect_left(known, at), bisect_right(known, later)]
    found += [others.index(min(others)) if min([at, *others]) is not at else "at"]
    found += [max([*others, later]) is later, at < later, at + shift == later]
    return [*found, [each is at for each in sorted([at, *others])]]


@given(instants, st.lists(instants, min_size=1, max_size=4), st.integers(0, 3), st.integers(0, 12))
def test_until_the_horizon_every_comparison_comes_out_the_same(at, others, shift, ahead):
    horizon = Horizon(at)
    found = outcomes(Asked.of(at, horizon), others, shift * LEAST)
    assert found == outcomes(at, others, shift * LEAST)
    later = at + ahead * LEAST
    if horizon.until is None or later < horizon.until:
        assert found == outcomes(later, others, shift * LEAST)


@given(instants, instants, st.sampled_from(COMPARED))
def test_the_horizon_of_one_comparison_is_where_it_turns(at, other, compared):
    horizon = Horizon(at)
    first = compared(Asked.of(at, horizon), other)
    turns = [at + step * LEAST for step in range(12) if compared(at + step * LEAST, other) != first]
    if compared is eq or compared is ne:
        assert (horizon.until or datetime.max.replace(tzinfo=UTC)) <= min(
            turns, default=datetime.max.replace(tzinfo=UTC)
        )
    else:
        assert horizon.until == min(turns, default=None)


@pytest.mark.parametrize(
    "use",
    [
        lambda at: at.year, lambda at: at.date(), lambda at: at.astimezone(UTC), lambda at: at - NOON,
        lambda at: NOON - at, lambda at: {at}, str, repr, lambda at: f"{at:%Y}", lambda at: at.isoformat(),
        lambda at: at.timestamp(), lambda at: at.replace(hour=1), lambda at: at.weekday(),
        lambda at: at < Asked.of(NOON, Horizon(NOON)),
    ],
)  # fmt: skip
def test_whatever_else_is_made_of_it_holds_at_that_moment_only(use: Callable[[Any], object]):
    horizon = Horizon(NOON)
    use(Asked.of(NOON, horizon))
    assert horizon.until == NOON + LEAST


def test_its_day_is_the_same_until_the_day_ends():
    horizon = Horizon(NOON)
    assert (Asked.of(NOON, horizon) - timedelta(hours=1)).toordinal() == NOON.toordinal()
    assert horizon.until == datetime(2022, 3, 2, 1, tzinfo=UTC)


def test_what_is_compared_with_the_ends_of_the_calendar_is_the_same_for_ever():
    horizon = Horizon(NOON)
    at = Asked.of(NOON, horizon) + LEAST
    assert datetime.min.replace(tzinfo=UTC) < at < datetime.max.replace(tzinfo=UTC)
    assert horizon.until in (None, datetime.max.replace(tzinfo=UTC) - LEAST)


def test_it_is_compared_with_what_is_no_instant_as_any_other():
    assert Asked.of(NOON, Horizon(NOON)) != "noon"
    with pytest.raises(TypeError):
        assert Asked.of(NOON, Horizon(NOON)) < 3


def test_the_plain_instant_is_not_followed():
    horizon = Horizon(NOON)
    at = Asked.of(NOON.astimezone(timezone(timedelta(hours=2))), horizon)
    assert plain(at) - NOON == timedelta()
    assert plain(NOON) is NOON
    assert asked_at(at).is_day is False
    assert horizon.until is None
