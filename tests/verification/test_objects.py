"""Guards that are gone, and what somebody else hung on the ledger's tables, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.main import run
from ledger.storage.opening import create, open_store
from ledger.verification.report import Fault
from ledger.verification.run import Asked, verify
from tests.storage.conftest import url
from tests.storage.old_layout import make_old
from tests.storage.owner import as_owner
from tests.verification.forging import report_of
from tests.worlds import World

__all__ = ["url"]

GUARD, TRIGGER, TABLE = "database.guard", "database.trigger", "database.table"
_RETURNS = "RETURNS trigger LANGUAGE plpgsql AS"
ON_SQLITE = [
    (GUARD, "DROP TRIGGER entry_no_update"),
    (GUARD, "DROP TRIGGER node_no_delete"),
    (
        GUARD, "DROP TRIGGER entry_no_delete",
        "CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry WHEN old.position < 0 BEGIN SELECT 1; END",
    ),
    (TRIGGER, "CREATE TRIGGER evil AFTER INSERT ON ENTRY BEGIN INSERT INTO node VALUES (9, 9, x''); END"),
    (TRIGGER, "CREATE TRIGGER evil BEFORE INSERT ON layout BEGIN SELECT 1; END"),
    (TABLE, "CREATE UNIQUE INDEX evil ON entry (type)"),
    (TABLE, "CREATE UNIQUE INDEX evil ON entry (stream, version COLLATE NOCASE)"),
    (TABLE, "CREATE INDEX evil ON entry (length(raw))"),
    (TABLE, "CREATE INDEX evil ON entry (type) WHERE abs(version) > 9"),
    (TABLE, "ALTER TABLE entry ADD COLUMN more TEXT"),
    (TABLE, "ALTER TABLE checkpoint ADD COLUMN note2 BLOB AS (note) VIRTUAL"),
    (TABLE, "DROP TABLE layout", "CREATE TABLE layout (one INTEGER PRIMARY KEY, format INTEGER NOT NULL AS (2) STORED)",
     "INSERT INTO layout (one) VALUES (1)"),
    (TABLE, "DROP TABLE layout", "CREATE TABLE layout (one, format)", "INSERT INTO layout VALUES (1, 2)"),
]  # fmt: skip
ON_POSTGRES = [
    (GUARD, "DROP TRIGGER entry_append_only ON entry"),
    (GUARD, "ALTER TABLE node DISABLE TRIGGER USER"),
    (GUARD, "ALTER TABLE node ENABLE REPLICA TRIGGER node_append_only"),
    (GUARD, f"CREATE OR REPLACE FUNCTION ledger_append_only() {_RETURNS} $$ BEGIN RETURN NULL; END $$"),
    (
        GUARD, "DROP TRIGGER entry_append_only ON entry",
        "CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()",
    ),
    (
        TRIGGER, f"CREATE FUNCTION evil() {_RETURNS} $$ BEGIN NEW.type := 'x/1'; RETURN NEW; END $$",
        "CREATE TRIGGER evil BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION evil()",
    ),
    (
        TRIGGER,
        f"CREATE FUNCTION evil() {_RETURNS} $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER entry_append_only BEFORE INSERT ON checkpoint FOR EACH ROW EXECUTE FUNCTION evil()",
    ),
    (TRIGGER, "CREATE RULE evil AS ON INSERT TO checkpoint DO INSTEAD NOTHING"),
    (TRIGGER, "ALTER TABLE entry ENABLE ROW LEVEL SECURITY"),
    (TRIGGER, "CREATE TABLE more () INHERITS (entry)"),
    (TRIGGER, "ALTER TABLE entry RENAME TO kept", "CREATE VIEW entry AS SELECT * FROM kept WHERE position < 9"),
    (TABLE, "CREATE UNIQUE INDEX evil ON entry (type)"),
    (TABLE, "CREATE INDEX evil ON entry (length(raw))"),
    (TABLE, "CREATE INDEX evil ON entry (type) WHERE version / 2 > 9"),
    (TABLE, "ALTER TABLE entry ADD CONSTRAINT evil CHECK (length(raw) < 900)"),
    (TABLE, "ALTER TABLE entry ADD CONSTRAINT evil EXCLUDE (type WITH =)"),
    (TABLE, "ALTER TABLE entry DROP CONSTRAINT entry_stream_version"),
    (TABLE, "ALTER TABLE entry ALTER COLUMN stream TYPE text COLLATE \"C\""),
    (TABLE, "ALTER TABLE entry ALTER COLUMN version SET DEFAULT 1"),
    (
        TABLE, "ALTER TABLE entry DROP COLUMN type",
        "ALTER TABLE entry ADD COLUMN type text GENERATED ALWAYS AS ('x') STORED",
    ),
    (TABLE, "ALTER TABLE checkpoint ADD COLUMN more text"),
]  # fmt: skip


def _told(url: str, *statements: str) -> list[Fault]:
    """What is told of an empty ledger beyond its being empty."""
    create(url).close()
    as_owner(url, *statements)
    with open_store(url) as store:
        return [fault for fault in verify(store, url, Asked(processes=1)).faults if fault.code != "key.no-opening"]


@pytest.mark.parametrize("case", ON_SQLITE, ids=lambda case: case[-1][:40])
def test_on_sqlite_it_is_told(tmp_path: Path, case: tuple[str, ...]) -> None:
    code, *statements = case
    assert {fault.code for fault in _told(str(tmp_path / "demo.db"), *statements)} == {code}


@pytest.mark.parametrize("case", ON_POSTGRES, ids=lambda case: case[-1][:40])
def test_on_postgres_it_is_told(postgres_url: str, case: tuple[str, ...]) -> None:
    code, *statements = case
    assert code in {fault.code for fault in _told(postgres_url, *statements)}


def test_a_guard_is_put_back_by_what_the_fault_says(url: str) -> None:
    gone = "DROP TRIGGER entry_append_only ON entry" if "://" in url else "DROP TRIGGER entry_no_update"
    (fault,) = _told(url, gone)
    as_owner(url, fault.detail.partition("this puts it back: ")[2])
    with open_store(url) as store:
        assert {fault.code for fault in verify(store, url, Asked(processes=1)).faults} == {"key.no-opening"}


def test_tables_views_and_indexes_of_somebody_else_are_no_fault(url: str) -> None:
    harmless = ("CREATE TABLE mine (x INTEGER)", "CREATE INDEX mine_too ON entry (type)", "CREATE VIEW v AS SELECT 1")
    assert _told(url, *harmless) == []


def test_a_ledger_of_the_layout_before_has_the_same_guards(url: str) -> None:
    with create(url) as store:
        make_old(store, url)
        assert {fault.code for fault in verify(store, url, Asked(processes=1)).faults} == {"key.no-opening"}


def test_a_trigger_that_alters_what_is_written_is_told_with_what_it_did(
    damaged: World, capsys: pytest.CaptureFixture[str]
) -> None:
    as_owner(
        damaged.place.url,
        "CREATE TRIGGER evil AFTER INSERT ON checkpoint BEGIN INSERT INTO node VALUES (30, 0, x'00'); END",
    )
    with damaged.open() as ledger:
        ledger.sign_checkpoint(damaged.key("OPERATOR", "log"), damaged.key("OPERATOR"))
    assert {fault.code for fault in report_of(damaged).faults} == {TRIGGER, "tree.node-count"}
    assert run(["--ledger", damaged.place.url, "verify"]) == 3
    assert "evil" in capsys.readouterr().out
