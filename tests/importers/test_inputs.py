from __future__ import annotations

import gzip
import io
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import InputRejected, LedgerError, NotFound
from ledger.importers import archives
from ledger.importers import inputs as door
from ledger.importers.archives import Packed
from ledger.importers.formats import FORMATS, check, importer, looks_like, table
from ledger.importers.importer import HEAD, NotThisFormat
from ledger.importers.inputs import STANDARD_INPUT, inputs
from tests.importers.logs import World, audit, json_lines, reasons
from tests.importers.products import MAPPING, PRODUCTS

LOG = json_lines([audit(1), audit(2), 5]).encode()


def no_input() -> io.BytesIO:
    raise AssertionError("standard input was not named")


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


def imported(world: World, *paths: Path, stdin: bytes = b"") -> list[tuple[int, int]]:
    found = []
    for each in inputs(paths, lambda: io.BytesIO(stdin)):
        run = world.imported(each.open())
        found.append((run.counts.new, run.counts.rejected))
    return found


def test_a_packed_log_is_the_same_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # rejects of standard input lie where one stands
    plain, packed = tmp_path / "log.jsonl", tmp_path / "packed"
    plain.write_bytes(LOG)
    packed.write_bytes(gzip.compress(LOG))
    archive = zipped(tmp_path / "logs.zip", log=LOG)
    worlds = [World() for _ in range(4)]
    for world, path in zip(worlds, (plain, packed, archive, STANDARD_INPUT), strict=True):
        assert imported(world, path, stdin=LOG) == [(2, 1)]
    assert len({world.batches[0].opener["file"] for world in worlds}) == 1
    assert len({world.batches[0].root for world in worlds}) == 1 or all(world.events for world in worlds)
    assert [[event["offset"] for event in world.events] for world in worlds] == [[0, len(json_lines([audit(1)]))]] * 4


def test_rejects_of_a_packed_log_lie_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    archive = zipped(tmp_path / "logs.zip", map__a=LOG, b=LOG)
    (tmp_path / "log.gz").write_bytes(gzip.compress(LOG))
    imported(World(), archive, tmp_path / "log.gz", STANDARD_INPUT, stdin=LOG)
    assert sorted(each.name for each in tmp_path.glob("*.rejects.jsonl")) == [
        "log.gz.rejects.jsonl", "logs.zip.b.rejects.jsonl", "logs.zip.map_a.rejects.jsonl",
        "standard-input.rejects.jsonl",
    ]  # fmt: skip


def test_a_folder_gives_its_files_in_order_and_passes_over_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "sub/c.json", ".hidden", ".git/x", "a.json.rejects.jsonl", "a.json.rejected"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(LOG)
    found = inputs([tmp_path], no_input)
    assert [str(each.path.relative_to(tmp_path)) for each in found] == ["a.json", "b.json", "sub/c.json"]


@pytest.mark.parametrize("stdin", [LOG, gzip.compress(LOG)])
def test_standard_input_can_be_looked_at_and_then_read(stdin: bytes) -> None:
    (found,) = inputs([STANDARD_INPUT], lambda: io.BytesIO(stdin))
    assert found.head() == found.head() == LOG
    with found.open() as log:
        log.stream.seek(0)
        assert log.stream.read() == LOG


def test_members_of_a_zip_on_standard_input_are_read(tmp_path: Path) -> None:
    raw = zipped(tmp_path / "z", a=LOG).read_bytes()
    (found,) = inputs([STANDARD_INPUT], lambda: io.BytesIO(raw))
    assert found.head() == LOG


