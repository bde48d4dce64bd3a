from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from ledger.chain.hashing import Digest, leaf_hash, sha256
from ledger.errors import LedgerError
from ledger.storage.faults import StorageFailed
from ledger.storage.highwater import BesideTheMark, HighWater, MalformedMark, Mark, RolledBack, check
from ledger.storage.opening import create, open_store
from ledger.storage.store import Store
from tests.limits import files_of_at_most
from tests.storage.rows import batch, single

LEAF = sha256(b"leaf")


def mark_of(store: Store) -> Mark:
    head = store.head()
    return Mark(head.size, head.leaf)


def test_a_mark_has_one_spelling():
    text = b"ledger/head/v1\n1042\n" + LEAF.hex().encode() + b"\n"
    assert (bytes(Mark(1042, LEAF)), Mark.parse(text)) == (text, Mark(1042, LEAF))


@pytest.mark.parametrize(
    "change",
    [
        (b"1042", b"01042"),
        (b"1042", b" 1042"),
        (b"1042", b"-1"),
        (b"1042", b"1_042"),
        (b"v1", b"v2"),
        (b"\n", b"\r\n"),
        (LEAF.hex().encode(), LEAF.hex().upper().encode()),
        (LEAF.hex().encode() + b"\n", LEAF.hex().encode()),
        (LEAF.hex().encode() + b"\n", LEAF.hex().encode() + b"\n\n"),
    ],
)
def test_any_other_spelling_is_refused(tmp_path: Path, change: tuple[bytes, bytes]):
    path = tmp_path / "demo.head"
    path.write_bytes(bytes(Mark(1042, LEAF)).replace(*change))
    with pytest.raises(MalformedMark):
        HighWater(path).read()
    with pytest.raises(MalformedMark):
        HighWater(path).replace(Mark(2000, LEAF))
    assert path.read_bytes() == bytes(Mark(1042, LEAF)).replace(*change)


@pytest.mark.parametrize("sync", [False, True])
def test_a_mark_rises_and_never_falls(tmp_path: Path, sync: bool):
    high = HighWater(tmp_path / "demo.head")
    assert high.read() is None
    for size, expected in ((3, 3), (5, 5), (4, 5), (5, 5), (6, 6)):
        high.replace(Mark(size, LEAF), sync=sync)
        assert high.read() == Mark(expected, LEAF)
    assert [path.name for path in tmp_path.iterdir()] == ["demo.head"]
    assert oct(high.path.stat().st_mode & 0o777) == "0o600"


def test_at_one_size_the_first_mark_stays(tmp_path: Path):
    high = HighWater(tmp_path / "demo.head")
    high.replace(Mark(5, LEAF))
    high.replace(Mark(5, Digest(bytes(32))))
    assert high.read() == Mark(5, LEAF)


def test_a_mark_that_lags_is_no_fault(store: Store):
    store.append(single(1))
    lagging = mark_of(store)
    store.append(batch(5))
    check(lagging, store)
    check(mark_of(store), store)
    check(Mark(0, Digest(bytes(32))), store)


def test_an_old_copy_of_the_ledger_is_behind_its_mark(tmp_path: Path):
    with create(tmp_path / "demo.db") as store:
        store.append(single(1))
    copy = (tmp_path / "demo.db").read_bytes()
    with open_store(tmp_path / "demo.db") as store:
        store.append(single(2))
        mark = mark_of(store)
    (tmp_path / "demo.db").write_bytes(copy)
    with open_store(tmp_path / "demo.db") as store, pytest.raises(RolledBack) as found:
        check(mark, store)
    assert (found.value.code, found.value.exit) == ("highwater.behind", 3)


def test_another_history_lies_beside_the_mark(store: Store):
    store.append(batch(5))
    mark = Mark(3, leaf_hash(b"what stood there before"))
    with pytest.raises(BesideTheMark) as found:
        check(mark, store)
    assert (found.value.code, found.value.exit, found.value.where) == ("highwater.beside", 3, {"position": 3})


def test_a_folder_that_cannot_hold_the_mark_is_an_error_with_a_way_out(tmp_path: Path):
    with pytest.raises(LedgerError) as found:
        HighWater(tmp_path / "none" / "demo.head").replace(Mark(1, LEAF))
    assert (found.value.code, found.value.exit) == ("highwater.unusable", 7)
    assert "the entries are safe" in found.value.hint


@pytest.mark.parametrize("sync", [False, True])
def test_a_mark_that_is_half_written_takes_no_place_and_is_not_left_behind(tmp_path: Path, sync: bool):
    high = HighWater(tmp_path / "demo.head")
    high.replace(Mark(1, LEAF))
    with files_of_at_most(10), pytest.raises(StorageFailed, match="could not be written"):
        high.replace(Mark(2, LEAF), sync=sync)
    assert high.read() == Mark(1, LEAF)
    assert list(tmp_path.iterdir()) == [high.path]


def test_threads_leave_the_highest_mark(tmp_path: Path):
    high = HighWater(tmp_path / "demo.head")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda size: high.replace(Mark(size, LEAF)), [*range(1, 101, 2), *range(100, 0, -2)]))
    assert high.read() == Mark(100, LEAF)


def raise_marks(path: Path, sizes: list[int]) -> None:
    for size in sizes:
        HighWater(path).replace(Mark(size, LEAF))


def test_processes_leave_the_highest_mark(tmp_path: Path):
    spawn, path = get_context("spawn"), tmp_path / "demo.head"
    up, down = list(range(1, 200)), list(range(201, 0, -1))
    writers = [spawn.Process(target=raise_marks, args=(path, sizes)) for sizes in (up, down)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert HighWater(path).read() == Mark(201, LEAF)
