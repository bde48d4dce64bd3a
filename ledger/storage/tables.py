"""The tables of a ledger. Columns beside `entry.raw` are an index of it: the verifier compares the two."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

FORMAT = 1
"""The layout written here. `open_store` refuses another."""

BIG = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()


def _table(name: str, *columns: SchemaItem) -> Table:
    # STRICT: SQLite would otherwise keep whatever type a row is given, so that bytes could come back as text.
    return Table(name, metadata, *columns, sqlite_strict=True)


entry = _table(
    "entry",
    Column("position", BIG, primary_key=True, autoincrement=False),
    Column("stream", Text, nullable=False),
    Column("version", BIG, nullable=False),
    Column("type", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    # The only index beside the position. Anything else that wants looking up belongs to a projection.
    UniqueConstraint("stream", "version", name="entry_stream_version"),
)
"""One row per entry, in the order of `position`: gapless from 1."""

node = _table(
    "node",
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("idx", BIG, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Roots of complete subtrees of level >= 8: one row per 256 entries, so that a proof reads few entries."""

head = _table(
    "head",
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    Column("format", Integer, nullable=False),
    Column("size", BIG, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("edge", LargeBinary, nullable=False),
    Column("recorded_at", Text, nullable=False),
)
"""One row: what the next entry follows from. Every append moves it, so it puts all writers in one line."""

stream = _table(
    "stream",
    Column("name", Text, primary_key=True),
    Column("version", BIG, nullable=False),
    Column("position", BIG, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
)
"""The last entry of each stream."""

checkpoint = _table(
    "checkpoint",
    Column("size", BIG, primary_key=True, autoincrement=False),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
)
"""Signed notes. A later edition of one size carries more cosignatures."""

protocol_file = _table(
    "protocol_file",
    Column("digest", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""The protocols that this ledger was written under, by the SHA-256 that its entries name."""

APPEND_ONLY = (entry, node, checkpoint, protocol_file)
