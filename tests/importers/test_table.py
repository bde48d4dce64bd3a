from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerError
from ledger.importers.importer import NotThisFormat, Record, Reject
from ledger.importers.table_mapping import MappingRejected, load_mapping
from tests.importers.logs import found_in
from tests.importers.products import MAPPING, TABLE_HEADER, table, table_row

SMALLEST = "{source: x, application: z, time: {column: t, format: %s}, action: consult}"


def read(text: str, mapping: str = MAPPING) -> list[Record]:
    return [each for each in found_in(text.encode(), table(mapping)) if isinstance(each, Record)]


def test_a_mapping_says_what_the_columns_mean() -> None:
    (record,) = read(f"{TABLE_HEADER}\n{table_row()}\n")
    assert record[5:13] == (
        "2026-01-05T08:01:00Z", "zaakloket", "consult", "ok", "consult", "person", "an.voorbeeld@fictief.example", 3,
    )  # fmt: skip
    assert (record.record_id, record.object_class, record.place) == ("1", "dossier", "Dossier Zondervan")


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_told_by_the_header(separator: str) -> None:
    text = f"{TABLE_HEADER}\n{table_row()}\n".replace(";", separator)
    assert [each.record_id for each in read(text)] == ["1"]


def test_a_column_may_have_an_accent_in_cp1252_too() -> None:
    mapping = f"encoding: cp1252{MAPPING}".replace("Gebruiker", "Geïdentificeerde")
    text = f"{TABLE_HEADER}\n{table_row()}\n".replace("Gebruiker", "Geïdentificeerde")
    for raw in (text.encode("cp1252"), text.encode()):
        (record,) = found_in(raw, table(mapping))
        assert isinstance(record, Record)
        assert record.actor == "an.voorbeeld@fictief.example"


def test_objects_are_read_by_the_same_mapping_and_names_inside_them() -> None:
    mapping = "{source: x, application: z, time: {column: t, format: iso}, actor: user.name, action: query}"
    raw = json.dumps({"t": "2026-01-05T08:00:00Z", "user": {"Name": "jan@fictief.example"}})
    assert [(each.actor, each.action, each.operation) for each in read(raw, mapping)] == [
        ("jan@fictief.example", "query", "query")
    ]


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("iso", "2026-01-05T08:00:00Z"), ("iso", "2026-01-05 08:00:00"), ("us", "1/5/2026 8:00:00 AM"),
        ("epoch", "1767600000"), ("epoch", "1767600000000"), ("web-server", "05/Jan/2026:09:00:00 +0100"),
        ("day-first, zone: Europe/Brussels", "5/1/2026 09:00"), ("day-first, zone: UTC", "05-01-2026 08:00:00"),
        ("year-first, zone: Europe/Brussels", "2026-01-05 09:00:00"),
    ],
)  # fmt: skip
def test_a_time_is_of_a_closed_list(spelling: str, text: str) -> None:
    assert [each.happened_at for each in read(f"t;z\n{text};1\n", SMALLEST % spelling)] == ["2026-01-05T08:00:00Z"]


def test_a_value_without_a_meaning_is_refused_and_not_guessed() -> None:
    found = found_in(f"{TABLE_HEADER}\n{table_row(1, 'Zondervan')}\n{table_row(2)}\n".encode(), table())
    assert [
        (each.line_number, getattr(each, "code", "record")) for each in found if isinstance(each, Record | Reject)
    ] == [
        (2, "unmapped"),
        (3, "record"),
    ]


def test_a_file_without_the_columns_is_not_this_table() -> None:
    with pytest.raises(NotThisFormat) as caught:
        found_in(b"Volgnummer;Datum\n1;2\n", table())
    assert "volgnummer" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("source: x\napplication: z\naction: consult", 1, "time"),
        ("source: x\napplication: z\ntime: {column: t, format: iso}\naction: consulteren", 4, "did you mean"),
        ("source: x\napplication: z\ntime: {column: t, format: dd/mm}\naction: consult", 3, "known here"),
        ("source: x\napplication: z\ntime: {column: t, format: day-first}\naction: consult", 3, "zone"),
        ("source: x\napplication: z\ntime: {column: t, format: iso, zone: UTC}\naction: consult", 3, "its own zone"),
        ("source: x\napplication: z\ntime: {column: t, format: day-first, zone: Brussel}\naction: consult", 3,
         "no time zone"),
        ("source: x\napplication: z\ntime: {column: t, format: iso}\naction: consult\nkleur: rood", 5, "has no kleur"),
        ("source: databricks\napplication: z\ntime: {column: t, format: iso}\naction: consult", 1, "name of a format"),
        ("source: x\napplication: z\ntime: {column: t, format: iso}\naction: consult\nsource: z", 5, ""),
        ("[1", 1, "close it with ]"), ("", 1, "empty"), ("- 1", 1, "map"),
        ("source: x\napplication: z\ntime: {column: t, format: iso}\naction: {column: a, values: {A: copy, a: copy}}",
         4, "twice"),
        ("source: !!python/object:os.system x", 1, ""), ("source: &a x\napplication: *a", 1, ""),
    ],
)  # fmt: skip
def test_a_fault_in_a_mapping_is_told_with_its_line(text: str, line: int, word: str) -> None:
    with pytest.raises(MappingRejected) as caught:
        load_mapping(text.encode(), "m.yaml", ("databricks",))
    assert (caught.value.exit, caught.value.where["file"], caught.value.where["line"]) == (5, "m.yaml", line)
    assert word in str(caught.value)
    assert all(fault.code.startswith("mapping.") for fault in caught.value.faults)


def test_the_documented_mapping_can_be_used() -> None:
    page = (Path(__file__).parents[2] / "docs/formats/imports.md").read_text(encoding="utf-8")
    mapping = page.split("```yaml\n")[1].split("```")[0]
    header, row = TABLE_HEADER.replace("Map", "Map;IP-adres"), table_row() + ";192.0.2.44"
    assert [each.object_class for each in read(f"{header}\n{row}\n", mapping)] == ["dossier"]


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(MappingRejected) as caught:
        load_mapping(b"source: x y\ntime: {column: t, format: z}\naction: w", "m.yaml")
    assert [fault.line for fault in caught.value.faults] == [1, 1, 2, 3]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_mapping_is_read_or_refused(raw: bytes) -> None:
    with pytest.raises(LedgerError):
        load_mapping(raw, "m.yaml")
