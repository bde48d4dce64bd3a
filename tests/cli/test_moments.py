"""Moments in a text are shown on the clock of Brussels; what only looks like one is left as it is."""

from __future__ import annotations

import pytest

from cli.moments import here


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("since 2022-05-31T08:15:00Z, 2 uses", "since 2022-05-31 10:15, 2 uses"),
        ("2022-01-31T23:30:00.25Z to 2022-02-01", "2022-02-01 00:30 to 2022-02-01"),
        ("case 2022-99-99T08:15:00Z", "case 2022-99-99T08:15:00Z"),
        ("case 9999-12-31T23:59:59Z", "case 9999-12-31T23:59:59Z"),
        ("2022-05-31T8Z", "2022-05-31T8Z"),
    ],
)
def test_only_instants_are_told_by_the_clock_of_brussels(text: str, shown: str) -> None:
    assert here(text) == shown
