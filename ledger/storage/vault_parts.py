"""Sealed parts in the vault: what each says, and the blind that ties it to its commitment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select

from ledger.canonical import decode, encode
from ledger.clock import spell_recorded
from ledger.errors import LedgerError
from ledger.storage.vault_base import A_TIME, VaultBase, by, insert_many
from ledger.storage.vault_cipher import VaultDamaged
from ledger.storage.vault_tables import ABOUT, OPENINGS
from ledger.subjects.sealed import Opening
from ledger.subjects.vault import StoredPart


class Parts(VaultBase):
    def put_openings(
        self, event_id: str, openings: Iterable[Opening], about: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.put_all([(event_id, openings, about or {})])

    def put_all(self, events: Iterable[tuple[str, Iterable[Opening], Mapping[str, Sequence[str]]]]) -> None:
        put_at = self._moment()
        rows, links = [], []
        for event_id, openings, persons in events:
            for opening in openings:
                commitment = opening.commitment(event_id)
                content = encode({"blind": opening.blind.hex(), "field": opening.field, "value": opening.value})
                rows.append((commitment, event_id, put_at, self._cipher.hidden(_place(commitment), content)))
                links += [(token, commitment) for token in persons.get(opening.field, ())]
        if rows:
            with self._transaction() as connection:
                insert_many(connection, OPENINGS, rows)
                insert_many(connection, ABOUT, links)

    def openings(self, event_id: str) -> tuple[Opening, ...]:
        wanted = select(OPENINGS.c.commitment, OPENINGS.c.content).where(OPENINGS.c.event_id == event_id)
        with self._transaction() as connection:
            rows = connection.execute(wanted).all()
        found = [_opening(self._cipher.shown(_place(row.commitment), row.content)) for row in rows]
        return tuple(sorted(found, key=lambda each: (each.field, each.blind)))

    def opened_events(self, put_before: datetime) -> list[str]:
        wanted = select(OPENINGS.c.event_id).where(OPENINGS.c.put_at < spell_recorded(put_before)).distinct()
        with self._transaction() as connection:
            return list(connection.execute(wanted.order_by(OPENINGS.c.event_id)).scalars())

    def sweep(self, orphans: Iterable[str]) -> int:
        with self._transaction() as connection:
            count = sum(
                connection.execute(delete(OPENINGS).where(OPENINGS.c.event_id.in_(some))).rowcount
                for some in by(A_TIME, orphans)
            )
            connection.execute(delete(ABOUT).where(ABOUT.c.commitment.not_in(select(OPENINGS.c.commitment))))
        return count

    def parts(self) -> Iterator[StoredPart]:
        columns = OPENINGS.c
        wanted = select(columns.commitment, columns.event_id, columns.content).order_by(columns.commitment)
        with self._transaction() as connection:
            rows = connection.execute(wanted).all()
        for row in rows:
            yield StoredPart(row.commitment, row.event_id, self._shown(row.commitment, row.content))

    def place_of(self, commitment: str, among: Iterable[str]) -> str:
        """Of a row that does not open where it stands: the commitment in whose place it opens, or nothing."""
        with self._transaction() as connection:
            content = connection.execute(
                select(OPENINGS.c.content).where(OPENINGS.c.commitment == commitment)
            ).scalar_one()
        return next((other for other in among if other != commitment and self._shown(other, content)), "")

    def parts_about(self, token: str) -> list[str]:
        wanted = select(ABOUT.c.commitment).where(ABOUT.c.token == token).order_by(ABOUT.c.commitment)
        with self._transaction() as connection:
            return list(connection.execute(wanted).scalars())

    def part(self, commitment: str) -> StoredPart | None:
        """One sealed part; None where the vault has none by this commitment. Raises VaultDamaged."""
        wanted = select(OPENINGS.c.event_id, OPENINGS.c.content).where(OPENINGS.c.commitment == commitment)
        with self._transaction() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            return None
        return StoredPart(commitment, row.event_id, _opening(self._cipher.shown(_place(commitment), row.content)))

    def _shown(self, commitment: str, content: bytes) -> Opening | None:
        try:
            return _opening(self._cipher.shown(_place(commitment), content))
        except (VaultDamaged, LedgerError, ValueError, KeyError, TypeError):
            return None


def _place(commitment: str) -> str:
    return f"opening/{commitment}"


def _opening(content: bytes) -> Opening:
    value = decode(content)
    return Opening(value["field"], value["value"], bytes.fromhex(value["blind"]))
