"""A record that has one key twice is no record: of its two values a parser keeps the last, and says nothing."""

from __future__ import annotations

import json

import msgspec
import pytest

from ledger.importers.duplicate_keys import check_keys
from ledger.importers.importer import Record, Reject, Unreadable
from tests.importers.logs import OLDER_PORTAL, audit, csv_text, found_in
from tests.importers.products import PRODUCTS

TWICE = (
    '{"a":1,"a":2}', '{"a" : 1,\n"a" :2}', '{"a":[{"b":1,"b":1}]}', '{"a":"\\u003a","b":1,"b":2}',
    '{"a":1,"\\u0061":2}', '{"x:y":"\\u003A\\u003a","x:y":"::"}', '{"é":1,"é":2}',
)  # fmt: skip
ONCE = (
    "{}", "[]", '{"a":1,"b":{"a":1}}', '[{"a":1},{"a":1}]', '{"a":"\\u003a \\\\u003a :"}',
    '{"a":"{\\"b\\":1,\\"b\\":2}"}', '{"a":"\\ud83d\\ude00\\u003c"}',
)  # fmt: skip


@pytest.mark.parametrize("text", TWICE)
def test_a_key_that_is_there_twice_is_told(text: str) -> None:
    for raw in (text, text.encode()):
        with pytest.raises(Unreadable, match="one key twice"):
            check_keys(raw, msgspec.json.decode(raw))


@pytest.mark.parametrize("text", ONCE)
def test_keys_that_are_there_once_in_each_object_are_not(text: str) -> None:
    for raw in (text, text.encode()):
        check_keys(raw, msgspec.json.decode(raw))


def doubled(line: str) -> str:
    """The same object with its first key a second time, at its end."""
    key = next(iter(json.loads(line)))
    return f'{line.rstrip()[:-1]}, {json.dumps(key)}: "x"}}'


OF_OBJECTS = [name for name, product in PRODUCTS.items() if not product.head]


@pytest.mark.parametrize("name", [name for name in OF_OBJECTS if not name.startswith("web-access")])
@pytest.mark.parametrize("arranged", ["lines", "array", "wrapped", "utf-16"])
def test_such_a_record_is_rejected_alone_in_every_format_and_arrangement(name: str, arranged: str) -> None:
    product = PRODUCTS[name]
    lines = [product.line(1), doubled(product.line(2)), product.line(3)]
    text = "\n".join(lines)
    if arranged in ("array", "wrapped"):
        text = f"[{', '.join(lines)}]"
    if arranged == "wrapped":
        text = f'{{"records": {text}}}'
    found = found_in(text.encode("utf-16" if arranged == "utf-16" else "utf-8"), product.importer())
    assert [type(each) for each in sorted(found, key=lambda each: each.offset)] == [Record, Reject, Record]
    assert [(each.code, each.reason) for each in found if isinstance(each, Reject)] == [("ambiguous", "one key twice")]


def test_it_is_rejected_in_audit_data_of_a_table_too() -> None:
    text = csv_text([audit(1), doubled(json.dumps(audit(2))), audit(3)], OLDER_PORTAL)
    assert [type(each) for each in found_in(text.encode())] == [Record, Reject, Record]


def test_it_is_rejected_in_an_object_that_is_written_as_text() -> None:
    product = PRODUCTS["databricks, diagnostic"]
    record = json.loads(product.line(1))
    inside = record.get("properties", record)["response"]
    text = inside if isinstance(inside, str) else json.dumps(inside)
    record.get("properties", record)["response"] = doubled(text)
    found = found_in(f"{product.line(2)}\n{json.dumps(record)}\n".encode(), product.importer())
    assert [type(each) for each in found] == [Record, Reject]
