"""Silent hours: found against the usual rhythm of the week, and not where a log has none, or has a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ledger.clock import BRUSSELS, spell
from projections.findings import Cause, Finding
from projections.reconciliation.silence import USUAL
from tests.projections.obligations.stories import Story
from tests.projections.reconciliation.asking import begun, findings, used

MONDAY = datetime(2021, 11, 8, tzinfo=BRUSSELS)


@pytest.fixture
def story() -> Story:
    return begun()


def silent(story: Story, as_of: str = "2022-06-01") -> list[Finding]:
    return [each for each in findings(story, as_of) if each.cause is Cause.LOG_GAP]


def hour(story: Story, day: datetime, at: int, count: int) -> None:
    """So many uses from that local hour on, a minute apart."""
    start = day.replace(hour=at)
    used(story, *(spell(start + timedelta(minutes=minute)) for minute in range(count)))


def weeks(story: Story, at: int, *counts: int, start: datetime = MONDAY) -> None:
    for week, count in enumerate(counts):
        hour(story, start + timedelta(weeks=week), at, count)


def test_hours_that_are_silent_against_the_custom_of_the_week_are_found_on_a_day_that_is_not(story: Story):
    weeks(story, 9, 3, 3, 3, 3, 3, 3)
    weeks(story, 13, USUAL, USUAL + 1, USUAL, USUAL + 2, 0, 1)
    weeks(story, 15, 5, 5, 5, 5, 0, 5)
    weeks(story, 17, 3, 3, 3, 3, 3, 3)
    (found,) = silent(story)
    assert (found.party, found.application, found.day) == ("ANN", "KRIS", "2021-12-06")
    assert (found.first, found.last) == ("2021-12-06T12:00:00Z", "2021-12-06T15:00:00Z")
    assert found.says == (
        "no use of KRIS is logged from Monday 2021-12-06 13:00 to 16:00 (Europe/Brussels); in the same hours of the "
        "4 weeks before there were 25, 26, 25, 27; the log goes on after it",
        "those uses are all of one account: if it is a person's, that person may have been away",
    )


def test_a_silence_says_on_how_many_accounts_the_rhythm_stands(story: Story):
    weeks(story, 13, USUAL, USUAL, USUAL, USUAL, 0, 1)
    for actor, day in (("6c" * 16, "2021-11-15"), ("7d" * 16, "2021-11-22")):
        used(story, f"{day}T12:10:00Z", actor=actor)
    used(story, "2021-11-01T12:10:00Z", actor="8e" * 16)
    (found,) = silent(story)
    assert found.says[1] == "those uses are of at most 3 accounts"
    used(story, "2021-11-22T12:10:00Z", actor=None)
    (found,) = silent(story)
    assert found.says[1] == "those uses are of at most 3 accounts with a name, and some name nobody"


def test_a_silence_of_uses_without_a_name_says_so(story: Story):
    for week in range(6):
        if week != 4:
            start = MONDAY.replace(hour=10) + timedelta(weeks=week)
            used(story, *(spell(start + timedelta(minutes=minute)) for minute in range(USUAL)), actor=None)
    (found,) = silent(story)
    assert found.says[1] == "those uses name nobody"


def test_days_of_silence_in_a_row_are_one_finding(story: Story):
    for day in range(0, 5 * 7):
        if day % 7 < 5 and day not in (29, 30):
            weeks(story, 10, USUAL, start=MONDAY + timedelta(days=day))
    (found,) = silent(story)
    assert (found.first, found.last) == ("2021-12-07T09:00:00Z", "2021-12-08T10:00:00Z")
    assert "40, 40, 40, 40" in found.says[0]


@pytest.mark.parametrize(
    "counts",
    [
        (USUAL, USUAL, USUAL, USUAL - 1, 0, 1),
        (USUAL, USUAL, USUAL, 0, 1),
        (USUAL, USUAL, 0, USUAL, USUAL, 0, 1),
        (USUAL, USUAL, USUAL, USUAL, 1, 1),
        (USUAL, USUAL, USUAL, USUAL),
        (3, 2, 4, 3, 0, 2),
    ],
    ids=["seldom used", "three weeks only", "silent before", "one use", "the log ends", "sparse"],
)
def test_hours_are_not_called_silent_without_a_custom(counts: tuple[int, ...], story: Story):
    weeks(story, 10, *counts)
    assert silent(story) == []


def test_a_refused_attempt_by_somebody_else_breaks_a_silence(story: Story):
    weeks(story, 10, USUAL, USUAL, USUAL, USUAL, 0, 1)
    used(story, "2021-12-06T09:30:00Z", actor="6c" * 16, outcome="denied")
    assert silent(story) == []


def test_a_use_of_which_only_the_date_is_known_may_have_been_in_the_silent_hours(story: Story):
    weeks(story, 10, USUAL, USUAL, USUAL, USUAL, 0, 1)
    assert len(silent(story)) == 1
    used(story, "2021-12-06")
    assert silent(story) == []


@pytest.mark.parametrize(("start", "found"), [("2021-12-27", 1), ("2022-03-21", 0)], ids=["Monday", "Easter Monday"])
def test_a_legal_holiday_breaks_no_rhythm(start: str, found: int, story: Story):
    weeks(story, 10, USUAL, USUAL, USUAL, USUAL, 0, 1, start=datetime.fromisoformat(start).replace(tzinfo=BRUSSELS))
    assert len(silent(story)) == found


def test_the_rhythm_is_that_of_local_time_when_the_clock_changes(story: Story):
    weeks(story, 9, *[USUAL] * 8, start=datetime(2022, 2, 21, tzinfo=BRUSSELS))
    assert silent(story) == []


def test_a_silence_is_told_once_the_log_goes_on_after_it(story: Story):
    weeks(story, 10, USUAL, USUAL, USUAL, USUAL, 0, 1)
    assert silent(story, "2021-12-12") == []
    assert len(silent(story, "2021-12-14")) == 1
