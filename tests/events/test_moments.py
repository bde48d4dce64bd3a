from __future__ import annotations

import pytest

from ledger.clock import Moment
from ledger.events.fields import check_moment

DAYS = [f"{year}-{month:02}-{day:02}" for year in ("0000", "0001", "2023", "2024", "9999") for month in range(14)
        for day in (0, 1, 28, 29, 30, 31, 32)]  # fmt: skip
TIMES = ("", "T00:00:00Z", "T23:59:59.5Z", "T24:00:00Z", "T09:60:00Z", "T09:00:00.50Z", "T09:00:00", "T09:00:00Z\n")


def holds(check: object, text: str) -> bool:
    try:
        check(text)  # type: ignore[operator]
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("time", TIMES)
def test_the_quick_look_at_a_moment_lets_through_what_the_calendar_does(time: str):
    told = {day + time: holds(check_moment, day + time) for day in DAYS}
    assert told == {day + time: holds(Moment.parse, day + time) for day in DAYS}
    assert any(told.values()) == (time in TIMES[:3])
