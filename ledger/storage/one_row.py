"""One row of PostgreSQL, by libpq itself: what a cursor does around it takes as long as the server does.

Who sleeps until the answer comes is woken late, so for a moment we look for it, giving way to who needs the processor.
Interrupted before the answer is taken, the connection is of no more use: the writer closes it.
"""

from __future__ import annotations

import os
import select
from collections.abc import Sequence
from time import perf_counter

from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

from ledger.storage.append import StoredRow

LOOKING = 0.000_5
"""Seconds to look for an answer before sleeping until it comes: as long as a flush may take."""

_NAME, _BINARY, _NOT_PREPARED = b"ledger_append_one", (Format.BINARY,) * 5, b"26000"
_INSERT = b"""
INSERT INTO entry (position, stream, version, type, raw) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (position) DO NOTHING
"""
_give_way = getattr(os, "sched_yield", int)  # does nothing where a system has no such call


def inserted(server: PGconn, row: StoredRow) -> bool:
    """Insert it; False where its position is taken. Raises psycopg.Error."""
    position, stream, version, kind, raw = row
    given = (position.to_bytes(8), stream.encode(), version.to_bytes(8), kind.encode(), raw)
    result = _answered(server, given)
    if result.error_field(DiagnosticField.SQLSTATE) == _NOT_PREPARED:  # psycopg forgets all after a ROLLBACK
        server.prepare(_NAME, _INSERT)
        result = _answered(server, given)
    if result.status != ExecStatus.COMMAND_OK:
        raise error_from_result(result)
    return result.command_tuples == 1


def _answered(server: PGconn, given: Sequence[bytes]) -> PGresult:
    server.send_query_prepared(_NAME, given, _BINARY)
    ready, until = select.poll(), perf_counter() + LOOKING
    while (unsent := server.flush()) or server.is_busy():
        ready.register(server.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
        if ready.poll(0 if perf_counter() < until else None):
            server.consume_input()
        else:
            _give_way()
    result = server.get_result()
    assert result
    while server.get_result():
        pass
    return result
