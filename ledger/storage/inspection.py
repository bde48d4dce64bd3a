"""Reading for the verifier: rows as they lie there, holes and all. Nothing here is checked, nothing is refused.

Who owns the database can have changed anything, types of columns included, so the values are Any; and a page that the
database cannot read hides no other: what can be read around it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ledger.errors import Conflict, LedgerError
from ledger.storage.reader import Reader

PAGE = 4_096

_COLUMNS = "SELECT position, stream, version, type, raw FROM entry WHERE "
_BESIDE = {
    "head": "SELECT one, format, size, leaf, edge, recorded_at FROM head",
    "stream": "SELECT name, version, position, leaf FROM stream",
    "checkpoint": "SELECT size, edition, note FROM checkpoint ORDER BY size, edition",
    "protocol_file": "SELECT digest, data FROM protocol_file ORDER BY digest",
    "node": "SELECT count(*) FROM node",
    "entry": "SELECT count(*), (SELECT max(position) FROM entry) FROM entry",
}


class Beside(NamedTuple):
    """What lies beside the entries, all read at one moment, and how many rows there are.

    A table that cannot be read is empty here; `unreadable` names it, and says why.
    """

    head: list[Any]
    stream: list[Any]
    checkpoint: list[Any]
    protocol_file: list[Any]
    nodes: int
    entries: int
    last: int
    unreadable: dict[str, str]


def raw_beside(store: Reader) -> Beside:
    """One snapshot: entries up to its `last` never change, whoever appends meanwhile."""
    found: dict[str, list[Any]] = {}
    unreadable: dict[str, str] = {}
    with store.snapshot() as rows:
        for table, sql in _BESIDE.items():
            try:
                found[table] = rows(sql)
            except Conflict:
                raise
            except LedgerError as error:
                found[table], unreadable[table] = [], error.message
                if store.is_postgres:  # a failed statement ends the transaction there
                    break
    entries, last = found.get("entry") or [(0, 0)]
    return Beside(
        *(found.get(table, []) for table in ("head", "stream", "checkpoint", "protocol_file")),
        _number(found.get("node")), entries, last if isinstance(last, int) else entries, unreadable,
    )  # fmt: skip
