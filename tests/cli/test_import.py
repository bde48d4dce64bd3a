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


def test_a_party_of_one_protocol_need_not_name_it(world: World, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(text_of("m365-audit"))
    said = ledger("import", "m365-audit", str(log), "--party", "TBT", world=world)
    assert (said.exit, said.out.split()[:2]) == (0, ["new", "3"])
    assert ledger("import", "summarise", "--party", "TBT", world=world).exit == 0
    said = ledger("import", "m365-audit", str(log), world=world)
    assert (said.exit, "--protocol is one of: opgroeien-serv-2021, vlaio-fio-tbt-2021" in said.err) == (2, True)


def test_standard_input_and_zip_are_read_as_files_are(world: World, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "logs.zip", "w") as archive:
        archive.writestr("map/a.json", text_of("databricks", 2))
    assert counted(world, "databricks", "-", stdin=text_of("databricks", 2).encode())["new"] == 2
    assert counted(world, "databricks", str(tmp_path / "logs.zip"))["duplicate"] == 2


def test_a_file_of_another_format_is_refused_before_anything_is_written(world: World, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(text_of("azure-storage"))
    before = world.size()
    for named in (tmp_path / "b.json", tmp_path / "only"):
        (tmp_path / "only").mkdir(exist_ok=True)
        (tmp_path / "only/b.json").write_text(text_of("azure-storage"))
        said = ledger("import", "databricks", str(named), "--protocol", V, "--party", "VLAIO", world=world)
        assert (said.exit, said.out) == (5, "")
        assert "b.json" in said.err
        assert "ledger import azure-storage" in said.err
    assert world.size() == before


def folder_with(tmp_path: Path, **more: bytes) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    for name, raw in {"a.json": text_of("databricks").encode(), "z.json": text_of("databricks", 5).encode()}.items():
        (folder / name).write_bytes(raw)
    for name, raw in more.items():
        (folder / name.replace("_", ".")).write_bytes(raw)
    return folder


def cut(raw: bytes) -> bytes:
    return gzip.compress(raw)[:-8]


@pytest.mark.parametrize(
    ("name", "raw", "fact"),
    [("b_json", text_of("azure-storage").encode(), "it looks like azure-storage"),
     ("b_gz", cut(text_of("databricks", 99).encode()), "cannot be unpacked"),
     ("b_zip", b"PK\x03\x04 and no more", "cannot be unpacked"),
     ("b_bin", bytes(range(256)) * 9, "not a Databricks audit log")],
)  # fmt: skip
def test_what_is_no_such_log_in_a_folder_is_told_and_keeps_no_other_out(
    name: str, raw: bytes, fact: str, world: World, tmp_path: Path
) -> None:
    folder = folder_with(tmp_path, **{name: raw})
    before = world.bytes().count(b'"access-used/1"')
    said = ledger("import", "databricks", str(folder), "--protocol", V, "--party", "VLAIO", world=world)
    assert (said.exit, said.out.splitlines()[0]) == (5, "new 5  duplicate 3  rejected 0  ignored 0")
    assert f"passed over: file {folder / name.replace('_', '.')}: " in said.err
    assert fact in said.err
    assert world.bytes().count(b'"access-used/1"') - before == 5
    world.check()
    (folder / name.replace("_", ".")).unlink()
    assert counted(world, "databricks", str(folder))["duplicate"] == 8


def test_an_empty_file_among_others_is_told_and_is_no_fault(world: World, tmp_path: Path) -> None:
    found = counted(world, "databricks", str(folder_with(tmp_path, b_json=b"", c_json=b"\xef\xbb\xbf\r\n")), "--strict")
    assert found["new"] == 5
    assert [(Path(each["file"]).name, each["code"], each["reason"]) for each in found["passed_over"]] == [
        ("b.json", "import.empty", "there is nothing in it"), ("c.json", "import.empty", "there is nothing in it"),
    ]  # fmt: skip


def test_files_that_are_named_one_by_one_are_no_other_than_those_of_a_folder(world: World, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, b_json=text_of("azure-storage").encode())
    named = [str(each) for each in sorted(folder.iterdir())]
    said = ledger("import", "databricks", *named, "--protocol", V, "--party", "VLAIO", world=world)
    assert (said.exit, said.out.splitlines()[0]) == (5, "new 5  duplicate 3  rejected 0  ignored 0")
    size = world.size()
    said = ledger("import", "databricks", *named, "absent", "--protocol", V, "--party", "VLAIO", world=world)
    assert (said.exit, world.size()) == (6, size)


def test_a_member_of_another_format_is_passed_over_too(world: World, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "logs.zip", "w") as archive:
        archive.writestr("a.txt", "Lees mij eerst\n")
        archive.writestr("b.json", text_of("databricks", 2))
    said = ledger("import", "databricks", str(tmp_path / "logs.zip"), "--protocol", V, "--party", "VLAIO", world=world)
    assert (said.exit, said.out.splitlines()[0]) == (5, "new 2  duplicate 0  rejected 0  ignored 0")
    assert "logs.zip.a.txt" in said.err


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [(["table", "x"], 2), (["databricks", "x", "--mapping", "y"], 6), (["table", "x", "--mapping", "absent"], 6),
     (["databricks", "absent"], 6)],
)  # fmt: skip
def test_a_mapping_is_for_tables_and_files_must_be_there(world: World, arguments: list[str], exit_code: int) -> None:
    assert ledger("import", *arguments, world=world).exit == exit_code
