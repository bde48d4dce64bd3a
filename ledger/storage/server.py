"""Connecting to a database server; where the database is not there, that is what is told, and how to make it.

Who connects is told so in words of the server's language only, without a code. So another database of the same server
is asked whether it knows the name.
"""

from __future__ import annotations

import shlex
from typing import Any

import psycopg
from sqlalchemy import URL, Dialect, Engine, event

from ledger.errors import UsageProblem
from ledger.storage.faults import NoDatabase

OTHERS = ("postgres", "template1")
"""Databases that a server has from its first day."""
_SECONDS = 5


def tell_absence(engine: Engine) -> None:
    """Let every connection of this engine raise NoDatabase where the server does not have its database."""

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Dialect, _record: object, given: Any, named: dict[str, Any]) -> Any:
        try:
            return dialect.connect(*given, **named)
        except psycopg.OperationalError as error:
            name = error.pgconn.db.decode() if error.pgconn is not None else ""
            if name and (other := _knows_not(name, given, named)):
                raise _absent(name, engine.url, other) from error
            raise
        except psycopg.ProgrammingError as error:  # before anything was sent
            raise UsageProblem(
                f"this is not a database URL: {str(error).strip()}", hint="write postgresql://user@host/name"
            ) from error


def _knows_not(name: str, given: Any, named: dict[str, Any]) -> str:
    """The database that could be asked and knows none of this name; empty where it is there, or none answers."""
    for other in OTHERS:
        try:
            asked = psycopg.connect(*given, **{**named, "dbname": other, "connect_timeout": _SECONDS})
        except psycopg.Error:
            continue
        with asked:
            found = asked.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        return "" if found else other
    return ""


def _absent(name: str, url: URL, other: str) -> NoDatabase:
    # Without the password, which `createdb` asks for.
    rest = url.difference_update_query(["password", "sslpassword"]).query
    server = URL.create("postgresql", url.username, None, url.host, url.port, other, rest)
    made = f"createdb --maintenance-db={shlex.quote(server.render_as_string())} {shlex.quote(name)}"
    return NoDatabase(f"there is no database {name} on this server", hint=f"check its name, or make it: {made}")
