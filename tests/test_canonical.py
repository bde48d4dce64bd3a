"""One value, one spelling: held against the rfc8785 package, and every other spelling refused with its place."""

from __future__ import annotations

import json
from typing import Any
from unicodedata import normalize

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ledger.canonical import DEEPEST, LARGEST_INTEGER, NotCanonical, decode, encode, load

TEXT = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(max_codepoint=0x20), max_size=6),
    st.text(st.characters(min_codepoint=0x10000, max_codepoint=0x10FFFF), max_size=4),
    st.text(st.sampled_from("\"\\/\b\f\n\r\t\x00\x1f\x7f\x80\u2028\u2029\ufeff\uffff<>&'"), max_size=8),
).map(lambda text: normalize("NFC", text))
KEYS = st.text(st.characters(max_codepoint=0x7F), max_size=6)
LEAVES = TEXT | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
ALLOWED: SearchStrategy[Any] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@settings(max_examples=400, deadline=None)
@given(ALLOWED)
def test_the_spelling_is_that_of_rfc_8785(value: Any) -> None:
    raw = encode(value)
    assert raw == rfc8785.dumps(value)
    assert decode(raw) == value
    assert encode(decode(raw)) == raw


@settings(max_examples=300, deadline=None)
@given(ALLOWED, st.data())
def test_bytes_that_are_read_are_in_their_one_spelling(value: Any, data: st.DataObject) -> None:
    raw = encode(value)
    at = data.draw(st.integers(0, len(raw)))
    changed = raw[:at] + data.draw(st.binary(max_size=2)) + raw[at + data.draw(st.integers(0, 2)) :]
    try:
        read = decode(changed)
    except NotCanonical:
        return
    assert encode(read) == rfc8785.dumps(read) == changed


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_with_one_kind_of_error(raw: bytes) -> None:
    try:
        read = decode(raw)
    except NotCanonical:
        return
    assert encode(read) == raw


def deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


REFUSED_BYTES: dict[str, tuple[bytes, str | None]] = {
    "nothing": (b"", None),
    "two values": (b"1 2", None),
    "a byte order mark": (b"\xef\xbb\xbf{}", None),
    "UTF-16": ('{"a":1}'.encode("utf-16-le"), None),
    "overlong UTF-8": (b'"\xc0\x80"', None),
    "a surrogate in UTF-8": (b'"\xed\xa0\x80"', None),
    "white space before": (b" {}", None),
    "white space after": (b"{}\n", None),
    "white space inside": (b'{"a": 1}', None),
    "keys in another order": (b'{"b":1,"a":2}', None),
    "a duplicate key": (b'{"a":1,"a":1}', "a"),
    "a duplicate key, spelled otherwise": (b'{"a":1,"\\u0061":1}', "a"),
    "a needless escape": (b'"\\u0041"', None),
    "an escaped slash": (b'"\\/"', None),
    "a long escape of a line feed": (b'"\\u000a"', None),
    "upper-case hex in an escape": (b'"\\u001F"', None),
    "an escaped astral character": (b'"\\ud83d\\ude00"', None),
    "a raw control character": (b'"\x01"', None),
    "null": (b"null", "$"),
    "null in an object": (b'{"a":{"b":null}}', "$.a.b"),
    "null in an array": (b'{"a":[1,null]}', "$.a[1]"),
    "a float": (b'{"a":1.5}', "$.a"),
    "an integral float": (b'{"a":1.0}', "$.a"),
    "an exponent": (b'{"a":1e2}', "$.a"),
    "minus zero": (b'{"a":-0}', None),
    "minus zero, as a float": (b'{"a":-0.0}', "$.a"),
    "a leading zero": (b'{"a":01}', None),
    "a leading plus": (b'{"a":+1}', None),
    "NaN": (b'{"a":NaN}', None),
    "Infinity": (b'{"a":-Infinity}', None),
    "2^53": (b'{"a":9007199254740992}', "$.a"),
    "minus 2^53": (b'{"a":[-9007199254740992]}', "$.a[0]"),
    "an endless integer": (b'{"a":' + b"9" * 5000 + b"}", None),
    "text that is not NFC": ('{"a":"e\u0301"}'.encode(), "$.a"),
    "a lone surrogate": (b'{"a":"\\ud800"}', "$.a"),
    "a low surrogate": (b'{"a":"\\udc00"}', "$.a"),
    "a key that is not ASCII": ('{"\u00e9":1}'.encode(), "$"),
    "too deep": (b"[" * (DEEPEST + 1) + b"1" + b"]" * (DEEPEST + 1), "$" + "[0]" * (DEEPEST + 1)),
    "far too deep": (b"[" * 100_000, None),
    "a comment": (b'{"a":1}//', None),
    "a last comma": (b'{"a":1,}', None),
    "single quotes": (b"{'a':1}", None),
}


@pytest.mark.parametrize("fault", REFUSED_BYTES)
def test_other_bytes_are_refused_with_their_place(fault: str) -> None:
    raw, field = REFUSED_BYTES[fault]
    with pytest.raises(NotCanonical) as refused:
        decode(raw)
    assert refused.value.where.get("field") == field
    assert refused.value.code == "canonical.refused"
    assert not refused.value.message.endswith(".")


REFUSED_VALUES: dict[str, tuple[Any, str]] = {
    "None": (None, "$"),
    "a float": ({"a": [0.5]}, "$.a[0]"),
    "2^53": ({"a": 2**53}, "$.a"),
    "bytes": ({"a": b"x"}, "$.a"),
    "a set": ({"a": {1}}, "$.a"),
    "a number as key": ({1: "a"}, "$"),
    "a key that is not ASCII": ({"a": {"\u00e9": 1}}, "$.a"),
    "text that is not NFC": (["e\u0301"], "$[0]"),
    "a lone surrogate": (["x", "\ud800"], "$[1]"),
    "too deep": (deep(DEEPEST + 1), "$" + "[0]" * (DEEPEST + 1)),
}


@pytest.mark.parametrize("fault", REFUSED_VALUES)
def test_a_value_without_a_spelling_is_not_written(fault: str) -> None:
    value, field = REFUSED_VALUES[fault]
    with pytest.raises(NotCanonical) as refused:
        encode(value)
    assert refused.value.where["field"] == field


@pytest.mark.parametrize("value", [LARGEST_INTEGER, -LARGEST_INTEGER, 0, "", [], {}, deep(DEEPEST), "\U0001f600\u00e9"])
def test_the_last_values_that_are_allowed_come_back(value: Any) -> None:
    assert decode(encode(value)) == value


def test_a_file_that_people_write_may_be_spelled_freely() -> None:
    text = b'{\n  "b": "\\u00e9",\n  "a": 1\n}\n'
    assert load(text) == json.loads(text) == {"a": 1, "b": "\u00e9"}
    with pytest.raises(NotCanonical, match="occurs twice"):
        load(b'{"a": 1, "a": 2}')
