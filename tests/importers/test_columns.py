"""Columns that were moved, or that are there twice: a name tells a column, not its place."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

import pytest

from ledger.importers.importer import Record, Reject
from ledger.importers.m365_audit import M365Audit
from ledger.importers.web_access import WebAccess
from tests.importers.logs import audit, found_in
from tests.importers.products import PRODUCTS

TABLES = [name for name, product in PRODUCTS.items() if product.head and name != "web-access, iis"]


def parts(name: str) -> tuple[str, list[str], list[str]]:
    """The delimiter of a table, its header and its first row."""
    product = PRODUCTS[name]
    delimiter = max(",;", key=product.head.count)
    header, row = (next(csv.reader([line.strip()], delimiter=delimiter)) for line in (product.head, product.line(1)))
    return delimiter, header, row


def written(delimiter: str, *rows: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("name", TABLES)
def test_columns_in_another_order_say_the_same(name: str) -> None:
    delimiter, header, row = parts(name)
    (one,) = found_in(written(delimiter, header, row), PRODUCTS[name].importer())
    (other,) = found_in(written(delimiter, header[::-1], row[::-1]), PRODUCTS[name].importer())
    assert isinstance(one, Record)
    assert isinstance(other, Record)
    beside = {"raw": b"", "content": b"", "record_id": ""}  # a list without ids is known by its bytes
    assert one._replace(**beside) == other._replace(**beside)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(("second", "kind"), [("same", Record), ("", Record), ("Anders", Reject)])
def test_a_column_that_is_there_twice_counts_only_where_it_says_one_thing(name: str, second: str, kind: type) -> None:
    delimiter, header, row = parts(name)
    for at, column in enumerate(header):
        if row[at]:
            again = row[at] if second == "same" else second
            (found,) = found_in(written(delimiter, [*header, column], [*row, again]), PRODUCTS[name].importer())
            assert (column, type(found)) == (column, kind)
            assert kind is Record or (isinstance(found, Reject) and found.code == "ambiguous")


@pytest.mark.parametrize(
    ("numbers", "kind"), [((1, 1), Record), ((1, 0), Record), ((0, 1), Record), ((1, 2), Reject), ((0, 0), Reject)]
)
def test_two_columns_audit_data_say_one_thing_or_the_row_is_rejected(numbers: tuple[int, int], kind: type) -> None:
    cells = [json.dumps(audit(each)) if each else "" for each in numbers]
    (found,) = found_in(
        written(",", ["AuditData", "CreationDate", "AuditData"], [cells[0], "x", cells[1]]), M365Audit()
    )
    assert type(found) is kind


@pytest.mark.parametrize(("users", "kind"), [("an an", Record), ("an jan", Reject)])
def test_fields_of_a_web_server_that_are_there_twice_too(users: str, kind: type) -> None:
    log = (
        "#Software: Microsoft Internet Information Services 10.0\n"
        "#Fields: date time cs-method cs-uri-stem cs-username cs-username c-ip sc-status\n"
        f"2026-01-05 10:00:00 GET /x {users} 192.0.2.1 200\n"
    )
    assert type(found_in(log.encode(), WebAccess())[-1]) is kind
