from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context

import psycopg
import pytest

from ledger.clock import Clock
from ledger.storage.append import Append, Outcome, Receipt, StaleDecision
from ledger.storage.opening import create, open_store
from ledger.storage.store import Store, _Waiting
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


def test_an_interrupted_writer_leaves_the_others_to_write(store: Store, monkeypatch: pytest.MonkeyPatch):
    """Control-C in the thread that writes: it and its group are told, and the next thread takes over."""
    store.append(single(1))
    real = store._writer.write  # type: ignore[union-attr]
    queued, interrupted = threading.Event(), threading.Event()

    def interrupt_once(appends: Sequence[Append], clock: Clock) -> list[Outcome]:
        if not interrupted.is_set():
            interrupted.set()
            queued.wait()
            raise KeyboardInterrupt
        return real(appends, clock)

    monkeypatch.setattr(store._writer, "write", interrupt_once)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(store.append, single(2))
        interrupted.wait()
        others = [pool.submit(store.append, single(number)) for number in (3, 4, 5)]
        while len(store._queue) < 3:
            pass
        queued.set()
        with pytest.raises(KeyboardInterrupt):
            first.result()
        assert sorted(other.result().first for other in others) == [2, 3, 4]
    assert check_whole(store) == 4


def test_a_thread_that_stops_waiting_does_not_take_the_lead_with_it(store: Store):
    left = _Waiting(Append(single(1)))
    store._queue.append(left)
    store._leave(left)
    assert not store._queue
    heir = _Waiting(Append(single(2)))
    store._queue.append(heir)
    store._led = True
    heir.told.release()
    store._leave(heir)
    assert store.append(single(3)).first == 2


def test_servers_that_insert_at_the_same_instant_each_have_their_turn(postgres_url: str):
    """Held by a lock and let go together, two may meet in the index of versions before that of positions."""
    create(postgres_url).close()
    writers, turns = 4, 12
    with ExitStack() as stack:
        stores = [stack.enter_context(open_store(postgres_url)) for _ in range(writers)]
        owner = stack.enter_context(psycopg.connect(postgres_url, autocommit=True))
        pool = stack.enter_context(ThreadPoolExecutor(writers))
        for number, store in enumerate(stores):  # whoever has never written reads first
            store.append(single(9000 + number))
        for turn in range(turns):
            with owner.transaction():
                owner.execute("LOCK TABLE entry IN ACCESS EXCLUSIVE MODE")
                waiting = [pool.submit(store.append, single(100 * turn + at)) for at, store in enumerate(stores)]
                while owner.execute(_HELD).fetchone() != (writers,):
                    assert not any(each.done() for each in waiting), "nobody gets through before the lock is let go"
            for each in waiting:
                each.result()
        assert check_whole(stores[0]) == writers * (turns + 1)


_HELD = "SELECT count(*) FROM pg_locks WHERE relation = 'entry'::regclass AND NOT granted"
