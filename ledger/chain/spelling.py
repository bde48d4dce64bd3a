"""The one spelling of numbers and bytes in signed text.

`int()` takes " 42", "4_2", "+42" and Arabic digits, `b64decode()` skips junk and forgives loose padding bits. Signed
bytes get no forgiveness, so every number and every base64 in this package comes in here.
"""

from __future__ import annotations

import base64
import re

LARGEST = 2**63 - 1
"""The largest size, index or time: what C2SP implementations hold in a signed 64-bit integer."""

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def parse_decimal(text: str) -> int:
    """An ASCII decimal without sign or leading zero, at most 2^63 - 1; ValueError otherwise."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text[:24]!r} is not a plain decimal number")
    number = int(text)
    if number > LARGEST:
        raise ValueError(f"{text} is larger than 2^63 - 1")
    return number


def parse_base64(text: str) -> bytes:
    """Standard base64 with its padding (RFC 4648 section 4), in the one spelling of its bytes; ValueError otherwise."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError("not standard base64") from error
    if dump_base64(raw) != text:
        raise ValueError("base64 in another spelling than its own")
    return raw


def dump_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
