"""Nothing that a file can hold stops the rest of it, is lost, or raises anything but a LedgerError."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.importers.importer import Found, Ignored, NotThisFormat, Record, Reject
from ledger.importers.lines import LONGEST
from tests.importers.logs import SHAPES, World, audit, csv_text, found_in, json_lines, reasons, records_in, rejects_in

GARBAGE = [
    b"garbage", b'"unclosed', b'a"b,c"d', b'{"Id":"x"', b'{"Id":"x', b'}{"', b"\x00\x00\x00", b"\xff\xfe\xfd",
    b"{}", b"[[[[[", b"5", b'"', b"a,b,c,d,e,f,g,h,i,j,k,l,m", b"=cmd|' /C calc'!A0", b"{" * 3000, b",,,,",
    b'outlook,1,False,SharePoint,"{""CreationTime"":""2026',
]  # fmt: skip
HEADS = {
    "csv": csv_text([audit(0)]).encode(),
    "lines": json_lines([audit(0)]).encode(),
    "array": b"[\n" + json.dumps(audit(0)).encode() + b",\n",
}


def line_of(shape: str, number: int) -> bytes:
    if shape == "csv":
        return csv_text([audit(number)]).encode().split(b"\r\n", 1)[1]
    return json.dumps(audit(number)).encode() + (b",\n" if shape == "array" else b"\n")


@pytest.mark.parametrize("shape", HEADS)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_one_bad_line_in_ten_costs_that_line_only(shape: str, end: bytes, tmp_path: Path) -> None:
    raw, bad = HEADS[shape], []
    for number in range(1, 10 * len(GARBAGE) + 1):
        raw += line_of(shape, number)
        if number % 10 == 0:
            bad.append(GARBAGE[number // 10 - 1] + end)
            raw += bad[-1]
    path = tmp_path / "log"
    path.write_bytes(raw)
    run = World().imported(path)
    assert run.counts.new == 10 * len(GARBAGE) + 1
    assert run.counts.duplicate == 0
    kept = reasons(path)
    lost = [each["raw"] for each in kept]
    if shape == "array":  # white space, commas and brackets between objects are not damage there
        assert b"".join(bad).translate(None, b" \r\n,[]") == b"".join(lost).translate(None, b" \r\n,[]")
    else:
        assert lost == bad
        assert run.counts.rejected == len(bad)
    for each, piece in zip(kept, lost, strict=True):
        assert raw[each["offset"] : each["offset"] + len(piece)] == piece
        assert each["line"] == raw.count(b"\n", 0, each["offset"]) + 1


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_cut_anywhere_loses_at_most_its_last_record(name: str) -> None:
    raw = SHAPES[name][1]([audit(number) for number in range(4)])
    whole = records_in(raw)
    last = whole[-1].offset
    for end in range(last + 1, len(raw), 7):
        found = found_in(raw[:end])
        assert [each for each in found if isinstance(each, Record)][:3] == whole[:3]
        assert sum(isinstance(each, Reject) for each in found) <= 1


@pytest.mark.parametrize("shape", HEADS)
def test_a_line_of_many_megabytes_is_kept_and_costs_little_memory(shape: str, tmp_path: Path) -> None:
    size = 50_000_000 if shape == "csv" else 3 * LONGEST
    path = tmp_path / "log"
    huge = b'{"Id": "' + b"x" * size + b'"}\n'
    path.write_bytes(HEADS[shape] + huge + line_of(shape, 1))
    tracemalloc.start()
    run = World().imported(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (run.counts.new, run.counts.rejected) == (2, 1)
    assert peak < 6 * LONGEST
    (kept,) = reasons(path)
    assert kept["raw"].rstrip() == huge.rstrip()


@pytest.mark.parametrize("deepest", ["[]", '{"a":}'])
def test_an_object_nested_to_any_depth_is_a_record_or_a_reject(deepest: str) -> None:
    opening, closing = deepest[:-1], deepest[-1]
    for depth in range(800, 1100, 3):
        nested = f"{opening * depth}1{closing * depth}"
        raw = json.dumps(audit(1)) + "\n" + json.dumps(audit(2))[:-1] + f', "Extra": {nested}}}\n'
        assert len(found_in(raw.encode())) == 2


def given_or_refused(raw: bytes) -> list[Found] | None:
    """What is in the bytes; None where they are refused as no log. Any other error goes through."""
    try:
        return found_in(raw)
    except NotThisFormat:
        return None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@given(raw=st.binary(max_size=400), shape=st.sampled_from(sorted(HEADS)))
@settings(max_examples=150, deadline=None)
def test_random_bytes_never_raise_anything_else(encoding: str, raw: bytes, shape: str) -> None:
    mark = {"utf-8": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[encoding]
    for head in (b"", mark + HEADS[shape].decode().encode(encoding)):
        found = given_or_refused(head + raw)
        assert found is not None or head == b""
        assert all(isinstance(each, Record | Reject | Ignored) for each in found or ())


@given(
    data=st.dictionaries(
        st.sampled_from([*audit(), "ResultStatus", "Folders", "AffectedItems", "OperationCount", "Message"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=5,
        ),
    )
)
@settings(max_examples=200, deadline=None)
def test_any_values_in_the_known_fields_give_a_record_or_a_reject(data: dict[str, object]) -> None:
    raw = (json.dumps(audit(1)) + "\n" + json.dumps({**audit(2), **data}) + "\n").encode()
    assert len(records_in(raw)) + len(rejects_in(raw)) == 2


def test_a_line_end_inside_a_string_ends_the_object(tmp_path: Path) -> None:
    raw = f'[\n{json.dumps(audit(1))},\n{{"Id": "cut\n  behind it\n{json.dumps(audit(2))}]'.encode()
    assert len(records_in(raw)) == 2
    assert [(each.line_number, each.code) for each in rejects_in(raw)] == [(3, "truncated"), (4, "not-json")]
