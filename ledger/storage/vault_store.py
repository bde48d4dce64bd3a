"""The vault as a database of its own: SQLite beside the ledger, or PostgreSQL.

    persons       token, lookup (keyed HMAC), the person's wrapped key, the identifier under it
    openings      commitment, event id, what the part says and its blind, encrypted
    record_keys   purpose, random key, wrapped
    vault         the check of the master key, which lies in a file apart: NAME.vault.key

- Files are 0600. What is deleted is overwritten (`secure_delete`), and no write-ahead log keeps old pages.
- Every call is one transaction, durable when it returns.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Table, create_engine, delete, event, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import QueuePool

from ledger.canonical import decode, encode
from ledger.clock import Clock, now, spell_recorded
from ledger.errors import Conflict, InputRejected, KeyProblem, NotFound
from ledger.ids import Token
from ledger.keys.private_file import read_private, write_private
from ledger.storage.engine import PATIENCE, location
from ledger.storage.faults import spoken
from ledger.storage.vault_cipher import KEY_BYTES, VaultCipher
from ledger.storage.vault_tables import METADATA, OPENINGS, PERSONS, RECORD_KEYS, VAULT
from ledger.subjects.sealed import Opening

Random = Callable[[int], bytes]

_PRAGMAS = ("journal_mode=DELETE", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", "trusted_schema=OFF")
_A_TIME = 500
"""Look-ups in one SELECT: SQLite's oldest limit is 999 parameters."""


class NoVault(NotFound):
    code = "vault.missing"


class VaultThere(Conflict):
    """A vault is never made over another."""

    code = "vault.exists"


class VaultKeyProblem(KeyProblem):
    """The vault's key is missing, or is another vault's."""

    code = "vault.key"


class VaultStore:
    """A vault that is open. Make one with `create`, come back to it with `open`."""

    def __init__(self, engine: Engine, cipher: VaultCipher, random: Random, clock: Clock) -> None:
        self._engine = engine
        self._cipher = cipher
        self._random = random
        self._clock = clock

    @classmethod
    def create(
        cls, url: str | Path, key_file: Path, *, random: Random = secrets.token_bytes, clock: Clock = now
    ) -> Self:
        """Make a vault, and its key file where there is none yet. Raises VaultThere, KeyProblem for the key file.

        `random` gives tokens and record keys (the demo's are fixed); the key and all encryption take the system's.
        """
        place = location(url)
        if isinstance(place, Path) and place.exists():
            raise VaultThere("there is a vault already", file=str(place), hint="name another")
        # The key first: if we die before the vault is there, the same command again takes this key.
        if not key_file.exists():
            write_private(key_file, secrets.token_bytes(KEY_BYTES))
        cipher = VaultCipher(_master(key_file))
        if isinstance(place, Path):
            _make_file(place, cipher)
        else:
            _fill(_engine(place), cipher)
        return cls(_engine(place), cipher, random, clock)

    @classmethod
    def open(cls, url: str | Path, key_file: Path, *, random: Random = secrets.token_bytes, clock: Clock = now) -> Self:
        """Open a vault. Raises NoVault, VaultKeyProblem where the key is not there or is another vault's."""
        place = location(url)
        if isinstance(place, Path) and not place.is_file():
            raise NoVault("there is no vault", file=str(place), hint="restore it from its own backup")
        master = _master(key_file)
        store = cls(_engine(place), VaultCipher(master), random, clock)
        with store._transaction() as connection:
            check = connection.execute(select(VAULT.c.content).where(VAULT.c.name == "check")).scalar()
        if check != store._cipher.check:
            raise VaultKeyProblem("this key is another vault's", file=str(key_file), hint=_KEY_HINT)
        return store

    def close(self) -> None:
        self._engine.dispose()

    def token(self, protocol: str, identifier: str) -> Token:
        return self.tokens(protocol, [identifier])[identifier]

    def tokens(self, protocol: str, identifiers: Iterable[str]) -> dict[str, Token]:
        lookups = {self._cipher.lookup(protocol, _plain(each)): each for each in dict.fromkeys(identifiers)}
        with self._transaction() as connection:
            found = _tokens_of(connection, lookups)
            missing = {lookup: each for lookup, each in lookups.items() if lookup not in found}
            if missing:
                rows = [self._person(lookup, identifier) for lookup, identifier in missing.items()]
                connection.execute(_insert(connection, PERSONS).on_conflict_do_nothing(), rows)
                found |= {row["lookup"]: row["token"] for row in rows}
                if connection.dialect.name == "postgresql":
                    # Another writer may have come first; SQLite has only one.
                    found |= _tokens_of(connection, missing)
        return {identifier: Token(found[lookup]) for lookup, identifier in lookups.items()}

    def identifier(self, token: str) -> str:
        with self._transaction() as connection:
            row = connection.execute(
                select(PERSONS.c.wrapped, PERSONS.c.identifier).where(PERSONS.c.token == token)
            ).first()
        if row is None:
            raise NotFound(f"the vault does not know the token {token}", code="vault.unknown-token")
        return self._cipher.shown_person(token, row.wrapped, row.identifier)

    def record_key(self, purpose: str) -> bytes:
        place = f"record-key/{purpose}"
        wanted = select(RECORD_KEYS.c.wrapped).where(RECORD_KEYS.c.purpose == purpose)
        with self._transaction() as connection:
            stored = connection.execute(wanted).scalar()
            if stored is None:
                row = {"purpose": purpose, "wrapped": self._cipher.hidden(place, self._random(KEY_BYTES))}
                connection.execute(_insert(connection, RECORD_KEYS).on_conflict_do_nothing(), [row])
                stored = connection.execute(wanted).scalar_one()
        return self._cipher.shown(place, stored)

    def put_openings(self, event_id: str, openings: Iterable[Opening]) -> None:
        put_at = spell_recorded(self._clock())
        rows = [self._part(event_id, put_at, opening) for opening in openings]
        if rows:
            with self._transaction() as connection:
                connection.execute(_insert(connection, OPENINGS).on_conflict_do_nothing(), rows)

    def openings(self, event_id: str) -> tuple[Opening, ...]:
        wanted = select(OPENINGS.c.commitment, OPENINGS.c.content).where(OPENINGS.c.event_id == event_id)
        with self._transaction() as connection:
            rows = connection.execute(wanted).all()
        found = [_opening(self._cipher.shown(f"opening/{row.commitment}", row.content)) for row in rows]
        return tuple(sorted(found, key=lambda each: (each.field, each.blind)))

    def opened_events(self, put_before: datetime) -> list[str]:
        wanted = select(OPENINGS.c.event_id).where(OPENINGS.c.put_at < spell_recorded(put_before)).distinct()
        with self._transaction() as connection:
            return list(connection.execute(wanted.order_by(OPENINGS.c.event_id)).scalars())

    def sweep(self, orphans: Iterable[str]) -> int:
        with self._transaction() as connection:
            return sum(
                connection.execute(delete(OPENINGS).where(OPENINGS.c.event_id.in_(some))).rowcount
                for some in _by(_A_TIME, orphans)
            )

    def _person(self, lookup: bytes, identifier: str) -> dict[str, Any]:
        token = self._random(16).hex()
        wrapped, stored = self._cipher.hidden_person(token, identifier)
        return {"lookup": lookup, "token": token, "wrapped": wrapped, "identifier": stored}

    def _part(self, event_id: str, put_at: str, opening: Opening) -> dict[str, str | bytes]:
        commitment = opening.commitment(event_id)
        content = encode({"blind": opening.blind.hex(), "field": opening.field, "value": opening.value})
        stored = self._cipher.hidden(f"opening/{commitment}", content)
        return {"commitment": commitment, "event_id": event_id, "put_at": put_at, "content": stored}

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with spoken(), self._engine.begin() as connection:
            yield connection


