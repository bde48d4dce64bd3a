"""`ledger import list|show|check|source`, and what an import records of a whole file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import here, ledger
from tests.importers.logs import audit, csv_text, json_lines
from tests.importers.products import MAPPING, TABLE_HEADER, table_row
from tests.worlds import V, World

Capture = pytest.CaptureFixture[str]


def import_(world: World, capfd: Capture, *arguments: str) -> dict[str, Any]:
    said = here(capfd, "import", *arguments, "--protocol", V, "--party", "VLAIO", "--json", world=world)
    assert said.exit == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def asked(world: World, capfd: Capture, *arguments: str, exit_code: int = 0) -> dict[str, Any]:
    said = here(capfd, "import", *arguments, "--json", world=world)
    assert said.exit == exit_code, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text(json_lines(audit(number) for number in range(1, 31)) + "garbage\n")
    return path


def test_a_file_that_was_read_is_recorded_once(world: World, log: Path, capfd: Capture) -> None:
    first = import_(world, capfd, "m365-audit", str(log))
    again = import_(world, capfd, "m365-audit", str(log))
    assert (again["size"], again["files"][0]["read"]) == (first["size"], first["files"][0]["read"])
    batch, read = asked(world, capfd, "list")["imports"]
    assert (batch["type"], batch["uses"]) == ("log-batch-ingested/1", 30)
    assert (read["type"], read["new"], read["duplicate"], read["rejected"]) == ("log-read/1", 30, 0, 1)
    assert (read["file"], read["first"], read["last"]) == (
        batch["file"],
        "2026-01-05T08:01:00Z",
        "2026-01-05T08:30:00Z",
    )


def test_a_list_cuts_no_date_where_there_is_little_room(
    world: World, log: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = import_(world, capfd, "m365-audit", str(log))["files"][0]["read"]
    for columns in (75, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        (line,) = [
            line for line in here(capfd, "import", "list", world=world).out.splitlines() if line.startswith(str(read))
        ]
        assert line.split()[6:8] == ["2026-01-05", "2026-01-05"]
        assert len(line.split()) == (9 if columns == 120 else 8)


def test_a_rehearsal_leaves_every_file_as_it_was(world: World, log: Path, capfd: Capture) -> None:
    def content() -> dict[str, bytes]:
        folder = world.place.base.parent
        return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file() and each != log}

    here(capfd, "import", "list", world=world)
    before = content()
    assert import_(world, capfd, "m365-audit", str(log), "--dry-run")["new"] == 30
    assert {name for name, each in content().items() if each != before.get(name)} <= {world.place.views.name}
    import_(world, capfd, "m365-audit", str(log))
    assert import_(world, capfd, "m365-audit", str(log), "--dry-run")["duplicate"] == 30


def test_a_batch_is_shown_by_any_of_its_names(world: World, log: Path, capfd: Capture) -> None:
    position = import_(world, capfd, "m365-audit", str(log))["files"][0]["batches"][0]
    shown = asked(world, capfd, "show", str(position))
    assert shown["uses_by"] == {"action": {"consult": 30}, "outcome": {"ok": 30}, "actor_class": {"person": 30}}
    assert (shown["author"], shown["source"], shown["of_file"], shown["kept"]) == (
        "VLAIO",
        "m365-audit",
        [position],
        False,
    )
    assert shown["file_read"]["new"] == 30
    assert shown["use"] is None
    for name in (str(position + 7), shown["id"], "last"):
        assert asked(world, capfd, "show", name) | {"use": None} == shown


def test_a_use_is_shown_with_the_place_of_its_line(world: World, log: Path, capfd: Capture) -> None:
    position = import_(world, capfd, "m365-audit", str(log))["files"][0]["batches"][0]
    use = asked(world, capfd, "show", str(position + 7))["use"]
    assert (use["position"], use["happened_at"]) == (position + 7, "2026-01-05T08:07:00Z")
    assert json.loads(log.read_bytes()[use["offset"] :].splitlines()[0]) == audit(7)
    said = here(capfd, "import", "show", str(position + 7), world=world)
    assert f"entry {position + 7}, 2026-01-05T08:07:00Z: its line begins behind byte {use['offset']:,} of" in said.out
    words = here(capfd, "import", "show", str(position), world=world).out
    assert "30 uses from m365-audit" in words
    assert "consult 30" in words


@pytest.mark.parametrize("command", [["show"], ["check"], ["source", "-o", "x"]])
def test_a_batch_that_is_not_there_is_exit_6(world: World, log: Path, command: list[str], capfd: Capture) -> None:
    for name in ("1", "0", "²", "9" * 5_000, ""):
        named = [*command, name, *([str(log)] if command == ["check"] else [])]
        assert here(capfd, "import", *named, world=world).exit == 6


def test_a_contradicted_record_is_in_the_ledger_with_both_places(world: World, log: Path, capfd: Capture) -> None:
    position = import_(world, capfd, "m365-audit", str(log))["files"][0]["batches"][0]
    other = log.with_name("other.jsonl")
    other.write_text(json_lines([audit(2, Operation="FileDeleted")]))
    (told,) = import_(world, capfd, "m365-audit", str(other))["files"]
    assert (told["contradicted"], told["batches"]) == ([position + 2], [])
    shown = asked(world, capfd, "show", str(told["read"]))
    assert (shown["conflicting"], shown["contradicted"]) == (1, [position + 2])
    assert f"against  entries {position + 2}" in here(capfd, "import", "show", str(told["read"]), world=world).out
    size = world.size()
    import_(world, capfd, "m365-audit", str(other))
    assert world.size() == size


def test_the_same_file_is_known_again_packed_or_not(world: World, log: Path, capfd: Capture) -> None:
    import gzip

    position = str(import_(world, capfd, "m365-audit", str(log))["files"][0]["batches"][0])
    packed = log.with_name("log.gz")
    packed.write_bytes(gzip.compress(log.read_bytes()))
    for path in (log, packed):
        found = asked(world, capfd, "check", position, str(path))
        assert (found["same_file"], found["holds"], found["same"]) == (True, True, 30)


def test_another_file_is_told_record_by_record(world: World, log: Path, capfd: Capture) -> None:
    begin = import_(world, capfd, "m365-audit", str(log))["files"][0]["batches"][0]
    elsewhere = log.with_name("elsewhere.jsonl")
    elsewhere.write_text(json_lines([audit(77)]))
    import_(world, capfd, "m365-audit", str(elsewhere))
    records = [audit(number) for number in range(1, 31) if number != 9]
    records[3] |= {"ObjectId": "https://fictief.example/anders"}
    log.write_text(json_lines([audit(77), *records, audit(99), audit(98, CreationTime="1999-01-01T00:00:00")]))
    found = asked(world, capfd, "check", str(begin), str(log), exit_code=3)
    assert (found["same_file"], found["holds"], found["same"], found["moved"]) == (False, False, 28, 28)
    assert [(each["position"], each["line_number"]) for each in found["changed"]] == [(begin + 4, 5)]
    assert [each["position"] for each in found["missing"]] == [begin + 9]
    assert [each["line_number"] for each in found["added"]] == [31, 32]
    assert found["elsewhere"] == 1
    said = here(capfd, "import", "check", str(begin), str(log), world=world)
    assert f"changed  entry {begin + 4}: line 5" in said.out
    assert f"missing  entry {begin + 9}" in said.out
    log.write_text("of another kind")
    said = here(capfd, "import", "check", str(begin), str(log), world=world)
    assert (said.exit, f"file {log}: " in said.err) == (5, True)


def test_a_file_in_another_order_still_holds_what_was_recorded(world: World, log: Path, capfd: Capture) -> None:
    begin = import_(world, capfd, "m365-audit", str(log))["files"][0]["batches"][0]
    log.write_text(json_lines(audit(number) for number in range(30, 0, -1)))
    found = asked(world, capfd, "check", str(begin), str(log))
    assert (found["same_file"], found["holds"], found["same"]) == (False, True, 30)


def test_what_has_no_key_any_more_is_not_checked(world: World, log: Path, capfd: Capture) -> None:
    begin = import_(world, capfd, "m365-audit", str(log), "--keep")["files"][0]["batches"][0]
    with world.open() as opened:
        opened.vault.drop_record_keys([f"import/{V}/m365-audit/2026"])
    assert asked(world, capfd, "check", str(begin), str(log))["same_file"] is True
    log.write_text(json_lines([audit(1)]))
    assert here(capfd, "import", "check", str(begin), str(log), world=world).exit == 9
    assert here(capfd, "import", "source", str(begin), "-o", str(log) + ".back", world=world).exit == 9


def test_a_kept_source_comes_back_and_holds_nobody_in_clear(world: World, log: Path, capfd: Capture) -> None:
    (told,) = import_(world, capfd, "m365-audit", str(log), "--keep")["files"]
    assert b"Voorbeeld" not in Path(told["kept"]).read_bytes()
    out = log.with_name("back")
    said = here(capfd, "import", "source", str(told["batches"][0]), "-o", str(out), world=world)
    assert (said.exit, out.read_bytes()) == (0, log.read_bytes())
    assert asked(world, capfd, "show", str(told["batches"][0]))["kept"] is True


def test_a_kept_source_goes_with_a_backup_and_comes_back_with_it(
    world: World, log: Path, tmp_path: Path, capfd: Capture
) -> None:
    (told,) = import_(world, capfd, "m365-audit", str(log), "--keep")["files"]
    backup, out = tmp_path / "backup", log.with_name("back")
    said = here(capfd, "backup", str(backup), "--kept-until", "2027-01-01", world=world)
    assert "and 1 kept log" in said.out
    for path in world.place.base.parent.iterdir():
        if path.name != "ledger.head":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert here(capfd, "restore", str(backup), world=world).exit == 0
    said = here(capfd, "import", "source", str(told["batches"][0]), "-o", str(out), world=world)
    assert (said.exit, out.read_bytes()) == (0, log.read_bytes())


def test_a_kept_source_is_removed_once_its_key_is_gone(world: World, log: Path, capfd: Capture) -> None:
    (old,) = import_(world, capfd, "m365-audit", str(log), "--keep")["files"]
    log.write_text(json_lines([{**audit(1), "Id": "other", "CreationTime": "2027-01-05T08:00:00"}]))
    (new,) = import_(world, capfd, "m365-audit", str(log), "--keep")["files"]
    run = ["retention", "run", "--protocol", V, "--uses-after", "90y", "--json"]
    assert json.loads(here(capfd, *run, world=world).out)["sources_removed"] == 0
    with world.open() as opened:
        opened.vault.drop_record_keys([f"import/{V}/m365-audit/2026"])
    assert json.loads(here(capfd, *run, "--dry-run", world=world).out)["sources_removed"] == 0
    assert json.loads(here(capfd, *run, world=world).out)["sources_removed"] == 1
    assert (Path(old["kept"]).exists(), Path(new["kept"]).exists()) == (False, True)


def test_a_table_is_checked_by_its_mapping(world: World, tmp_path: Path, capfd: Capture) -> None:
    mapping, log = tmp_path / "mapping.yaml", tmp_path / "log.csv"
    mapping.write_text(MAPPING)
    log.write_text("\n".join([TABLE_HEADER, *(table_row(number) for number in (3, 4, 6))]))
    begin = str(import_(world, capfd, "table", str(log), "--mapping", str(mapping))["files"][0]["batches"][0])
    read = asked(world, capfd, "show", begin)["file_read"]
    assert (read["lowest"], read["highest"], read["missing"]) == (3, 6, 1)
    assert here(capfd, "import", "check", begin, str(log), world=world).exit == 2
    assert asked(world, capfd, "check", begin, str(log), "--mapping", str(mapping))["same_file"] is True


def test_networks_of_ones_own_are_told_from_others(world: World, log: Path, capfd: Capture) -> None:
    import_(world, capfd, "m365-audit", str(log), "--internal", "192.0.2.0/24")
    assert world.bytes().count(b'"network":"internal"') == 30
    said = here(capfd, "import", "m365-audit", str(log), "--internal", "192.0.2.1/24", world=world)
    assert (said.exit, "no network" in said.err) == (2, True)


def test_two_processes_import_what_one_does(world: World, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(csv_text(audit(number) for number in range(1, 31)))
    said = ledger(
        "import", "m365-audit", str(log), "--processes", "2", "--protocol", V, "--party", "VLAIO", world=world
    )
    assert (said.exit, said.out.splitlines()[0]) == (0, "new 30  duplicate 0  rejected 0  ignored 0")


def test_a_record_in_other_bytes_is_told_from_one_that_says_otherwise(world: World, log: Path, capfd: Capture) -> None:
    import_(world, capfd, "m365-audit", str(log))
    other = log.with_name("other.jsonl")
    text = json_lines(audit(number) for number in range(1, 31))
    other.write_bytes(text.replace("T08:07:00", "T08:07:09").encode("utf-16"))
    found = asked(world, capfd, "check", "last", str(other), exit_code=3)
    assert [(each["line_number"], each["otherwise"]) for each in found["changed"]] == [
        (number, number == 7) for number in range(1, 31)
    ]
    said = here(capfd, "import", "check", "last", str(other), world=world).out
    assert "of the changed, otherwise than was recorded: 1; the same in other bytes: 29" in said
    assert ": line 7, " in said.splitlines()[3]
