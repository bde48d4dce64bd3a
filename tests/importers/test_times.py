from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.clock import Moment
from ledger.importers.times import NotATime, utc


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-05-18T21:13:42", "2021-05-18T21:13:42Z"),
        ("2021-05-18 21:13:42", "2021-05-18T21:13:42Z"),
        ("2021-05-18T21:13:42Z", "2021-05-18T21:13:42Z"),
        ("2021-05-18T21:13:42.0000000Z", "2021-05-18T21:13:42Z"),
        ("2021-05-18T21:13:42.1234567", "2021-05-18T21:13:42.123456Z"),
        ("2021-05-18 21:13:42.500000000", "2021-05-18T21:13:42.5Z"),
        ("2021-05-18T23:13:42+02:00", "2021-05-18T21:13:42Z"),
        ("2021-05-18T23:13:42.25+0200", "2021-05-18T21:13:42.25Z"),
        ("2021-01-01T00:30:00+01:00", "2020-12-31T23:30:00Z"),
        ("5/18/2021 9:13:33 PM", "2021-05-18T21:13:33Z"),
        ("12/1/2021 12:00:00 AM", "2021-12-01T00:00:00Z"),
        ("12/1/2021 12:00:00 PM", "2021-12-01T12:00:00Z"),
        ("1/2/2021 1:02:03 am", "2021-01-02T01:02:03Z"),
    ],
)
def test_a_time_is_utc_unless_it_says_otherwise(text: str, moment: str) -> None:
    assert utc(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "", "2021-05-18", "2021-13-01T00:00:00", "2021-02-30T00:00:00", "2021-05-18T24:00:00", "2021-05-18T23:59:60",
        "18/5/2021 9:13:33 PM", "5/18/2021 13:13:33 PM", "5/18/2021 0:13:33 AM", "5/18/2021 9:13:33",
        "2021-05-18T21:13:42.1234567890", "\uff12021-05-18T21:13:42", "1621372422", "0001-01-01T00:00:00+01:00",
        "2021-05-18T21:13:42 ", "2021-05-18T21:13:42+25:00",
    ],
)  # fmt: skip
def test_what_no_calendar_has_is_no_time(text: str) -> None:
    with pytest.raises(NotATime):
        utc(text)


@given(st.datetimes(), st.sampled_from(["%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f0Z"]))
def test_every_time_comes_out_in_the_one_spelling_of_events(instant: object, spelling: str) -> None:
    text = f"{instant.year:04}" + instant.strftime(spelling)[len(instant.strftime("%Y")) :]  # type: ignore[attr-defined]
    moment = utc(text)
    assert Moment.parse(moment).earliest.replace(tzinfo=None) == instant


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    with contextlib.suppress(NotATime):
        Moment.parse(utc(text))
