"""Whose uses they say they are, by their bytes: members that say so as the one before them are not read one by one."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.canonical import encode_fast
from ledger.verification.events import Claim


def pieces(claim: Claim) -> tuple[bytes, bytes]:
    """How author and protocol stand in the bytes of a use, which has fields behind both."""
    author, protocol, _ = claim
    return b'"author":%s,' % encode_fast(author), b'"protocol":%s,' % encode_fast(protocol)


def others(events: Sequence[bytes], said: Sequence[bytes]) -> list[int]:
    """Which of these events (by number) lack one of these pieces: they are to be read.

    A piece that stands where it does in the first event, from its beginning or its end, is not searched for.
    """
    found: set[int] = set()
    for piece in said:
        size, first = len(piece), events[0]
        start, end = first.find(piece), len(first) - first.rfind(piece)
        found.update(
            at for at, event in enumerate(events)
            if event[start : start + size] != piece and event[-end : size - end] != piece and piece not in event
        )  # fmt: skip
    return sorted(found)
