"""Sealed parts: what is said stays in the vault, the ledger holds a commitment to it.

The commitment is HMAC-SHA-256 under a random blind of 32 bytes, so that nobody can find the text by guessing, over
`ledger/sealed/v1` LF event id LF field LF the value as RFC 8785, so that it fits one place only. Erasing text and
blind leaves bytes that say nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from ledger.canonical import encode
from ledger.chain.hashing import keyed
from ledger.errors import InputRejected
from ledger.events.base import Event
from ledger.events.fields import Sealed

BLIND_BYTES = 32


class SealBroken(InputRejected):
    """Openings that do not fit the sealed parts they come with."""

    code = "sealed.broken"


class Opening(msgspec.Struct, frozen=True):
    """What a sealed part says, and the blind (32 bytes) that ties it to its commitment.

    `field` is the name of the event's field; of a list of sealed parts `name[0]`, `name[1]`, ...
    """

    field: str
    value: Any
    blind: bytes

    def __post_init__(self) -> None:
        if len(self.blind) != BLIND_BYTES:
            raise ValueError(f"a blind has {BLIND_BYTES} bytes")

    def commitment(self, event_id: str) -> str:
        """The hex that stands in the event. Raises NotCanonical for a value that has no spelling."""
        return commitment(self.blind, event_id, self.field, self.value)


def commitment(blind: bytes, event_id: str, field: str, value: Any) -> str:
    """HMAC-SHA-256 in hex, under the blind. Raises NotCanonical for a value that has no spelling."""
    message = b"\n".join([b"ledger/sealed/v1", event_id.encode(), field.encode(), encode(value)])
    return keyed(blind, message).hex()


def sealed_parts(event: Event) -> dict[str, Sealed]:
    """The sealed parts of an event, by the name that openings call them."""
    return dict(part for name in event.__struct_fields__ for part in _within(name, getattr(event, name)))


def fitting(event: Event, openings: Iterable[Opening]) -> Mapping[str, Opening]:
    """The opening of each sealed part that has one among these, by name; what fits nothing is left out."""
    parts = sealed_parts(event)
    return {each.field: each for each in openings if each.field in parts and _fits(each, event.id, parts[each.field])}


def opened(event: Event, openings: Iterable[Opening]) -> Mapping[str, Opening]:
    """The opening of every sealed part, by name.

    Raises SealBroken where a part has none that fits, or an opening fits no part.
    """
    given = list(openings)
    parts, found = sealed_parts(event), fitting(event, given)
    for name in parts:
        if name not in found:
            there = any(each.field == name for each in given)
            fact = "its opening gives another commitment" if there else "comes without its opening"
            raise SealBroken(f"the sealed part {name} {fact}", field=f"$.{name}", hint=_HINT)
    surplus = next((each.field for each in given if each.field not in parts), None)
    if surplus is not None or len(given) != len(found):
        raise SealBroken(
            f"an opening for {surplus}, which is no sealed part" if surplus else "a sealed part is opened twice",
            field=f"$.{surplus}" if surplus else "$", hint=_HINT,
        )  # fmt: skip
    return found


def _fits(opening: Opening, event_id: str, part: Sealed) -> bool:
    return hmac.compare_digest(opening.commitment(event_id), part.sealed)


def _within(name: str, value: Any) -> Iterator[tuple[str, Sealed]]:
    if isinstance(value, Sealed):
        yield name, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _within(f"{name}[{index}]", item)
    elif isinstance(value, msgspec.Struct):
        for inner in value.__struct_fields__:
            yield from _within(f"{name}.{inner}", getattr(value, inner))


_HINT = "sign the draft again: that seals each text and writes its opening"
