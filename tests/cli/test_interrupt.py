"""Ctrl-C at a real terminal: at a question and in the middle of long work. 130, no traceback, nothing half written."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.cli.commands import PROGRAM, Said
from tests.docs.blocks import ROOT
from tests.worlds import V, World, environment, hear_ctrl_c, log_file

CTRL_C = b"\x03"
SLOW = """
import importlib, time
from cli.main import main
module, _, names = {at!r}.partition(":")
*outer, name = names.split(".")
home = importlib.import_module(module)
for each in outer:
    home = getattr(home, each)
def held(*_, **__):
    print("in the middle", flush=True)
    while True:
        time.sleep(0.01)
setattr(home, name, held)
import ledger.verification.run, projections.engines.process
ledger.verification.run.WORTH_PROCESSES = projections.engines.process.WORTH_PROCESSES = {worth}
if __name__ == "__main__":
    main()
"""
"""The command, held in the middle of its work until somebody presses the key."""


def as_a_shell_starts_it() -> None:
    """In the foreground of the terminal."""
    hear_ctrl_c()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def interrupted(place: str, *arguments: str, at: str, program: str = PROGRAM, **more: str) -> Said:
    """Run `ledger` as a terminal's foreground, and press Ctrl-C once this is on the screen.

    Between two steps of Python's `input` a key is lost: where nothing follows, it is pressed again, as anybody would.
    """
    master, slave = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=slave, stdout=slave, stderr=slave, cwd=ROOT,
        env={**environment(LEDGER=place), **more}, start_new_session=True,
        preexec_fn=as_a_shell_starts_it,
    )  # fmt: skip
    os.close(slave)
    shown, pressed = "", False
    try:
        while True:
            if follows := bool(select.select([master], [], [], 10)[0]):
                if not (part := os.read(master, 65536)):
                    break
                shown += part.decode()
            if at in shown and not (pressed and follows):
                pressed = bool(os.write(master, CTRL_C))
    except OSError:
        pass  # the other end is closed
    os.close(master)
    exit_ = running.wait()
    assert pressed, f"never there: {at} in {shown}"
    return Said(exit_, shown, "")


def check(said: Said) -> None:
    assert (said.exit, "Traceback" in said.out) == (130, False), said.out
    assert "ledger: error: interrupted" in said.out
    assert "the same command goes on" in said.out


def test_at_the_question_for_a_passphrase_no_ledger_is_made(tmp_path: Path) -> None:
    check(interrupted(str(tmp_path / "new.db"), "init", "--party", "VLAIO", at="New passphrase"))
    assert list(tmp_path.iterdir()) == []


def test_at_the_question_whether_to_erase_nothing_is_erased(world: World) -> None:
    from tests.subjects.persons import known

    token, size = known(world), world.size()
    arguments = ("subject", "erase", token, "--ground", "request", "--decided-by", "VLAIO", "--dataset", "vraagtraject")
    check(interrupted(world.place.url, *arguments, at="Type the token again"))
    assert world.size() == size
    with world.open() as ledger:
        assert ledger.vault.identifier(token)


def test_at_a_question_about_an_event_nothing_is_recorded(world: World) -> None:
    size = world.size()
    check(interrupted(world.place.url, "incident", "detect", "--as", "VLAIO", "--protocol", V, at="incident: "))
    assert world.size() == size


@pytest.mark.parametrize(
    ("at", "arguments"),
    [
        ("ledger.verification.segment:leaf_hashes", ("verify",)),
        ("ledger.storage.reader:Reader.pages", ("export",)),
        ("ledger.storage.reader:Reader.pages", ("obligations",)),
        ("ledger.sealing:sign_event", ("checkpoint", "sign")),
        ("ledger.application:Application.marked", ("checkpoint", "sign")),
        (
            "ledger.bundle.archive_writer:ArchiveWriter.add",
            ("evidence", "build", "--protocol", V, "--clause", "art. 5", "-o", "NEW"),
        ),
        ("ledger.backup:copy_vault", ("backup", "NEW", "--kept-until", "2031-01-01")),
        ("ledger.publishing:range_root", ("checkpoint", "publish", "NEW")),
        ("ledger.application:Application.ingest", ("import", "m365-audit", "LOG", "--party", "VLAIO", "--protocol", V)),
        ("ledger.storage.filling:leaf_hashes", ("load", "LEDGER")),
    ],
)
def test_in_the_middle_of_long_work_nothing_is_half_written(world: World, at: str, arguments: tuple[str, ...]) -> None:
    new, size = world.place.base.with_name("new"), world.size()
    log = str(log_file(world.place.base.parent, 3))
    given = {"LOG": log, "NEW": str(new), "LEDGER": str(Path(world.place.url).absolute())}
    place = str(new) if arguments[0] == "load" else str(Path(world.place.url).absolute())
    words = [given.get(word, word) for word in arguments]
    check(interrupted(place, *words, at="in the middle", program=SLOW.format(at=at, worth=250_000)))
    left = [path for path in new.rglob("*") if path.is_file() and "tile" not in path.parts]
    assert left == []
    assert [path.name for path in new.parent.iterdir() if path.name.startswith(".")] == []
    assert world.check() - size in (0, 1)


def test_processes_that_help_say_nothing(world: World) -> None:
    verify = SLOW.format(at="ledger.verification.run:shared", worth=0)
    said = interrupted(world.place.url, "verify", at="in the middle", program=verify)
    check(said)
    log = str(log_file(world.place.base.parent, 5000))
    arguments = ("import", "m365-audit", log, "--party", "VLAIO", "--protocol", V, "--processes", "2")
    reading = SLOW.format(at="ledger.application:Application.ingest", worth=0)
    check(interrupted(world.place.url, *arguments, at="in the middle", program=reading))


@pytest.mark.parametrize(
    ("at", "arguments"),
    [
        ("ledger.verification.run:shared", ("verify",)),
        ("projections.engines.process:shared", ("replay", "--engine", "process")),
        (
            "ledger.application:Application.ingest",
            ("import", "m365-audit", "LOG", "--party", "VLAIO", "--protocol", V, "--processes", "2"),
        ),
    ],
)
def test_processes_that_help_end_with_the_one_that_is_killed(world: World, at: str, arguments: tuple[str, ...]) -> None:
    """What they all write to is closed once the last of them has ended."""
    words = [str(log_file(world.place.base.parent, 5000)) if word == "LOG" else word for word in arguments]
    running = subprocess.Popen(
        [sys.executable, "-c", SLOW.format(at=at, worth=0), *words], cwd=ROOT,
        env=environment(LEDGER=str(Path(world.place.url).absolute())), stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == b"in the middle\n"
        running.kill()
        running.communicate(timeout=60)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
