"""The quick way to read members takes exactly what the strict door takes, and says the same of it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events.base import MemberEvent
from ledger.events.catalogue import types
from ledger.events.codec import MalformedEvent, decoded
from ledger.events.members import MemberReader
from ledger.events.usage import AccessUsed
from tests.events.examples import example

LEAST = example("access-used")
MOST = LEAST | {
    "corrects": "1a" * 16, "related": ["2b" * 16, "3c" * 16], "on_behalf_of": ["SERV"], "acting_for": "VLAIO",
    "dataset": "steun/2022", "object_class": "list-item", "network": "internal", "items": 12, "factors": "two",
    "employed_by": "TBT", "function": "dossier:read", "shared_with": "outside",
}  # fmt: skip
READER = MemberReader(AccessUsed)

MOMENTS = [
    "2022-05-30", "2022-05-30T08:15:00Z", "2022-05-30T08:15:00.25Z", "2022-05-30T08:15:00.250Z", "2022-05-30T24:00:00Z",
    "2022-05-30T08:15:00", "2022-05-30T08:15:00Z\n", "2022-05-30\n", "2022-05-30 08:15:00Z", "2022-02-29", "2024-02-29",
    "2024-02-29T10:00:00Z", "2022-02-30T10:00:00Z", "2022-04-31", "0000-01-01", "0001-01-01", "0001-01-01T00:00:00Z",
    "9999-12-31", "9999-12-31T23:59:59Z", "2022-13-01", "2022-05-3", "\u0662022-05-30", "2022-05-30T",
    "20220530T081500Z",
]  # fmt: skip
WORDS = [
    "", "a", "TBT", "TBT\n", "\nTBT", "T BT", "TBT ", "Ünie", "A" * 32, "A" * 33, "a" * 80, "a" * 81, "x" * 121,
    "-a", "ok", "Ok", "person", "vlaio-fio-tbt-2021", "vlaio_fio", "x/y:z+w", "a\u0000", "a\u007f", "\ud800", "a\u2028",
    '"', "\\",
]  # fmt: skip
HEXES = [
    "6f" * 16, "6F" * 16, "6f" * 32, "6f" * 15 + "6", "6f" * 15 + "6 ", " " + "6f" * 15 + "f", "6f" * 16 + "\n",
    "\uff16f" + "6f" * 15, "0x" + "6f" * 15, "6f" * 15 + "_f", "6f" * 15 + "  ", "6g" * 16, "6f" * 31 + "  ",
    "9d" * 32 + "\n",
]  # fmt: skip
OTHERS: list[Any] = [None, True, False, 0, -1, 1, 2**53 - 1, 2**53, 1.0, 1.5, [], ["TBT"], ["6f" * 16], [1], {}]
EVIDENCE: list[Any] = [[{"strength": "log"}], [{"digest": "9d" * 32, "strength": "log"}], [], {"strength": "log"}]
NAMES = sorted({*AccessUsed.__struct_fields__, "type", "mood", "key", "Author"})
VALUES = st.sampled_from([*MOMENTS, *WORDS, *HEXES, *OTHERS, *EVIDENCE]) | st.text(max_size=70) | st.integers()


def spelled(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def strict(raw: bytes) -> Any:
    """The event that the strict door makes of these bytes, if it is one of this type."""
    try:
        event = decoded(raw)
    except MalformedEvent:
        return None
    return event if isinstance(event, AccessUsed) else None


def told(event: Any) -> Any:
    return {name: getattr(event, name) for name in AccessUsed.__struct_fields__ if name != "evidence"}


def unusual(moment: str) -> bool:
    return moment[5:10] == "02-29" or moment[:4] in ("0001", "9999")


def agree(raw: bytes) -> None:
    """Whatever the quick way takes the strict one takes as well; and the other way but for what is left to it."""
    event = strict(raw)
    left = event is not None and (event.evidence is not msgspec.UNSET or unusual(event.happened_at))
    for reader in (READER, MemberReader(AccessUsed)):
        found = reader.read([raw])
        if event is None or left:
            assert found is None
        else:
            assert found is not None
            assert told(found[0]) == told(event)


@st.composite
def changed_fields(draw: st.DrawFn) -> bytes:
    whole = dict(draw(st.sampled_from([LEAST, MOST])))
    for name, value in draw(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3)).items():
        whole[name] = value
    for name in draw(st.sets(st.sampled_from(NAMES), max_size=1)):
        whole.pop(name, None)
    return spelled(whole)


@st.composite
def changed_bytes(draw: st.DrawFn) -> bytes:
    raw = spelled(draw(st.sampled_from([LEAST, MOST])))
    start, end = sorted((draw(st.integers(0, len(raw))), draw(st.integers(0, len(raw)))))
    put = draw(st.sampled_from([b"", b" ", b"\n", b'"', b",", b"0", raw[start:end] * 2]) | st.binary(max_size=3))
    return raw[:start] + put + raw[draw(st.sampled_from([start, start + 1, end])) :]


@settings(max_examples=600)
@given(changed_fields())
def test_fields_that_were_changed_are_taken_or_refused_as_by_the_strict_door(raw: bytes) -> None:
    agree(raw)


@settings(max_examples=600)
@given(changed_bytes())
def test_bytes_that_were_changed_are_taken_or_refused_as_by_the_strict_door(raw: bytes) -> None:
    agree(raw)


@pytest.mark.parametrize("name", sorted(AccessUsed.__struct_fields__))
def test_every_field_takes_the_values_that_the_strict_door_lets_it_have(name: str) -> None:
    for value in (*MOMENTS, *WORDS, *HEXES, *OTHERS, *EVIDENCE):
        agree(spelled(MOST | {name: value}))


def test_the_most_and_the_least_that_a_use_can_say_are_read_the_quick_way() -> None:
    assert MemberReader(AccessUsed).read([spelled(LEAST), spelled(MOST)]) is not None
    assert {*MOST, "evidence"} == {*AccessUsed.__struct_fields__, "type"}


@pytest.mark.parametrize("at", [0, 7, 19])
@pytest.mark.parametrize(
    "wrong",
    [
        {"line": "9D" * 32}, {"actor": "7b" * 15 + "7"}, {"happened_at": "2022-02-30"}, {"author": "T BT"},
        {"action": "look"}, {"evidence": [{"strength": "log"}]},
    ],
)  # fmt: skip
def test_one_that_is_not_as_it_should_be_leaves_them_all_to_the_strict_door(at: int, wrong: dict[str, Any]) -> None:
    events = [spelled(LEAST | {"id": f"{number:032x}"}) for number in range(20)]
    assert READER.read(events) is not None
    events[at] = spelled(LEAST | wrong)
    assert READER.read(events) is None
    assert READER.read(events) is None, "what was refused is not remembered as good"


def test_two_values_whose_lengths_even_out_are_both_refused() -> None:
    short, long = LEAST | {"line": "9d" * 31}, LEAST | {"line": "9d" * 33}
    assert READER.read([spelled(short), spelled(long)]) is None


def test_a_comma_between_two_members_does_not_make_them_one() -> None:
    raw = spelled(LEAST)
    assert READER.read([raw[:50], raw[50:]]) is None
    assert READER.read([raw + b"," + raw]) is None


def test_every_type_of_member_can_be_read_the_quick_way() -> None:
    members = [about.cls for about in types().values() if issubclass(about.cls, MemberEvent)]
    assert members
    for cls in members:
        assert cls.__post_init__ is MemberEvent.__post_init__, "the quick way knows no other check than of moments"
        assert MemberReader(cls).read([spelled(example(str(cls.__struct_config__.tag).partition("/")[0]))])
