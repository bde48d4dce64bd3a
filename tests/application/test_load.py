"""A ledger made of an export, or of another ledger: byte for byte the same, on either database, or nothing at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.main import run
from ledger.errors import Conflict, LedgerError, NotFound
from ledger.loading import Source, load, of_export
from ledger.place import Place
from ledger.storage.highwater import HighWater, Mark
from ledger.storage.opening import open_store
from ledger.verification.run import Asked, verify
from tests.worlds import World


def source_of(world: World) -> Source:
    """Everything of a ledger."""
    with open_store(world.place.url) as store:
        lines = [row[4] for page in store.pages() for row in page]
        return Source(lines, store.protocol_files(), store.checkpoints())


def place_at(folder: Path, url: str | None = None) -> Place:
    folder.mkdir(exist_ok=True)
    return Place.named(url or str(folder / "copy.db"), {"LEDGER_FILES": str(folder / "copy")})


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command answers; it ends well."""
    capsys.readouterr()
    assert run(list(arguments)) == 0
    return capsys.readouterr().out


def replayed(place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Each projection with its digest, as `ledger replay` says."""
    monkeypatch.setenv("LEDGER_FILES", str(place.base))
    views: dict[str, object] = json.loads(said(capsys, "--ledger", place.url, "replay", "--json"))["projections"]
    return views


def test_the_same_entries_give_the_same_digests_on_either_database(
    imported: World,
    tmp_path: Path,
    postgres_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there, back = place_at(tmp_path / "there", postgres_url), place_at(tmp_path / "back")
    first = load(source_of(imported), there)
    second = load(source_of(World(there)), back)
    assert first == second
    assert first.unsealed == ()
    assert imported.bytes() == World(there).bytes() == World(back).bytes()
    digests = [replayed(place, capsys, monkeypatch) for place in (imported.place, there, back)]
    assert digests[0] == digests[1] == digests[2]
    assert len(digests[0]) > 5
    for place in (there, back):
        World(place).check()


def test_what_a_load_that_was_killed_late_left_is_whole_and_the_same_command_says_so(
    world: World, tmp_path: Path
) -> None:
    place = place_at(tmp_path / "copy")
    load(source_of(world), place)
    place.head.unlink()  # the last thing that is written
    with pytest.raises(Conflict) as found:
        load(source_of(world), place)
    assert "interrupted load" in found.value.hint
    assert World(place).check() == world.size()


def test_the_mark_beside_what_was_loaded_is_that_of_its_last_entry(world: World, tmp_path: Path) -> None:
    place = place_at(tmp_path / "copy")
    load(source_of(world), place)
    with open_store(place.url) as store:
        head = store.head()
    assert HighWater(place.head).read() == Mark(head.size, head.leaf)
    assert names(tmp_path / "copy") == {"copy.db", "copy.head"}


def test_an_export_is_loaded_with_the_protocol_files_of_this_package(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "export").write_bytes(world.bytes())
    place = place_at(tmp_path / "copy")
    told = said(capsys, "--ledger", place.url, "load", str(tmp_path / "export"))
    assert "not brought: 1 signed checkpoint," in told
    assert World(place).bytes() == world.bytes()
    with open_store(place.url) as store, open_store(world.place.url) as original:
        assert store.protocol_files() == original.protocol_files()
        report = verify(store, place.url, Asked(head=HighWater(place.head), deep=True))
        assert {fault.code for fault in report.faults} == {"checkpoint.gone"}
        assert report.root == original.head().root


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_an_export_whose_last_line_does_not_end_is_refused(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], cut: int
) -> None:
    """It was cut, perhaps not only there."""
    (tmp_path / "export").write_bytes(world.bytes()[:-cut])
    place = place_at(tmp_path / "copy")
    assert run(["--ledger", place.url, "load", str(tmp_path / "export")]) == 5
    told = capsys.readouterr().err
    assert f"line {world.size()}" in told
    assert "export again: ledger export" in told
    assert names(tmp_path / "copy") == set()


def test_an_export_with_its_checkpoints_is_whole(world: World, tmp_path: Path) -> None:
    source = source_of(world)
    place = place_at(tmp_path / "copy")
    assert load(of_export(source.lines, [], [note for _, note in source.notes]), place).unsealed == ()
    World(place).check()


SPOILT: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int, dict[str, object]]] = {
    "a line is missing": (lambda lines: lines[:39] + lines[40:], 3, {"position": 40}),
    "two lines are exchanged": (lambda lines: [*lines[:39], lines[40], lines[39], *lines[41:]], 3, {"position": 40}),
    "a line comes twice": (lambda lines: [*lines[:40], *lines[39:]], 3, {"position": 41}),
    "it begins later": (lambda lines: lines[5:], 3, {"position": 1}),
    "a byte is another": (lambda lines: [*lines[:39], lines[39].replace(b'"id":"', b'"id":"0', 1), *lines[40:]], 3, {}),
    "a line is no entry": (lambda lines: [*lines[:39], b"{}", *lines[40:]], 5, {"line": 40}),
    "a line has white space": (lambda lines: [*lines[:39], lines[39] + b" ", *lines[40:]], 5, {"line": 40}),
    "a batch is cut": (lambda lines: [line for line in lines][: _first_use(lines)], 3, {}),
    "it is empty": (lambda lines: [], 5, {}),
}


def _first_use(lines: list[bytes]) -> int:
    return next(at for at, line in enumerate(lines) if b'"type":"access-used/1"' in line)


@pytest.mark.parametrize("name", SPOILT)
def test_a_broken_export_leaves_nothing_behind(imported: World, tmp_path: Path, name: str) -> None:
    change, exit_, where = SPOILT[name]
    source = source_of(imported)
    place = place_at(tmp_path / "copy")
    with pytest.raises(LedgerError) as refused:
        load(source._replace(lines=change(list(source.lines))), place)
    assert refused.value.exit == exit_
    assert where.items() <= refused.value.where.items()
    assert names(tmp_path / "copy") == set()


def test_a_broken_export_leaves_nothing_in_a_server(world: World, tmp_path: Path, postgres_url: str) -> None:
    source, place = source_of(world), place_at(tmp_path / "copy", postgres_url)
    with pytest.raises(LedgerError):
        load(source._replace(lines=list(source.lines)[:-3] + list(source.lines)[-2:]), place)
    assert load(source, place).size == world.size()


def test_a_protocol_file_that_an_entry_names_must_be_there(world: World, tmp_path: Path) -> None:
    with pytest.raises(NotFound) as refused:
        load(source_of(world)._replace(files={}), place_at(tmp_path / "copy"))
    assert refused.value.code == "load.no-protocol"
    assert names(tmp_path / "copy") == set()


def test_nothing_is_loaded_over_a_ledger_or_beside_another_ones_mark(
    world: World, tmp_path: Path, postgres_url: str
) -> None:
    source, server = source_of(world), place_at(tmp_path / "server", postgres_url)
    load(source, server)
    marked = place_at(tmp_path / "marked")
    marked.head.write_bytes(world.place.head.read_bytes())
    for taken in (world.place, server, marked):
        with pytest.raises(Conflict):
            load(source, taken)
    assert World(server).check() == world.size()
