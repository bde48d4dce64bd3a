"""Event bytes come in through one strict door, in one spelling, and what is refused is refused with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.entry import LARGEST_EVENT
from ledger.errors import InputRejected
from ledger.events.base import Event
from ledger.events.catalogue import types
from ledger.events.codec import MalformedEvent, UnknownType, built, decoded, decoded_again, decoded_fast, encoded
from tests.events.examples import NAMES, example

RAW = encoded(built(example("party-withdrew")))
SEALED = encoded(built(example("party-withdrew", reason={"sealed": "37" * 32})))


def spelled(**changes: Any) -> bytes:
    """The bytes of the withdrawal with some fields changed, sorted and without white space, right or wrong."""
    whole = json.loads(RAW) | changes
    whole = {field: value for field, value in whole.items() if value is not ...}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


MALFORMED: dict[str, tuple[bytes, str | None]] = {
    "not JSON": (RAW[:-1], None),
    "not UTF-8": (RAW.replace(b"TBT", b"T\xffT"), None),
    "an array": (b"[]", "$.type"),
    "no type": (spelled(type=...), "$.type"),
    "an unknown type": (spelled(type="party-vanished/1"), "$.type"),
    "a type without version": (spelled(type="party-withdrew"), "$.type"),
    "a version to come": (spelled(type="party-withdrew/2"), "$.type"),
    "an unknown field": (spelled(mood="sad"), "$"),
    "a field of another type": (spelled(to=["VLAIO"]), "$"),
    "an envelope field of the entry": (spelled(position=4), "$"),
    "a field that is missing": (spelled(party=...), "$"),
    "a duplicate key": (RAW.replace(b'{"author":"TBT",', b'{"author":"TBT","author":"TBT",'), "author"),
    "a duplicate key, inside": (SEALED.replace(b'{"sealed":', b'{"sealed":"%s","sealed":' % (b"37" * 32)), "sealed"),
    "white space": (RAW.replace(b'":"', b'": "', 1), None),
    "a line end": (RAW + b"\n", None),
    "another order": (b'{"type":"party-withdrew/1",' + RAW[1:].replace(b',"type":"party-withdrew/1"', b""), None),
    "another escape": (RAW.replace(b"TBT", b"\\u0054BT", 1), None),
    "an escaped slash": (RAW.replace(b"withdrew/1", b"withdrew\\/1"), None),
    "a byte order mark": (b"\xef\xbb\xbf" + RAW, None),
    "null": (spelled(effective_at=None), "$.effective_at"),
    "null, inside": (spelled(reason={"sealed": None}), "$.reason.sealed"),
    "a float": (spelled(effective_at=1.5), "$.effective_at"),
    "an integral float": (RAW.replace(b'"effective_at":"2022-05-31"', b'"effective_at":1.0'), "$.effective_at"),
    "NaN": (RAW.replace(b'"effective_at":"2022-05-31"', b'"effective_at":NaN'), None),
    "an over-long integer": (spelled(effective_at=2**53), "$.effective_at"),
    "an endless integer": (RAW.replace(b'"effective_at":"2022-05-31"', b'"effective_at":' + b"9" * 5000), None),
    "text that is not NFC": (spelled(effective_at="e\u0301"), "$.effective_at"),
    "a lone surrogate": (RAW.replace(b'"party":"TBT"', b'"party":"\\ud800"'), "$.party"),
    "a lone surrogate, raw": (RAW.replace(b'"party":"TBT"', b'"party":"\xed\xa0\x80"'), None),
    "a key that is not ASCII": (spelled(**{"na\u00efef": "x"}), "$"),
    "a number for a text": (spelled(party=7), "$.party"),
    "a party that is no id": (spelled(party="T B T"), "$.party"),
    "a party with a line end": (spelled(party="TBT\n"), "$.party"),
    "an upper-case digest": (spelled(key="FE" * 32), "$.key"),
    "a short digest": (spelled(key="fe" * 31), "$.key"),
    "a day that no calendar has": (spelled(effective_at="2022-02-30"), "$.effective_at"),
    "a time on a day that no calendar has": (spelled(happened_at="2022-02-30T10:00:00Z"), "$.happened_at"),
    "a moment with an offset": (spelled(effective_at="2022-05-31T10:00:00+02:00"), "$.effective_at"),
    "a fraction that ends in zero": (spelled(effective_at="2022-05-31T10:00:00.10Z"), "$.effective_at"),
    "hour 24": (spelled(effective_at="2022-05-31T24:00:00Z"), "$.effective_at"),
    "a leap second": (spelled(effective_at="2016-12-31T23:59:60Z"), "$.effective_at"),
    "free text in clear": (spelled(reason="moved to another house"), "$.reason"),
    "an unknown field in a sealed part": (spelled(reason={"sealed": "37" * 32, "text": "x"}), "$.reason"),
    "evidence of an unknown strength": (spelled(evidence=[{"strength": "rumour"}]), "$.evidence[0].strength"),
    "arrays in arrays in arrays": (RAW[:-1] + b',"z":' + b"[" * 5000 + b"]" * 5000 + b"}", None),
    "over 64,000 bytes": (spelled(related=["6f" * 16] * 2000), None),
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_malformed_bytes_are_refused_with_their_place(fault: str) -> None:
    raw, field = MALFORMED[fault]
    with pytest.raises(MalformedEvent) as refused:
        decoded(raw)
    assert refused.value.where.get("field") == field
    assert refused.value.exit == 5
    assert refused.value.code.startswith("event.")
    assert not refused.value.message.endswith(".")
    assert told(lambda: decoded_again(raw, "party-withdrew/1")) == told(lambda: decoded(raw))


def test_a_day_that_no_calendar_has_is_named_as_the_field_is_written() -> None:
    for name, field in (("party-withdrew", "effective_at"), ("interpretation-chosen", "from")):
        with pytest.raises(MalformedEvent, match=r"2022-02-30: day is out of range for month$") as refused:
            built(example(name, **{field: "2022-02-30"}))
        assert refused.value.where["field"] == f"$.{field}"


def test_the_untouched_event_is_read() -> None:
    """So that the table above refuses for the fault it names, and not for another."""
    assert encoded(decoded(RAW)) == RAW
    assert encoded(decoded(SEALED)) == SEALED
    assert spelled() == RAW


@pytest.mark.parametrize("name", NAMES)
def test_an_explicit_null_is_refused_in_every_field_that_may_be_absent(name: str) -> None:
    for field, about in types()[name].fields.items():
        if not about.required:
            with pytest.raises(MalformedEvent) as refused:
                built(example(name) | {field: None})
            assert refused.value.where["field"] == f"$.{field}"


@pytest.mark.parametrize("name", NAMES)
def test_no_text_may_end_in_a_line_feed(name: str) -> None:
    """Python's `$` matches before one: each pattern has to say that it does not mean that."""
    for field, value in example(name).items():
        if isinstance(value, str):
            with pytest.raises(MalformedEvent):
                built(example(name, **{field: value + "\n"}))


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_list_is_no_second_spelling_of_absence(name: str) -> None:
    for field, about in types()[name].fields.items():
        if about.kind == "list" and field not in EMPTY_MEANS_SOMETHING:
            with pytest.raises(MalformedEvent):
                built(example(name, **{field: []}))


