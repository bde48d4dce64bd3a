"""A demo that was stopped on its way holds a mark, and the next one in its folder begins again.

    DIR/.unfinished-demo    there while a demo is told; whoever tells it holds a lock on it

It is made where nothing of a ledger lies, so all that is there with it is the demo's, and goes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from ledger.errors import Conflict
from ledger.place import Place

MARK = ".unfinished-demo"


@contextmanager
def begun(place: Place) -> Iterator[None]:
    """Tell a demo at this place in here. Raises Conflict where there is something else, or another tells one."""
    folder = place.base.parent
    mark = folder / MARK
    held = os.open(mark, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(held, folder)
        if os.read(held, 1):
            _remove(place)
        else:
            _check_free(place, mark)
            os.write(held, b"demo\n")
        yield
        mark.unlink()
    finally:
        os.close(held)


def _lock(held: int, folder: Path) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.fstat(held).st_nlink:
            raise BlockingIOError  # it ended while we came: its mark is gone, and its ledger is whole
    except BlockingIOError as error:
        raise Conflict(
            f"another program is telling a demo in {folder}", hint="wait for it to end, or name another folder",
            code="demo.running",
        ) from error  # fmt: skip


def _there(place: Place) -> list[Path]:
    """What has the name of the ledger, or of a file beside it or a draft of one."""
    names = (f"{place.base.name}.", f".{place.base.name}.")
    return sorted(each for each in place.base.parent.iterdir() if each.name.startswith(names))


def _check_free(place: Place, mark: Path) -> None:
    there = _there(place)
    if not there:
        return
    mark.unlink()
    other = quote(f"{place.base.parent}-2")
    if Path(place.url) in there:
        raise Conflict(
            f"there is a ledger at {place.url}", code="ledger.exists",
            hint=f"look at it: ledger --ledger {quote(place.url)} verify; or make another demo: ledger demo {other}",
        )  # fmt: skip
    raise Conflict(
        f"{there[0]} is in the way", hint=f"move it away, or name another folder: ledger demo {other}",
        code="ledger.exists",
    )  # fmt: skip


def _remove(place: Place) -> None:
    for each in _there(place):
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()
