"""Gaps in the logs themselves: missing numbers, logs that are kept too short, clocks, contradictions."""

from __future__ import annotations

from typing import Any

import pytest

from projections.findings import Cause, Finding
from tests.projections.obligations.stories import Story
from tests.projections.reconciliation.asking import begun, findings


@pytest.fixture
def story() -> Story:
    return begun()


def gaps(story: Story, as_of: str = "2022-06-01") -> list[Finding]:
    return [each for each in findings(story, as_of) if each.cause is Cause.LOG_GAP]


def says(story: Story) -> list[str]:
    return [sentence for each in gaps(story) for sentence in each.says]


def read(story: Story, first: str, last: str, **more: Any) -> int:
    """A whole file was read; the position of that entry."""
    counts: dict[str, Any] = {"new": 50, "duplicate": 0, "rejected": 0, "ignored": 0}
    story.tell("log-read", "ANN", "2022-01-03", source="m365-audit", file="ad" * 32, file_bytes=1,
               first=first, last=last, **(counts | more))  # fmt: skip
    return story.entries[-1].position


def batch(story: Story, first: str, last: str) -> None:
    story.tell("log-batch-ingested", "ANN", "2022-01-03", batch={"count": 1, "root": "be" * 32}, source="m365-audit",
               file="ad" * 32, file_bytes=1, first=first, last=last)  # fmt: skip


def test_numbers_that_a_file_lacks_are_counted(story: Story):
    position = read(story, "2021-11-03", "2021-11-04", lowest=1, highest=99, missing=4)
    read(story, "2021-11-05", "2021-11-06", lowest=100, highest=120, missing=0)
    (found,) = gaps(story)
    assert (found.entry, found.says) == (position, ("of the numbers 1 to 99 of this file: 4 missing",))


def test_numbers_that_a_file_lacks_may_be_those_of_rejected_lines(story: Story):
    read(story, "2021-11-03", "2021-11-04", lowest=1, highest=99, missing=4, rejected=3)
    (found,) = gaps(story)
    assert found.says[0].endswith("4 missing; rejected lines, which may be among them: 3")


def test_rejected_lines_that_were_mended_are_no_second_export(story: Story):
    read(story, "2021-11-01", "2021-11-20", rejected=5)
    read(story, "2021-11-01", "2021-11-20", new=5)
    assert gaps(story) == []


def test_numbers_between_two_files_are_found_in_whatever_order_they_were_read(story: Story):
    later = read(story, "2021-11-05", "2021-11-06", lowest=110, highest=120, missing=0)
    first = read(story, "2021-11-03", "2021-11-04", lowest=1, highest=99, missing=0)
    (found,) = gaps(story)
    assert (found.entry, found.related) == (later, (first,))
    (sentence,) = found.says
    assert sentence == "from number 99, where a file ends, to 110, where the next begins: 10 missing, namely 100 to 109"


def runs(*several: tuple[int, int]) -> tuple[dict[str, int], ...]:
    return tuple({"first": first, "last": last} for first, last in several)


HOLES: dict[str, Any] = {"lowest": 1, "highest": 20, "missing": 4, "rejected": 3,
                         "present": runs((1, 4), (6, 9), (12, 18), (20, 20))}  # fmt: skip
"""A log without 5, 10, 11 and 19."""


def test_the_numbers_that_are_missing_are_named(story: Story):
    read(story, "2021-11-03", "2021-11-04", **HOLES)
    assert says(story) == ["of the numbers 1 to 20 of this file: 4 missing, namely 5, 10 to 11, 19; "
                           "rejected lines, which may be among them: 3"]  # fmt: skip


@pytest.mark.parametrize("year", ["2021", "2020"])
def test_numbers_that_came_with_mended_lines_of_that_year_are_missing_no_more(year: str, story: Story):
    read(story, "2021-11-03", "2021-11-04", **HOLES)
    read(story, f"{year}-11-03", f"{year}-11-03", mended=True, present=runs((5, 5), (11, 11)))
    (found,) = says(story)
    left = {"2021": "2 missing, namely 10, 19", "2020": "4 missing, namely 5"}[year]
    assert found.startswith(f"of the numbers 1 to 20 of this file: {left}")
    read(story, "2021-11-04", "2021-11-04", mended=True, present=runs((5, 5), (10, 11), (19, 19)))
    assert gaps(story) == []


