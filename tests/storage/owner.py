"""What the owner of a database can do behind the ledger's back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg


def as_owner(url: str, *statements: str) -> None:
    if "://" in url:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
        return
    with closing(sqlite3.connect(url, isolation_level=None)) as file:
        for statement in statements:
            file.execute(statement)


def disarm(url: str, table: str) -> None:
    """Take the guards of a table away."""
    if "://" in url:
        as_owner(url, f"ALTER TABLE {table} DISABLE TRIGGER USER")
    else:
        as_owner(url, f"DROP TRIGGER {table}_no_update", f"DROP TRIGGER {table}_no_delete")


def blob(url: str, content: bytes) -> str:
    """Bytes as SQL spells them."""
    return f"'\\x{content.hex()}'" if "://" in url else f"x'{content.hex()}'"
