"""RFC 8785 JSON for what the ledger stores: one value, one spelling.

- Values are strings (NFC), booleans, integers whose size is below 2^53, arrays and objects with ASCII keys.
- No floats, no null: what is not there is absent.
- `decode` accepts exactly the bytes that `encode` gives, so `encode(decode(raw)) == raw` or it is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unicodedata import is_normalized

import msgspec

from ledger.errors import InputRejected

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32

# Within the values above this gives the same bytes as the rfc8785 package; a property test holds it to that.
encode_fast = msgspec.json.Encoder(order="sorted").encode


class NotCanonical(InputRejected):
    """These bytes, or this value, have no or another spelling in the ledger's JSON."""

    code = "canonical.refused"


def encode(value: Any) -> bytes:
    """The one spelling of a value. Raises NotCanonical, with the field's path, for a value that has none."""
    for path, fault in _faults(value, "$", 0):
        raise NotCanonical(fault, field=path)
    return encode_fast(value)


def decode(raw: bytes) -> Any:
    """Read the one spelling of a value.

    Raises NotCanonical for anything else: a duplicate key, null, a float, a long integer, text that is not NFC, a lone
    surrogate, white space, another escape or key order. `field` in its `where` is the path of the fault.
    """
    value = load(raw)
    if encode_fast(value) != raw:
        raise NotCanonical("not in its canonical spelling", hint="sort keys by code point, no white space (RFC 8785)")
    return value


def load(raw: bytes) -> Any:
    """Read JSON in any spelling (white space, key order, escapes), with the same values allowed as in `decode`."""
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise NotCanonical(f"not UTF-8 at byte {error.start}", hint="save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        raise NotCanonical(f"not JSON at character {error.pos + 1}: {error.msg.lower()}") from error
    except (RecursionError, ValueError) as error:
        raise NotCanonical("not JSON: nested too deep, or a number too long") from error
    for path, fault in _faults(value, "$", 0):
        raise NotCanonical(fault, field=path)
    return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotCanonical(f"the key {twice!r} occurs twice", field=twice)
    return found


def _refuse_constant(name: str) -> Any:
    raise NotCanonical(f"{name} is not a value of JSON")


def _faults(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield (path, fact) for every part that the ledger's JSON does not have."""
    if depth > DEEPEST:
        yield path, f"nested deeper than {DEEPEST}"
    elif isinstance(value, str):
        if fault := _text_fault(value):
            yield path, fault
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            yield path, "an integer of 2^53 or more"
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _faults(item, f"{path}[{index}]", depth + 1)
    elif isinstance(value, dict):
        yield from _object_faults(value, path, depth)
    else:
        yield path, "null is not used: leave the field out" if value is None else "only text, true, false and integers"


def _object_faults(value: dict[Any, Any], path: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, item in value.items():
        if not isinstance(name, str) or not name.isascii():
            yield path, f"the key {name!r} is not ASCII"
        yield from _faults(item, f"{path}.{name}", depth + 1)


def _text_fault(text: str) -> str:
    if text.isascii():
        return ""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "a lone surrogate"
    return "" if is_normalized("NFC", text) else "text that is not in Unicode form NFC"
