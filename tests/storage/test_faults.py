"""What a database server says of itself is told as the system's trouble: no bug, and no damage."""

from __future__ import annotations

import psycopg.errors
import pytest

from ledger.storage.faults import NOT_READ, DiskFailed, Unreachable, spelled


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (psycopg.errors.IoError("could not read block 3 in file base/1/2"), DiskFailed),
        (psycopg.errors.OutOfMemory("out of memory"), Unreachable),
        (psycopg.errors.TooManyConnections("too many clients already"), Unreachable),
        (psycopg.errors.UndefinedFile("could not open file base/1/2"), Unreachable),
        (psycopg.errors.AdminShutdown("terminating connection"), Unreachable),
    ],
)
def test_trouble_of_a_server_is_exit_7(said: psycopg.Error, told: type[Exception]) -> None:
    error = spelled(said)
    assert (type(error), error.exit, bool(error.hint)) == (told, 7, True)
    assert isinstance(error, NOT_READ)
