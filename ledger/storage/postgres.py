"""The writer on PostgreSQL: the head row is compared and swapped, so commits stand in the order of positions.

- Few rows: one statement moves the head if it is still the one we chained from, and inserts; else it does nothing, and
  we chain again from the new head. One round trip, one commit, no lock beyond it.
- Many rows: the head row is locked first (`FOR UPDATE`), so that ten thousand hashes are not made in vain; then COPY.
- A lost connection: the append may be in or not. We look at the position it was written for before trying again, and
  again whenever the head has moved since: the old server process may still commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Engine

from ledger.clock import Clock
from ledger.storage.append import Append, Outcome, Tip, Written, planned
from ledger.storage.faults import StorageFailed
from ledger.storage.tip import check_edge, read_tip

FEW = 200
"""Rows up to which one statement is quicker than COPY and its round trips."""
TRIES = 3
"""Connections to lose before giving up."""

_STREAM_TO = (
    "ON CONFLICT (name) DO UPDATE SET version = excluded.version, position = excluded.position, leaf = excluded.leaf"
)
_SWAP = "UPDATE head SET size = %s, leaf = %s, edge = %s, recorded_at = %s WHERE size = %s AND leaf = %s"
_ENTRIES = "unnest(%s::int8[], %s::text[], %s::int8[], %s::text[], %s::bytea[])"
_STREAMS = "unnest(%s::text[], %s::int8[], %s::int8[], %s::bytea[])"
_NODES = "unnest(%s::int4[], %s::int8[], %s::bytea[])"
_FEW = f"""
WITH moved AS ({_SWAP} RETURNING 1),
     e AS (INSERT INTO entry (position, stream, version, type, raw) SELECT new.* FROM moved, {_ENTRIES} AS new),
     s AS (INSERT INTO stream (name, version, position, leaf) SELECT new.* FROM moved, {_STREAMS} AS new {_STREAM_TO}),
     n AS (INSERT INTO node (level, idx, hash) SELECT new.* FROM moved, {_NODES} AS new)
SELECT count(*) FROM moved
"""  # noqa: S608 - only constants of this file are put together
_ONE = f"""
WITH moved AS ({_SWAP} RETURNING 1),
     s AS (INSERT INTO stream (name, version, position, leaf)
           SELECT %s::text, %s::int8, %s::int8, %s::bytea FROM moved {_STREAM_TO})
