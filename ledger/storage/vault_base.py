"""A vault that is open: its database, its keys, and how one speaks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite

from ledger.clock import Clock, spell_recorded
from ledger.errors import Conflict
from ledger.storage.vault_cipher import VaultCipher
from ledger.storage.vault_faults import spoken_of_vault

Random = Callable[[int], bytes]
A_TIME = 500
"""Look-ups in one SELECT: SQLite's oldest limit is 999 parameters."""


class KeyChanged(Conflict):
    """Another process put the vault under a new master key while this one held the old."""

    code = "vault.key-changed"


class VaultBase:
    """Every public call is one transaction, durable when it returns."""

    def __init__(self, engine: Engine, cipher: VaultCipher, random: Random, clock: Clock) -> None:
        self._engine = engine
        self._cipher = cipher
        self._random = random
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def _moment(self) -> str:
        return spell_recorded(self._clock())

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One transaction, under the key that we hold. Raises KeyChanged: what we write would open for nobody."""
        with spoken_of_vault(self._engine), self._engine.begin() as connection:
            if self.stored_check(connection) != self._cipher.check:
                raise KeyChanged("the vault's master key was changed meanwhile", hint="run the same command again")
            yield connection

    @staticmethod
    def stored_check(connection: Connection) -> bytes | None:
        """What the vault knows its master key by."""
        found = connection.exec_driver_sql("SELECT content FROM vault WHERE name = 'check'").scalar()
        return None if found is None else bytes(found)


def by(size: int, items: Iterable[Any]) -> Iterator[list[Any]]:
    pending = iter(items)
    while some := list(islice(pending, size)):
        yield some


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the dialect of the database."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def among(connection: Connection, column: str, values: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """SQL that asks whether a column is one of these values, and what is given to it."""
    if connection.dialect.name == "postgresql":
        return f"{column} = ANY(%s)", (list(values),)
    return f"{column} IN ({', '.join('?' * len(values))})", tuple(values)


def insert_many(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    """Insert rows (values in the table's order) that are not there yet; as the driver takes them, which is fastest."""
    if not rows:
        return
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    marks = ", ".join([mark] * len(table.columns))
    names = ", ".join(column.name for column in table.columns)
    # Names of our own tables: nothing from outside is in this text.
    sql = f"INSERT INTO {table.name} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608
    connection.exec_driver_sql(sql, rows)
