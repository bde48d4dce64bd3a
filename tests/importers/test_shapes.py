from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.importers.importer import HEAD, Ignored, NotThisFormat, Record
from ledger.importers.m365_audit import M365Audit
from tests.importers.logs import (
    NEWER_PORTAL,
    OLDER_PORTAL,
    SHAPES,
    audit,
    csv_text,
    found_in,
    json_lines,
    records_in,
    rejects_in,
)

RECORDS = [
    audit(1),
    audit(
        2, UserId="Čeněk.Voorbeeld@fictief.example", SourceFileName='quote " brace } \\ 😀 [', Operation="FileDeleted"
    ),
    audit(3, Parameters=[{"Name": "Identity", "Value": "{}"}, {"Name": "x", "Value": ""}], Operation="FileDownloaded"),
]


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_known_and_says_the_same(name: str) -> None:
    shape, spelled = SHAPES[name]
    raw = spelled(RECORDS)
    assert M365Audit().sniff(raw[:HEAD]) == shape
    found = found_in(raw)
    assert [each for each in found if not isinstance(each, Record)] == []
    assert [each.record_id for each in found] == [record["Id"] for record in RECORDS]  # type: ignore[union-attr]
    assert [each.action for each in found] == ["consult", "soft-delete", "download"]  # type: ignore[union-attr]
    assert [each.actor for each in found] == [record["UserId"].lower() for record in RECORDS]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", SHAPES)
def test_the_offset_and_the_raw_bytes_are_those_of_the_file(name: str) -> None:
    raw = SHAPES[name][1](RECORDS)
    for record in records_in(raw):
        assert raw[record.offset : record.offset + len(record.raw)] == record.raw
        wide = "utf-16" in name
        text = record.raw.decode(("utf-16-be" if "big" in name else "utf-16-le") if wide else "utf-8")
        assert record.record_id in text
        assert not text.endswith(("\r", "\n"))


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\n\n", b"a,b,c\n1,2,3\n", b"%PDF-1.7 \x00\x01", b"{}", b'{"time":"2026-01-01T00:00:00Z"}\n',
        b"PK\x03\x04" + bytes(200), b"\xff\xfe", b"\xef\xbb\xbf", b'[{"a":1}]', b'"AuditDat', b"[" * 5000, b"{" * 5000,
        b"\x00" * 999, bytes(range(256)) * 40,
    ],
)  # fmt: skip
def test_a_file_that_is_not_this_log_is_refused_with_a_way_on(raw: bytes) -> None:
    assert M365Audit().sniff(raw[:HEAD]) is None
    with pytest.raises(NotThisFormat) as caught:
        found_in(raw)
    assert caught.value.exit == 5
    assert "Search-UnifiedAuditLog" in caught.value.hint


@pytest.mark.parametrize("raw", [csv_text([]).encode(), csv_text([], NEWER_PORTAL).encode(), b"[]", b"[ ]\n"])
def test_a_log_without_records_is_empty_and_not_wrong(raw: bytes) -> None:
    assert found_in(raw) == []


def test_columns_are_found_whatever_their_case_and_order() -> None:
    text = csv_text([audit(1)], ["AUDITDATA", "creationdate", "Operations"]).replace("AUDITDATA x", "{}")
    text = text.replace("{}", json.dumps(audit(1)).replace('"', '""').join('""'))
    assert [record.record_id for record in records_in(text.encode())] == [audit(1)["Id"]]


def test_a_header_in_the_middle_is_ignored_and_counted() -> None:
    raw = (csv_text([audit(1)]) + csv_text([audit(2)])).encode()
    found = found_in(raw)
    assert [type(each) for each in found] == [Record, Ignored, Record]


def test_a_column_stands_in_for_a_key_that_audit_data_lacks() -> None:
    text = csv_text([audit(1, CreationTime=None)], OLDER_PORTAL).replace("CreationDate x", "5/18/2021 9:13:33 PM")
    assert records_in(text.encode())[0].happened_at == "2021-05-18T21:13:33Z"


@pytest.mark.parametrize("empty", ["", None])
def test_a_column_stands_in_for_what_a_record_needs_and_audit_data_leaves_empty(empty: str | None) -> None:
    text = csv_text([audit(1, CreationTime=empty)], OLDER_PORTAL).replace("CreationDate x", "5/18/2021 9:13:33 PM")
    assert records_in(text.encode())[0].happened_at == "2021-05-18T21:13:33Z"
    text = csv_text([audit(1, Operation=empty)], OLDER_PORTAL).replace("Operations x", "FileDeleted")
    assert records_in(text.encode())[0].operation == "FileDeleted"
    text = csv_text([audit(1, UserId="")], OLDER_PORTAL).replace("UserIds x", "an@fictief.example")
    assert records_in(text.encode())[0].actor is None


@pytest.mark.parametrize(("key", "value"), [("CreationTime", 1641546000), ("Id", 7), ("Operation", ["x"])])
def test_what_is_there_and_no_text_is_not_told_as_absent(key: str, value: object) -> None:
    (reject,) = rejects_in(json_lines([audit(1), audit(2, **{key: value})]).encode())
    assert reject.reason == f"{key} is no text: a number, a list or an object"
    (reject,) = rejects_in(json_lines([audit(1), audit(2, **{key: " "})]).encode())
    assert reject.reason == f"no {key}"


def test_a_quoted_field_over_several_lines_keeps_the_number_of_its_first() -> None:
    text = csv_text([audit(1), audit(2), audit(3)]).replace("ObjectState x", '"first\nsecond\r\nthird"')
    raw = text.replace("ObjectState", "ObjectState", 1).encode()
    assert [(each.line_number, raw.startswith(each.raw, each.offset)) for each in records_in(raw)] == [
        (2, True),
        (5, True),
        (8, True),
    ]


def test_lines_are_numbered_past_mixed_line_ends_and_blank_lines() -> None:
    one, two, three, four = (json.dumps(audit(number)) for number in range(1, 5))
    raw = f"{one}\r\n\r\n{two}\n\n{three}\r{four}".encode()
    assert [each.line_number for each in records_in(raw)] == [1, 3, 5, 6]
    assert [raw[each.offset : each.offset + 1] for each in records_in(raw)] == [b"{"] * 4


def test_an_empty_audit_data_is_refused_with_its_line() -> None:
    raw = csv_text([audit(1), "", audit(2), " "]).encode()
    assert [(each.line_number, each.code) for each in rejects_in(raw)] == [(3, "no-audit-data"), (5, "no-audit-data")]
    assert len(records_in(raw)) == 2


BAD: dict[str, Any] = {
    "not-an-object": [1], "no-id": audit(Id=None), "no-operation": audit(Operation=""),
    "no-time": audit(CreationTime="x"),
    "ambiguous": {**audit(), "ID": "another"},
}  # fmt: skip


@pytest.mark.parametrize("code", BAD)
def test_a_refused_record_says_why_and_quotes_nothing(code: str) -> None:
    raw = json_lines([audit(1), BAD[code], audit(2)]).encode()
    (reject,) = rejects_in(raw)
    assert (reject.line_number, reject.code) == (2, code)
    assert raw[reject.offset : reject.offset + reject.length].decode() == json.dumps(BAD[code]) + "\n"
    assert "fictief" not in reject.reason
    assert len(records_in(raw)) == 2
