"""The writer on PostgreSQL: a position is taken once, and who inserts the next one holds the line until it commits.

- Few rows: one statement inserts them if the first position is free. If it is taken, another process wrote meanwhile:
  we read on and chain again. One round trip, one commit, no lock beyond it, no right beyond INSERT and SELECT.
- Many rows: the first is inserted alone, so that the others need not be chained in vain; then COPY.
- A lost connection: the append may be in or not. We look at the position it was written for before trying again, and
  again whenever that is taken: the old server process may still commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine

from ledger.clock import Clock
from ledger.storage.append import Append, Outcome, StoredRow, Tip, Written, planned
from ledger.storage.faults import Unreachable
from ledger.storage.one_row import inserted
from ledger.storage.tip import check_edge, moved_on, read_tip
from ledger.storage.upgrade import bring_up

FEW = 200
"""Rows up to which one statement is quicker than COPY and its round trips."""
TRIES = 3
"""Connections to lose before giving up."""

_INTO = "INSERT INTO entry (position, stream, version, type, raw)"
_IF_FREE = "ON CONFLICT (position) DO NOTHING"
_ENTRIES = (
    "unnest(%b::int8[], %b::text[], %b::int8[], %b::text[], %b::bytea[]) AS new (position, stream, version, type, raw)"
)
_NODES = "unnest(%b::int4[], %b::int8[], %b::bytea[]) AS new (level, idx, hash)"
_FEW = f"""
WITH new AS (SELECT * FROM {_ENTRIES}),
     first AS ({_INTO} SELECT * FROM new ORDER BY position LIMIT 1 {_IF_FREE} RETURNING position),
     rest AS ({_INTO} SELECT new.* FROM first, new WHERE new.position > first.position),
     nodes AS (INSERT INTO node (level, idx, hash) SELECT new.* FROM first, {_NODES})
SELECT count(*) FROM first
"""  # noqa: S608 - only constants of this file are put together
_COPY_ENTRIES = "COPY entry (position, stream, version, type, raw) FROM STDIN (FORMAT BINARY)"
_COPY_NODES = "COPY node (level, idx, hash) FROM STDIN (FORMAT BINARY)"
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
        bring_up(engine)
        self._engine = engine
        self._tip: Tip | None = None
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
                if self._connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
                    self._connection.close()  # interrupted: its answer must not be taken for that of the next append
                raise
        raise Unreachable(
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

    def _fetch(self, sql: str, given: Sequence[Any]) -> list[Any]:
        return self._connection.execute(sql.replace("?", "%s"), given).fetchall()

    def _write_few(self, appends: Sequence[Append], clock: Clock, unanswered: list[_Sent]) -> list[Outcome]:
        known = self._tip is not None  # and so perhaps no longer the tip
        while True:
            tip, self._tip = self._tip or self._current_tip(), None
            if unanswered and (done := self._found(unanswered)) is not None:
                return done
            before = tip.copy()
            outcomes, written = planned(appends, tip, clock)
            if not (known and any(isinstance(outcome, Exception) for outcome in outcomes)):
                if not written.entries:
                    self._tip = before
                    return outcomes
                unanswered.append(_sent(written, outcomes))
                if self._inserted_first(written):
                    self._tip = tip
                    return outcomes
                unanswered.pop()
            self._tip, known = self._current_tip(before), False

    def _inserted_first(self, written: Written) -> bool:
        """Insert all rows, or none where another process took the first position."""
        one = len(written.entries) == 1 and not written.nodes
        try:
            return self._inserted_one(written.entries[0]) if one else self._inserted(written)
        except psycopg.errors.UniqueViolation:
            # Who writes at the same time takes position and version together, and which one we meet first is chance.
            if self._is_taken(written.entries[0][0]):
                return False
            raise

    def _is_taken(self, position: int) -> bool:
        return bool(self._fetch("SELECT 1 FROM entry WHERE position = ?", (position,)))

    def _inserted(self, written: Written) -> bool:
        """Insert all rows, or none where the first position is taken."""
        columns = _columns(written.entries, 5) + _columns(written.nodes, 3)
        return self._connection.execute(_FEW, columns, prepare=True).fetchone() == (1,)

    def _inserted_one(self, row: StoredRow) -> bool:
        return inserted(self._connection.pgconn, row)

    def _write_many(self, appends: Sequence[Append], clock: Clock, unanswered: list[_Sent]) -> list[Outcome]:
        moment, signing = clock(), any(append.checkpoint for append in appends)
        tip, self._tip = self._tip, None
        while True:
            tip = self._current_tip(tip, signing=signing)
            if unanswered and (done := self._found(unanswered)) is not None:
                return done
            first, begun = _first(appends, tip, lambda: moment), False
            try:
                with self._connection.transaction():
                    if first and not self._inserted(first):
                        continue
                    begun = True
                    outcomes, written = planned(appends, tip, lambda: moment)
                    if first:
                        unanswered.append(_sent(written, outcomes))
                        self._insert(written)
            except psycopg.errors.UniqueViolation:
                if begun or first is None or not self._is_taken(first.entries[0][0]):
                    raise
                continue
            self._tip = tip
            return outcomes

    def _current_tip(self, known: Tip | None = None, *, signing: bool = False) -> Tip:
        """The tip as it is now, from one that may be older."""
        tip = moved_on(known, self._fetch) if known else read_tip(self._fetch)
        if signing or known is None:
            check_edge(tip, self._fetch)
        return tip

    def _insert(self, written: Written) -> None:
        """All but the first row, which is there."""
        with self._connection.cursor() as cursor:
            with cursor.copy(_COPY_ENTRIES) as copy:
                copy.set_types(["int8", "text", "int8", "text", "bytea"])
                for row in islice(written.entries, 1, None):
                    copy.write_row(row)
            if written.nodes:
                with cursor.copy(_COPY_NODES) as copy:
                    copy.set_types(["int4", "int8", "bytea"])
                    for node in written.nodes:
                        copy.write_row(node)
            for digest, data in written.files.items():
                cursor.execute(_FILE, (digest, data))
            for note in written.notes:
                cursor.execute(_NOTE, note)

    def _found(self, unanswered: Sequence[_Sent]) -> list[Outcome] | None:
        """The outcomes of an earlier try that turns out to be written after all."""
        for sent in unanswered:
            stored = self._fetch("SELECT raw FROM entry WHERE position = ?", (sent.position,))
            if stored == [(sent.raw,)]:
                return sent.outcomes
        return None


def _sent(written: Written, outcomes: list[Outcome]) -> _Sent:
    return _Sent(written.entries[0][0], written.entries[0][4], outcomes)


def _first(appends: Sequence[Append], tip: Tip, clock: Clock) -> Written | None:
    """The first row that these appends come to, alone; None where all of them are stale."""
    for stream in {row.stream for append in appends for row in append.rows}:
        tip.version(stream)  # asked now: once the row is there, the store counts it
    for append in appends:
        one = replace(
            append, rows=append.rows[:1], versions=append.versions and append.versions[:1], files={}, checkpoint=None
        )
        _, written = planned([one], tip.copy(), clock)
        if written.entries:
            written.nodes.clear()  # they come with the others
            return written
    return None


def _columns(rows: Any, width: int) -> list[list[Any]]:
    """Rows as columns: one array each for `unnest`."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
