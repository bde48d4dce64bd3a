"""What is answered of events and uses that are in the ledger."""

from __future__ import annotations

from typing import NamedTuple


class Recorded(NamedTuple):
    """Where an event stands, and whether this call put it there."""

    position: int
    type: str
    id: str
    new: bool


class RecordedUse(NamedTuple):
    """Where a use stands, and the bytes of its event."""

    position: int
    event: bytes
