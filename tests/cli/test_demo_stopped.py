"""A demo that was stopped on its way: the same command begins again, and what it is told of it can be done."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from pathlib import Path

import pytest

from cli.demo.unfinished import MARK
from cli.main import run
from ledger.place import Place
from tests.application.dying import Countdown
from tests.cli.commands import Said, here, in_a_shell, ledger
from tests.cli.test_interrupt import SLOW, check, interrupted
from tests.warm import context
from tests.worlds import World, copied

Capture = pytest.CaptureFixture[str]


def _dies(folder: Path, at: int) -> None:
    Countdown(at, folder).watch()
    os._exit(run(["demo", str(folder)]))


def _killed(folder: Path, at: int) -> None:
    child = context.Process(target=_dies, args=(folder, at))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL


def _check_whole(folder: Path, said: Said, demo_folder: Path) -> None:
    assert said.exit == 0, said.err
    told = World(Place.named(str(folder / "ledger.db"), {}))
    told.check()
    reference = World(Place.named(str(demo_folder / "ledger.db"), {}))
    assert told.bytes().startswith(reference.bytes())
    assert told.size() > reference.size()
    assert not [each.name for each in folder.iterdir() if each.name.startswith(".")]


@pytest.mark.parametrize("at", [1, 2, 3, 5, 8, 12, 16, 20, 40, 300])
def test_killed_at_any_moment_the_same_command_begins_again(
    demo_folder: Path, tmp_path: Path, capfd: Capture, at: int
) -> None:
    folder = tmp_path / "tour"
    _killed(folder, at)
    _check_whole(folder, here(capfd, "demo", str(folder)), demo_folder)


def test_interrupted_it_says_that_the_same_command_goes_on_and_it_does(demo_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tour"
    slow = SLOW.format(at="cli.demo.epilogue:tell_epilogue", worth=1)
    check(interrupted("none", "demo", str(folder), at="in the middle", program=slow))
    _check_whole(folder, ledger("demo", str(folder)), demo_folder)


def test_a_demo_that_is_whole_is_kept_and_the_hint_can_be_typed(
    demo_folder: Path, tmp_path: Path, capfd: Capture
) -> None:
    folder = Path(copied(demo_folder, tmp_path / "a tour").place.url).parent
    content = (folder / "ledger.db").read_bytes()
    said = here(capfd, "demo", str(folder))
    assert (said.exit, f"there is a ledger at {folder}/ledger.db" in said.err) == (7, True)
    look, another = said.err.partition("look at it: ")[2].split("; or make another demo: ")
    for typed in (look, another):
        assert in_a_shell(typed, tmp_path).exit == 0, typed
    assert (folder / "ledger.db").read_bytes() == content


def test_what_is_no_demos_is_left(tmp_path: Path, capfd: Capture) -> None:
    letter = tmp_path / "ledger.txt"
    letter.write_text("Dear reader")
    said = here(capfd, "demo", str(tmp_path))
    assert (said.exit, f"{letter} is in the way" in said.err) == (7, True)
    assert os.listdir(tmp_path) == ["ledger.txt"]


def test_what_was_made_after_a_stopped_demo_is_no_demos(
    tmp_path: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mark is hidden: who takes the visible files away, and works on in that folder, does not see it."""
    monkeypatch.setenv("LEDGER_PASSPHRASE", "a passphrase of the test")
    (tmp_path / MARK).write_bytes(b"demo\n")
    place, letter = tmp_path / "ledger.db", tmp_path / "ledger.db.txt"
    assert here(capfd, "--ledger", str(place), "init").exit == 0
    letter.write_text("Dear reader")
    said = here(capfd, "demo", str(tmp_path))
    assert (said.exit, f"there is a ledger at {place}" in said.err) == (7, True), said.err
    assert here(capfd, "--ledger", str(place), "verify").exit == 0
    for each in set(tmp_path.glob("ledger.*")) - {letter}:
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    (tmp_path / MARK).write_bytes(b"demo\n")
    said = here(capfd, "demo", str(tmp_path))
    assert (said.exit, f"{letter} is in the way" in said.err, letter.exists()) == (7, True, True), said.err


def test_one_that_is_being_told_is_left_alone(tmp_path: Path, capfd: Capture) -> None:
    held = os.open(tmp_path / MARK, os.O_RDWR | os.O_CREAT)
    os.write(held, b"demo\n")
    fcntl.flock(held, fcntl.LOCK_EX)
    (tmp_path / "ledger.db").write_bytes(b"half")
    said = here(capfd, "demo", str(tmp_path))
    os.close(held)
    assert (said.exit, "another program is telling a demo" in said.err) == (7, True)
    assert (tmp_path / "ledger.db").read_bytes() == b"half"
