from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.importers.numbering import MOST_RUNS, Numbering, Numbers


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
