"""Drafts: a file is made under a hidden name beside its place, and has its own name once it is whole.

    .NAME.0123456789abcdef    a draft of NAME; who makes it holds a lock on it

If we die on the way, or between the two names, the draft stays, and nobody holds its lock any more: it may be a second
name of a key that is to be destroyed. Who next makes NAME, or writes in the ledger beside it, removes it.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ENDING = re.compile(r"\.[0-9a-f]{16}", re.ASCII)
_OF_SQLITE = ("-wal", "-shm", "-journal")


PUBLIC = 0o666
"""The mode of what anybody may be shown: as the umask of who makes it leaves it."""


@contextmanager
def draft(path: Path, *, mode: int = 0o600) -> Iterator[Path]:
    """An empty file of this mode beside `path`, to be filled and then linked or renamed; gone afterwards.

    Drafts of `path` that dead processes left are removed first. Raises OSError where the folder cannot be written.
    """
    clear(path.parent, path.name)
    made, held = _made(path, mode)
    try:
        yield made
    finally:
        _remove(made)
        os.close(held)


def clear(folder: Path, *names: str, endings: tuple[str, ...] = ("",)) -> int:
    """Remove the drafts in a folder whose makers died: of files whose names begin and end so; how many there were.

    What cannot be removed, in a folder that can only be read, say, stays.
    """
    count = 0
    try:
        there = [each.name for each in os.scandir(folder) if each.name.startswith(".")]
    except OSError:
        return 0
    for name in there:
        of, ending = name[1:-17], name[-17:]
        if _ENDING.fullmatch(ending) and of.startswith(names or ("",)) and of.endswith(endings):
            count += _removed_if_left(folder / name)
    return count


def _made(path: Path, mode: int) -> tuple[Path, int]:
    while True:
        made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        held = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
        except OSError:
            return made, held  # no locks on this disk, so nobody takes it for left behind either
        if os.fstat(held).st_nlink:
            return made, held
        os.close(held)  # taken for left behind before we had our lock


def _removed_if_left(path: Path) -> bool:
    try:
        held = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(path)
    except OSError:  # its maker lives, or there are no locks on this disk
        return False
    finally:
        os.close(held)
    return True


def _remove(path: Path) -> None:
    for ending in ("", *_OF_SQLITE):
        path.with_name(path.name + ending).unlink(missing_ok=True)
