"""Persons in the vault: tokens by what a person is known by, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from ledger.canonical import decode, encode
from ledger.errors import InputRejected, NotFound
from ledger.ids import Token
from ledger.storage.vault_base import A_TIME, VaultBase, among, by, insert, insert_many
from ledger.storage.vault_tables import ALIASES, PERSONS, RECORD_KEYS
from ledger.subjects.identifiers import Identifier, of_spelling

_TOKEN_BYTES = 16


class Persons(VaultBase):
    def token(self, protocol: str, identifier: str) -> Token:
        return self.tokens(protocol, [identifier])[identifier]

    def tokens(self, protocol: str, identifiers: Iterable[str]) -> dict[str, Token]:
        lookups, hidden = self._lookups(protocol, identifiers), self._cipher.hidden_person
        with self._transaction() as connection:
            found = _tokens_of(connection, lookups)
            missing = {lookup: each for lookup, each in lookups.items() if lookup not in found}
            if missing:
                # Drawn at once: asking the system for each takes as long as looking one up.
                drawn = self._random(_TOKEN_BYTES * len(missing)).hex()
                tokens = (drawn[at : at + 2 * _TOKEN_BYTES] for at in range(0, len(drawn), 2 * _TOKEN_BYTES))
                named = zip(missing.items(), tokens, strict=True)
                rows = [(lookup, token, protocol, *hidden(token, each)) for (lookup, each), token in named]
                insert_many(connection, PERSONS, sorted(rows))
                found |= {row[0]: row[1] for row in rows}
                if connection.dialect.name == "postgresql":
                    # Another writer may have come first; SQLite has only one.
                    found |= _tokens_of(connection, missing)
        return {identifier: Token(found[lookup]) for lookup, identifier in lookups.items()}

    def known(self, protocol: str, identifiers: Iterable[str]) -> dict[str, Token]:
        lookups = self._lookups(protocol, identifiers)
        with self._transaction() as connection:
            found = _tokens_of(connection, lookups)
        return {lookups[lookup]: Token(token) for lookup, token in found.items()}

    def add_person(self, protocol: str, identifier: Identifier) -> Token:
        token = self.token(protocol, str(identifier))
        if identifier.raw != str(identifier) or identifier.finding:
            self._note(token, self._cipher.lookup(protocol, f"\n{identifier.raw}"), identifier)
        return token

    def add_identifier(self, token: str, identifier: Identifier) -> None:
        """Let a person be found by another identifier too. Raises InputRejected if that is another person's already."""
        protocol = self.protocol_of(token)
        found = self.known(protocol, [str(identifier)]).get(str(identifier))
        if found is not None and found != token:
            raise InputRejected(
                f"this identifier is that of {found}", code="vault.taken", hint="see: ledger subject show TOKEN"
            )
        if found is None:
            self._note(token, self._cipher.lookup(protocol, str(identifier)), identifier)

    def identifier(self, token: str) -> str:
        row = self._row(token)
        return self._cipher.shown_person(token, row.wrapped, row.identifier)

    def identifiers(self, token: str) -> list[Identifier]:
        first = of_spelling(self.identifier(token))
        wrapped = self._row(token).wrapped
        with self._transaction() as connection:
            wanted = select(ALIASES.c.lookup, ALIASES.c.content).where(ALIASES.c.token == token)
            rows = connection.execute(wanted).all()
        shown = [decode(self._cipher.shown_alias(token, row.lookup, wrapped, row.content)) for row in rows]
        others = sorted({Identifier(**each) for each in shown}, key=lambda each: (each.kind, each.value, each.raw))
        # How the first one was written stands in its place.
        written = [each for each in others if str(each) == str(first)] or [first]
        return [*written, *(each for each in others if str(each) != str(first))]

    def protocol_of(self, token: str) -> str:
        return str(self._row(token).protocol)

    def holds(self, tokens: Iterable[str]) -> set[str]:
        """Those of these tokens that it knows."""
        found: set[str] = set()
        with self._transaction() as connection:
            for some in by(A_TIME, tokens):
                found |= set(connection.execute(select(PERSONS.c.token).where(PERSONS.c.token.in_(some))).scalars())
        return found

    def record_key(self, purpose: str) -> bytes:
        place = f"record-key/{purpose}"
        wanted = select(RECORD_KEYS.c.wrapped).where(RECORD_KEYS.c.purpose == purpose)
        with self._transaction() as connection:
            stored = connection.execute(wanted).scalar()
            if stored is None:
                row = {"purpose": purpose, "wrapped": self._cipher.hidden(place, self._random(32))}
                connection.execute(insert(connection, RECORD_KEYS).on_conflict_do_nothing(), [row])
                stored = connection.execute(wanted).scalar_one()
        return self._cipher.shown(place, stored)

    def record_purposes(self) -> list[str]:
        """What there is a record key for, in order."""
        with self._transaction() as connection:
            return list(connection.execute(select(RECORD_KEYS.c.purpose).order_by(RECORD_KEYS.c.purpose)).scalars())

    def _lookups(self, protocol: str, identifiers: Iterable[str]) -> dict[bytes, str]:
        lookup = self._cipher.lookup
        return {lookup(protocol, _plain(each)): each for each in dict.fromkeys(identifiers)}

    def _note(self, token: str, lookup: bytes, identifier: Identifier) -> None:
        fields = {name: getattr(identifier, name) for name in ("kind", "raw", "value", "finding")}
        content = self._cipher.hidden_alias(token, lookup, self._row(token).wrapped, encode(fields))
        with self._transaction() as connection:
            insert_many(connection, ALIASES, [(lookup, token, content)])

    def _row(self, token: str) -> Row[Any, Any, Any]:
        wanted = select(PERSONS.c.wrapped, PERSONS.c.identifier, PERSONS.c.protocol).where(PERSONS.c.token == token)
        with self._transaction() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            raise NotFound(
                f"the vault does not know the token {token}", code="vault.unknown-token",
                hint="it is another ledger's or protocol's, or its person was erased: ledger export | grep TOKEN",
            )  # fmt: skip
        return row


def _tokens_of(connection: Connection, lookups: Iterable[bytes]) -> dict[bytes, str]:
    """The tight loop of imports: plain SQL over our own tables, as the driver gives its rows."""
    wanted, found = list(lookups), dict[bytes, str]()
    for table in (PERSONS.name, ALIASES.name):
        if not connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first():  # noqa: S608
            continue
        for some in by(A_TIME, (each for each in wanted if each not in found)):
            where, given = among(connection, "lookup", some)
            rows = connection.exec_driver_sql(f"SELECT lookup, token FROM {table} WHERE {where}", given)  # noqa: S608
            found.update((bytes(lookup), token) for lookup, token in rows.fetchall())
    return found


def _plain(identifier: str) -> str:
    try:
        identifier.encode()
    except UnicodeEncodeError as error:
        raise InputRejected("an identifier that is not text", code="vault.identifier") from error
    return identifier
