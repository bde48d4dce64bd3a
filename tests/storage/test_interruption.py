"""A writer is killed, or loses its connection or its disk: an append is whole or absent, and the ledger goes on."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.errors import LedgerError
from ledger.storage.faults import Locked
from ledger.storage.opening import create, open_store
from ledger.storage.postgres import PostgresWriter
from ledger.storage.sqlite import SqliteWriter
from ledger.storage.store import Store
from tests.storage.rows import ACCESS, batch, check_whole, events, single

FEW, MANY = 3, 600

# Where to die: the writer's method, and on which side of it.
STOPS = [("_insert", "before"), ("_insert", "after"), ("write", "after")]
SQLITE_STOPS = [
    *[(1, "_write_one", when) for when in ("before", "after")],
    *[(MANY, *stop) for stop in STOPS],
]
POSTGRES_STOPS = [
    *[(1, "_inserted_one", when) for when in ("before", "after")],
    *[(FEW, "_inserted", when) for when in ("before", "after")],
    *[(MANY, "_inserted", when) for when in ("before", "after")],
    *[(MANY, *stop) for stop in STOPS],
]
WRITTEN = {("write", "after"), ("_write_one", "after"), ("_inserted_one", "after"), ("_inserted", "after")}


def kill_at(writer: type, method: str, when: str) -> None:
    """From now on this process dies at that point, as by `kill -9`."""
    real = getattr(writer, method)

    def deadly(*arguments: Any) -> None:
        if when == "after":
            real(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(writer, method, deadly)


def append_and_die(url: str, rows: int, method: str, when: str) -> None:
    with open_store(url) as store:
        store.append(batch(300))
        store.append(single(1000))
        kill_at(PostgresWriter if store.is_postgres else SqliteWriter, method, when)
        store.append(batch(rows, first=2000))


def check_killed(url: str, rows: int, method: str, when: str) -> None:
    create(url).close()
    writer = get_context("spawn").Process(target=append_and_die, args=(url, rows, method, when))
    writer.start()
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    written = (method, when) in WRITTEN and (method, rows) != ("_inserted", MANY)
    with open_store(url) as store:
        assert check_whole(store) == 301 + (rows if written else 0)
        store.append(batch(300, first=5000), at=301 + (rows if written else 0))
        assert check_whole(store) == 601 + (rows if written else 0)


@pytest.mark.parametrize(("rows", "method", "when"), SQLITE_STOPS)
def test_an_append_killed_on_sqlite_is_whole_or_absent(tmp_path: Path, rows: int, method: str, when: str):
    check_killed(str(tmp_path / "demo.db"), rows, method, when)


@pytest.mark.parametrize(("rows", "method", "when"), POSTGRES_STOPS)
def test_an_append_killed_on_postgresql_is_whole_or_absent(postgres_url: str, rows: int, method: str, when: str):
    check_killed(postgres_url, rows, method, when)


def write_statements(url: str, upto: int) -> None:
    """Append, and die just before the statement with that number is run."""
    connect, count = sqlite3.connect, 0

    def die(statement: str) -> None:
        nonlocal count
        count += 1
        if count == upto:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(die)
        return connection

    sqlite3.connect = traced  # type: ignore[misc]
    with open_store(url) as store:
        store.append(batch(3), files={})


def die_at_every_statement(folder: Path) -> None:
    """A fork per statement, until an append ends alive; each ledger's size after it, one a line."""
    sizes, status = [], -1
    while not os.WIFEXITED(status):
        url = str(folder / f"{len(sizes)}.db")
        create(url).close()
        child = os.fork()
        if child == 0:
            write_statements(url, upto=len(sizes) + 1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        with open_store(url) as store:
            sizes.append(check_whole(store))
    (folder / "sizes").write_text("\n".join(map(str, sizes)))


def test_dying_before_any_statement_leaves_a_whole_ledger(tmp_path: Path):
    # In a process of its own, without threads: only such a one may fork.
    parent = get_context("spawn").Process(target=die_at_every_statement, args=(tmp_path,))
    parent.start()
    parent.join()
    sizes = [int(size) for size in (tmp_path / "sizes").read_text().split()]
    assert parent.exitcode == 0
    assert set(sizes) == {0, 3}
    assert sizes == sorted(sizes)
    assert len(sizes) > 10


def lose_connection(store: Store) -> Callable[[], None]:
    """End the server process of the store's writer; what it has committed stays."""
    writer = store._writer
    assert isinstance(writer, PostgresWriter)

    def lose() -> None:
        with psycopg.connect(str(store._engine.url.set(drivername="postgresql")), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (writer._connection.info.backend_pid,))

    return lose


def lossy(real: Callable[..., Any], lose: Callable[[], None]) -> Callable[..., Any]:
    """Does what it should, once, but the answer never comes."""
    lost = False

    def once(*arguments: Any) -> Any:
        nonlocal lost
        answer = real(*arguments)
        if not lost:
            lost = True
            lose()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return answer

    return once


@pytest.mark.parametrize(("rows", "method"), [(1, "_inserted_one"), (FEW, "_inserted"), (MANY, "_write_many")])
def test_a_commit_whose_answer_is_lost_is_found_and_not_doubled(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, rows: int, method: str
):
    with create(postgres_url) as store:
        store.append(single())
        monkeypatch.setattr(store._writer, method, lossy(getattr(store._writer, method), _dying(store)))
        receipt = store.append(batch(rows))
        assert (receipt.first, receipt.last, receipt.leaf) == (2, rows + 1, store.head().leaf)
        assert check_whole(store) == rows + 1
        store.append(single(9))
        assert check_whole(store) == rows + 2


def _dying(store: Store) -> Callable[[], None]:
    lose = lose_connection(store)

    def lose_and_notice() -> None:
        lose()
        with pytest.raises(psycopg.OperationalError):
            store._writer._connection.execute("SELECT 1")  # type: ignore[union-attr]

    return lose_and_notice


@pytest.mark.parametrize("rows", [1, FEW, MANY])
def test_a_connection_lost_while_idle_is_made_again(postgres_url: str, rows: int):
    with create(postgres_url) as store:
        store.append(single())
        lose_connection(store)()
        store.append(batch(rows))
        assert check_whole(store) == rows + 1


@pytest.mark.parametrize("rows", [1, FEW])
def test_an_append_interrupted_while_it_waits_does_not_spoil_the_next(postgres_url: str, rows: int):
    held = "SELECT count(*) FROM pg_locks WHERE relation = 'entry'::regclass AND NOT granted"

    def interrupt(owner: psycopg.Connection[Any]) -> None:
        while owner.execute(held).fetchone() != (1,):
            pass
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a run is deaf to it
    try:
        with create(postgres_url) as store, psycopg.connect(postgres_url, autocommit=True) as owner:
            store.append(single())
            with owner.transaction(), ThreadPoolExecutor(1) as pool:
                owner.execute("LOCK TABLE entry IN SHARE MODE")
                pool.submit(interrupt, owner)
                with pytest.raises(KeyboardInterrupt):
                    store.append(batch(rows, first=100))
            receipt = store.append(single(9))
            size = check_whole(store)
            assert size == receipt.last
            assert size in (2, 2 + rows), "the interrupted append is whole or absent"
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_event_that_a_slow_network_takes_in_pieces_is_appended(postgres_url: str):
    with create(postgres_url) as store:
        store.append(single())
        sending = store._writer._connection.pgconn.socket  # type: ignore[union-attr]
        with socket.socket(fileno=os.dup(sending)) as narrow:
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2048)
        row = single(2)[0]
        store.append([row._replace(event=row.event[:-1] + b',"text":"%s"}' % (b"x" * 60_000))])
        assert check_whole(store) == 2


