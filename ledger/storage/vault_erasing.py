"""What leaves a vault for good, and the copies of it in which it lives on for a while.

An erasure is one transaction: keys, blinds and rows go together with the note that it was done. If we die before, the
entry `subject-erased` is there and the note is not, and the next opening does it; after, nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime

from sqlalchemy import Connection, delete, select

from ledger.clock import spell_recorded
from ledger.storage.vault_base import A_TIME, VaultBase, by, insert_many
from ledger.storage.vault_faults import spoken_of_vault
from ledger.storage.vault_tables import ABOUT, ALIASES, COPIES, ERASURES, METADATA, OPENINGS, PERSONS, RECORD_KEYS
from ledger.subjects.vault import DRAFTS, Copy, Destroyed


class Erasing(VaultBase):
    def erase(self, event_id: str, tokens: Sequence[str], commitments: Sequence[str]) -> Destroyed:
        with self._transaction() as connection:
            parts = set(commitments) | set(_about(connection, tokens))
            persons = _deleted(connection, PERSONS.c.token, tokens)
            _deleted(connection, ALIASES.c.token, tokens)
            texts = _deleted(connection, OPENINGS.c.commitment, sorted(parts))
            _deleted(connection, ABOUT.c.token, tokens)
            _deleted(connection, ABOUT.c.commitment, sorted(parts))
            if texts:
                _deleted(connection, RECORD_KEYS.c.purpose, [DRAFTS])
            insert_many(connection, ERASURES, [(event_id, self._moment())])
        self._give_back()
        return Destroyed(persons, texts)

    def erased(self) -> set[str]:
        with self._transaction() as connection:
            return set(connection.execute(select(ERASURES.c.event_id)).scalars())

    def drop_record_keys(self, purposes: Iterable[str]) -> int:
        with self._transaction() as connection:
            count = _deleted(connection, RECORD_KEYS.c.purpose, list(purposes))
        self._give_back()
        return count

    def note_copy(self, taken_at: datetime, size: int, kept_until: datetime) -> None:
        """Take down that a backup was made, of a ledger of this size, to be kept until then."""
        row = (spell_recorded(taken_at), size, spell_recorded(kept_until), self._cipher.check)
        with self._transaction() as connection:
            insert_many(connection, COPIES, [row])

    def copies(self, at: datetime) -> list[Copy]:
        wanted = select(COPIES).where(COPIES.c.kept_until > spell_recorded(at)).order_by(COPIES.c.taken_at)
        with self._transaction() as connection:
            rows = connection.execute(wanted).all()
        return [Copy(row.taken_at, row.size, row.kept_until, row.key_check == self._cipher.check) for row in rows]

    def compact(self) -> None:
        """Write the vault's tables anew, without what was deleted; on SQLite that is never left there.

        On PostgreSQL nobody reads or writes the vault meanwhile.
        """
        self._give_back()
        if self._engine.dialect.name == "postgresql":
            with spoken_of_vault(self._engine), self._engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT")
                for table in METADATA.sorted_tables:
                    connection.exec_driver_sql(f"VACUUM FULL {table.name}")

    def _give_back(self) -> None:
        """Hand free pages, which `secure_delete` left empty, back to the disk."""
        if self._engine.dialect.name == "sqlite":
            with spoken_of_vault(self._engine), closing(self._engine.raw_connection()) as connection:
                # As a script: `execute` takes one step, which is one page.
                connection.driver_connection.executescript("PRAGMA incremental_vacuum")  # type: ignore[union-attr]


def _about(connection: Connection, tokens: Sequence[str]) -> list[str]:
    found: list[str] = []
    for some in by(A_TIME, tokens):
        found += connection.execute(select(ABOUT.c.commitment).where(ABOUT.c.token.in_(some))).scalars()
    return found


def _deleted(connection: Connection, column, values: Sequence[str]) -> int:  # type: ignore[no-untyped-def]
    return sum(connection.execute(delete(column.table).where(column.in_(some))).rowcount for some in by(A_TIME, values))
