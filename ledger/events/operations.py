"""Register `ledger/operations`: what the operator did to the ledger itself."""

from __future__ import annotations

from typing import ClassVar

from ledger.events.base import LedgerEvent
from ledger.events.fields import ABSENT, Absent, Count, Sealed


class LedgerRestored(LedgerEvent, frozen=True, kw_only=True, tag="ledger-restored/1"):
    """The operator brought the ledger back from a backup.

    `size` is the number of entries that came back; `last_acknowledged` the size in the high-water mark, as far as it
    is known: entries between the two are lost here, and their authors hold the receipts.
    """

    register: ClassVar[str] = "operations"
    example: ClassVar = {"size": 41, "last_acknowledged": 42}

    size: Count
    last_acknowledged: Count | Absent = ABSENT
    cause: Sealed | Absent = ABSENT
