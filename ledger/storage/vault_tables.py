"""The tables of a vault. No column holds a person's data, or a digest of it, that the vault's key does not hide."""

from __future__ import annotations

from sqlalchemy import Column, Dialect, Index, LargeBinary, MetaData, String, Table


class Bytes(LargeBinary):
    """Bytes as they are: both drivers take them so, and SQLAlchemy's wrapping costs a third of a bulk insert."""

    def bind_processor(self, dialect: Dialect) -> None:  # noqa: ARG002 - SQLAlchemy names it
        return None


METADATA = MetaData()
VAULT = Table("vault", METADATA, Column("name", String(32), primary_key=True), Column("content", Bytes, nullable=False))
PERSONS = Table(
    "persons", METADATA,
    Column("lookup", Bytes, primary_key=True),
    Column("token", String(32), nullable=False, unique=True),
    Column("wrapped", Bytes, nullable=False),
    Column("identifier", Bytes, nullable=False),
)  # fmt: skip
OPENINGS = Table(
    "openings", METADATA,
    Column("commitment", String(64), primary_key=True),
    Column("event_id", String(32), nullable=False),
    Column("put_at", String(27), nullable=False),
    Column("content", Bytes, nullable=False),
    Index("openings_by_event", "event_id"),
)  # fmt: skip
RECORD_KEYS = Table(
    "record_keys", METADATA,
    Column("purpose", String(200), primary_key=True), Column("wrapped", Bytes, nullable=False),
)  # fmt: skip
