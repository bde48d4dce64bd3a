"""A demo that was stopped on its way holds a mark, and the next one in its folder begins again.

    DIR/.unfinished-demo    there while a demo is told; whoever tells it holds a lock on it

It is made where nothing of a ledger lies. But it is hidden, and somebody may have gone on beside it: so what goes is a
ledger by the demo's own name, and the files that such a ledger has.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from cli.demo.telling import ORIGIN
from ledger.chain.entry import event_of
from ledger.errors import Conflict
from ledger.events.codec import decoded_fast
from ledger.events.keys import LedgerOpened
from ledger.place import Place
from ledger.storage.opening import open_store

MARK = ".unfinished-demo"
_ENDING = re.compile(r"\.(db|vault|vault\.key|views|head|keys|policy|stamps|sources)(-wal|-shm|-journal)?")


@contextmanager
def begun(place: Place) -> Iterator[None]:
    """Tell a demo at this place in here. Raises Conflict where there is something else, or another tells one."""
    folder = place.base.parent
    mark = folder / MARK
    held = os.open(mark, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(held, folder)
        if os.read(held, 1) and _is_demos(place):
            _remove(place)
        _check_free(place, mark)
        os.pwrite(held, b"demo\n", 0)
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


def _is_demos(place: Place) -> bool:
    """Whether no other ledger was made here meanwhile: of a demo, not even the first entry may be there yet."""
    path = Path(place.url)
    if not path.exists():
        return True
    with open_store(path) as store:
        opened = decoded_fast(event_of(store.entry(1))) if store.size() else None
    return opened is None or (isinstance(opened, LedgerOpened) and opened.origin == ORIGIN)


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
    drafts = f".{place.base.name}."
    for each in _there(place):
        if not each.name.startswith(drafts) and not _ENDING.fullmatch(each.name.removeprefix(place.base.name)):
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()
