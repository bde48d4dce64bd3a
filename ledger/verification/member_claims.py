"""Whose uses they say they are, by their bytes: members that say so as the one before them are not read one by one."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.canonical import encode_fast
from ledger.verification.events import Claim

_BEHALF = b'"on_behalf_of":'


def pieces(claim: Claim) -> list[bytes]:
    """How author, protocol and whose behalf stand in the bytes of a use, which has fields behind all of them."""
    author, protocol, behalf = claim
    said = [b'"author":%s,' % encode_fast(author), b'"protocol":%s,' % encode_fast(protocol)]
    return [*said, _BEHALF + encode_fast(behalf) + b","] if behalf else said


def others(events: Sequence[bytes], said: Sequence[bytes]) -> list[int]:
    """Which of these events (by number) lack one of these pieces, or name a behalf that is none: they are to be read.

    A piece that stands where it does in the first event, from its beginning or its end, is not searched for.
    """
    found: set[int] = set()
    for piece in said:
        start, size, count = events[0].find(piece), len(piece), len(events)
        if [event[start : start + size] for event in events].count(piece) < count:
            end = len(events[0]) - events[0].rfind(piece)
            found.update(
                at for at, event in enumerate(events) if event[-end : size - end] != piece and piece not in event
            )
    silent = not any(piece.startswith(_BEHALF) for piece in said)
    if silent and _BEHALF in b"".join(events):  # one long search takes a third of many short ones
        found.update(at for at, event in enumerate(events) if _BEHALF in event)
    return sorted(found)
