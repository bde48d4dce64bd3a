from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

from ledger.storage.append import Receipt, StaleDecision
from ledger.storage.opening import create, open_store
from ledger.storage.store import Store
from tests.storage.rows import ACCESS, batch, check_whole, events, single

PROCESSES, APPENDS = 8, 12


def append_many(url: str, writer: int) -> None:
    """Single events and batches of every size, each event with a number of its own."""
    with open_store(url) as store:
        for turn in range(APPENDS):
            first = (writer * APPENDS + turn + 1) * 1000
            store.append(batch(1 + 40 * turn, first=first) if turn % 2 else single(first))


def expected_events() -> list[bytes]:
    firsts = [(turn, (writer * APPENDS + turn + 1) * 1000) for writer in range(PROCESSES) for turn in range(APPENDS)]
    rows = [batch(1 + 40 * turn, first=first) if turn % 2 else single(first) for turn, first in firsts]
    return [row.event for append in rows for row in append]


def test_eight_processes_append_gaplessly_and_nothing_is_lost_or_doubled(url: str):
    create(url).close()
    spawn = get_context("spawn")
    writers = [spawn.Process(target=append_many, args=(url, number)) for number in range(PROCESSES)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * PROCESSES
    with open_store(url) as store:
        assert check_whole(store) == len(expected_events())
        assert sorted(events(store)) == sorted(expected_events())


def test_threads_that_wait_together_get_a_receipt_each(store: Store):
    ready = threading.Barrier(16)

    def append(number: int) -> Receipt:
        ready.wait()
        return store.append(single(number))

    with ThreadPoolExecutor(16) as pool:
        receipts = list(pool.map(append, range(1, 65)))
    assert check_whole(store) == 64
    written = events(store)
    for number, receipt in enumerate(receipts, 1):
        assert receipt.first == receipt.last
        assert written[receipt.first - 1] == single(number)[0].event


def test_of_threads_that_decided_on_the_same_version_one_writes(store: Store):
    ready = threading.Barrier(16)

    def append(number: int) -> bool:
        ready.wait()
        try:
            store.append(single(number), expecting={ACCESS: 0})
        except StaleDecision:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(append, range(16))) == [False] * 15 + [True]
    assert check_whole(store) == 1


def test_what_is_wrong_with_one_append_is_told_to_that_one_only(store: Store):
    ready = threading.Barrier(8)

    def note(size: int, root: bytes) -> bytes:
        raise ZeroDivisionError("the signer failed")

    def append(number: int) -> str:
        ready.wait()
        try:
            store.append(single(number), checkpoint=note if number == 3 else None)
        except ZeroDivisionError:
            return "failed"
        return "written"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(append, range(8)))
    assert [number for number, outcome in enumerate(outcomes) if outcome == "failed"] == [3]
    assert check_whole(store) == 7
