"""Opening a database: a path or a URL in, a SQLAlchemy engine out, set up for durable appends.

- A file is never made by accident: connections open what exists. `ledger.storage.store.create` makes it.
- SQLite: write-ahead log, `synchronous=FULL` (an answered append survives a power cut), 16 KiB pages.
- PostgreSQL: `synchronous_commit` is never off; a writer waits for another one only so long.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from ledger.errors import NotFound, UsageProblem

PATIENCE = 10.0
"""Seconds to wait for another writer before saying that the ledger is locked."""

_PRAGMAS = ("synchronous=FULL", "trusted_schema=OFF", "recursive_triggers=ON", "wal_autocheckpoint=4000")
"""The write-ahead log is folded into the file at 64 MB instead of 16: fewer flushes in a row of batches."""

_HINTS = {
    "ledger": "write the path of a file, or postgresql://host/name",
    "vault": "LEDGER_VAULT is the path of a file, or postgresql://host/name",
}


def location(url: str | Path, kind: str = "ledger") -> Path | URL:
    """Where a ledger or a vault lives: a file for SQLite, a URL for PostgreSQL. Raises UsageProblem otherwise."""
    text = str(url)
    if "://" not in text:
        return Path(text)
    try:
        parsed = make_url(text)
    except (ArgumentError, ValueError) as error:  # the second for a port that is no number
        raise UsageProblem("this is not a database URL", hint=_HINTS[kind]) from error
    if parsed.drivername.startswith("sqlite") and parsed.database and parsed.database != ":memory:":
        return Path(parsed.database)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise UsageProblem(f"a {kind} cannot live in {parsed.drivername}", hint=_HINTS[kind])


def open_engine(place: Path | URL, patience: float = PATIENCE) -> Engine:
    """An engine whose every statement commits by itself; the writer opens its own transactions."""
    if isinstance(place, Path):
        if not place.is_file():
            raise NotFound(f"there is no ledger at {place}", hint="make one: `ledger init`, or name it with --ledger")
        return sqlite_engine(place, patience)
    engine = create_engine(place, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    from ledger.storage.server import tell_absence  # a ledger on SQLite does not import psycopg

    tell_absence(engine)
    milliseconds = int(patience * 1000)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (str(milliseconds),))
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
        connection.commit()

    return engine


def _mode(path: Path) -> str:
    """How the file is opened. In a folder that can only be read, an auditor's copy say, it is read as it lies there.

    SQLite would want to make its log beside it. Where one is there, somebody is writing, and it is read along.
    """
    if os.access(path.parent, os.W_OK):
        return "mode=rw"
    beside = any(path.with_name(path.name + ending).exists() for ending in ("-wal", "-shm"))
    return "mode=ro" if beside else "immutable=1"


def sqlite_engine(path: Path, patience: float = PATIENCE) -> Engine:
    uri = f"file:{quote(str(path.absolute()))}?{_mode(path.absolute())}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, timeout=patience, isolation_level=None, check_same_thread=False, uri=True)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    named = URL.create("sqlite", database=str(path.absolute()))  # only told by: `connect` opens it
    return create_engine(named, creator=connect, poolclass=QueuePool)