EMPTY_MEANS_SOMETHING = {"processors"}


def test_an_unknown_type_is_told_apart_and_what_is_near_is_named() -> None:
    with pytest.raises(UnknownType) as refused:
        decoded(spelled(type="party-withdraw/1"))
    assert refused.value.code == "event.unknown-type"
    assert "party-withdrew" in refused.value.hint


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("holding-registered", {"dataset": "café"}, "expected a word of letters, digits and . _ : / + -, without"),
        ("holding-registered", {"happened_at": "31/05/2022"}, "expected a date, or a time in UTC: 2022-05-31, 2022-"),
        ("holding-registered", {"rows": "x"}, "expected a whole number, got text"),
        ("incident-detected", {"leak": "yes"}, "expected true or false, got text"),
        ("deletion-performed", {"datasets": []}, "expected a list with something in it"),
        ("holding-registered", {"origin": "De stad"}, "expected a party's id: letters, digits, - and _"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_in_words_of_who_writes_one(name: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(MalformedEvent) as refused:
        built(example(name, **changes))
    assert refused.value.message.startswith(said)
    assert refused.value.where["field"] == f"$.{next(iter(changes))}"


@pytest.mark.parametrize("wrong", ["\N{BULLET} ", -1, True, [], ["\N{BULLET}"], {}, [[]], 0.5])
def test_no_value_is_told_as_a_kind_of_python_or_a_regular_expression(wrong: Any) -> None:
    said = [told for name in NAMES for field in types()[name].fields if (told := refusal(name, field, wrong))]
    assert len(said) > len(NAMES)
    assert [each for each in said if re.search("regex|`(str|int|bool|array|object|float)`", each)] == []


def refusal(name: str, field: str, value: Any) -> str:
    try:
        built(example(name, **{field: value}))
    except MalformedEvent as refused:
        return refused.message
    return ""


def test_a_word_that_is_not_on_a_list_is_told_with_the_list() -> None:
    with pytest.raises(MalformedEvent) as refused:
        built(example("deletion-performed", method="wrong"))
    assert refused.value.message == "invalid enum value 'wrong'"
    assert refused.value.hint.startswith("one of ")
    assert "soft-delete" in refused.value.hint


def test_an_event_of_exactly_64_000_bytes_is_read() -> None:
    ids = [f"{number:032x}" for number in range((LARGEST_EVENT - len(RAW)) // 35)]
    room = LARGEST_EVENT - len(spelled(related=ids))
    raw = spelled(related=ids, effective_at="2022-05-31T10:00:00Z") if room >= 10 else spelled(related=ids)
    while len(raw) > LARGEST_EVENT:
        raw = spelled(related=ids[: len(ids) - 1])
    assert LARGEST_EVENT - 40 < len(raw) <= LARGEST_EVENT
    assert encoded(decoded(raw)) == raw


def test_values_that_are_no_event_are_not_written() -> None:
    event = built(example("party-withdrew"))
    too_many = tuple(f"{number:032x}" for number in range(2000))
    large = type(event)(**{field: getattr(event, field) for field in event.__struct_fields__} | {"related": too_many})
    with pytest.raises(MalformedEvent, match="64,000"):
        encoded(large)


def told(read: Callable[[], Event]) -> object:
    """The event, or what is said of it."""
    try:
        return read()
    except InputRejected as error:
        return type(error), error.message, error.hint, error.where


def read(raw: bytes) -> Event | None:
    """The event, if it is one; the quick way says the same, whatever type stands beside it."""
    found = told(lambda: decoded(raw))
    for tag in ("party-withdrew/1", "none/1", found.type if isinstance(found, Event) else "access-used/1"):
        assert told(lambda: decoded_again(raw, tag)) == found  # noqa: B023 - called at once
    return found if isinstance(found, Event) else None


CANONICAL = [encoded(built(example(name))) for name in NAMES]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CANONICAL), st.data())
def test_whatever_is_read_has_one_spelling(raw: bytes, data: st.DataObject) -> None:
    """Any change of bytes is refused, or is another event in its own one spelling."""
    at = data.draw(st.integers(0, len(raw) - 1))
    cut = data.draw(st.integers(0, 3))
    changed = raw[:at] + data.draw(st.binary(max_size=3)) + raw[at + cut :]
    event = read(changed)
    if event is not None:
        assert encoded(event) == changed
        assert (event == decoded(raw)) == (changed == raw)


def json_values() -> st.SearchStrategy[Any]:
    leaf = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=8)
    return st.recursive(leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_any_value_in_any_field_is_refused_or_comes_back(name: str, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(types()[name].fields)))
    raw = json.dumps(example(name) | {field: data.draw(json_values())}, sort_keys=True, separators=(",", ":"))
    event = read(raw.encode())
    if event is not None:
        assert encoded(event) == raw.encode()
        assert decoded_fast(raw.encode()) == event


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused_and_nothing_else(raw: bytes) -> None:
    assert read(raw) is None
