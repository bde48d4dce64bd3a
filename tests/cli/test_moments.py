"""Moments for a person: on the clock of Brussels, and an end that is exclusive says so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cli.moments import exclusive_end, here
from tests.cli.commands import here as said
from tests.worlds import World


def test_an_end_at_midnight_is_a_date_and_another_has_its_hour():
    assert exclusive_end(datetime(2022, 3, 21, 23, tzinfo=UTC)) == "2022-03-22"
    assert exclusive_end(datetime(2021, 11, 1, 14, tzinfo=UTC)) == "2021-11-01 15:00"


def test_instants_in_a_text_are_told_on_the_clock_of_brussels_and_dates_stay():
    text = "waived from 2022-05-30T22:00:00Z to 2022-06-07T09:00:00.25Z; backup expires 2022-09-01"
    assert here(text) == "waived from 2022-05-31 00:00 to 2022-06-07 11:00; backup expires 2022-09-01"


@pytest.mark.parametrize(
    ("clause", "as_of", "words"),
    [
        ("art. 3", "2022-03-01", "due before 2022-03-22"),  # a year from the receipt on 22 March 2021
        ("AVG 33(1)", "2022-04-05", "due before 2022-04-07 09:30"),  # 72 hours from 4 April, 9:30
    ],
)
def test_a_term_in_days_names_the_day_that_is_too_late_and_one_in_hours_its_hour(
    clause: str, as_of: str, words: str, world: World, capfd: pytest.CaptureFixture[str]
):
    told = said(capfd, "obligations", "--as-of", as_of, "--clause", clause, world=world).out
    assert words in " ".join(told.split())
