"""Objects that have one key twice: a parser keeps the last value, and which one the product meant nobody knows.

What was parsed is spelled again. Most products spell as we do: then it is what stood there. Else colons are counted: it
has all that its text had, and one more for each that stood there as an escape, but a key that was dropped took its own
along. Only where some are lacking is the text read again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from ledger.importers.importer import Unreadable

_spelled = msgspec.json.Encoder().encode


def check_keys(raw: bytes | str, value: Any) -> None:
    """Raises Unreadable if an object in this JSON text, which says `value`, has one key twice."""
    text = raw if isinstance(raw, bytes) else raw.encode()
    try:
        if (spelled := _spelled(value)) == text:
            return
        written = text.count(b":") + text.count(b"\\u003a") + text.count(b"\\u003A")
        if written > spelled.count(b":"):
            json.loads(text, object_pairs_hook=_once, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise Unreadable("too-deep", "nested too deep") from error


def _once(pairs: Sequence[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise Unreadable("ambiguous", "one key twice")
