"""What somebody else hung on the vault's tables is told by `ledger verify`, in a file and in a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import here
from tests.storage.owner import as_owner
from tests.subjects.operated import operated
from tests.subjects.persons import codes, judged
from tests.subjects.test_server import in_schema, served
from tests.worlds import World

EVIL = "CREATE TRIGGER evil AFTER INSERT ON persons BEGIN DELETE FROM erasures; END"
ON_SERVER = [
    (
        "CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER evil BEFORE INSERT ON erasures FOR EACH ROW EXECUTE FUNCTION evil()",
    ),
    ("CREATE RULE evil AS ON INSERT TO openings DO INSTEAD NOTHING",),
    ("ALTER TABLE persons ENABLE ROW LEVEL SECURITY",),
]


def test_a_trigger_in_the_vaults_file_is_told(spoilt: World, capfd: pytest.CaptureFixture[str]) -> None:
    as_owner(str(spoilt.place.vault), EVIL)
    said = here(capfd, "verify", world=spoilt)
    assert said.exit == 3
    assert "in the vault: the trigger evil on table persons is not the ledger's" in said.out + said.err


def test_further_tables_indexes_and_views_in_the_vault_are_no_fault(spoilt: World) -> None:
    as_owner(str(spoilt.place.vault), "CREATE TABLE mine (x INTEGER)", "CREATE INDEX more ON persons (protocol)")
    assert codes(judged(spoilt)) == []


@pytest.mark.parametrize("statements", ON_SERVER, ids=lambda each: each[-1][:30])
def test_in_a_server_it_is_told(tmp_path: Path, postgres_url: str, statements: tuple[str, ...]) -> None:
    world = operated(served(tmp_path / "own", postgres_url, in_schema(postgres_url)))
    assert codes(judged(world)) == []
    as_owner(str(world.place.vault), *statements)
    assert ("database.trigger", 0) in codes(judged(world))