INSERT INTO entry (position, stream, version, type, raw)
SELECT %s::int8, %s::text, %s::int8, %s::text, %s::bytea FROM moved
"""  # noqa: S608 - as above
_COPY_ENTRIES = "COPY entry (position, stream, version, type, raw) FROM STDIN (FORMAT BINARY)"
_COPY_NODES = "COPY node (level, idx, hash) FROM STDIN (FORMAT BINARY)"
_UPSERT_STREAMS = f"INSERT INTO stream (name, version, position, leaf) SELECT * FROM {_STREAMS} AS new {_STREAM_TO}"  # noqa: S608
_FILE = "INSERT INTO protocol_file (digest, data) VALUES (%s, %s) ON CONFLICT (digest) DO NOTHING"
_NOTE = "INSERT INTO checkpoint (size, edition, note) VALUES (%s, 1, %s)"


class _Sent(NamedTuple):
    """A write whose answer has not come: its first row, and what to answer if that row is there."""

    position: int
    raw: bytes
    outcomes: list[Outcome]


class PostgresWriter:
    """Owns one connection, and opens another when it is lost. The store calls it from one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tip: Tip | None = None
        self._edge_checked = False
        self._connect()

    def _connect(self) -> None:
        self._pooled = self._engine.raw_connection()
        connection = self._pooled.driver_connection
        assert isinstance(connection, psycopg.Connection)
        connection.autocommit = True
        # Else each append is planned anew, which takes longer than running it.
        connection.execute("SET plan_cache_mode = force_generic_plan")
        self._connection: psycopg.Connection[Any] = connection

    def write(self, appends: Sequence[Append], clock: Clock) -> list[Outcome]:
        """Write all of them in one transaction, except those whose decision is stale; in the order given."""
        few = sum(len(append.rows) for append in appends) <= FEW and not any(a.files or a.checkpoint for a in appends)
        write_once = self._write_few if few else self._write_many
        unanswered: list[_Sent] = []
        for _ in range(TRIES):
            try:
                return write_once(appends, clock, unanswered)
            except psycopg.OperationalError:
                self._tip = None
                if not self._connection.closed:
                    raise
                self._reconnect()
            except BaseException:
                self._tip = None
                raise
        raise StorageFailed(
            "the connection to the database was lost while writing",
            hint="run the same command again: if it was written, it is recognised",
            code="storage.connection-lost",
        )

    def close(self) -> None:
        self._pooled.close()

    def _reconnect(self) -> None:
        self._pooled.invalidate()
        self._pooled.close()
        self._connect()

    def _fetch(self, sql: str, given: tuple[Any, ...]) -> list[Any]:
        return self._connection.execute(sql.replace("?", "%s"), given).fetchall()

    def _write_few(self, appends: Sequence[Append], clock: Clock, unanswered: list[_Sent]) -> list[Outcome]:
        while True:
            fresh = self._tip is None
            tip, self._tip = self._tip or self._read_tip(), None
            if (done := self._found(unanswered)) is not None:
                return done
            before = tip.size, tip.leaf
            outcomes, written = planned(appends, tip, clock)
            refused = any(isinstance(outcome, Exception) for outcome in outcomes)
            if refused and not fresh:
                continue  # our memory of the head may be what is stale
            if not written.entries:
                return outcomes
            unanswered.append(_sent(written, outcomes))
            moved = self._swap_and_insert(written, tip, before)
            if moved:
                self._tip = tip
                return outcomes
            unanswered.pop()

    def _swap_and_insert(self, written: Written, tip: Tip, before: tuple[int, bytes]) -> bool:
        if len(written.entries) == 1 and not written.nodes:
            (stream,) = written.streams.values()
            given = [*_head(tip), *before, *stream, *written.entries[0]]
            return self._connection.execute(_ONE, given, prepare=True).rowcount == 1
        columns = _columns(written.entries, 5) + _columns(written.streams.values(), 4) + _columns(written.nodes, 3)
        found = self._connection.execute(_FEW, [*_head(tip), *before, *columns], prepare=True).fetchone()
        return found == (1,)

    def _write_many(self, appends: Sequence[Append], clock: Clock, unanswered: list[_Sent]) -> list[Outcome]:
        with self._connection.transaction():
            tip, self._tip = self._locked_tip(signing=any(a.checkpoint for a in appends)), None
            if (done := self._found(unanswered)) is not None:
                return done
            outcomes, written = planned(appends, tip, clock)
            if written.entries:
                unanswered.append(_sent(written, outcomes))
                self._insert(written)
                self._move_head(tip)
        self._tip = tip
        return outcomes

    def _locked_tip(self, signing: bool) -> Tip:
        """What we remember, if it is still so. Until the transaction ends, nobody else can move the head."""
        found = self._fetch("SELECT size, leaf FROM head FOR UPDATE", ())
        if self._tip is not None and found == [(self._tip.size, self._tip.leaf)]:
            return self._tip
        return self._read_tip(signing)

    def _read_tip(self, signing: bool = False) -> Tip:
        tip = read_tip(self._fetch)
        if signing or not self._edge_checked:
            check_edge(tip, self._fetch)
            self._edge_checked = True
        return tip

    def _insert(self, written: Written) -> None:
        with self._connection.cursor() as cursor:
            with cursor.copy(_COPY_ENTRIES) as copy:
                copy.set_types(["int8", "text", "int8", "text", "bytea"])
                for row in written.entries:
                    copy.write_row(row)
            if written.nodes:
                with cursor.copy(_COPY_NODES) as copy:
                    copy.set_types(["int4", "int8", "bytea"])
                    for node in written.nodes:
                        copy.write_row(node)
            cursor.execute(_UPSERT_STREAMS, _columns(written.streams.values(), 4))
            for digest, data in written.files.items():
                cursor.execute(_FILE, (digest, data))
            for note in written.notes:
                cursor.execute(_NOTE, note)

    def _move_head(self, tip: Tip) -> None:
        self._connection.execute("UPDATE head SET size = %s, leaf = %s, edge = %s, recorded_at = %s", _head(tip))

    def _found(self, unanswered: Sequence[_Sent]) -> list[Outcome] | None:
        """The outcomes of an earlier try that turns out to be written after all."""
        for sent in unanswered:
            stored = self._fetch("SELECT raw FROM entry WHERE position = ?", (sent.position,))
            if stored == [(sent.raw,)]:
                return sent.outcomes
        return None


def _sent(written: Written, outcomes: list[Outcome]) -> _Sent:
    return _Sent(written.entries[0][0], written.entries[0][4], outcomes)


def _head(tip: Tip) -> list[Any]:
    return [tip.size, tip.leaf, tip.tree.pack(), tip.recorded_at]


def _columns(rows: Any, width: int) -> list[list[Any]]:
    """Rows as columns: one array each for `unnest`."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
