"""What a database says, as the errors of this project: nobody above storage meets a driver's exception."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ledger.errors import Conflict, InputRejected, LedgerError, NotFound, VerificationFailed, disk_failed


class VersionTaken(Conflict):
    """A stream already has an entry of this version."""

    code = "storage.version-taken"


class Locked(Conflict):
    """Another program holds the ledger for longer than we wait."""

    code = "storage.locked"


class Refused(Conflict):
    """A rule in the database that is not the ledger's refuses a row. Nothing was written in part."""

    code = "storage.refused"


class StorageFailed(LedgerError):
    """The database could not do what was asked. Nothing was written in part."""

    code = "storage.failed"


class Unreachable(StorageFailed):
    """The database does not answer, or not to us. Nothing is wrong with the ledger as far as is known."""

    code = "storage.unreachable"
    exit = 7


class Unwritable(StorageFailed):
    """The disk is full or fails, or is not ours to write: no bug, and nothing is wrong with the ledger."""

    code = "storage.unwritable"
    exit = 7


class DiskFailed(Unwritable):
    """The disk cannot give what is on it. That says nothing about what was written there."""

    code = "storage.disk"


NOT_READ = (Conflict, Unreachable, DiskFailed)
"""Whoever hears this has seen nothing of the ledger, and must not say that it is damaged."""


class NotALedger(InputRejected):
    """What is there is no ledger: another file, one that was emptied, or a database without a ledger's tables."""

    code = "storage.not-a-ledger"


class NoDatabase(NotFound):
    """The server answers, and has no database of this name."""

    code = "storage.no-database"


class Damaged(VerificationFailed):
    """The database can be opened, but what is stored cannot be what was written."""

    code = "storage.damaged"


def stored_bytes(value: object, what: str, position: int = 0) -> bytes:
    """What a column of bytes holds. Raises Damaged for a value of another kind, as a page of a bad disk may have."""
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    error = Damaged(f"{what} cannot be read: there are no bytes in its place", hint=_DAMAGED)
    raise error.at(position=position) if position else error


_RERUN = "then run the same command again: what was written already is recognised"
_LOCKED = "another program is writing to this ledger: wait for it to end, then run the same command again"
_FULL = f"nothing was written; free some space (`df -h`), {_RERUN}"
_DISK = f"look at the disk (`dmesg`), {_RERUN}"
_DAMAGED = "run `ledger verify`; restore a backup and compare it with the last checkpoint"

_SQLITE: dict[int, tuple[type[LedgerError], str, str, str]] = {
    sqlite3.SQLITE_BUSY: (Locked, "storage.locked", "the ledger is locked", _LOCKED),
    sqlite3.SQLITE_LOCKED: (Locked, "storage.locked", "the ledger is locked", _LOCKED),
    sqlite3.SQLITE_FULL: (Unwritable, "storage.full", "the disk is full", _FULL),
    sqlite3.SQLITE_IOERR: (DiskFailed, DiskFailed.code, "the disk failed", _DISK),
    sqlite3.SQLITE_READONLY: (
        Unwritable, "storage.read-only", "the ledger cannot be written", "check who owns the file and its folder"),
    sqlite3.SQLITE_CANTOPEN: (
        Unwritable, "storage.unopened", "the ledger cannot be opened", "check who owns the file and its folder"),
    sqlite3.SQLITE_NOTADB: (
        NotALedger, NotALedger.code, "this file is not a ledger", "name the .db that `ledger init` made"),
    sqlite3.SQLITE_CORRUPT: (Damaged, "storage.damaged", "the database file is damaged", _DAMAGED),
}  # fmt: skip
_POSTGRES: dict[str, tuple[type[LedgerError], str, str, str]] = {
    "55P03": (Locked, "storage.locked", "the ledger is locked", _LOCKED),
    "57014": (Locked, "storage.locked", "the server stopped waiting", _LOCKED),
    "40P01": (Locked, "storage.locked", "the server ended a deadlock", _LOCKED),
    "40001": (Locked, "storage.locked", "another writer was first", _LOCKED),
    "42P07": (Conflict, "storage.exists", "there is a ledger already", "name another database"),
    "53100": (Unwritable, "storage.full", "the server's disk is full", _FULL),
    "58030": (DiskFailed, DiskFailed.code, "the server's disk failed", f"look at the disk of the server, {_RERUN}"),
    "25006": (Unwritable, "storage.read-only", "the server takes no writes", "name the primary server"),
    "42501": (
        Unwritable,
        "storage.read-only",
        "this database user may not do that",
        "ask for SELECT and INSERT; for CREATE, to make one",
    ),
    "42P01": (Damaged, "storage.damaged", "a table of this ledger is gone", _DAMAGED),
    "XX001": (Damaged, "storage.damaged", "the database is damaged", _DAMAGED),
}


