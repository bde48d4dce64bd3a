"""Where a vault lies: a file of its own, or a database of a server. Opened and made here, for whoever has its key."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.pool import QueuePool

from ledger.drafts import draft
from ledger.errors import Conflict
from ledger.storage.engine import PATIENCE
from ledger.storage.vault_cipher import VaultCipher
from ledger.storage.vault_faults import NoVault, not_a_vault, spoken_of_vault
from ledger.storage.vault_tables import METADATA, VAULT

_PRAGMAS = (
    "journal_mode=DELETE", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", "trusted_schema=OFF",
    "cache_size=-32000",
)  # fmt: skip
_BEFORE_TABLES = "PRAGMA page_size=16384; PRAGMA auto_vacuum=INCREMENTAL; CREATE TABLE first (x); DROP TABLE first"
"""Both count before the first table is made, or never. Pages that an erasure frees can be given back."""


class VaultThere(Conflict):
    """A vault is never made over another."""

    code = "vault.exists"


def fill(engine: Engine, cipher: VaultCipher) -> None:
    """Make an empty vault's tables; closes the engine. Raises VaultThere."""
    try:
        with spoken_of_vault(engine), engine.begin() as connection:
            check_no_tables(connection)
            METADATA.create_all(connection)
            connection.execute(VAULT.insert().values(name="check", content=cipher.check))
    finally:
        engine.dispose()


def check_absent(place: Path | URL) -> None:
    """Raise VaultThere where there is a vault already."""
    if isinstance(place, Path):
        if place.exists():
            raise VaultThere("there is a vault already", file=str(place), hint="name another")
        return
    there = engine(place)
    try:
        with spoken_of_vault(there), there.connect() as connection:
            check_no_tables(connection)
    finally:
        there.dispose()


def check_no_tables(connection: Connection) -> None:
    """The same, of a database server."""
    if inspect(connection).has_table(VAULT.name):
        raise VaultThere("there is a vault already", hint="name another database, or another schema of this one")


def check_is_vault(there: Engine) -> None:
    """Raise NotAVault where none of a vault's tables is."""
    with spoken_of_vault(there), there.connect() as connection:
        if not set(inspect(connection).get_table_names()) & set(METADATA.tables):
            raise not_a_vault(there)


def make_file(path: Path, filling: Callable[[Engine], None]) -> None:
    """A file that is a whole vault from the moment it has its name, 0600 all along; `filling` closes the engine."""
    try:
        with draft(path) as made:
            opened = engine(made)
            with spoken_of_vault(opened), closing(sqlite3.connect(made)) as new:
                new.executescript(_BEFORE_TABLES)
            filling(opened)
            os.link(made, path)
    except FileExistsError as error:
        raise VaultThere("there is a vault already", file=str(path), hint="name another") from error
    except OSError as error:
        raise NoVault(f"cannot be made: {error.strerror}", file=str(path), hint="check the folder") from error


def engine(place: Path | URL) -> Engine:
    """What opens the vault. Errors never repeat the values that were given to a statement."""
    if isinstance(place, URL):
        from ledger.storage.server import tell_absence  # a vault on SQLite does not import psycopg

        served = create_engine(place, pool_pre_ping=True, hide_parameters=True)
        tell_absence(served)
        return served
    uri = f"file:{quote(str(place.absolute()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, timeout=PATIENCE, isolation_level=None, check_same_thread=False, uri=True)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    named = URL.create("sqlite", database=str(place.absolute()))  # only told by: `connect` opens it
    made = create_engine(named, creator=connect, poolclass=QueuePool, hide_parameters=True)

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        # Deferred, a transaction that reads and then writes fails at once when another writer came between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made
