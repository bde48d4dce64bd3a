"""The same ledger in PostgreSQL: the same bytes, the same verdict, the same faults."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest

from cli.main import run
from ledger.storage.faults import Unreachable
from ledger.storage.inspection import RawStretch
from ledger.storage.opening import create, open_store
from ledger.verification.report import Report
from ledger.verification.run import Asked, verify
from tests.storage.owner import as_owner, disarm
from tests.verification.forging import at, report_of
from tests.worlds import World

TABLES = {"entry": 5, "node": 3, "checkpoint": 3, "protocol_file": 2}


def moved(world: World, url: str) -> None:
    """Every row of every table, as it is."""
    create(url).close()
    with closing(sqlite3.connect(world.place.url)) as file, psycopg.connect(url) as server, server.cursor() as cursor:
        for table, columns in TABLES.items():
            rows = file.execute(f"SELECT * FROM {table}").fetchall()
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * columns)})", rows)


def reported(url: str, **asked: object) -> Report:
    with open_store(url) as store:
        return verify(store, url, Asked(processes=1, **asked))  # type: ignore[arg-type]


def test_a_ledger_moved_to_postgres_is_as_whole_as_it_was(grown: World, postgres_url: str) -> None:
    moved(grown, postgres_url)
    there = reported(postgres_url, deep=True)
    here = report_of(grown, deep=True)
    assert there.faults == here.faults == ()
    assert (there.root, there.size, there.counts) == (here.root, here.size, here.counts)
    assert reported(postgres_url, since=600).faults == ()


def test_what_the_owner_of_the_server_changes_is_found(grown: World, postgres_url: str) -> None:
    moved(grown, postgres_url)
    disarm(postgres_url, "entry")
    as_owner(postgres_url, "UPDATE entry SET raw = raw || 'x'::bytea WHERE position = 300")
    as_owner(postgres_url, "UPDATE entry SET type = 'elsewhere/1' WHERE position = 310")
    as_owner(postgres_url, "DELETE FROM entry WHERE position = 40")
    report = reported(postgres_url)
    assert "completeness.missing-entry" in at(report, 40)
    assert "entry.malformed" in at(report, 300)
    assert at(report, 310)


def test_a_server_that_stops_in_between_is_no_fault_of_the_ledger(grown: World, postgres_url: str) -> None:
    moved(grown, postgres_url)
    ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND "
    with open_store(postgres_url) as store, suppress(Unreachable), store.held() as rows:
        stretch = RawStretch(rows, 0, store.size(), size=10, postgres=True)
        assert len(stretch.page()) == 10
        as_owner(postgres_url, ended + "pid <> pg_backend_pid()")
        for ask in (stretch.page, lambda: stretch.members("a", "b", 3)):
            with pytest.raises(Unreachable) as lost:
                ask()
            assert lost.value.exit == 7


@pytest.mark.parametrize("table", ["entry", "node", "checkpoint", "protocol_file", "layout"])
def test_a_table_that_is_gone_is_told_and_everything_else_is_read(
    grown: World,
    postgres_url: str,
    table: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    moved(grown, postgres_url)
    monkeypatch.setenv("LEDGER_FILES", str(tmp_path / "beside"))
    as_owner(postgres_url, f"DROP TABLE {table}")
    report = reported(postgres_url)
    told = [fault.detail for fault in report.faults if fault.code == "database.unreadable"]
    assert told == [f"table {table} cannot be read: it is gone"]
    assert table == "entry" or report.size > 1000
    assert run(["--ledger", postgres_url, "verify"]) == 3
    assert "holds no ledger" not in capsys.readouterr().err
