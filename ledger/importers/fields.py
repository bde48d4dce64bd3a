"""Fields of records that differ from product to product only by their names.

Keys are in lower case here: some pipelines lower them, and others do not. A field that is absent, null or blank is
the same to us.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ledger.canonical import encode_fast
from ledger.chain.hashing import sha256
from ledger.importers.actors import CONTROL
from ledger.importers.duplicate_keys import check_keys
from ledger.importers.importer import Outcome, Unreadable
from ledger.importers.times import NotATime, of_number, utc

LARGEST_COUNT = 2**53 - 1
LONGEST_ID = 200

_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?", re.ASCII)
_DIGITS = re.compile(r"[0-9]{9,19}", re.ASCII)


def lowered(value: Any) -> dict[str, Any]:
    """An object with its keys in lower case. Raises Unreadable if it is none, or if two keys become one."""
    if not isinstance(value, dict):
        raise Unreadable("not-an-object", "JSON, but not an object")
    found = dict(zip(_in_lower_case(tuple(value)), value.values(), strict=True))
    if len(found) != len(value):
        raise Unreadable("ambiguous", "one key in two spellings")
    return found


def by_column(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """A row's cells by their columns, as many of both, without the empty ones.

    Raises Unreadable if two columns of one name say two things.
    """
    found: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=True):
        if cell and name and found.setdefault(name, cell) != cell:
            raise Unreadable("ambiguous", "two columns of one name say two things: give one another name")
    return found


@lru_cache(maxsize=1024)
def _in_lower_case(keys: tuple[str, ...]) -> tuple[str, ...]:
    """A log has few sets of keys and many records."""
    return tuple(map(str.lower, keys))


def text(data: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that says something, as text without spaces at its ends; else nothing."""
    for name in names:
        value = data.get(name)
        if isinstance(value, str):
            if value := value.strip():
                return value
        elif isinstance(value, int | float):
            return str(value).lower()
    return ""


def part(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """An object inside, also one written as text; empty where there is none. Raises Unreadable as `lowered` does."""
    for name in names:
        value = data.get(name)
        if isinstance(value, str) and value.lstrip().startswith("{"):
            try:
                written, value = value, msgspec.json.decode(value)
            except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
                continue
            check_keys(written, value)
        if isinstance(value, dict):
            return lowered(value)
    return {}


def whole(value: Any) -> int | None:
    """A count, also one written as text; None for anything else."""
    if isinstance(value, str):
        value = value.strip()
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    elif isinstance(value, float):
        value = int(value) if value.is_integer() and abs(value) <= LARGEST_COUNT else None
    counts = isinstance(value, int) and not isinstance(value, bool)
    return value if counts and 0 <= value <= LARGEST_COUNT else None


def moment(data: Mapping[str, Any], *names: str) -> str:
    """When it happened, by the first of these fields that is there. Raises Unreadable."""
    for name in names:
        value = data.get(name)
        if value is None or value == "":
            continue
        try:
            if isinstance(value, str):
                value = value.strip()
                return of_number(int(value)) if _DIGITS.fullmatch(value) else utc(value)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return of_number(value)
        except (NotATime, OverflowError, ValueError, OSError) as error:
            reason = str(error) if isinstance(error, NotATime) else "a time that no calendar has"
            raise Unreadable("no-time", reason) from error
        raise Unreadable("no-time", "a time in no known spelling")
    raise Unreadable("no-time", "no time")


def own_id(data: Mapping[str, Any], *names: str) -> str | None:
    """The source's own id, a GUID in lower case without braces; None where it has none. Raises Unreadable."""
    found = text(data, *names)
    if not found:
        return None
    if len(found) > LONGEST_ID or CONTROL.search(found):
        raise Unreadable("no-id", "an id that is no identifier")
    guid = _GUID.fullmatch(found)
    return guid[1].lower() if guid else found


def content_of(data: Any) -> bytes:
    """The spelling of everything in a record, the same for the same values in any order. Raises Unreadable."""
    try:
        return encode_fast(data)
    except (RecursionError, OverflowError, UnicodeEncodeError) as error:
        raise Unreadable("too-deep", "nested too deep, or a value that has no spelling") from error


def by_content(content: bytes) -> str:
    """The id of a record that has none: what it says. It is known again only where it says exactly the same."""
    return f"={sha256(content).hex()}"


def of_status(code: int | None) -> Outcome | None:
    """What an HTTP status says: 2xx, 3xx are ok, 401 and 403 a refusal, other 4xx and 5xx a failure."""
    if code is None or not 100 <= code < 600:
        return None
    if code < 400:
        return "ok"
    return "denied" if code in (401, 403, 407, 511) else "failed"


def path_of(address: str, depth: int) -> str | None:
    """Host and the first parts of the path of an address: never its query, where signatures are."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    names = [name for name in parts.path.split("/") if name][:depth]
    return "/".join([host, *names]).strip("/") or None
