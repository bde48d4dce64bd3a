"""`ledger import`: formats, containers and mappings, through the command itself."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import ledger
from tests.importers.products import LOGIN_HEADER, MAPPING, PERSONAL, PRODUCTS, TABLE_HEADER, login, table_row
from tests.worlds import V, World


def text_of(name: str, count: int = 3) -> str:
    return PRODUCTS[name].head + "".join(PRODUCTS[name].line(number) + "\n" for number in range(1, count + 1))


def counted(world: World, *arguments: str, stdin: bytes = b"") -> dict[str, Any]:
    said = ledger("import", *arguments, "--protocol", V, "--party", "VLAIO", "--json", world=world, stdin=stdin)
    assert said.exit == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_every_format_goes_into_the_ledger_and_nothing_of_a_person_with_it(world: World, tmp_path: Path) -> None:
    for name in ("azure-storage", "databricks", "dataverse", "entra-signin", "m365-audit", "web-access"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "log").write_text(text_of(name))
        (folder / "log.gz").write_bytes(gzip.compress(text_of(name, 5).encode()))
        found = counted(world, name, str(folder))
        assert (found["new"], found["duplicate"], found["rejected"]) == (5, 3, 0)
    uses = b"\n".join(line for line in world.bytes().splitlines() if b"access-used/1" in line).lower()
    assert uses.count(b"access-used/1") >= 30
    assert [word for word in PERSONAL if word.encode() in uses] == []


def test_a_table_is_read_by_its_mapping(world: World, tmp_path: Path) -> None:
    mapping, log = tmp_path / "mapping.yaml", tmp_path / "log.csv"
    mapping.write_text(MAPPING)
    log.write_text("\n".join([TABLE_HEADER, table_row(1), table_row(2, "Wissen"), table_row(3, "Zondervan")]))
    found = counted(world, "table", str(log), "--mapping", str(mapping))
    assert (found["new"], found["rejected"], found["reasons"]) == (2, 1, {"unmapped": 1})


def test_a_mended_log_is_imported_again(world: World, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("\n".join([LOGIN_HEADER, login(1), login(2, when="31/02/2026 09:00:00"), login(3)]))
    assert counted(world, "web-access", str(log))["rejected"] == 1
    log.write_text("\n".join([LOGIN_HEADER, login(1), login(2), login(3)]))
    found = counted(world, "web-access", str(log))
    assert (found["new"], found["duplicate"], found["rejected"]) == (1, 2, 0)
    assert not Path(f"{log}.rejects.jsonl").exists()


def test_standard_input_and_zip_are_read_as_files_are(world: World, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "logs.zip", "w") as archive:
        archive.writestr("map/a.json", text_of("databricks", 2))
    assert counted(world, "databricks", "-", stdin=text_of("databricks", 2).encode())["new"] == 2
    assert counted(world, "databricks", str(tmp_path / "logs.zip"))["duplicate"] == 2


def test_a_file_of_another_format_stops_before_anything_is_written(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text_of("databricks"))
    (tmp_path / "b.json").write_text(text_of("azure-storage"))
    before = world.size()
    said = ledger("import", "databricks", str(tmp_path), "--protocol", V, "--party", "VLAIO", world=world)
    assert said.exit == 5
    assert "b.json" in said.err
    assert "ledger import azure-storage" in said.err
    assert world.size() == before


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [(["table", "x"], 2), (["databricks", "x", "--mapping", "y"], 6), (["table", "x", "--mapping", "absent"], 6),
     (["databricks", "absent"], 6)],
)  # fmt: skip
def test_a_mapping_is_for_tables_and_files_must_be_there(world: World, arguments: list[str], exit_code: int) -> None:
    assert ledger("import", *arguments, world=world).exit == exit_code
