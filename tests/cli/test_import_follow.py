"""`ledger import FORMAT FOLDER --follow`: what comes into a folder is read, whatever happens to the reader."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.clock import now
from ledger.importers.following import LOCK, NOTE, FolderInUse, followed
from tests.cli.commands import PROGRAM, Said, here
from tests.importers.logs import audit, json_lines
from tests.worlds import V, World, environment, hear_ctrl_c

Capture = pytest.CaptureFixture[str]
AS_VLAIO = ("--protocol", V, "--party", "VLAIO")


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def once(world: World, drop: Path, capfd: Capture) -> Said:
    return here(capfd, "import", "m365-audit", str(drop), "--follow", "--once", *AS_VLAIO, world=world)


def uses(world: World) -> int:
    return world.bytes().count(b'"type":"access-used/1"')


def put(path: Path, text: str, *, whole: bool) -> Path:
    """Write a file; one that is whole was written a while ago."""
    path.write_text(text)
    if whole:
        old = now().timestamp() - 600
        os.utime(path, (old, old))
    return path


def test_new_files_are_read_once_and_again_where_they_grew(world: World, drop: Path, capfd: Capture) -> None:
    put(drop / "a.jsonl", json_lines([audit(1), audit(2)]), whole=True)
    before = uses(world)
    assert once(world, drop, capfd).out == f"{drop / 'a.jsonl'}: new 2\n"
    assert once(world, drop, capfd).out == ""
    put(drop / "a.jsonl", json_lines([audit(1), audit(2), audit(3)]), whole=True)
    put(drop / "b.jsonl", json_lines([audit(3), audit(4)]), whole=False)
    assert once(world, drop, capfd).out.splitlines() == [
        f"{drop / 'a.jsonl'}: new 1  duplicate 2", f"{drop / 'b.jsonl'}: new 1  duplicate 1",
    ]  # fmt: skip
    assert uses(world) - before == 4


def test_the_last_line_waits_until_it_is_whole_or_nobody_writes_any_more(
    world: World, drop: Path, capfd: Capture
) -> None:
    text = json_lines(audit(number) for number in range(1, 4))
    log = drop / "log.jsonl"
    put(log, text[:-20], whole=False)
    assert once(world, drop, capfd).out == f"{log}: new 2\n"
    put(log, text[:-10], whole=False)
    assert once(world, drop, capfd).out == ""
    put(log, text, whole=False)
    assert once(world, drop, capfd).out == f"{log}: new 1  duplicate 2\n"
    put(log, text + json.dumps(audit(4)), whole=True)
    assert once(world, drop, capfd).out == f"{log}: new 1  duplicate 3\n"
    assert not Path(f"{log}.rejects.jsonl").exists()


def test_a_rotated_or_cut_file_adds_nothing_twice(world: World, drop: Path, capfd: Capture) -> None:
    log = put(drop / "log", json_lines(audit(number) for number in range(1, 9)), whole=True)
    before = uses(world)
    once(world, drop, capfd)
    log.rename(drop / "log.1")
    put(log, json_lines([audit(8), audit(9)]), whole=True)
    once(world, drop, capfd)
    put(log, "", whole=True)
    once(world, drop, capfd)
    put(log, json_lines([audit(10)]), whole=True)
    once(world, drop, capfd)
    assert uses(world) - before == 10


def test_a_note_that_is_lost_or_anothers_costs_a_second_reading_only(world: World, drop: Path, capfd: Capture) -> None:
    log = put(drop / "log", json_lines([audit(1)]), whole=True)
    once(world, drop, capfd)
    size = world.size()
    for note in ("", "[]", '{"about": "another", "read": {}}', '{"about": 1}', None):
        (drop / NOTE).unlink() if note is None else (drop / NOTE).write_text(note)
        assert once(world, drop, capfd).out == f"{log}: new 0  duplicate 1\n"
    assert world.size() == size


def test_a_zip_with_something_else_in_it_gives_its_logs(world: World, drop: Path, capfd: Capture) -> None:
    put(drop / "logs.zip", "", whole=True)
    with zipfile.ZipFile(drop / "logs.zip", "w") as archive:
        archive.writestr("a.txt", "Lees mij eerst\n")
        archive.writestr("b.jsonl", json_lines([audit(1)]))
    os.utime(drop / "logs.zip", (0, 0))
    said = once(world, drop, capfd)
    assert (said.exit, said.out) == (0, f"{drop / 'logs.zip.b.jsonl'}: new 1\n")
    assert said.err.count("passed over") == 1
    assert once(world, drop, capfd).err == ""


def test_a_file_of_another_format_is_told_and_stops_nothing(world: World, drop: Path, capfd: Capture) -> None:
    put(drop / "a", "of another kind\n", whole=True)
    put(drop / "b", "half a docu", whole=False)
    put(drop / "c", json_lines([audit(1)]), whole=True)
    said = once(world, drop, capfd)
    assert (said.exit, said.out) == (0, f"{drop / 'c'}: new 1\n")
    assert said.err.count("passed over") == 1
    assert once(world, drop, capfd).err == ""


def test_what_is_no_file_is_told_once_and_stops_nothing(world: World, drop: Path, capfd: Capture) -> None:
    os.mkfifo(drop / "a")
    (drop / "b").symlink_to("b")
    put(drop / "c", json_lines([audit(1)]), whole=True)
    said = once(world, drop, capfd)
    assert (said.exit, said.out) == (0, f"{drop / 'c'}: new 1\n")
    assert said.err.count("passed over") == 2
    assert once(world, drop, capfd).err == ""
    (drop / "b").unlink()
    put(drop / "b", json_lines([audit(2)]), whole=True)
    assert once(world, drop, capfd).out == f"{drop / 'b'}: new 1\n"


def test_what_is_wrong_elsewhere_ends_it_and_the_file_is_still_to_be_read(
    world: World, drop: Path, capfd: Capture
) -> None:
    log = put(drop / "a", json_lines([audit(1)]), whole=True)
    keeping = ("import", "m365-audit", str(drop), "--follow", "--once", "--keep", *AS_VLAIO)
    world.place.beside(".sources").write_text("no folder")
    said = here(capfd, *keeping, world=world)
    assert (said.exit, said.out) == (5, "")
    assert "the source cannot be kept" in said.err
    world.place.beside(".sources").unlink()
    assert here(capfd, *keeping, world=world).out == f"{log}: new 0  duplicate 1\n"
    assert len(list(world.place.beside(".sources").iterdir())) == 1
    assert sorted(each.name for each in drop.iterdir()) == [NOTE, LOCK, "a"]


def test_one_reads_at_a_time_and_the_other_is_told_who(world: World, drop: Path, capfd: Capture) -> None:
    with followed(drop, "x"):
        said = once(world, drop, capfd)
        with pytest.raises(FolderInUse), followed(drop, "x"):
            pass
    assert said.exit == 7
    assert f"process {os.getpid()} on " in said.err
    assert once(world, drop, capfd).exit == 0
    assert (drop / LOCK).exists()


@pytest.mark.parametrize(
    "wrong",
    [["a-file", "--follow"], ["drop", "drop", "--follow"], ["drop", "--once"], ["drop", "--follow", "--dry-run"]],
)
def test_what_cannot_be_followed_is_wrong_usage(
    world: World, drop: Path, wrong: list[str], capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(drop.parent)
    (drop.parent / "a-file").write_text("x")
    assert here(capfd, "import", "m365-audit", *wrong, world=world).exit == 2


@pytest.fixture
def reader(world: World, drop: Path) -> Iterator[subprocess.Popen[str]]:
    """A reader that runs, and has said so."""
    place = {"LEDGER": str(Path(world.place.url).absolute()), "PYTHONUNBUFFERED": "1"}
    arguments = ["import", "m365-audit", str(drop), "--follow", "--every", "1", *AS_VLAIO]
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], env=environment(**place), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=hear_ctrl_c,
    )  # fmt: skip
    assert started.stderr is not None
    assert "reading what comes into" in started.stderr.readline()
    yield started
    started.kill()
    started.communicate()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_reads_on_until_it_is_stopped_and_that_is_no_failure(
    reader: subprocess.Popen[str], drop: Path, stop: signal.Signals
) -> None:
    assert reader.stdout is not None
    for name in ("a", "b"):
        put(drop / name, json_lines([audit(ord(name))]), whole=False)
        assert reader.stdout.readline() == f"{drop / name}: new 1\n"
    reader.send_signal(stop)
    _, err = reader.communicate(timeout=60)
    assert (reader.returncode, err.splitlines()[-1][:8]) == (0, "stopped:")


def test_a_reader_that_is_killed_goes_on_where_the_next_one_starts(
    reader: subprocess.Popen[str], world: World, drop: Path, capfd: Capture
) -> None:
    before = uses(world)
    put(drop / "a", json_lines(audit(number) for number in range(1, 2_000)), whole=True)
    while uses(world) == before:  # it is reading
        assert reader.poll() is None
    reader.kill()
    reader.communicate()
    put(drop / "b", json_lines([audit(2_000)]), whole=True)
    assert once(world, drop, capfd).exit == 0
    assert uses(world) - before == 2_000
