"""Making a ledger and opening one. Neither happens by accident: one refuses what is there, the other what is not.

If we die while making one, there is no ledger: the file is built beside its place and linked there when it is whole,
and on PostgreSQL the tables come in one transaction.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, insert, inspect

from ledger.chain.entry import NO_LEAF
from ledger.clock import Clock, now
from ledger.errors import Conflict, InputRejected, LedgerError, NotFound
from ledger.storage import guards, tables
from ledger.storage.engine import PATIENCE, location, open_engine, sqlite_engine
from ledger.storage.faults import spoken
from ledger.storage.store import Store

_EMPTY_HEAD = {"one": 1, "format": tables.FORMAT, "size": 0, "leaf": NO_LEAF, "edge": b"", "recorded_at": ""}


def create(url: str | Path, *, clock: Clock = now, patience: float = PATIENCE) -> Store:
    """Make an empty ledger and open it. Raises Conflict if there is one already, or anything else in its place."""
    place = location(url)
    if isinstance(place, Path):
        _create_file(place)
    else:
        _create_in_database(place, patience)
    return open_store(url, clock=clock, patience=patience)


def _create_file(path: Path) -> None:
    """Build the file beside its place and link it there: if we die on the way, there is no ledger."""
    if not path.absolute().parent.is_dir():
        raise NotFound(f"there is no folder {path.absolute().parent}", hint="make it first: `mkdir`")
    building = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    os.close(os.open(building, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with spoken():
            _build_sqlite(building)
        os.link(building, path)
    except FileExistsError as error:
        raise _exists(str(path)) from error
    finally:
        building.unlink()
    folder = os.open(path.absolute().parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _build_sqlite(path: Path) -> None:
    engine = sqlite_engine(path)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA page_size = 16384")
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _build(connection, guards.sqlite_guards())
            connection.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()


def _create_in_database(place: URL, patience: float) -> None:
    engine = open_engine(place, patience)
    try:
        with spoken(), engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
            taken = set(inspect(connection).get_table_names()) & set(tables.metadata.tables)
            if taken:
                raise _exists(place.render_as_string(hide_password=True))
            _build(connection, guards.postgres_guards())
            connection.commit()
    finally:
        engine.dispose()


def _build(connection: Connection, guarding: list[str]) -> None:
    tables.metadata.create_all(connection)
    for statement in guarding:
        connection.exec_driver_sql(statement)
    connection.execute(insert(tables.head).values(**_EMPTY_HEAD))


def _exists(place: str) -> Conflict:
    return Conflict(
        f"there is something at {place} already",
        hint="name another place, or use the ledger that is there",
        code="storage.exists",
    )


def open_store(url: str | Path, *, clock: Clock = now, patience: float = PATIENCE) -> Store:
    """Open a ledger. Raises NotFound if there is none, InputRejected if what is there is not one."""
    place = location(url)
    if isinstance(place, Path) and place.is_file():
        _check_header(place)
    store = Store(open_engine(place, patience), clock)
    try:
        found = store.rows("SELECT format FROM head")
    except LedgerError as error:
        store.close()
        if isinstance(error.__cause__, sqlite3.OperationalError) and "no such" in str(error.__cause__):
            raise _not_a_ledger() from error
        raise
    # A head row that is gone is damage, and for the verifier to say.
    if found and found != [(tables.FORMAT,)]:
        store.close()
        raise _not_a_ledger()
    return store


def _check_header(path: Path) -> None:
    # Asked of the file itself: SQLite would take an empty file for an empty database.
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise InputRejected(f"{path} cannot be read", hint="check who owns it", code="storage.unreadable") from error
    if start != b"SQLite format 3\x00":
        raise _not_a_ledger()


def _not_a_ledger() -> InputRejected:
    return InputRejected(
        "this is not a ledger of a format known here",
        hint="name the .db file that `ledger init` made, or upgrade `ledger`",
        code="storage.not-a-ledger",
    )
