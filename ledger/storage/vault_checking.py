"""Whether the vault's own rows are what they were: each person opens where it stands, and is found by what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from ledger.canonical import decode
from ledger.errors import LedgerError
from ledger.storage.objects import Odd, odd_on
from ledger.storage.vault_base import VaultBase
from ledger.storage.vault_tables import ABOUT, ALIASES, METADATA, PERSONS
from ledger.subjects.identifiers import Identifier


class Checking(VaultBase):
    def links(self) -> set[tuple[str, str]]:
        """Which opening speaks of whom: (token, commitment)."""
        with self._transaction() as connection:
            return {(token, commitment) for token, commitment in connection.execute(select(ABOUT))}

    def odd_objects(self) -> list[Odd]:
        """What hangs on the vault's tables and is not ours: see `ledger.storage.objects`."""
        with self._transaction() as connection:
            postgres = connection.dialect.name == "postgresql"

            def rows(sql: str, given: Sequence[Any] = ()) -> Any:
                return connection.exec_driver_sql(sql.replace("?", "%s") if postgres else sql, tuple(given)).all()

            return odd_on(rows, set(METADATA.tables), postgres=postgres)

    def spoilt_persons(self) -> Iterator[tuple[str, str]]:
        """Each token whose rows are not what was written there, and what is wrong, in words."""
        with self._transaction() as connection:
            rows = connection.execute(select(PERSONS)).all()
            aliases = connection.execute(select(ALIASES)).all()
        known: dict[str, tuple[str, bytes]] = {}
        for lookup, token, protocol, wrapped, identifier in rows:
            try:
                shown = self._cipher.shown_person(token, wrapped, identifier)
            except (LedgerError, ValueError):
                yield token, "its row is altered, or another person's"
                continue
            known[token] = protocol, wrapped
            if self._cipher.lookup(protocol, shown) != bytes(lookup):
                yield token, "it is looked up by what another person is known by"
        there = {row.token for row in rows}
        for alias in aliases:
            if alias.token not in there:
                yield alias.token, "its row was taken out, and another identifier of it is left"
            elif alias.token in known and not self._alias_fits(alias.token, bytes(alias.lookup), alias.content, known):
                yield alias.token, "another identifier of it is altered, or another person's"

    def _alias_fits(self, token: str, lookup: bytes, content: bytes, known: dict[str, tuple[str, bytes]]) -> bool:
        protocol, wrapped = known[token]
        try:
            identifier = Identifier(**decode(self._cipher.shown_alias(token, lookup, wrapped, content)))
        except (LedgerError, ValueError, TypeError):
            return False
        # It is found by its spelling; or only kept as it was written, and found by nobody.
        return lookup in {self._cipher.lookup(protocol, text) for text in (str(identifier), f"\n{identifier.raw}")}