def test_a_full_disk_leaves_the_ledger_whole_and_says_what_to_do(tmp_path: Path):
    url = str(tmp_path / "demo.db")
    with create(url) as store:
        store.append(batch(300))
        connection = store._writer._connection  # type: ignore[union-attr]
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(LedgerError) as found:
            store.append(batch(3000, first=1000))
        assert (found.value.code, found.value.exit) == ("storage.full", 7)
        assert "free some space" in found.value.hint
        assert check_whole(store) == 300
        connection.execute("PRAGMA max_page_count = 1000000")
        store.append(batch(3000, first=1000))
    with open_store(url) as store:
        assert check_whole(store) == 3300


def test_a_ledger_that_another_program_holds_is_locked(url: str):
    create(url).close()
    with open_store(url, patience=0.05) as store, held(url):
        with pytest.raises(Locked) as found:
            store.append(single())
        assert (found.value.code, found.value.exit) == ("storage.locked", 7)
        assert "wait for it to end" in found.value.hint
        assert store.head().size == 0
    with open_store(url) as store:
        store.append(single(), expecting={ACCESS: 0})
        assert events(store) == [single()[0].event]


def held(url: str) -> Any:
    """A transaction of another program that has taken the next position and does not end."""
    if "://" in url:
        other: Any = psycopg.connect(url)
        other.execute("INSERT INTO entry VALUES (1, 'demo/access', 1, 'access-granted/1', '')")
        return closing(other)
    file = sqlite3.connect(url, isolation_level=None)
    file.execute("BEGIN IMMEDIATE")
    return closing(file)
