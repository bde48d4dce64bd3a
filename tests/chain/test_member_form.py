"""The members of a batch that a form takes together are those that reading one by one takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.chain.entry import LARGEST_EVENT, Entry, spliced
from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.member_form import MemberForm, Row

STREAM, TYPE, RECORDED = "p/usage", "access-used/1", "2022-05-30T09:00:01.250000Z"


def event(number: int, size: int = 0) -> bytes:
    return b'{"id":"%032x","note":"%%d%s","type":"%s"}' % (number, b"x" * size, TYPE.encode())


def rows(count: int, *, first: int = 8, size: int = 0, batch: int = 7) -> list[Row]:
    """Members from position `first` on, version 3 the first of them."""
    made, prev = list[Row](), Digest(bytes([first % 256]) * 32)
    for at in range(first, first + count):
        raw = spliced(event(at, size), at, prev, RECORDED, f"batch:{batch}", STREAM, at - first + 3)
        made.append((at, STREAM, at - first + 3, TYPE, raw))
        prev = leaf_hash(raw)
    return made


def taken(found: list[Row]) -> list[bytes]:
    """What the first row makes known of the rest."""
    form = MemberForm.of(Entry.parse(found[0][4]), TYPE)
    assert form is not None
    return form.events(found[1:], found[0][0] + 1, [leaf_hash(row[4]) for row in found[:-1]])


def test_members_alike_are_taken_whole() -> None:
    assert taken(rows(600)) == [event(at) for at in range(9, 608)]
    assert taken(rows(1)) == []


CHANGES: dict[str, Callable[[Row], Row]] = {
    "position": lambda row: (row[0] + 1, *row[1:]),
    "stream": lambda row: (row[0], "q/usage", *row[2:]),
    "version": lambda row: (*row[:2], row[2] + 1, *row[3:]),
    "type": lambda row: (*row[:3], "access-used/2", row[4]),
    "beginning": lambda row: (*row[:4], b'["event":' + row[4][9:]),
    "end": lambda row: (*row[:4], row[4][:-1] + b"]"),
    "position in bytes": lambda row: (*row[:4], row[4].replace(b'"position":1', b'"position":2')),
    "prev": lambda row: (*row[:4], row[4].replace(b'"prev":"', b'"prev":"0')),
    "batch": lambda row: (*row[:4], row[4].replace(b"batch:7", b"batch:6")),
    "time": lambda row: (*row[:4], row[4].replace(b"09:00:01", b"09:00:02")),
    "kind in bytes": lambda row: (*row[:4], row[4].replace(b"used/1", b"used/3")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("at", [3, 200, 299])
def test_those_before_another_row_are_taken(change: Callable[[Row], Row], at: int) -> None:
    found = rows(300, first=1_000)
    found[at] = change(found[at])
    assert taken(found) == [event(number) for number in range(1_001, 1_000 + at)]


def test_a_batch_after_another_is_not_taken_with_it() -> None:
    found = rows(3)
    assert taken([*found, *rows(4, first=12, batch=11)]) == [event(9), event(10)]


def test_what_is_larger_than_an_event_may_be_is_left_to_others() -> None:
    found = rows(6)
    size = LARGEST_EVENT
    raw = spliced(event(11, size), 11, leaf_hash(found[2][4]), RECORDED, "batch:7", STREAM, 6)
    found[3] = (11, STREAM, 6, TYPE, raw)
    assert taken(found) == [event(9), event(10)]


def test_an_event_that_does_not_end_with_its_type_has_no_form() -> None:
    raw = spliced(b'{"type":"%s","z":1}' % TYPE.encode(), 8, bytes(32), RECORDED, "batch:7", STREAM, 3)
    assert MemberForm.of(Entry.parse(raw), TYPE) is None