def _tokens_of(connection: Connection, lookups: Iterable[bytes]) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for some in _by(_A_TIME, lookups):
        wanted = select(PERSONS.c.lookup, PERSONS.c.token).where(PERSONS.c.lookup.in_(some))
        found.update((bytes(row.lookup), row.token) for row in connection.execute(wanted))
    return found


def _by(size: int, items: Iterable[Any]) -> Iterator[list[Any]]:
    pending = iter(items)
    while some := list(islice(pending, size)):
        yield some


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _opening(content: bytes) -> Opening:
    value = decode(content)
    return Opening(value["field"], value["value"], bytes.fromhex(value["blind"]))


def _plain(identifier: str) -> str:
    try:
        identifier.encode()
    except UnicodeEncodeError as error:
        raise InputRejected("an identifier that is not text", code="vault.identifier") from error
    return identifier


def _master(key_file: Path) -> bytes:
    try:
        master = read_private(key_file, hint=_KEY_HINT)
    except KeyProblem as error:
        raise VaultKeyProblem(f"the vault's key: {error.message}", hint=_KEY_HINT).at(**error.where) from error
    if len(master) != KEY_BYTES:
        raise VaultKeyProblem(f"a vault key has {KEY_BYTES} bytes", file=str(key_file), hint=_KEY_HINT)
    return master


def _fill(engine: Engine, cipher: VaultCipher) -> None:
    try:
        with spoken(), engine.begin() as connection:
            if inspect(connection).has_table(VAULT.name):
                raise VaultThere("there is a vault already", hint="name another database")
            METADATA.create_all(connection)
            connection.execute(VAULT.insert().values(name="check", content=cipher.check))
    finally:
        engine.dispose()


def _make_file(path: Path, cipher: VaultCipher) -> None:
    """A file that is a whole vault from the moment it has its name, 0600 all along."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _fill(_engine(draft), cipher)
        os.link(draft, path)
    except FileExistsError as error:
        raise VaultThere("there is a vault already", file=str(path), hint="name another") from error
    except OSError as error:
        raise NoVault(f"cannot be made: {error.strerror}", file=str(path), hint="check the folder") from error
    finally:
        draft.unlink(missing_ok=True)


def _engine(place: Path | URL) -> Engine:
    if isinstance(place, URL):
        return create_engine(place, pool_pre_ping=True)
    uri = f"file:{quote(str(place.absolute()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, timeout=PATIENCE, isolation_level=None, check_same_thread=False, uri=True)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Deferred, a transaction that reads and then writes fails at once when another writer came between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


_KEY_HINT = "put NAME.vault.key back from where it is kept; without it names are lost, the ledger itself still verifies"
