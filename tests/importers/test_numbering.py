from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.importers.numbering import MOST_RUNS, Numbering, Numbers, Run


def numbers_of(ids: Iterable[object]) -> Numbers | None:
    numbering = Numbering()
    for each in ids:
        numbering.take(str(each))
    return numbering.numbers()


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        (range(5, 9), Numbers(5, 8, 0)),
        ([5, 6, 9], Numbers(5, 9, 2)),
        ([9, 5, 6], Numbers(5, 9, 2)),
        ([1, 2, 2, 1, 3], Numbers(1, 3, 0)),
        ([3, 2, 1], Numbers(1, 3, 0)),
    ],
)
def test_what_is_missing_lies_between_the_ends(ids: Iterable[int], found: Numbers) -> None:
    assert numbers_of(ids) == found


@pytest.mark.parametrize("ids", [[], [7], [1, 1000], ["a", 1, 2], [1, 2, "="], ["1" * 16, "1" * 16], ["\u0661", 2]])
def test_what_is_no_numbering_has_no_numbers(ids: list[object]) -> None:
    assert numbers_of(ids) is None


def test_a_log_of_too_many_pieces_is_no_numbering() -> None:
    assert numbers_of(range(0, 4 * MOST_RUNS, 2)) is None


@given(st.lists(st.integers(0, 60), min_size=2))
def test_it_counts_as_a_set_does(ids: list[int]) -> None:
    lowest, highest, there = min(ids), max(ids), len(set(ids))
    missing = highest - lowest + 1 - there
    assert numbers_of(ids) == (Numbers(lowest, highest, missing) if missing <= there and there > 1 else None)


@given(st.lists(st.integers(0, 60)))
def test_its_runs_are_every_number_once_and_no_two_of_them_touch(ids: list[int]) -> None:
    numbering = Numbering()
    for each in ids:
        numbering.take(str(each))
    runs = numbering.runs()
    assert [number for first, last in runs for number in range(first, last + 1)] == sorted(set(ids))
    assert all(before.last + 1 < behind.first for before, behind in pairwise(runs))


def test_what_has_an_id_that_is_no_number_has_no_runs() -> None:
    numbering = Numbering()
    for each in ("1", "a", "2"):
        numbering.take(each)
    assert numbering.runs() == []
    few = Numbering()
    few.take("85")
    assert few.runs() == [Run(85, 85)]