@pytest.mark.parametrize("missing", [0, 1])
def test_numbers_that_came_with_the_whole_log_once_more_are_missing_no_more(missing: int, story: Story):
    """Also those of a log of which it was not recorded which they are."""
    for about in (HOLES, {"lowest": 2, "highest": 20, "missing": 9}):
        read(story, "2021-11-03", "2021-11-04", **about)
    more = {"present": runs((1, 18), (20, 30))} if missing else {}
    read(story, "2021-11-03", "2021-11-05", lowest=1, highest=30, missing=missing, duplicate=16, **more)
    assert [each.partition(" of this file: ")[2].partition(";")[0] for each in says(story)] == (
        ["1 missing, namely 19"] if missing else []
    )


def test_a_log_that_grows_lacks_a_number_once(story: Story):
    first = read(story, "2021-11-03", "2021-11-04", lowest=1, highest=9, missing=1, present=runs((1, 4), (6, 9)))
    read(story, "2021-11-03", "2021-11-05", lowest=1, highest=12, missing=2, duplicate=8,
         present=runs((1, 4), (6, 10), (12, 12)))  # fmt: skip
    (found,) = gaps(story)
    assert found.entry == first
    assert found.says == ("of the numbers 1 to 9 of this file: 1 missing, namely 5",
                          "of the numbers 1 to 12 of this file: 1 missing, namely 11")  # fmt: skip


def test_what_lies_inside_a_longer_file_ends_no_numbering(story: Story):
    for lowest, highest, moment in ((1, 99, "03"), (5, 9, "04"), (100, 120, "05")):
        read(story, f"2021-11-{moment}", f"2021-11-{moment}", lowest=lowest, highest=highest, missing=0)
    assert gaps(story) == []


def test_lines_at_an_end_that_were_mended_are_not_missing_between_two_files(story: Story):
    read(story, "2021-11-03", "2021-11-03", lowest=1, highest=99, missing=0, rejected=2)
    read(story, "2021-11-04", "2021-11-04", lowest=102, highest=120, missing=0)
    assert [each.rpartition(": ")[2] for each in says(story)] == ["2 missing, namely 100 to 101"]
    read(story, "2021-11-03", "2021-11-03", mended=True, present=runs((100, 101)))
    assert gaps(story) == []


def test_mended_lines_are_no_export_that_has_nothing_in_common_with_another(story: Story):
    read(story, "2021-11-01", "2021-11-30", rejected=5)
    read(story, "2021-11-10", "2021-11-25", duplicate=30)
    mended = {"new": 5, "duplicate": 0}
    position = read(story, "2021-11-05", "2021-11-20", **mended, mended=True)
    assert gaps(story) == []
    read(story, "2021-11-05", "2021-11-20", **mended)
    (found,) = gaps(story)
    assert position not in (found.entry, *found.related)


def close(story: Story, finding: Finding, day: str = "2022-01-10") -> None:
    story.tell("finding-closed", "ANN", day, finding=finding.id, party="ANN", reason="accepted", uses=0)


def test_a_gap_that_was_closed_opens_again_when_another_file_shows_more_of_it(story: Story):
    one = {"lowest": 1, "highest": 9, "missing": 1, "present": runs((1, 4), (6, 9))}
    read(story, "2021-11-03", "2021-11-04", **one)
    close(story, gaps(story)[0])
    assert [each.status for each in gaps(story)] == ["closed"]
    read(story, "2021-11-03", "2021-11-04", **one | {"highest": 10, "present": runs((1, 4), (6, 10))}, duplicate=8)
    assert [each.status for each in gaps(story)] == ["closed"]
    last = read(story, "2021-11-03", "2021-11-06", lowest=1, highest=12, missing=2, duplicate=8,
                present=runs((1, 4), (6, 10), (12, 12)))  # fmt: skip
    (found,) = gaps(story)
    assert (found.status, found.latest, found.related[-1]) == ("reopened", last, last)


