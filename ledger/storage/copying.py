"""Files of a copy: an SQLite database that others are writing in, keys, marks. 0600, on disk, over no other file."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from ledger.drafts import draft
from ledger.errors import Conflict, LedgerError, NotFound
from ledger.keys.private_file import sync_folder
from ledger.storage.faults import spoken

UNFINISHED = "unfinished"
"""A file in the folder of a backup until all of it is there."""


class CopyThere(Conflict):
    """A copy never takes the place of another file."""

    code = "backup.exists"


class InTheWay(Conflict):
    """Neither a backup nor a restore takes the place of files that are there."""

    code = "restore.exists"


def check_no_file(path: Path) -> None:
    """Raise InTheWay for what is there."""
    if path.exists():
        raise InTheWay(f"{path} is there", hint="move it away first; leave the .head file: it says what is lost")


def copy_database(source: Path, target: Path) -> None:
    """Copy by SQLite's online backup, in one step: writers wait at most for the reading. Raises NotFound, CopyThere."""
    if not source.is_file():
        raise NotFound(f"there is no file {source}", hint="check the path", code="backup.missing")
    try:
        with draft(target) as made:
            with spoken(source), closing(_opened(source, "ro")) as old, closing(_opened(made, "rw")) as new:
                old.backup(new)
            with made.open("rb") as file:
                os.fsync(file.fileno())
            os.link(made, target)
    except FileExistsError as error:
        raise CopyThere(f"{target} exists", hint="name another folder") from error
    except LedgerError as error:
        raise error.at(file=str(source)) from error


def copy_folder(source: Path, target: Path) -> None:
    """The files of a folder, not of folders in it, nor what is still being written; nothing where there is none."""
    if source.is_dir():
        target.mkdir(mode=0o700, exist_ok=True)
        for file in sorted(source.iterdir()):
            if not file.name.startswith("."):
                copy_file(file, target / file.name)


def copy_file(source: Path, target: Path) -> None:
    """Nothing where there is no such file."""
    if source.is_file():
        with source.open("rb") as old, _written(target) as new:
            shutil.copyfileobj(old, new, 1 << 20)


def move_file(source: Path, target: Path) -> None:
    """Put a file or a folder in its place; a file also where that is on another disk."""
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # Whole on that disk before it has its name; if we die on the way, the source is still there.
        with draft(target) as beside:
            copy_file(source, beside)
            os.replace(beside, target)
        sync_folder(target.parent)
        source.unlink()


def move_files(source: Path, target: Path) -> None:
    """Put the files of a folder in another, which may be there; not over those that are there already."""
    target.mkdir(mode=0o700, exist_ok=True)
    for file in sorted(source.iterdir()):
        if not (target / file.name).exists():
            move_file(file, target / file.name)
    sync_folder(target)


def write_file(path: Path, content: bytes) -> None:
    with _written(path) as file:
        file.write(content)


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(descriptor)


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True, timeout=30)
