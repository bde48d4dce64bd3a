"""A ledger or a vault from where it lies to a file, and from a file to a database server: row by row, as they are.

- A backup has the same two SQLite files wherever the ledger lies; so one made of a server comes back as files as well.
- What is read is one moment: SQLite's online backup, or one REPEATABLE READ transaction of the server.
- What is written comes in one transaction: if we die on the way, nothing is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, inspect, select

from ledger.storage import opening, tables, vault_files, vault_tables
from ledger.storage.copying import InTheWay, check_no_file, copy_database, move_file
from ledger.storage.engine import location, open_engine, sqlite_engine
from ledger.storage.faults import spoken
from ledger.storage.vault_faults import spoken_of_vault

A_TIME = 5_000
"""Rows that are held in memory at once."""


def copy_ledger(url: str | Path, target: Path) -> None:
    """A ledger's rows in a new file. Raises CopyThere, NotFound."""
    place = location(url)
    if isinstance(place, Path):
        copy_database(place, target)
        return
    opening.create(target).close()
    source, made = open_engine(place), sqlite_engine(target)
    try:
        with spoken(), _reading(source) as old, made.connect() as new:
            new.exec_driver_sql("BEGIN IMMEDIATE")
            _ledger_rows(old, new)
            new.exec_driver_sql("COMMIT")
    finally:
        source.dispose()
        made.dispose()


def copy_vault(url: str | Path, target: Path) -> None:
    """A vault's rows in a new file; what they hide stays hidden. Raises VaultThere, CopyThere, NotFound."""
    place = location(url, "vault")
    if isinstance(place, Path):
        copy_database(place, target)
        return
    source = vault_files.engine(place)

    def filling(made: Engine) -> None:
        try:
            with spoken_of_vault(source), _reading(source) as old, made.begin() as new:
                _vault_rows(old, new)
        finally:
            made.dispose()

    try:
        vault_files.make_file(target, filling)
    finally:
        source.dispose()


def put_ledger(file: Path, url: str | Path) -> None:
    """A ledger's file in its place, or its rows in a database that holds none; the file is gone then."""
    _put(file, location(url), _load_ledger)


def put_vault(file: Path, url: str | Path) -> None:
    """The same of a vault."""
    _put(file, location(url, "vault"), _load_vault)


def _put(file: Path, place: Path | URL, load: Callable[[Path, URL], None]) -> None:
    if not file.exists():
        return  # put in its place before we died
    if isinstance(place, Path):
        move_file(file, place)
    else:
        load(file, place)
        file.unlink()


def _load_ledger(file: Path, place: URL) -> None:
    """Put a ledger from a file into a database that holds none, or this one already. Raises Conflict for another."""
    source, target = sqlite_engine(file), open_engine(place)
    try:
        with spoken(), source.connect() as old, _writing(target) as new:
            if inspect(new).has_table("entry") and _last(old) == _last(new):
                return
            opening.build_in_server(new, place)
            _ledger_rows(old, new)
            new.commit()
    finally:
        source.dispose()
        target.dispose()


def _load_vault(file: Path, place: URL) -> None:
    """Put a vault from a file into a database, or a schema, that holds none, or this one already. Raises VaultThere."""
    source, target = vault_files.engine(file), vault_files.engine(place)
    try:
        with spoken_of_vault(target), source.connect() as old, target.begin() as new:
            if _same(old, new, vault_tables.VAULT):
                return
            vault_files.check_no_tables(new)
            _vault_rows(old, new)
    finally:
        source.dispose()
        target.dispose()


def check_free(url: str | Path, vault: str | Path) -> None:
    """Raise InTheWay, or VaultThere, for a ledger or a vault that is there."""
    place = location(url)
    if isinstance(place, Path):
        check_no_file(place)
    elif _holds_ledger(place):
        raise InTheWay("there is a ledger in this database", hint="name an empty one")
    if isinstance(at := location(vault, "vault"), Path):
        check_no_file(at)
    else:
        vault_files.check_absent(at)


def _holds_ledger(place: URL) -> bool:
    target = open_engine(place)
    try:
        with spoken(), target.connect() as connection:
            return bool(set(inspect(connection).get_table_names()) & set(tables.metadata.tables))
    finally:
        target.dispose()


def _same(old: Connection, new: Connection, table: Table) -> bool:
    """Whether this table is there, with the same rows: put there by a restore that was stopped just after."""
    return inspect(new).has_table(table.name) and _set(old, table) == _set(new, table)


def _last(connection: Connection) -> tuple[Any, ...] | None:
    """Where a ledger ends; None for an empty one."""
    entry = tables.entry
    found = connection.execute(select(entry.c.position, entry.c.raw).order_by(entry.c.position.desc()).limit(1)).first()
    return tuple(found) if found else None


def _set(connection: Connection, table: Table) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in connection.execute(table.select())}


def _reading(engine: Engine) -> Connection:
    return engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _writing(engine: Engine) -> Connection:
    return engine.connect().execution_options(isolation_level="SERIALIZABLE")


def _ledger_rows(old: Connection, new: Connection) -> None:
    """All rows but that of the layout, which is the new one's: the old one may be of the layout before."""
    _rows(old, new, [table for table in tables.metadata.sorted_tables if table is not tables.layout])


def _vault_rows(old: Connection, new: Connection) -> None:
    vault_tables.METADATA.create_all(new)
    _rows(old, new, vault_tables.METADATA.sorted_tables)


def _rows(old: Connection, new: Connection, wanted: Sequence[Table]) -> None:
    reading = old.execution_options(stream_results=True, yield_per=A_TIME)
    for table in wanted:
        for rows in reading.execute(table.select()).partitions():
            new.execute(table.insert(), [dict(row._mapping) for row in rows])
