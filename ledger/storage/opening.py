"""Making a ledger and opening one. Neither happens by accident: one refuses what is there, the other what is not.

If we die while making one, there is no ledger: the file is built beside its place and linked there when it is whole,
and on PostgreSQL the tables come in one transaction.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, Connection, insert, inspect

from ledger.clock import Clock, now
from ledger.drafts import draft
from ledger.errors import Conflict, InputRejected, NotFound, disk_failed
from ledger.place import without_password
from ledger.storage import guards, tables
from ledger.storage.engine import PATIENCE, location, open_engine, sqlite_engine
from ledger.storage.faults import Damaged, NotALedger, Unwritable, spoken
from ledger.storage.reader import tables_there
from ledger.storage.store import Store

_OTHER = "name the .db file that `ledger init` made, or upgrade `ledger`"
_HEADER = 100
"""Bytes of SQLite's own header: a shorter file holds nothing."""


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
    try:
        with draft(path) as building:
            with spoken():
                _build_sqlite(building)
            os.link(building, path)
    except FileExistsError as error:
        raise _exists(str(path)) from error
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
            build(connection, guards.sqlite_guards())
            connection.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()


def _create_in_database(place: URL, patience: float) -> None:
    engine = open_engine(place, patience)
    try:
        with spoken(), engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
            build_in_server(connection, place)
            connection.commit()
    finally:
        engine.dispose()


def build_in_server(connection: Connection, place: URL) -> None:
    """Make an empty ledger in the transaction of this connection. Raises Conflict where any of its tables is there."""
    if set(inspect(connection).get_table_names()) & set(tables.metadata.tables):
        raise _exists(without_password(place.render_as_string()))
    build(connection, guards.postgres_guards())


def build(connection: Connection, guarding: list[str]) -> None:
    """Tables, guards, and the head of an empty ledger."""
    tables.metadata.create_all(connection)
    for statement in guarding:
        connection.exec_driver_sql(statement)
    connection.execute(insert(tables.layout).values(one=1, format=tables.FORMAT))


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
        _check_layout(store)
    except BaseException:
        store.close()
        raise
    return store


def _check_layout(store: Store) -> None:
    """Raises InputRejected unless it is this layout or the one before; a table that is gone is for the verifier."""
    there = tables_there(store.rows, postgres=store.is_postgres)
    says = next((table for table in ("layout", "head") if table in there), None)
    known = tables.FORMAT if says == "layout" else tables.FORMAT - 1
    if says is None and len(there) < 2:  # any program may have one table of such a name
        raise _not_a_ledger()
    try:
        found = store.rows(f"SELECT format FROM {says}") if says else []  # noqa: S608 - one of two names
    except Damaged as error:
        if "no such column" in error.message:
            raise _not_a_ledger() from error
        raise
    # Anything but one number is no other format: the verifier tells it.
    if len(found) == 1 and isinstance(found[0][0], int) and found[0][0] != known:
        raise _other_format()


def _check_header(path: Path) -> None:
    # Asked of the file itself: SQLite would take an empty file for an empty database.
    try:
        with path.open("rb") as file:
            start = file.read(_HEADER)
    except OSError as error:
        if disk_failed(error):
            raise  # told as the disk's
        raise Unwritable(
            f"{path} cannot be read", hint="check who owns the file and its folder", code="storage.unreadable"
        ) from error
    if len(start) < _HEADER or not start.startswith(b"SQLite format 3\x00"):
        raise _not_a_ledger()


def _not_a_ledger() -> NotALedger:
    return NotALedger("this is not a ledger of a format known here", hint=_OTHER)


def _other_format() -> InputRejected:
    """A later layout is a ledger, and is not lost."""
    return InputRejected("this is not a ledger of a format known here", hint=_OTHER, code=NotALedger.code)
