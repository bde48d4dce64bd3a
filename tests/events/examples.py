"""Every type's example, made whole with envelope fields."""

from __future__ import annotations

from typing import Any

from ledger.events.base import MemberEvent, ProtocolEvent, SignedEvent
from ledger.events.catalogue import EventType, types

ENVELOPE = frozenset({
    "author", "happened_at", "id", "type", "protocol", "key", "stated_at", "batch", "corrects", "evidence",
    "on_behalf_of", "related",
})  # fmt: skip
NAMES = sorted(types())


def envelope(about: EventType) -> dict[str, Any]:
    found: dict[str, Any] = {"author": "TBT", "happened_at": "2022-05-30T08:15:00Z", "id": "6f" * 16}
    if issubclass(about.cls, SignedEvent):
        found |= {"key": "fe" * 32, "stated_at": "2022-05-30T09:00:00Z"}
    if issubclass(about.cls, ProtocolEvent | MemberEvent):
        found |= {"protocol": "vlaio-fio-tbt-2021"}
    return found


def example(name: str, **changes: Any) -> dict[str, Any]:
    about = types()[name]
    whole = {"type": about.tag, **envelope(about), **about.cls.example, **changes}
    return {field: value for field, value in whole.items() if value is not None}


__all__ = ["ENVELOPE", "NAMES", "example"]
