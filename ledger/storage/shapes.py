"""Whether a ledger's tables are as `ledger init` makes them, and whether an index of somebody else can stop a write.

A generated column can show what was never written; a collation, a constraint or a unique index that is not ours can
refuse what an honest program writes. On SQLite the tables are compared with those of a ledger that is made in memory.
Other tables, views and plain indexes are no matter: they neither change a row nor refuse one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint, create_engine
from sqlalchemy.dialects import postgresql

from ledger.storage.reader import Reader, Rows, tables_there
from ledger.storage.tables import metadata

_LIST = "SELECT type, wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?"
_COLUMNS = 'SELECT name, type, "notnull", pk, dflt_value, hidden FROM pragma_table_xinfo(?)'
_INDEXES = 'SELECT name, "unique", origin, partial FROM pragma_index_list(?)'
_KEYS = "SELECT cid, name, coll FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno"
_MADE = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
_WORDS = re.compile(r"\b(CHECK|COLLATE|CONFLICT|DEFAULT|GENERATED|REFERENCES|VIRTUAL)\b")
"""What a pragma does not tell of a table: only its statement has these."""

_ON_SERVER = """
SELECT a.attname::text, a.atttypid::regtype::text, a.attnotnull,
  a.attgenerated = '' AND a.attidentity = '' AND NOT a.atthasdef
  AND a.attcollation IN (0, 'pg_catalog."default"'::regcollation)
FROM pg_attribute a WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_SERVER_INDEXES = """
SELECT i.indexrelid::regclass::text, i.indisunique, i.indexprs IS NOT NULL OR i.indpred IS NOT NULL,
  ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS k (num, at)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num ORDER BY k.at)
FROM pg_index i WHERE i.indrelid = to_regclass(?) ORDER BY 1
"""
_SERVER_RULES = """
SELECT conname::text FROM pg_constraint
WHERE conrelid = to_regclass(?) AND contype IN ('c', 'f', 'x', 't') AND conname::text <> 'layout_one_check' ORDER BY 1
"""
_NAMES = {"BIGINT": "bigint", "INTEGER": "integer", "TEXT": "text", "BYTEA": "bytea"}


class _Index(NamedTuple):
    """An index. `computed` where an expression or a condition is evaluated for each row that is written."""

    name: str
    unique: bool
    computed: bool
    keys: tuple[Any, ...]


def odd_shapes(store: Reader) -> list[str]:
    """What is not as it was made, in words. Raises StorageFailed."""
    with store.snapshot() as rows:
        there = sorted(tables_there(rows, postgres=store.is_postgres) & set(metadata.tables))
        return list((_on_server if store.is_postgres else _in_file)(rows, there))


def _in_file(rows: Rows, there: Sequence[str]) -> Iterator[str]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    try:
        with engine.connect() as fresh:

            def ours(sql: str, given: Sequence[Any] = ()) -> list[Any]:
                return list(fresh.exec_driver_sql(sql, tuple(given)).all())

            for table in there:
                yield from _compared(table, _columns(rows, table) == _columns(ours, table),
                                     _indexes(rows, table), _indexes(ours, table))  # fmt: skip
    finally:
        engine.dispose()


def _columns(rows: Rows, table: str) -> tuple[Any, ...]:
    """What a table is, each of its columns, and the words of its statement that say more."""
    said = " ".join(str(sql) for (sql,) in rows(_MADE, (table,))).upper()
    found = [[tuple(row) for row in rows(sql, (table,))] for sql in (_LIST, _COLUMNS)]
    return *found, sorted(_WORDS.findall(said))


def _indexes(rows: Rows, table: str) -> list[_Index]:
    found = []
    for name, unique, origin, partial in rows(_INDEXES, (table,)):
        keys = [tuple(row) for row in rows(_KEYS, (name,))]
        computed = bool(partial) or any(cid == -2 for cid, _, _ in keys)
        found.append(_Index("" if origin != "c" else name, bool(unique), computed, tuple(key[1:] for key in keys)))
    return found


def _on_server(rows: Rows, there: Sequence[str]) -> Iterator[str]:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in there:
        made = metadata.tables[table]
        wanted = [(c.name, _NAMES[c.type.compile(dialect=dialect)], not c.nullable, True) for c in made.columns]
        keys = [_Index("", True, False, tuple(column.name for column in each.columns)) for each in made.constraints
                if isinstance(each, PrimaryKeyConstraint | UniqueConstraint)]  # fmt: skip
        found = [_Index(name, unique, computed, tuple(columns)) for name, unique, computed, columns
                 in rows(_SERVER_INDEXES, (table,))]  # fmt: skip
        yield from _compared(table, [tuple(row) for row in rows(_ON_SERVER, (table,))] == wanted, found, keys)
        for (name,) in rows(_SERVER_RULES, (table,)):
            yield f"the constraint {name} on table {table} is not the ledger's: it can refuse what is to be written"


def _compared(table: str, same: bool, found: Sequence[_Index], wanted: Sequence[_Index]) -> Iterator[str]:
    if not same:
        yield f"the columns or rules of table {table} are not as they were made"
    ours = {index.keys for index in wanted}
    for keys in sorted(ours - {index.keys for index in found if index.unique and not index.computed}, key=str):
        yield f"the key {', '.join(_named(key) for key in keys)} of table {table} is gone"
    for index in found:
        if index.computed or (index.unique and index.keys not in ours):
            name = f"the index {index.name}" if index.name else f"a key over {', '.join(map(_named, index.keys))}"
            yield f"{name} on table {table} is not the ledger's: it can refuse what is to be written"


def _named(key: Any) -> str:
    return str(key[0] if isinstance(key, tuple) else key)
