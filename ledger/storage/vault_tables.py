"""The tables of a vault. No column holds a person's data, or a digest of it, that the vault's key does not hide."""

from __future__ import annotations

from sqlalchemy import Column, Dialect, Index, Integer, LargeBinary, MetaData, String, Table


class Bytes(LargeBinary):
    """Bytes as they are: both drivers take them so, and SQLAlchemy's wrapping costs a third of a bulk insert."""

    def bind_processor(self, dialect: Dialect) -> None:
        return None


METADATA = MetaData()
VAULT = Table("vault", METADATA, Column("name", String(32), primary_key=True), Column("content", Bytes, nullable=False))
PERSONS = Table(
    "persons", METADATA,
    Column("lookup", Bytes, primary_key=True),
    Column("token", String(32), nullable=False, unique=True),
    Column("protocol", String(64), nullable=False),
    Column("wrapped", Bytes, nullable=False),
    Column("identifier", Bytes, nullable=False),
)  # fmt: skip
"""In the order in which they came: in that of their random look-ups, a batch would touch all pages of a large vault."""
ALIASES = Table(
    "aliases", METADATA,
    Column("lookup", Bytes, primary_key=True),
    Column("token", String(32), nullable=False, index=True),
    Column("content", Bytes, nullable=False),
)  # fmt: skip
"""Further identifiers of a person, under that person's key; and how the first one was written, if otherwise."""
OPENINGS = Table(
    "openings", METADATA,
    Column("commitment", String(64), primary_key=True),
    Column("event_id", String(32), nullable=False),
    Column("put_at", String(27), nullable=False),
    Column("content", Bytes, nullable=False),
    Index("openings_by_event", "event_id"),
)  # fmt: skip
ABOUT = Table(
    "about", METADATA,
    Column("token", String(32), primary_key=True), Column("commitment", String(64), primary_key=True),
)  # fmt: skip
"""Which openings speak of whom, as the entries say in clear."""
RECORD_KEYS = Table(
    "record_keys", METADATA,
    Column("purpose", String(200), primary_key=True), Column("wrapped", Bytes, nullable=False),
)  # fmt: skip
ERASURES = Table("erasures", METADATA, Column("event_id", String(32), primary_key=True), Column("done_at", String(27)))
"""The entries `subject-erased` that were carried out here."""
COPIES = Table(
    "copies", METADATA,
    Column("taken_at", String(27), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("kept_until", String(27), nullable=False),
    Column("key_check", Bytes, nullable=False),
)  # fmt: skip
"""The backups that were made of this vault: until when they are kept, and under which master key they open."""
