"""Opening a ledger to answer from it: nothing is answered from less than the ledger was known to hold.

Cheap whatever the ledger's size: the head, the high-water mark and the last checkpoint's root are compared. That each
entry follows from the one before is seen while they are read; signatures and seals are `ledger verify`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from ledger.place import Place
from ledger.storage.faults import StorageFailed
from ledger.storage.highwater import HighWater, Mark, check
from ledger.storage.lost import open_there
from ledger.storage.marks import Marks
from ledger.storage.store import Store
from ledger.verification.last_checkpoint import check_last_checkpoint


def open_whole(place: Place, tell: Callable[[str], None] = lambda unreached: None) -> Store:
    """The ledger, to read; neither vault nor keys are touched. `tell` is told of a mark that could not be asked.

    Raises RolledBack or BesideTheMark where it ends before its mark or checkpoint, or has another entry there;
    OtherRoot where it is not what its last checkpoint was signed over; Damaged where rows lie outside of what its head
    counts; what `open_there` raises.
    """
    # Read before the ledger: whoever appends meanwhile moves the ledger first and the mark after it.
    mark = _mark(place)
    store = open_there(place)
    try:
        _check(store, mark)
        marks = Marks.of(place)
        marks.check_elsewhere(store)
        if marks.unreached:
            tell(marks.unreached)
    except BaseException:
        store.close()
        raise
    return store


def _mark(place: Place) -> Mark | None:
    with suppress(StorageFailed):  # a mark that this reader may not open is not checked
        return HighWater(place.head).read()
    return None


def _check(store: Store, mark: Mark | None) -> None:
    store.checked_size()
    if mark is not None:
        check(mark, store)
    check_last_checkpoint(store)
