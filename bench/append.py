"""Appending, against the plain recorders of the `eventsourcing` library in the same run.

    python -m bench.append [--rounds 7] [--bulk 10000] [--single 300] [--only sqlite|postgres]

Ours is chained, in the tree, versioned per stream, and signed (a batch by its root); theirs keeps the same event bytes
and nothing else. The library hangs on large calls over a Unix socket, the only door of the PostgreSQL wheel: it is
given 250 events a call there, so its bulk figure holds 40 commits where ours holds one.

Beside single appends stand `signed_before`, ours without the signature, and `bare`, one prepared INSERT of the same
bytes by the driver: what no durable append in Python can be faster than.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from time import perf_counter
from urllib.parse import parse_qs, urlsplit

import msgspec
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory, StoredEvent
from eventsourcing.utils import Environment

from bench.interleaved import by_turns, report, seconds, tell
from ledger.chain.entry import signed_bytes, spell_signature
from ledger.chain.hashing import leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.storage.append import BATCH, Row
from ledger.storage.opening import create
from ledger.storage.store import Store
from tests.postgres import new_database, running_server

ORIGIN = "example.org/ledger/bench"
KEY = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
_encode = msgspec.json.Encoder(order="sorted").encode


def use_event(number: int) -> bytes:
    """A use of personal data as an application's log tells it: about 410 bytes."""
    return _encode(
        {
            "actor": f"{number * 7919:032x}",
            "application": "cohort-browser",
            "author": "VLAIO",
            "batch_line": number,
            "categories": ["enterprise.contact", "subsidy.file"],
            "happened_at": f"2022-05-30T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z",
            "id": f"{number:032x}",
            "operation": "FileAccessed",
            "outcome": "succeeded",
            "party": "VLAIO",
            "protocol": "vlaio-fio-tbt-2021",
            "record": f"{number * 104729:064x}",
            "type": "access-used/1",
        }
    )


Insert = Callable[[bytes], object]
"""Writes one row and commits it."""


def bare_sqlite(path: str) -> Insert:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE event (position INTEGER PRIMARY KEY, data BLOB)")
    return lambda event: connection.execute("INSERT INTO event (data) VALUES (?)", (event,))


def bare_postgres(url: str) -> Insert:
    connection = psycopg.connect(url, autocommit=True)
    connection.execute("CREATE TABLE event (position bigserial PRIMARY KEY, data bytea)")
    return lambda event: connection.execute("INSERT INTO event (data) VALUES (%s)", (event,), prepare=True)


def sign(event: bytes) -> str:
    return spell_signature(KEY.sign(signed_bytes(ORIGIN, event)))


def append_batch(store: Store, events: Sequence[bytes]) -> None:
    """An opener that signs the batch's root, and its members."""
    root = merkle_root([leaf_hash(event) for event in events])
    opener = _encode({"batch": {"count": len(events), "root": root.hex()}, "type": "log-batch-ingested/1"})
    rows = [Row("vlaio-fio-tbt-2021/imports", "log-batch-ingested/1", opener, sign(opener))]
    rows += [Row("vlaio-fio-tbt-2021/usage", "access-used/1", event, BATCH) for event in events]
    store.append(rows)


def append_one(store: Store, event: bytes) -> None:
    store.append([Row("vlaio-fio-tbt-2021/access", "access-used/1", event, sign(event))])


def their_bulk(recorder: ApplicationRecorder, events: Sequence[bytes], call: int) -> Callable[[], float]:
    def run() -> float:
        stream = uuid.uuid4()
        stored = [
            StoredEvent(originator_id=stream, originator_version=version, topic="access-used/1", state=event)
            for version, event in enumerate(events)
        ]
        return seconds(
            lambda: [recorder.insert_events(stored[at : at + call]) for at in range(0, len(stored), call)],
        )

    return run


