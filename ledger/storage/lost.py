"""A ledger that is not where it was, though what lies beside its place, or elsewhere, knows that it was there.

The marks say how far it reached, and so does the name of each time stamp. Policy, keys and vault say only that a ledger
was opened here. Where one of them is there, nobody is told to name another file, and no new ledger takes the old one's
place: under the old one's mark it would be refused for ever.
"""

from __future__ import annotations

import re
from contextlib import suppress

from ledger.clock import Clock, now
from ledger.errors import LedgerError, NotFound, VerificationFailed
from ledger.place import Place
from ledger.storage.faults import NoDatabase, NotALedger, StorageFailed
from ledger.storage.highwater import MalformedMark, Mark
from ledger.storage.marks import Marks
from ledger.storage.opening import open_store
from ledger.storage.store import Store

_STAMP = re.compile(r"([1-9][0-9]{0,15})(\.[0-9]+)?\.tsr", re.ASCII)
_LEAVE = "leave the files beside it: they say what is lost"


class Lost(VerificationFailed):
    """A ledger was here, with entries, and is no more."""

    code = "ledger.lost"


def open_there(place: Place, *, clock: Clock = now) -> Store:
    """Open a ledger, as `open_store` does. Raises Lost where there is none, and one is known to have been here."""
    try:
        return open_store(place.url, clock=clock)
    except (NotFound, NotALedger) as error:
        raise _told(place, error) from error


def reached(place: Place) -> int:
    """The last entry that a ledger at this place is known to have had; 0 where nothing is known of one."""
    marks = Marks.of(place)
    known = [int(found[1]) for found in map(_STAMP.fullmatch, _stamps(place)) if found]
    for read in (marks.read, marks.read_elsewhere):
        with suppress(StorageFailed, MalformedMark):  # what cannot be read knows nothing
            mark: Mark | None = read()
            known.append(mark.size if mark else 0)
    return max(known, default=0)


def _stamps(place: Place) -> list[str]:
    with suppress(OSError):
        return [path.name for path in place.beside(".stamps").iterdir()]
    return []


def _told(place: Place, error: LedgerError) -> LedgerError:
    served = isinstance(error, NoDatabase)
    again = f"{error.hint}; then: ledger restore" if served else "find the file, or a newer copy; else: ledger restore"
    if size := reached(place):
        gone = "there is no database" if served else "there is no file"
        what = gone if isinstance(error, NotFound) else "what is there is no ledger"
        return Lost(
            f"the ledger that reached entry {size} is gone: {what} at {place.shown}",
            hint=f"{again}. Make no new ledger here, and {_LEAVE}",
        )
    files = [path for path in (place.policy, place.keys, place.vault) if not isinstance(path, str) and path.exists()]
    if files:
        error.hint = f"a ledger was opened here, for {files[0]} is there: {again}. And {_LEAVE}"
    return error
