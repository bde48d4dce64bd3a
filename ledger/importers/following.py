"""A drop folder: which of its files have something new, one reader at a time, stopped and started at will.

- What is recorded decides, by the ids of its records: a file that is read again, renamed, rotated or cut back adds
  nothing twice. The note of what was read (`.ledger-import.json`) saves time only; lost, everything is read once more.
- A file that is still written to is read up to its last line end; the line behind it waits. Once nobody has written
  to a file for a minute it is whole. A packed file is read when it is whole.
- Who reads the folder holds `.ledger-import.lock`. The system lets go of it when that process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from ledger.drafts import draft
from ledger.errors import Conflict
from ledger.importers.inputs import Input, files_in, inputs, is_packed
from ledger.importers.lines import LINE_FEED, encoding_of
from ledger.importers.stretch import stretch

WHOLE_AFTER = 60.0
"""Seconds without writing after which a file is whole."""
LOCK, NOTE = ".ledger-import.lock", ".ledger-import.json"
_PIECE = 64 * 1024
_UNREADABLE = -2
"""Noted as the length of what cannot be read: it is told once, and read when it can be."""


class FolderInUse(Conflict):
    """Another process reads this folder."""

    code = "import.folder-in-use"


class Due(NamedTuple):
    """A file with something new: `length` bytes of it, or all of it where it is `whole`; when it was written to."""

    path: Path
    length: int
    whole: bool
    written: int

    def logs(self) -> list[Input]:
        """The logs in it: itself, or those that are packed in it. Raises Packed, NotReadable, NotFound."""
        if self.whole:
            return inputs([self.path], lambda: BytesIO())
        return [Input(self.path, lambda: stretch(os.open(self.path, os.O_RDONLY), self.length),
                      begun=self.length)]  # fmt: skip


@contextmanager
def followed(folder: Path, about: str) -> Iterator[DropFolder]:
    """The folder, for this process alone. `about` names ledger and format: another's notes do not count.

    Raises FolderInUse, with who reads it; OSError where nothing can be written in it.
    """
    with (folder / LOCK).open("a+b") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            owner = lock.read(200).decode("utf-8", "replace").strip() or "another process"
            raise FolderInUse(
                f"{owner} reads this folder", file=str(folder), hint="one at a time: stop that one first"
            ) from error
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        lock.flush()
        yield DropFolder(folder, about)


class DropFolder:
    """What was read of each file, by its path: how far, and when that had been written."""

    def __init__(self, folder: Path, about: str) -> None:
        self._folder, self._about = folder, about
        self._read: dict[str, tuple[int, int]] = _noted(folder / NOTE, about)

    def due(self, now: datetime) -> Iterator[Due]:
        """The files with something new, by name, looked at one after the other."""
        for path in files_in(self._folder):
            try:
                regular = stat.S_ISREG(path.stat().st_mode)  # asked first: who opens a pipe waits for its writer
                found = _extent(path, now.timestamp()) if regular else _unreadable(path)
            except FileNotFoundError:  # moved away since we listed it
                continue
            except OSError:
                found = _unreadable(path)
            if found and self._is_new(found):
                yield found

    def done(self, due: Due) -> None:
        """Note that it was read; the ledger has what is in it."""
        self._read[self._name(due.path)] = due.length, due.written
        content = json.dumps({"about": self._about, "read": self._read}).encode()
        with draft(self._folder / NOTE) as made:
            made.write_bytes(content)
            made.replace(self._folder / NOTE)

    def _is_new(self, due: Due) -> bool:
        length, written = self._read.get(self._name(due.path), (-1, -1))
        return due.length != length or (due.whole and due.written != written)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._folder))


def _unreadable(path: Path) -> Due:
    return Due(path, _UNREADABLE, True, 0)


def _extent(path: Path, now: float) -> Due | None:
    """How much of a file can be read now; None where nothing can."""
    with path.open("rb") as file:
        about = os.fstat(file.fileno())
        begins = file.read(8)
        if now - about.st_mtime >= WHOLE_AFTER:
            return Due(path, about.st_size, True, about.st_mtime_ns)
        if is_packed(begins):
            return None
        length = _last_line_end(file.fileno(), about.st_size, *encoding_of(begins))
    return Due(path, length, False, about.st_mtime_ns) if length else None


def _last_line_end(descriptor: int, size: int, encoding: str, start: int) -> int:
    """How many bytes the whole lines of a file have; 0 if it has none."""
    feed = LINE_FEED[encoding]
    upto = size - (size - start) % len(feed)
    while upto > start:
        at = max(start, upto - _PIECE)
        piece = os.pread(descriptor, upto - at, at)
        found = piece.rfind(feed)
        while found >= 0 and found % len(feed):
            found = piece.rfind(feed, 0, found + len(feed) - 1)
        if found >= 0:
            return at + found + len(feed)
        upto = at
    return 0


def _noted(path: Path, about: str) -> dict[str, tuple[int, int]]:
    """What an earlier run noted; nothing if there is no note, or none that can be read."""
    try:
        noted = json.loads(path.read_bytes())
        if noted["about"] != about:
            return {}
        return {str(name): (int(length), int(written)) for name, (length, written) in noted["read"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
