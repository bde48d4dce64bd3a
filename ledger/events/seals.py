"""Register `ledger/seals`: what every stream's head was."""

from __future__ import annotations

from typing import ClassVar

from ledger.events.base import LedgerEvent
from ledger.events.fields import Count, Hash


class StreamsSealed(LedgerEvent, frozen=True, kw_only=True, tag="streams-sealed/1"):
    """The heads of all streams, before this entry.

    `root` is RFC 6962 over the sorted lines `<stream> <version> <leaf of its last entry in hex>`, one leaf a line and
    without line end; `streams` counts them. A checkpoint of this entry's position follows in the same transaction.
    """

    register: ClassVar[str] = "seals"
    example: ClassVar = {"streams": 12, "root": "6a" * 32}

    streams: Count
    root: Hash
