"""A ledger as the first layout kept it: with a row that said where it ends, and one for each stream."""

from __future__ import annotations

from ledger.storage.store import Store
from tests.storage.owner import as_owner, blob

_SQLITE = (
    "CREATE TABLE head (one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), format INTEGER NOT NULL,"
    " size INTEGER NOT NULL, leaf BLOB NOT NULL, edge BLOB NOT NULL, recorded_at TEXT NOT NULL) STRICT",
    "CREATE TABLE stream (name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, position INTEGER NOT NULL,"
    " leaf BLOB NOT NULL) STRICT",
)
_POSTGRES = (
    "CREATE TABLE head (one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), format INTEGER NOT NULL,"
    " size BIGINT NOT NULL, leaf BYTEA NOT NULL, edge BYTEA NOT NULL, recorded_at TEXT NOT NULL)",
    "CREATE TABLE stream (name TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, position BIGINT NOT NULL,"
    " leaf BYTEA NOT NULL)",
)


def make_old(store: Store, url: str) -> None:
    """Turn a ledger back into one of the first layout."""
    head, streams = store.head(), store.stream_heads()
    recorded_at = head.recorded_at.isoformat(timespec="microseconds").replace("+00:00", "Z") if head.recorded_at else ""
    as_owner(
        url,
        *(_POSTGRES if store.is_postgres else _SQLITE),
        f"INSERT INTO head VALUES (1, 1, {head.size}, {blob(url, head.leaf)}, {blob(url, b'edge')}, '{recorded_at}')",
        *(
            f"INSERT INTO stream VALUES ('{each.stream}', {each.version}, {each.position}, {blob(url, each.leaf)})"
            for each in streams
        ),
        "DROP TABLE layout",
    )
