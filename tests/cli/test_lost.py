"""A ledger that is not where it was: what lies beside its place knows how far it reached, and no command hides it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ledger.errors import Conflict, InputRejected
from ledger.opening import Opening, open_ledger
from ledger.storage.highwater import HighWater, Mark
from ledger.storage.lost import Lost
from tests.cli.commands import here
from tests.storage.owner import as_owner
from tests.worlds import World

Capture = pytest.CaptureFixture[str]
ASKED = [["verify"], ["obligations"], ["checkpoint", "sign"], ["key", "list"], ["init"]]
REACHED = "the ledger that reached entry 125 is gone"


def _file(world: World) -> Path:
    return Path(world.place.url)


def _emptied(world: World) -> None:
    _file(world).write_bytes(b"")


def _cut_in_its_header(world: World) -> None:
    _file(world).write_bytes(_file(world).read_bytes()[:60])


def _removed(world: World) -> None:
    _file(world).unlink()


def _overwritten(world: World) -> None:
    _file(world).write_bytes(b"a letter of somebody else\n" * 50)


def _without_its_tables(world: World) -> None:
    with closing(sqlite3.connect(world.place.url)) as file, file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            file.execute(f"DROP TABLE {name}")


WAYS = [_emptied, _cut_in_its_header, _removed, _overwritten, _without_its_tables]
Way = Callable[[World], None]


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_PASSPHRASE", "a passphrase of the test")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_every_command_says_how_far_it_reached(spoilt: World, capfd: Capture, way: Way) -> None:
    way(spoilt)
    policy = spoilt.place.policy.read_bytes()
    for command in ASKED:
        said = here(capfd, *command, world=spoilt)
        assert said.exit == 3, command
        assert REACHED in said.err
        assert "name the .db" not in said.err
        assert "name it with" not in said.err
    assert spoilt.place.policy.read_bytes() == policy
    assert not _file(spoilt).exists() or way is not _removed


def test_a_time_stamp_knows_it_where_the_mark_is_gone_too(spoilt: World, capfd: Capture) -> None:
    _emptied(spoilt)
    spoilt.place.head.unlink()
    stamps = spoilt.place.beside(".stamps")
    stamps.mkdir()
    (stamps / "40.tsr").touch()
    (stamps / "125.2.tsr").touch()
    said = here(capfd, "verify", world=spoilt)
    assert (said.exit, REACHED in said.err) == (3, True)


def test_a_mark_elsewhere_knows_it_where_the_whole_folder_is_gone(
    spoilt: World, capfd: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mark = tmp_path / "elsewhere"
    spoilt.place.head.rename(mark)
    monkeypatch.setenv("LEDGER_HEAD", str(mark))
    said = here(capfd, "--ledger", str(tmp_path / "none" / "ledger.db"), "verify")
    assert (said.exit, REACHED in said.err) == (3, True)


@pytest.mark.parametrize("way", [_emptied, _removed])
def test_where_only_a_policy_is_left_nobody_is_told_that_the_name_is_wrong(
    spoilt: World, capfd: Capture, way: Way
) -> None:
    way(spoilt)
    spoilt.place.head.unlink()
    said = here(capfd, "verify", world=spoilt)
    assert said.exit == (5 if way is _emptied else 6)
    assert "a ledger was opened here" in said.err


def test_a_file_that_is_no_ledger_and_has_nothing_beside_it_is_a_wrong_name(tmp_path: Path, capfd: Capture) -> None:
    letter = tmp_path / "letter.db"
    letter.write_bytes(b"a letter")
    said = here(capfd, "--ledger", str(letter), "verify")
    assert (said.exit, "name the .db file" in said.err) == (5, True)


def test_a_ledger_of_a_later_layout_is_not_lost(spoilt: World, capfd: Capture) -> None:
    as_owner(spoilt.place.url, "UPDATE layout SET format = 3")
    said = here(capfd, "verify", world=spoilt)
    assert (said.exit, "upgrade `ledger`" in said.err) == (5, True)


def test_no_new_ledger_takes_its_place(spoilt: World) -> None:
    _removed(spoilt)
    with pytest.raises(Lost):
        open_ledger(spoilt.place, Opening("OPERATOR", "ledger.invalid/another", lambda: b"a passphrase"))
    assert not _file(spoilt).exists()


def test_a_ledger_that_is_there_is_still_told_as_there(spoilt: World) -> None:
    with pytest.raises(Conflict) as there:
        open_ledger(spoilt.place, Opening("OPERATOR", "ledger.invalid/another", lambda: b"a passphrase"))
    assert there.value.code == "ledger.exists"


def test_an_emptied_database_of_a_server_is_lost_as_well(
    postgres_url: str, capfd: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEDGER_FILES", str(tmp_path / "beside"))
    HighWater(tmp_path / "beside.head").set(Mark(125, b"x" * 32))  # type: ignore[arg-type]
    for command in ASKED:
        said = here(capfd, "--ledger", postgres_url, *command)
        assert (said.exit, REACHED in said.err) == (3, True), said.err


def test_a_mark_that_cannot_be_read_does_not_hide_what_is_wrong_with_the_ledger(spoilt: World, capfd: Capture) -> None:
    _emptied(spoilt)
    spoilt.place.head.write_bytes(b"ledger/head/v1\n")
    said = here(capfd, "verify", world=spoilt)
    assert said.exit == InputRejected.exit
    assert "not a ledger" in said.err