def test_two_files_of_the_same_days_without_a_record_in_common_are_found(story: Story):
    one = read(story, "2021-11-01", "2021-11-20")
    other = read(story, "2021-11-10", "2021-11-30")
    (found,) = gaps(story)
    assert (found.entry, found.related) == (other, (one,))
    assert "no record in common" in found.says[0]


@pytest.mark.parametrize("more", [{"duplicate": 1}, {"new": 0}, {"first": "2021-11-20"}])
def test_files_that_overlap_as_exports_do_are_no_gap(more: dict[str, Any], story: Story):
    read(story, "2021-11-01", "2021-11-20")
    about = {"first": "2021-11-10", "last": "2021-11-30"} | more
    read(story, about.pop("first"), about.pop("last"), **about)
    assert gaps(story) == []


def test_a_log_that_begins_long_after_the_protocol_is_kept_too_short(story: Story):
    batch(story, "2022-01-02T08:00:00Z", "2022-01-02T09:00:00Z")
    (said,) = says(story)
    assert "the first use that this log tells of was on 2022-01-02" in said
    batch(story, "2021-10-20", "2021-10-21")
    assert gaps(story) == []


def test_uses_that_were_yet_to_happen_when_they_were_recorded_are_told(story: Story):
    batch(story, "2021-10-20T08:00:00Z", "2022-01-03T23:30:00Z")
    (said,) = says(story)
    assert "a clock is wrong, or a time zone" in said


def test_contradicted_records_are_a_finding(story: Story):
    position = read(story, "2021-11-20", "2021-11-21", rejected=2, conflicting=2, contradicted=("ab" * 16,))
    (found,) = gaps(story)
    assert found.entry == position
    assert found.says[0].startswith("2 of its records say otherwise")
    assert found.says[0].endswith(f"ledger import show {position}")


def test_a_log_that_is_read_again_contradicts_the_same_uses_once(story: Story):
    about: dict[str, Any] = {"rejected": 1, "conflicting": 1, "contradicted": ("ab" * 16,)}
    read(story, "2021-11-20", "2021-11-21", **about)
    read(story, "2021-11-20", "2021-11-22", **about, duplicate=50)
    assert len(says(story)) == 1
    read(story, "2021-11-20", "2021-11-22", **about | {"contradicted": ("cd" * 16,)}, duplicate=50)
    assert len(says(story)) == 2


PARTS: list[dict[str, Any]] = [
    {"highest": 9}, {"lowest": 2**53 - 1}, {"missing": 0}, {"missing": 4, "lowest": 1}, {"lowest": 1, "highest": 9},
    {"first": "2022-01-02"}, {"last": "2022-01-02"},
]  # fmt: skip


@pytest.mark.parametrize("part", PARTS, ids=str)
def test_a_read_that_says_only_a_part_of_its_numbers_or_days_is_as_one_without(part: dict[str, Any], story: Story):
    read(story, "2021-11-03", "2021-11-04", lowest=1, highest=99, missing=4)
    story.tell("log-read", "ANN", "2022-01-03", source="m365-audit", file="ae" * 32, file_bytes=1, new=7, duplicate=0,
               rejected=0, ignored=0, **part)  # fmt: skip
    assert says(story) == ["of the numbers 1 to 99 of this file: 4 missing"]


def test_the_largest_numbers_that_an_event_can_hold_are_told(story: Story):
    last = 2**53 - 1
    read(story, "2021-11-03", "2021-11-04", lowest=0, highest=last, missing=last - 1)
    assert says(story) == [f"of the numbers 0 to {last} of this file: {last - 1} missing"]


def test_a_log_that_grows_opens_its_closed_contradictions_again_only_with_more_of_them(story: Story):
    about: dict[str, Any] = {"conflicting": 1, "contradicted": ("ab" * 16,)}
    read(story, "2021-11-20", "2021-11-21", **about, rejected=1)
    close(story, gaps(story)[0])
    read(story, "2021-11-20", "2021-11-22", **about, rejected=1, duplicate=50)
    (found,) = gaps(story)
    assert (found.status, len(found.says)) == ("closed", 1)
    more = read(story, "2021-11-20", "2021-11-23", **about | {"conflicting": 2}, rejected=2, duplicate=50)
    (found,) = gaps(story)
    assert (found.status, found.latest, len(found.says)) == ("reopened", more, 2)
