"""A command that is killed, as by `kill -9`, at one moment after another; each time in a fresh copy of the demo."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ledger.importers.ingest as ingest
from cli.main import run
from ledger.storage.highwater import HighWater
from tests.warm import context
from tests.worlds import World, copied

ENDS = ("BEGIN", "COMMIT")
"""Where a transaction of ledger, vault or views begins and ends; what happens to one killed half way is storage's."""
Check = Callable[[World, str], None]


class Countdown:
    """Kills this process at the moment with a number: at the ends of transactions, and on both sides of the mark.

    So too where a file gets its name. A moment at which all files are as at the one before is no other moment: who
    comes after the kill finds the same. (Not so SQLite's `-shm`, which is made anew by who comes after.)
    """

    def __init__(self, upto: int, folder: Path) -> None:
        self.left, self.folder, self.found = upto, folder, dict[str, bytes]()

    def tick(self) -> None:
        found = _content(self.folder)
        self.left -= found != self.found
        self.found = found
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, sql: str) -> None:
        if sql.startswith(ENDS):
            self.tick()

    def watch(self) -> None:
        connect, replace, link = sqlite3.connect, HighWater.replace, os.link

        def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection = connect(*arguments, **options)
            connection.set_trace_callback(self.statement)
            return connection

        def marked(*arguments: Any, **options: Any) -> None:
            self.tick()
            replace(*arguments, **options)
            self.tick()

        def linked(*arguments: Any) -> None:
            self.tick()
            link(*arguments)
            self.tick()

        os.link = linked  # type: ignore[assignment]
        sqlite3.connect = traced  # type: ignore[misc]
        HighWater.replace = marked  # type: ignore[method-assign]


def _content(folder: Path) -> dict[str, bytes]:
    """Every file and folder below this one, by its path, and what is in it."""
    found = {}
    for where, _, names in os.walk(folder):
        found[where] = b""
        found |= {f"{where}/{name}": Path(where, name).read_bytes() for name in names if not name.endswith("-shm")}
    return found


def sweep(demo: Path, folder: Path, command: list[str], check: Check, environment: dict[str, str]) -> None:
    """Kill the command at every moment until it ends alive; after each, check, run it again, and check again.

    WORLD in it is the folder of the copy. Writes how often it was killed to `folder/killed`. Runs in a process without
    threads, for only such a one may fork.
    """
    ingest.LARGEST_BATCH = 25
    os.environ.update(environment)
    killed = 0
    while True:
        world = copied(demo, folder / f"world-{killed}")
        status = _child(world, command, killed + 1, folder)
        acknowledged = (folder / "out").read_text(encoding="utf-8")
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, (folder / "err").read_text(encoding="utf-8")
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        killed += 1
        world.check()
        check(world, acknowledged)
        again = _child(world, command, 0, folder)
        assert os.waitstatus_to_exitcode(again) == 0, (folder / "err").read_text(encoding="utf-8")
        world.check()
        check(world, (folder / "out").read_text(encoding="utf-8"))
        shutil.rmtree(world.place.base.parent)
    (folder / "killed").write_text(str(killed), encoding="utf-8")


def _child(world: World, command: list[str], upto: int, folder: Path) -> int:
    child = os.fork()
    if child == 0:
        with _output(folder):
            if upto:
                Countdown(upto, folder).watch()
            words = [word.replace("WORLD", str(world.place.base.parent)) for word in command]
            code = run(["--ledger", world.place.url, *words])
            sys.stdout.flush()
        os._exit(code)
    return os.waitpid(child, 0)[1]


@contextlib.contextmanager
def _output(folder: Path) -> Iterator[None]:
    with (folder / "out").open("w", encoding="utf-8") as out, (folder / "err").open("w", encoding="utf-8") as err:
        sys.stdout, sys.stderr = out, err
        yield


def swept(demo: Path, folder: Path, command: list[str], check: Check) -> int:
    """How often the command could be killed; every check held."""
    parent = context.Process(target=sweep, args=(demo, folder, command, check, dict(os.environ)))
    parent.start()
    parent.join()
    assert parent.exitcode == 0
    return int((folder / "killed").read_text(encoding="utf-8"))
