"""Rules of somebody else in the database: who writes is told what refuses it, and nothing is written in part."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.storage.append import Append, Row
from ledger.storage.faults import Refused, VersionTaken
from ledger.storage.opening import create, open_store
from ledger.storage.store import Store
from tests.storage.owner import as_owner
from tests.storage.rows import SIGNATURE, batch, check_whole, single

_BEFORE = "CREATE TRIGGER evil BEFORE INSERT ON entry"
ON_BOTH = ["CREATE UNIQUE INDEX evil ON entry (type)"]
ON_SQLITE = [*ON_BOTH, f"{_BEFORE} BEGIN SELECT RAISE(ABORT, 'evil'); END"]
ON_POSTGRES = [
    *ON_BOTH, "ALTER TABLE entry ADD CONSTRAINT evil CHECK (position < 2)",
    "ALTER TABLE entry ADD CONSTRAINT evil EXCLUDE (type WITH =)",
    "CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'evil'; END $$;"
    f" {_BEFORE} FOR EACH ROW EXECUTE FUNCTION evil()",
]  # fmt: skip


def _tried(url: str, rule: str) -> None:
    with create(url) as store:
        store.append(single(1))
    as_owner(url, rule)
    with open_store(url) as store:
        for rows in (single(2), batch(500, first=10)):
            with pytest.raises(Refused, match=r"a rule in the database refuses it: .*(evil|entry\.type)") as refused:
                store.append(rows)
            assert refused.value.exit == 7
            assert "ledger verify" in refused.value.hint
        assert check_whole(store) == 1


@pytest.mark.parametrize("rule", ON_SQLITE)
def test_on_sqlite_it_is_said_what_refuses_a_row(tmp_path: Path, rule: str) -> None:
    _tried(str(tmp_path / "demo.db"), rule)


@pytest.mark.parametrize("rule", ON_POSTGRES)
def test_on_postgres_it_is_said_what_refuses_a_row(postgres_url: str, rule: str) -> None:
    _tried(postgres_url, rule)


def test_once_it_is_dropped_the_same_is_written(url: str) -> None:
    _tried(url, ON_BOTH[0])
    as_owner(url, "DROP INDEX evil")
    with open_store(url) as store:
        store.append(single(2))
        assert check_whole(store) == 2


def test_a_version_that_is_taken_is_still_another_writers(store: Store) -> None:
    row = [Row("demo/access", "access-granted/1", b'{"id":"1"}', SIGNATURE)]
    store.write(Append(row, versions=[1]))
    with pytest.raises(VersionTaken):
        store.write(Append(row, versions=[1]))