def _is_drivers(error: BaseException) -> bool:
    # psycopg is known by name: a ledger on SQLite does not import it.
    return isinstance(error, sqlite3.Error | SQLAlchemyError) or type(error).__module__.partition(".")[0] == "psycopg"


_OURS = re.compile(r"(entry|node|checkpoint|protocol_file|layout)(_pkey|_stream_version)")
_KEYS = {"entry.position", "entry.stream, entry.version", "node.level, node.idx", "checkpoint.size, checkpoint.edition",
         "protocol_file.digest", "layout.one"}  # fmt: skip
"""The ledger's own keys, as PostgreSQL names their indexes and SQLite their columns."""
_REFUSES = "run `ledger verify`: it names what is not the ledger's; drop that, then run the same command again"


def _is_taken(error: BaseException) -> bool:
    """Whether a key of the ledger is taken already: another writer was first."""
    unique = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
    if getattr(error, "sqlite_errorcode", None) in unique:
        return str(error).partition(": ")[2] in _KEYS
    return getattr(error, "sqlstate", None) == "23505" and _is_ours(error)


def _is_ours(error: BaseException) -> bool:
    """Whether a violated unique index of PostgreSQL is one that the ledger made."""
    name = getattr(getattr(error, "diag", None), "constraint_name", None)
    return name is None or bool(_OURS.fullmatch(name))


def _is_refused(error: BaseException) -> bool:
    """Whether a rule in the database refuses the row: a constraint, an index or a trigger that is not the ledger's."""
    state, code = getattr(error, "sqlstate", None) or "", getattr(error, "sqlite_errorcode", None)
    generated = code == sqlite3.SQLITE_ERROR and "generated column" in str(error)
    return generated or (code or 0) & 0xFF == sqlite3.SQLITE_CONSTRAINT or state.startswith("23") or state in _RAISED


_RAISED = ("P0001", "428C9", "44000")
"""Raised by a function, a generated column, a view's own condition."""


def spelled(error: Exception) -> LedgerError:
    """A driver's exception as one of ours."""
    cause = getattr(error, "orig", None) or error
    if _is_taken(cause):
        return VersionTaken("a stream already has this version", hint="read the stream again and decide again")
    if _is_refused(cause):
        return Refused(f"a rule in the database refuses it: {_first_line(cause)}", hint=_REFUSES)
    extended, sqlstate = getattr(cause, "sqlite_errorcode", None), getattr(cause, "sqlstate", None)
    found = _SQLITE.get(extended & 0xFF) if extended is not None else _POSTGRES.get(sqlstate or "")
    if found:
        family, code, message, hint = found
        return family(message, hint=hint, code=code)
    if str(cause).startswith(("no such table", "no such column", "cannot modify")):  # the last: a view in its place
        return Damaged(f"the database is not whole: {cause}", hint=_DAMAGED)
    if "UTF-8" in str(cause):
        return Damaged("a stored text is not text", hint=_DAMAGED)
    # psycopg has no code for a connection that failed; a server that stops says 57P01 to 57P03, one that lacks memory,
    # connections or files 53 or 58.
    failed = type(cause).__name__ == "OperationalError" and sqlstate is None and extended is None
    lost = failed or (sqlstate or "").startswith(("08", "53", "57P", "58"))
    if lost:
        fact = f"the database cannot be reached: {_first_line(cause)}"
        return Unreachable(fact, hint=f"check that its server runs and lets you in, {_RERUN}")
    return StorageFailed(f"the database refused: {_first_line(cause)}")


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


@lru_cache(maxsize=16)
def _readable(path: str) -> bool:
    """Whether the disk gives a file from its beginning to its end. Asked once a run: it may be large.

    It stays open: closing it would take SQLite's own locks on it away from this process (howtocorrupt, section 2.2).
    """
    for name in (path, f"{path}-wal"):
        try:
            opened = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
            while os.read(opened, 1 << 20):
                pass
        except OSError as error:
            if disk_failed(error):
                return False
    return True


def _seen_again(error: LedgerError, of: Engine | Path | None) -> LedgerError:
    """Damage as SQLite tells it, or the disk: where that cannot be read, SQLite says of it that the file is damaged."""
    path = str(of) if isinstance(of, Path) else of.url.database if of and of.dialect.name == "sqlite" else None
    if isinstance(error, Damaged | NotALedger) and path and not _readable(path):
        return DiskFailed("the disk failed", hint=_DISK)
    return error


def told(error: Exception, of: Engine | Path | None = None) -> Exception:
    """An exception as ours, if it is a driver's; else as it is. `of` is whose file is looked at."""
    return _seen_again(spelled(error), of) if _is_drivers(error) else error


@contextmanager
def spoken(of: Engine | Path | None = None) -> Iterator[None]:
    """Run a block that speaks to a database; what it raises of the driver's comes out as ours: see `told`."""
    try:
        yield
    except Exception as error:
        if _is_drivers(error):
            raise told(error, of) from error
        raise
