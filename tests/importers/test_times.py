from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.clock import Moment
from ledger.importers.times import NotATime, local, of_number, of_web_server, utc

FIRST, LAST = datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2998-12-31")
"""Between these any time is one."""


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


NONE = ("0001-01-01", "1601-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "1970-01-01", "2999-01-01", "9999-12-31")


@pytest.mark.parametrize("day", NONE)
def test_a_date_that_products_write_where_they_have_none_is_refused(day: str) -> None:
    year, month, date = day.split("-")
    for text in (f"{day}T00:00:00", f"{day} 23:59:59.9999999Z", f"{month}/{date}/{year} 12:00:00 AM"):
        with pytest.raises(NotATime, match="stands for none"):
            utc(text)
    with pytest.raises(NotATime, match="stands for none"):
        local(f"{date}/{month}/{year} 09:00:00")


@pytest.mark.parametrize("text", ["1971-01-01T00:00:00Z", "2998-12-31T23:59:59Z", "1999-12-31 00:00:00"])
def test_any_other_date_may_be_wrong_and_is_taken(text: str) -> None:
    assert utc(text).startswith(text[:10])


@given(
    st.datetimes(FIRST, LAST),
    st.sampled_from(["%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f0Z"]),
)
def test_every_time_comes_out_in_the_one_spelling_of_events(instant: object, spelling: str) -> None:
    text = f"{instant.year:04}" + instant.strftime(spelling)[len(instant.strftime("%Y")) :]  # type: ignore[attr-defined]
    moment = utc(text)
    assert Moment.parse(moment).earliest.replace(tzinfo=None) == instant


@pytest.mark.parametrize("spelled", [utc, local, of_web_server])
@given(st.text(max_size=40))
def test_any_text_is_a_time_or_refused(spelled: Callable[[str], str], text: str) -> None:
    with contextlib.suppress(NotATime):
        Moment.parse(spelled(text))


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (1767600001, "2026-01-05T08:00:01Z"), (1767600001123, "2026-01-05T08:00:01.123Z"),
        (1767600001123456, "2026-01-05T08:00:01.123456Z"), (1767600001123456789, "2026-01-05T08:00:01.123456Z"),
        (1767600001.5, "2026-01-05T08:00:01Z"), (999999999, "2001-09-09T01:46:39Z"),
    ],
)  # fmt: skip
def test_a_number_is_seconds_or_a_thousandth_by_its_size(number: float, moment: str) -> None:
    assert of_number(number) == moment


@given(st.integers() | st.floats())
def test_any_number_is_a_time_or_refused(number: float) -> None:
    with contextlib.suppress(NotATime):
        Moment.parse(of_number(number))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("05/01/2026 09:00:00", "2026-01-05T08:00:00Z"), ("5/7/2026 9:00", "2026-07-05T07:00:00Z"),
        ("05-01-2026 09:00:00,5", "2026-01-05T08:00:00.5Z"), ("5.1.2026, 09:00:00", "2026-01-05T08:00:00Z"),
        ("2026-01-05 09:00:00.250", "2026-01-05T08:00:00.25Z"), ("25/10/2026 02:30:00", "2026-10-25"),
        ("25/10/2026 03:00:00", "2026-10-25T02:00:00Z"), ("29/03/2026 03:00:00", "2026-03-29T01:00:00Z"),
    ],
)  # fmt: skip
def test_a_local_time_is_an_instant_or_where_it_came_twice_its_date(text: str, moment: str) -> None:
    assert local(text) == moment


@pytest.mark.parametrize(
    "text", ["29/03/2026 02:30:00", "31/02/2026 09:00:00", "5/1/26 9:00:00", "01/05/2026 9:00:00 PM", "", "05/01/2026"]
)
def test_a_local_time_that_no_day_had_is_refused(text: str) -> None:
    with pytest.raises(NotATime):
        local(text)
