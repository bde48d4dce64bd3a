"""The entry format, held to its golden example; and every other envelope refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.canonical import encode
from ledger.chain.ed25519 import BadSignature, key_id, verify
from ledger.chain.entry import (
    LARGEST_EVENT,
    Entry,
    MalformedEntry,
    event_of,
    signature_bytes,
    signed_bytes,
    spell_signature,
    spliced,
    split,
)
from ledger.chain.hashing import keyed, leaf_hash
from ledger.clock import spell_recorded

GOLDEN = json.loads((Path(__file__).parent.parent / "vectors" / "entry" / "v1-example.json").read_text("utf-8"))
RAW = GOLDEN["entry"].encode()
EVENT = GOLDEN["event"].encode()
KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(GOLDEN["seed"]))


def test_the_golden_entry_is_read() -> None:
    entry = Entry.parse(RAW)
    assert entry.event == EVENT == event_of(RAW)
    assert (entry.position, entry.version, entry.stream) == (42, 9, GOLDEN["stream"])
    assert entry.prev.hex() == GOLDEN["prev"]
    assert spell_recorded(entry.recorded_at) == GOLDEN["recorded_at"]
    assert entry.signature == GOLDEN["signature"]
    assert bytes(entry) == RAW
    assert entry.leaf.hex() == GOLDEN["leaf"]


def test_the_golden_entry_is_spliced_from_its_parts() -> None:
    fields = ("recorded_at", "signature", "stream", "version")
    prev = bytes.fromhex(GOLDEN["prev"])
    assert spliced(EVENT, GOLDEN["position"], prev, *(GOLDEN[field] for field in fields)) == RAW
    assert encode(json.loads(RAW)) == RAW


def test_the_golden_event_is_signed_by_its_author_for_one_ledger() -> None:
    public = KEY.public_key().public_bytes_raw()
    assert json.loads(EVENT)["key"] == key_id(public)
    message = signed_bytes(GOLDEN["origin"], EVENT)
    assert spell_signature(KEY.sign(message)) == GOLDEN["signature"]
    verify(public, signature_bytes(GOLDEN["signature"]), message)
    with pytest.raises(BadSignature):
        verify(public, signature_bytes(GOLDEN["signature"]), signed_bytes("example.org/ledger/other", EVENT))


def test_the_golden_commitment_opens() -> None:
    part = GOLDEN["sealed"]
    lines = ["ledger/sealed/v1", json.loads(EVENT)["id"], part["field"], encode(part["value"]).decode()]
    assert keyed(bytes.fromhex(part["blind"]), "\n".join(lines).encode()).hex() == part["commitment"]
    assert json.loads(EVENT)["reason"] == {"sealed": part["commitment"]}


def found_out(changed: bytes) -> bool:
    """Whether these bytes are no entry, or give another leaf."""
    try:
        return Entry.parse(changed).leaf.hex() != GOLDEN["leaf"]
    except MalformedEntry:
        return True


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80, 0xFF])
def test_a_flip_of_any_byte_is_found(flip: int) -> None:
    for at in range(len(RAW)):
        assert found_out(RAW[:at] + bytes([RAW[at] ^ flip]) + RAW[at + 1 :]), f"byte {at}"


def test_a_flip_of_any_byte_outside_the_event_is_refused_or_read_as_written() -> None:
    """Whatever envelope is accepted is in its one spelling: its parts give the same bytes again."""
    outside = [at for at in range(len(RAW)) if not len(b'{"event":') <= at < RAW.rindex(b',"position":')]
    for at in outside:
        for other in b'09afZ"/ ,{}':
            changed = RAW[:at] + bytes([other]) + RAW[at + 1 :]
            try:
                read = Entry.parse(changed)
            except MalformedEntry:
                continue
            assert again(read) == changed


def again(entry: Entry) -> bytes:
    return spliced(
        entry.event, entry.position, entry.prev, spell_recorded(entry.recorded_at), entry.signature, entry.stream,
        entry.version,
    )  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(RAW)), st.integers(0, 4), st.binary(max_size=4))
def test_any_cut_or_insertion_is_found(at: int, cut: int, put: bytes) -> None:
    changed = RAW[:at] + put + RAW[at + cut :]
    assert changed == RAW or found_out(changed)


def swapped(old: str, new: str) -> bytes:
    changed = RAW.replace(old.encode(), new.encode())
    assert changed != RAW
    return changed


MALFORMED = {
    "nothing": b"",
    "a line end": RAW + b"\n",
    "a space": swapped('"position":42', '"position": 42'),
    "position before event": b'{"position":42,' + RAW[1:].replace(b',"position":42', b""),
    "a ninth field": swapped(',"v":1', ',"u":1,"v":1'),
    "a missing field": swapped(',"v":1', ""),
    "a later format": swapped('"v":1', '"v":2'),
    "a position with a leading zero": swapped(":42,", ":042,"),
    "a position with a sign": swapped(":42,", ":+42,"),
    "a position in Arabic digits": swapped(":42,", ":\u0664\u0662,"),
    "a position that is text": swapped(":42,", ':"42",'),
    "a position beyond 2^53": swapped(":42,", ":12345678901234567,"),
    "a position of 2^53": swapped(":42,", ":9007199254740992,"),
    "position 0": swapped(":42,", ":0,"),
    "a version of 2^53": swapped('"version":9', '"version":9007199254740992'),
    "version 0": swapped('"version":9', '"version":0'),
    "a version with a fraction": swapped('"version":9', '"version":9.0'),
    "an upper-case prev": swapped(GOLDEN["prev"], GOLDEN["prev"].upper()),
    "a short prev": swapped(GOLDEN["prev"], GOLDEN["prev"][:-2]),
    "no decimals": swapped("01.250000Z", "01Z"),
    "three decimals": swapped("01.250000Z", "01.250Z"),
    "another zone": swapped("01.250000Z", "01.250000+00:00"),
    "a space for T": swapped("2022-05-30T09:00:01.25", "2022-05-30 09:00:01.25"),
    "hour 24": swapped("T09:00:01.25", "T24:00:01.25"),
    "30 February": swapped("2022-05-30T09:00:01.25", "2022-02-30T09:00:01.25"),
    "another algorithm": swapped("ed25519:", "ed448:"),
    "no padding": swapped('Bg==","stream"', 'Bg","stream"'),
    "loose bits in the padding": swapped('Bg==","stream"', 'Bh==","stream"'),
    "the other alphabet": swapped("ed25519:/elf", "ed25519:_elf"),
    "a batch at position 0": swapped(GOLDEN["signature"], "batch:0"),
    "a batch without position": swapped(GOLDEN["signature"], "batch:"),
    "a stream without register": swapped('vlaio-fio-tbt-2021/governance"', 'vlaio-fio-tbt-2021"'),
    "a stream in upper case": swapped('"vlaio-fio-tbt-2021/g', '"VLAIO-fio-tbt-2021/g'),
    "a stream with two slashes": swapped('2021/governance"', '2021/governance/x"'),
    "an escape in the stream": swapped('/governance"', '\\u002fgovernance"'),
    "an array around it": b"[" + RAW + b"]",
}  # fmt: skip


@pytest.mark.parametrize("fault", MALFORMED)
def test_another_envelope_is_refused(fault: str) -> None:
    with pytest.raises(MalformedEntry) as refused:
        Entry.parse(MALFORMED[fault])
    assert (refused.value.code, refused.value.exit) == ("entry.malformed", 3)


def test_the_largest_numbers_are_read() -> None:
    raw = swapped(":42,", ":9007199254740991,").replace(b'"version":9', b'"version":9007199254740991')
    assert Entry.parse(raw)[1::5] == (2**53 - 1, 2**53 - 1)


def test_an_event_may_look_like_the_end_of_an_envelope() -> None:
    """The last `,"position":` ends the event, whatever it holds."""
    tricky = b'{"a":{"b":1,"position":7,"prev":"x"}}'
    raw = RAW.replace(EVENT, tricky)
    assert split(raw)[0] == event_of(raw) == Entry.parse(raw).event == tricky


def test_a_member_of_a_batch_names_its_opener() -> None:
    assert Entry.parse(RAW.replace(GOLDEN["signature"].encode(), b"batch:41")).signature == "batch:41"


def test_an_entry_has_a_largest_size() -> None:
    largest = b'"' + b"x" * (LARGEST_EVENT - 2) + b'"'
    assert Entry.parse(RAW.replace(EVENT, largest)).event == largest
    with pytest.raises(MalformedEntry):
        Entry.parse(RAW.replace(EVENT, b"x" + largest))


def test_the_leaf_is_that_of_the_whole_line() -> None:
    assert leaf_hash(RAW).hex() == GOLDEN["leaf"]
