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
    assert (found.entry, found.says) == (position, ("of the numbers 1 to 99 of this file 4 are missing",))


def test_numbers_that_a_file_lacks_may_be_those_of_rejected_lines(story: Story):
    read(story, "2021-11-03", "2021-11-04", lowest=1, highest=99, missing=4, rejected=3)
    (found,) = gaps(story)
    assert found.says[0].endswith("4 are missing; 3 of its lines were rejected, and may be among them")


def test_rejected_lines_that_were_mended_are_no_second_export(story: Story):
    read(story, "2021-11-01", "2021-11-20", rejected=5)
    read(story, "2021-11-01", "2021-11-20", new=5)
    assert gaps(story) == []


def test_numbers_between_two_files_are_found_in_whatever_order_they_were_read(story: Story):
    later = read(story, "2021-11-05", "2021-11-06", lowest=110, highest=120, missing=0)
    first = read(story, "2021-11-03", "2021-11-04", lowest=1, highest=99, missing=0)
    (found,) = gaps(story)
    assert (found.entry, found.related) == (later, (first,))
    assert found.says == ("between number 99 and 110 10 are in neither file",)


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