@pytest.mark.parametrize("damage", ["cut", "changed", "no directory"])
def test_a_damaged_container_is_refused_by_name(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "log"
    raw = bytearray(gzip.compress(LOG * 50) if damage != "no directory" else b"PK\x03\x04" + bytes(40))
    if damage == "cut":
        del raw[-20:]
    else:
        raw[len(raw) // 2] ^= 255
    path.write_bytes(raw)
    with pytest.raises(LedgerError) as caught:
        [each.open() for each in inputs([path], no_input)]
    assert (caught.value.exit, caught.value.where["file"]) == (5, str(path))


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "ROOM", 1 << 20)
    bomb = bytes(40 << 20)
    (tmp_path / "a.gz").write_bytes(gzip.compress(bomb))
    zipped(tmp_path / "b.zip", log=bomb)
    for name in ("a.gz", "b.zip"):
        (found,) = inputs([tmp_path / name], no_input)
        with pytest.raises(Packed):
            found.open()


def test_a_zip_of_too_many_members_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    with pytest.raises(Packed):
        inputs([zipped(tmp_path / "z", a=b"", b=b"", c=b"")], no_input)


def members(path: Path, *named: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", method) as archive:
        warnings.simplefilter("ignore", UserWarning)  # it warns of two members with one name
        for name, content in named:
            archive.writestr(name, content)
    return path


def test_members_with_one_name_are_all_read_and_have_their_own_rejects(tmp_path: Path) -> None:
    logs = [json_lines([audit(number), number]).encode() for number in range(1, 5)]
    named = zip(("a/b", "a/b", "a_b", "x" * 150 + "a_b"), logs, strict=True)
    world = World()
    assert imported(world, members(tmp_path / "z", *named)) == [(1, 1)] * 4
    assert len({event["id"] for event in world.events}) == 4
    kept = [each["raw"] for path in sorted(tmp_path.glob("*.rejects.jsonl")) for each in reasons_in(path)]
    assert sorted(kept) == [b"1\n", b"2\n", b"3\n", b"4\n"]


def reasons_in(path: Path) -> list[dict[str, Any]]:
    return reasons(path.with_name(path.name.removesuffix(".rejects.jsonl")))


def test_names_that_lead_out_of_a_zip_lead_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = ("../../out", "/etc/out", "C:\\out", "..\\out", "x/..", "..", "a\nb")
    archive = members(folder / "z", *((name, json_lines([audit(at), at]).encode()) for at, name in enumerate(names)))
    assert imported(World(), archive) == [(1, 1)] * len(names)
    assert [each.name for each in tmp_path.iterdir()] == ["in"]
    assert len(list(folder.iterdir())) == 1 + 2 * len(names)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_in_a_zip_is_not_read_as_a_log_though_its_lines_show(tmp_path: Path, method: int) -> None:
    inner = members(tmp_path / "inner.zip", ("log", LOG), method=method)
    outer = members(tmp_path / "outer.zip", ("inner.zip", inner.read_bytes()), method=zipfile.ZIP_STORED)
    (found,) = inputs([outer], no_input)
    with pytest.raises(NotThisFormat, match="packed once more"):
        check(importer("m365-audit"), found.head(), found.path)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_is_damaged_is_told_whatever_it_was_packed_with(tmp_path: Path, method: int) -> None:
    archive = members(tmp_path / "z", ("log", LOG * 9), method=method)
    raw = bytearray(archive.read_bytes())
    raw[60:80] = b"\xff" * 20
    archive.write_bytes(raw)
    (found,) = inputs([archive], no_input)
    with pytest.raises(Packed, match="cannot be unpacked"):
        found.open()


def test_an_encrypted_member_is_told_as_that(tmp_path: Path) -> None:
    archive = members(tmp_path / "z", ("log", LOG))
    raw = bytearray(archive.read_bytes())
    raw[raw.index(b"PK\x03\x04") + 6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(raw)
    (found,) = inputs([archive], no_input)
    with pytest.raises(Packed, match="encrypted with a password"):
        found.open()


@pytest.mark.parametrize("named", [[], [(".hidden", LOG)], [("__MACOSX/log", LOG)]], ids=["empty", "hidden", "macos"])
def test_a_zip_without_files_is_told(tmp_path: Path, named: list[tuple[str, bytes]]) -> None:
    with pytest.raises(Packed, match="no files"):
        inputs([members(tmp_path / "z", *named)], no_input)


def test_what_is_not_there_or_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        inputs([tmp_path / "absent"], no_input)
    with pytest.raises(NotFound):
        inputs([tmp_path], no_input)
    with pytest.raises(InputRejected):
        inputs([Path("/dev/null")], no_input)


def test_a_file_of_another_format_says_which_it_looks_like(tmp_path: Path) -> None:
    with pytest.raises(NotThisFormat) as caught:
        check(importer("m365-audit"), PRODUCTS["databricks"].line(1).encode(), tmp_path / "log")
    assert caught.value.where["file"] == str(tmp_path / "log")
    assert "ledger import databricks log" in caught.value.hint


@pytest.mark.parametrize(
    ("head", "fact"),
    [
        (b"", "there is nothing in it"),
        (b"\xef\xbb\xbf \r\n", "there is nothing in it"),
        (" \n".encode("utf-16"), "there is nothing in it"),
        (
            b'{"line":3,"offset":120,"code":"not-json","reason":"no","raw":"eA=="}\n',
            "these are reasons",
        ),
        (gzip.compress(LOG), "packed once more"),
        (bytes(HEAD), "it begins with a long stretch in which there is nothing"),
        (b"dit is geen log\n", "not a Microsoft 365 unified audit log"),
    ],
    ids=["empty", "blank", "blank, utf-16", "rejects", "packed twice", "blank at length", "no log"],
)
def test_what_is_no_log_at_all_is_told_as_what_it_is(head: bytes, fact: str) -> None:
    with pytest.raises(NotThisFormat) as caught:
        check(importer("m365-audit"), head, Path("log"))
    assert caught.value.message.startswith(fact)
    assert caught.value.hint


def test_a_spreadsheet_is_told_to_be_saved_as_a_list(tmp_path: Path) -> None:
    path = zipped(tmp_path / "log.xlsx", **{"[Content_Types].xml": b"<Types/>", "xl__workbook.xml": b"<workbook/>"})
    with pytest.raises(Packed) as caught:
        inputs([path], no_input)
    assert caught.value.hint == "save the sheet as CSV, and import that"


@pytest.mark.parametrize("name", [each for each in PRODUCTS if not each.startswith("table")])
def test_every_log_is_known_by_its_own_format_and_no_stranger(name: str) -> None:
    head = (PRODUCTS[name].head + PRODUCTS[name].line(1)).encode()
    expected = {name.split(",")[0]} | ({"m365-audit"} if name == "dataverse" else set())
    assert set(looks_like(head)) == expected


def test_the_formats_of_the_command_are_those_there_are() -> None:
    from cli.commands.import_ import FORMATS as OFFERED

    assert sorted((*FORMATS, "table")) == list(OFFERED)
    assert [importer(name).name for name in FORMATS] == list(FORMATS)


def test_a_mapping_file_makes_a_format(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(MAPPING)
    assert table(path).name == "zaakloket"
    with pytest.raises(NotFound):
        table(tmp_path / "absent.yaml")