def compare(
    database: str, store: Store, recorder: ApplicationRecorder, bare: Insert, arguments: argparse.Namespace
) -> None:
    events = [use_event(number) for number in range(arguments.bulk)]
    few = events[: arguments.single]
    signed = [Row("vlaio-fio-tbt-2021/access", "access-used/1", event, sign(event)) for event in few]
    about = {"bench": "append", "database": database, "event_bytes": len(events[0])}
    report(
        {
            "ours": lambda: seconds(lambda: append_batch(store, events)),
            "baseline": their_bulk(recorder, events, len(events) if database == "sqlite" else 250),
        },
        **about, case="bulk", rounds=arguments.rounds, operations=len(events),
        must=1.4 if database == "sqlite" else 0.30,
    )  # fmt: skip
    stream, count = uuid.uuid4(), len(few)
    cases: dict[str, Callable[[int], object]] = {
        "ours": lambda number: append_one(store, few[number % count]),
        "baseline": lambda number: recorder.insert_events(
            [StoredEvent(stream, number, "access-used/1", few[number % count])]
        ),
        "signed_before": lambda number: store.append([signed[number % count]]),
        "bare": lambda number: bare(few[number % count]),
    }
    tell(
        by_turns(cases, arguments.rounds, count), **about, case="single, durable, signed: append by append in turn",
        rounds=arguments.rounds, operations=count,
        must=1.3 if database == "sqlite" else 0.4,
    )  # fmt: skip
    concurrent(database, store, few, callers=32)


def concurrent(database: str, store: Store, events: Sequence[bytes], callers: int) -> None:
    """Callers that each wait for their append to be on disk; events signed beforehand, as by their authors."""
    rows = [[Row("vlaio-fio-tbt-2021/access", "access-used/1", event, sign(event))] for event in events]
    waits: list[float] = []

    def caller() -> None:
        for row in rows:
            start = perf_counter()
            store.append(row)
            waits.append(perf_counter() - start)

    threads = [threading.Thread(target=caller) for _ in range(callers)]
    start = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = perf_counter() - start
    waits.sort()
    line = {
        "bench": "append",
        "database": database,
        "case": f"{callers} callers, durable",
        "appends_per_second": round(len(waits) / spent),
        "p50_ms": round(waits[len(waits) // 2] * 1e3, 2),
        "p99_ms": round(waits[len(waits) * 99 // 100] * 1e3, 2),
        "must": 5000,
        "reached": len(waits) / spent >= 5000,
    }
    print(json.dumps(line), flush=True)


def theirs(**settings: str) -> ApplicationRecorder:
    factory: InfrastructureFactory = InfrastructureFactory.construct(Environment("bench", settings))
    return factory.application_recorder()


def on_sqlite(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder, create(f"{folder}/ours.db") as store:
        recorder = theirs(PERSISTENCE_MODULE="eventsourcing.sqlite", SQLITE_DBNAME=f"{folder}/theirs.db")
        compare("sqlite", store, recorder, bare_sqlite(f"{folder}/bare.db"), arguments)


def on_postgres(arguments: argparse.Namespace) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(running_server())
        store = stack.enter_context(create(new_database(server)))
        url = urlsplit(new_database(server))
        recorder = theirs(
            PERSISTENCE_MODULE="eventsourcing.postgres",
            POSTGRES_DBNAME=url.path[1:],
            POSTGRES_HOST=parse_qs(url.query)["host"][0],
            POSTGRES_PORT="5432",
            POSTGRES_USER="postgres",
            POSTGRES_PASSWORD="unused",
        )
        stack.callback(recorder.datastore.close)  # type: ignore[attr-defined]
        compare("postgres", store, recorder, bare_postgres(new_database(server)), arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--bulk", type=int, default=10_000)
    parser.add_argument("--single", type=int, default=300)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    arguments = parser.parse_args()
    if arguments.only != "postgres":
        on_sqlite(arguments)
    if arguments.only != "sqlite":
        on_postgres(arguments)


if __name__ == "__main__":
    main()
