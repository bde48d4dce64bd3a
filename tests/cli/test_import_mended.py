"""`ledger import FORMAT FILE.rejected`: rejected lines are mended where they lie, through the command itself."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import here, ledger
from tests.importers.logs import audit, csv_text
from tests.importers.products import MAPPING, PRODUCTS, TABLE_HEADER, table_row
from tests.worlds import V, World

Capture = pytest.CaptureFixture[str]
AS_VLAIO = ("--protocol", V, "--party", "VLAIO")
BROKEN = "!kapot!"


def text_of(name: str, broken: tuple[int, ...] = (), count: int = 5) -> str:
    lines = [BROKEN if number in broken else PRODUCTS[name].line(number) for number in range(1, count + 1)]
    return PRODUCTS[name].head + "\n".join(lines) + "\n"


def counted(world: World, capfd: Capture, *arguments: str) -> tuple[int, int, int]:
    said = here(capfd, "import", *arguments, *AS_VLAIO, "--json", world=world)
    assert said.exit == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found["new"], found["duplicate"], found["rejected"]


def mend(path: Path, *lines: str) -> str:
    text = path.read_text()
    for line in lines:
        text = text.replace(BROKEN, line, 1)
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("name", PRODUCTS)
def test_every_format_takes_its_mended_lines_back(name: str, world: World, tmp_path: Path, capfd: Capture) -> None:
    log, mapping = tmp_path / "log", tmp_path / "mapping.yaml"
    log.write_text(text_of(name, broken=(2, 4)))
    mapping.write_text(MAPPING)
    command = [name.split(",")[0]]
    more = ["--mapping", str(mapping)] if command == ["table"] else []
    assert counted(world, capfd, *command, str(log), *more) == (3, 0, 2)
    path = mend(tmp_path / "log.rejected", PRODUCTS[name].line(2), PRODUCTS[name].line(4))
    assert counted(world, capfd, *command, path, *more) == (2, 0, 0)
    assert here(capfd, "import", "check", "last", path, *more, world=world).exit == 0
    assert counted(world, capfd, *command, path, *more) == (0, 2, 0)
    log.write_text(text_of(name))
    assert counted(world, capfd, *command, str(log), *more) == (0, 5, 0)
    world.check()


def test_what_to_do_is_said(world: World, tmp_path: Path, capfd: Capture) -> None:
    log = tmp_path / "log.csv"
    log.write_text(csv_text([audit(1), "", audit(2)]))
    said = here(capfd, "import", "m365-audit", str(log), "--strict", *AS_VLAIO, world=world)
    assert said.exit == 5
    assert re.search(rf"{log}, line 3, offset [0-9,]+: AuditData is empty", said.err)
    assert f"the lines are in {log}.rejected: mend them there, and import that file as this one" in said.err
    said = here(capfd, "import", "m365-audit", f"{log}.rejected", "--strict", *AS_VLAIO, world=world)
    assert said.exit == 5
    assert f"mend them in {log}.rejected, and import it again" in said.err
    (tmp_path / "log.csv.rejected").write_text(csv_text([audit(3)]))
    assert here(capfd, "import", "m365-audit", f"{log}.rejected", "--strict", *AS_VLAIO, world=world).exit == 0
    said = here(capfd, "import", "m365-audit", str(log), *AS_VLAIO, world=world)
    assert f"{log}.rejected has other lines than were rejected now, and is left as it is" in said.err


def test_a_rehearsal_shows_the_lines_and_writes_no_file(world: World, tmp_path: Path, capfd: Capture) -> None:
    log = tmp_path / "log.csv"
    log.write_text(csv_text(["", audit(2)]))
    said = here(capfd, "import", "m365-audit", str(log), "--dry-run", *AS_VLAIO, world=world)
    assert re.search(rf"{log}, line 2, offset [0-9,]+: AuditData is empty", said.err)
    assert [each.name for each in tmp_path.glob("log*")] == ["log.csv"]


def test_a_file_in_which_nothing_is_mended_yet_says_so(world: World, tmp_path: Path, capfd: Capture) -> None:
    log = tmp_path / "log"
    log.write_text(text_of("databricks", broken=(2,)))
    assert counted(world, capfd, "databricks", str(log)) == (4, 0, 1)
    said = here(capfd, "import", "databricks", f"{log}.rejected", *AS_VLAIO, world=world)
    assert said.exit == 5
    assert "mend its first lines first" in said.err
    said = here(capfd, "import", "databricks", f"{log}.rejects.jsonl", *AS_VLAIO, world=world)
    assert "the lines lie beside it" in said.err


def test_a_folder_is_read_again_without_its_rejects(world: World, tmp_path: Path, capfd: Capture) -> None:
    (tmp_path / "drop").mkdir()
    log = tmp_path / "drop/log"
    log.write_text(text_of("databricks", broken=(2,)))
    assert counted(world, capfd, "databricks", str(tmp_path / "drop")) == (4, 0, 1)
    path = mend(tmp_path / "drop/log.rejected", PRODUCTS["databricks"].line(2))
    for follow in ((), ("--follow", "--once")):
        here(capfd, "import", "databricks", str(tmp_path / "drop"), *follow, *AS_VLAIO, world=world)
    assert sorted(each.name for each in log.parent.iterdir() if not each.name.startswith(".")) == [
        "log", "log.rejected", "log.rejects.jsonl",
    ]  # fmt: skip
    assert counted(world, capfd, "databricks", path) == (1, 0, 0)


def test_a_packed_or_piped_log_can_be_mended_too(world: World, tmp_path: Path, capfd: Capture) -> None:
    (tmp_path / "log.gz").write_bytes(gzip.compress(text_of("web-access", broken=(2,)).encode()))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("map/log", text_of("web-access", broken=(3,)))
    (tmp_path / "logs.zip").write_bytes(packed.getvalue())
    assert counted(world, capfd, "web-access", str(tmp_path / "log.gz")) == (4, 0, 1)
    assert counted(world, capfd, "web-access", str(tmp_path / "logs.zip")) == (1, 3, 1)
    piped = text_of("web-access", broken=(6,), count=6).encode()
    assert ledger("import", "web-access", "-", *AS_VLAIO, world=world, stdin=piped).exit == 0
    line = PRODUCTS["web-access"].line
    for number, path in ((2, tmp_path / "log.gz.rejected"), (3, tmp_path / "logs.zip.map_log.rejected"),
                         (6, world.place.base.parent / "standard-input.rejected")):  # fmt: skip
        assert sum(counted(world, capfd, "web-access", mend(path, line(number)))) == 1
    assert counted(world, capfd, "web-access", str(tmp_path / "log.gz")) == (0, 4, 1)


def test_a_value_that_a_mapping_lacked_is_read_once_it_has_it(world: World, tmp_path: Path, capfd: Capture) -> None:
    log, mapping = tmp_path / "log.csv", tmp_path / "mapping.yaml"
    log.write_text("\n".join([TABLE_HEADER, table_row(1), table_row(2, "Delen")]))
    mapping.write_text(MAPPING)
    assert counted(world, capfd, "table", str(log), "--mapping", str(mapping)) == (1, 0, 1)
    mapping.write_text(MAPPING.replace("Wissen: delete", "Wissen: delete, Delen: share"))
    assert counted(world, capfd, "table", f"{log}.rejected", "--mapping", str(mapping)) == (1, 0, 0)


def table_log(folder: Path, name: str, numbers: Sequence[int], broken: Collection[int] = ()) -> str:
    rows = [table_row(each, clock="25:61" if each in broken else "") for each in numbers]
    (folder / name).write_text("\n".join([TABLE_HEADER, *rows]) + "\n")
    return str(folder / name)


def numbers_missing(world: World, capfd: Capture) -> list[str]:
    found = json.loads(here(capfd, "findings", "list", "--cause", "log-gap", "--json", world=world).out)
    return [sentence for each in found["items"] for sentence in each["says"] if " missing" in sentence]


@pytest.fixture
def mapped(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    return ("table", "--mapping", str(tmp_path / "mapping.yaml"))


def test_the_number_of_a_line_is_missing_until_the_line_is_mended(
    world: World, tmp_path: Path, capfd: Capture, mapped: tuple[str, ...]
) -> None:
    log = table_log(tmp_path, "log.csv", range(1, 10), broken=(5, 9))
    assert counted(world, capfd, *mapped, log) == (7, 0, 2)
    assert counted(world, capfd, *mapped, table_log(tmp_path, "next.csv", range(10, 20))) == (10, 0, 0)
    assert numbers_missing(world, capfd) == [
        "of the numbers 1 to 8 of this file: 1 missing, namely 5; rejected lines, which may be among them: 2",
        "from number 8, where a file ends, to 10, where the next begins: 1 missing, namely 9",
    ]
    path = Path(f"{log}.rejected")
    path.write_text(path.read_text().replace("25:61", "09:05", 1))
    assert counted(world, capfd, *mapped, str(path)) == (1, 0, 1)
    assert [each.rpartition(": ")[2] for each in numbers_missing(world, capfd)] == ["1 missing, namely 9"]
    path.write_text(path.read_text().replace("25:61", "09:09", 1))
    assert counted(world, capfd, *mapped, str(path)) == (1, 1, 0)
    assert numbers_missing(world, capfd) == []
    assert "  mended   these are rejected lines of a log" in here(capfd, "import", "show", "last", world=world).out
    world.check()


def test_a_log_of_one_record_is_among_those_of_its_numbering(
    world: World, tmp_path: Path, capfd: Capture, mapped: tuple[str, ...]
) -> None:
    for name, numbers in (("a", range(1, 6)), ("b", [6]), ("c", [7]), ("d", range(8, 12))):
        assert counted(world, capfd, *mapped, table_log(tmp_path, name, numbers)) == (len(numbers), 0, 0)
    assert numbers_missing(world, capfd) == []


def test_an_id_that_is_a_number_of_a_person_stays_out_of_the_ledger(
    world: World, tmp_path: Path, capfd: Capture, mapped: tuple[str, ...]
) -> None:
    assert counted(world, capfd, *mapped, table_log(tmp_path, "log.csv", range(1, 10), broken=(5,))) == (8, 0, 1)
    path = tmp_path / "log.csv.rejected"
    path.write_text(path.read_text().replace("25:61", "09:05").replace("\n5;", "\n85073003328;"))
    assert counted(world, capfd, *mapped, str(path)) == (1, 0, 0)
    assert counted(world, capfd, *mapped, table_log(tmp_path, "other.csv", [85073003329, 91])) == (2, 0, 0)
    assert b"8507300332" not in world.bytes()


def test_rejects_of_an_array_on_one_line_are_told_apart(world: World, tmp_path: Path, capfd: Capture) -> None:
    log = tmp_path / "audit.json"
    log.write_text(json.dumps([audit(1), audit(2, CreationTime="x"), audit(3, Id="")]))
    said = here(capfd, "import", "m365-audit", str(log), "--protocol", V, "--party", "VLAIO", world=world)
    found = re.findall(r"line 1, offset ([0-9,]+): ", said.err)
    text = log.read_text()
    assert [text[int(each.replace(",", "")) :][:1] for each in found] == ["{", "{"]
    assert len(set(found)) == 2
