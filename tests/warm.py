"""Processes that are forked from one which has read what every command reads: see `tests.warmed`.

A start from nothing takes most of a second, to import the same modules and to parse the same protocols. What is a
command's own is as from nothing: its process, arguments, environment, folder and streams, and its exit code. The start
itself is tried where streams, signals, encodings and help are, and by every block of the pages.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path

LONGEST = 120
context = get_context("forkserver")
context.set_forkserver_preload(["tests.warmed"])
"""To start a process of tests that needs no start from nothing."""


def run(
    arguments: tuple[str, ...], stdin: bytes, folder: Path, environment: dict[str, str]
) -> tuple[int, bytes, bytes]:
    """The exit code of `ledger`, and what it wrote to its two streams."""
    with tempfile.TemporaryDirectory() as name:
        streams = [Path(name, each) for each in ("in", "out", "err")]
        for stream, content in zip(streams, (stdin, b"", b""), strict=True):
            stream.write_bytes(content)
        command = context.Process(target=_command, args=(arguments, streams, folder, environment))
        command.start()
        command.join(LONGEST)
        code = command.exitcode
        command.kill()
        command.join()
        command.close()
        assert code is not None, f"still running after {LONGEST} s: {arguments}"
        return code, streams[1].read_bytes(), streams[2].read_bytes()


def _command(arguments: tuple[str, ...], streams: list[Path], folder: Path, environment: dict[str, str]) -> None:
    from cli.main import main

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, (stream, how) in enumerate(zip(streams, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)):
        opened = os.open(stream, how)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (_text(number, how) for number, how in enumerate(("rb", "wb", "wb")))
    main(list(arguments))


def _text(number: int, how: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(os.fdopen(number, how, closefd=False), encoding="utf-8", errors="surrogateescape")
