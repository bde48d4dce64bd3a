"""The command line as a program of its own: what it says where, and its exit code."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from cli.main import ledger as group
from cli.main import run
from tests import warm
from tests.docs.blocks import ROOT
from tests.worlds import World, environment

PROGRAM = "from cli.main import main; main()"


class Said(NamedTuple):
    """What a command left: its exit code, the answer and the conversation."""

    exit: int
    out: str
    err: str


def ledger(*arguments: str, stdin: bytes = b"", world: World | None = None, **more: str) -> Said:
    """Run `ledger` in a process of its own, on a world's ledger if one is given; forked, unless Python is told more."""
    place = {"LEDGER": str(Path(world.place.url).absolute())} if world else {}
    folder = world.place.base.parent if world else Path(tempfile.gettempdir())
    run_it = from_nothing if any(name.startswith("PYTHON") for name in more) else warm.run
    code, out, err = run_it(arguments, stdin, folder, environment(**place, **more))
    said = Said(code, out.decode(), err.decode())
    assert "Traceback" not in said.err, said.err
    return said


def from_nothing(
    arguments: tuple[str, ...], stdin: bytes, folder: Path, environment: dict[str, str]
) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], input=stdin, capture_output=True, cwd=folder, timeout=120,
        env=environment, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def in_a_shell(line: str, folder: Path, **more: str) -> Said:
    """A line as somebody types it who copied it from what a command said."""
    program = f"ledger() {{ '{sys.executable}' -c '{PROGRAM}' \"$@\"; }}; {line}"
    done = subprocess.run(
        ["sh", "-c", program], capture_output=True, text=True, cwd=folder, stdin=subprocess.DEVNULL, check=False,
        env=environment(PYTHONPATH=str(ROOT), **more),
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


def every_command() -> Iterator[tuple[str, ...]]:
    """Every command by its path, groups among them."""
    context = click.Context(group, info_name="ledger")
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (name,)
        if isinstance(command, click.Group):
            inner = click.Context(command, info_name=name, parent=context)
            yield from ((name, verb) for verb in command.list_commands(inner))


def command_at(path: tuple[str, ...]) -> click.Command:
    command: click.Command = group
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    return command


def here(capfd: pytest.CaptureFixture[str], *arguments: str, world: World | None = None) -> Said:
    """Run `ledger` in this process: for what needs no process of its own."""
    capfd.readouterr()
    place = ("--ledger", world.place.url) if world else ()
    code = run([*place, *arguments])
    sys.stdout.flush()
    return Said(code, *capfd.readouterr())
