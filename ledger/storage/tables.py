"""The tables of a ledger. Columns beside `entry.raw` are an index of it: the verifier compares the two.

An append writes its entry, that entry's place in its stream, and a tree node for every 256 entries: nothing else.
Where the ledger ends, and each stream, is read from the entries.
"""

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

FORMAT = 2
"""The layout written here. Layout 1 also kept the ends of the ledger and of each stream: `ledger.storage.upgrade`."""

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
    # The only index beside the position: a stream's end is its last row. Any other look-up belongs to a projection.
    UniqueConstraint("stream", "version", name="entry_stream_version"),
)
"""One row per entry, in the order of `position`: gapless from 1. That a position is taken once puts writers in line."""

node = _table(
    "node",
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("idx", BIG, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Roots of complete subtrees of level >= 8: one row per 256 entries, so that a proof reads few entries."""

layout = _table(
    "layout",
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    Column("format", Integer, nullable=False),
)
"""One row: which layout this is."""

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
