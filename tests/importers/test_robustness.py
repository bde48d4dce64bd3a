"""What every importer survives, in every shape that is one record a line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events.codec import decoded, encoded
from ledger.importers.importer import HEAD, Ignored, NotThisFormat, Record, Reject
from ledger.importers.lines import LONGEST
from tests.importers.logs import World, found_in, reasons
from tests.importers.products import PERSONAL, PRODUCTS, Product

JSON = [name for name, product in PRODUCTS.items() if product.line(1).startswith("{")]
GARBAGE = [b"garbage", b'{"Id":"x', b"}{", b"\x00\x00\x00\x00", b"{}", b"[[[[", b"5", b"a;b;c", b"{" * 3000, b"-" * 50]


@pytest.fixture(params=PRODUCTS)
def product(request: pytest.FixtureRequest) -> Product:
    return PRODUCTS[request.param]


def text_of(product: Product, count: int, end: str = "\n") -> str:
    return product.head + "".join(product.line(number) + end for number in range(1, count + 1))


def records(product: Product, raw: bytes) -> list[Record]:
    return [each for each in found_in(raw, product.importer()) if isinstance(each, Record)]


def rejects(product: Product, raw: bytes) -> list[Reject]:
    return [each for each in found_in(raw, product.importer()) if isinstance(each, Reject)]


def test_every_line_is_a_record_at_its_place(product: Product) -> None:
    raw = text_of(product, 9).encode()
    found = records(product, raw)
    assert [each.raw for each in found] == [product.line(number).encode() for number in range(1, 10)]
    assert [raw[each.offset : each.offset + len(each.raw)] for each in found] == [each.raw for each in found]
    first = product.head.count("\n") + 1
    assert [each.line_number for each in found] == list(range(first, first + 9))
    assert len({each.record_id for each in found}) == 9


def test_a_last_line_that_is_cut_is_refused_alone(product: Product) -> None:
    raw = (text_of(product, 4) + product.line(5)[: len(product.line(5)) // 3]).encode()
    assert len(records(product, raw)) == 4
    (reject,) = rejects(product, raw)
    assert reject.offset + reject.length == len(raw)


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_a_byte_order_mark_changes_nothing(product: Product, mark: bytes) -> None:
    encoding = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}[mark]
    raw = mark + text_of(product, 4).encode(encoding)
    plain = records(product, text_of(product, 4).encode())
    found = records(product, raw)
    assert [each._replace(raw=b"", offset=0, content=b"", record_id="") for each in found] == [
        each._replace(raw=b"", offset=0, content=b"", record_id="") for each in plain
    ]
    assert [raw[each.offset :].startswith(each.raw) for each in found] == [True] * 4


def test_line_ends_may_be_mixed(product: Product) -> None:
    ends = ["\n", "\r\n", "\r", "\n\n", "\r\n\r\n"]
    raw = (product.head + "".join(product.line(n) + ends[n % 5] for n in range(1, 21))).encode()
    assert [each.raw for each in records(product, raw)] == [product.line(number).encode() for number in range(1, 21)]
    assert rejects(product, raw) == []


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_one_line_in_ten_is_garbage_and_costs_that_line_only(product: Product, end: bytes, tmp_path: Path) -> None:
    raw, bad = product.head.encode(), []
    for number in range(1, 10 * len(GARBAGE) + 1):
        raw += product.line(number).encode() + end
        if number % 10 == 0:
            bad.append(GARBAGE[number // 10 - 1] + end)
            raw += bad[-1]
    path = tmp_path / "log"
    path.write_bytes(raw)
    world = World(product.importer())
    run = world.imported(path)
    assert (run.counts.new, run.counts.rejected, run.counts.duplicate) == (10 * len(GARBAGE), len(GARBAGE), 0)
    kept = reasons(path)
    assert [each["raw"] for each in kept] == bad
    for each, piece in zip(kept, bad, strict=True):
        assert raw[each["offset"] : each["offset"] + len(piece)] == piece
        assert each["line"] == raw.count(b"\n", 0, each["offset"]) + 1
    again = world.imported(path)
    assert (again.counts.new, again.counts.duplicate) == (0, 10 * len(GARBAGE))


@pytest.mark.parametrize("name", JSON)
def test_a_first_record_may_be_as_long_as_any(name: str) -> None:
    product = PRODUCTS[name]
    long = '{"zz":"' + "x" * (2 * HEAD) + '",' + product.line(1)[1:]
    for raw in (f"{long}\n{product.line(2)}\n", f"[\n{long},\n{product.line(2)}\n]\n"):
        assert len(records(product, product.head.encode() + raw.encode())) == 2


def test_a_line_of_many_megabytes_is_refused_and_the_next_is_read(product: Product) -> None:
    raw = text_of(product, 1).encode() + b"x" * (LONGEST + 9) + b"\n" + product.line(2).encode()
    assert len(records(product, raw)) == 2
    assert [(each.code, each.length) for each in rejects(product, raw)] == [("too-long", LONGEST + 10)]


@pytest.mark.parametrize("name", JSON)
def test_a_line_in_another_encoding_is_refused_alone(name: str) -> None:
    product = PRODUCTS[name]
    bad = product.line(2).encode().replace(b"{", b'{"x": "\xe9", ', 1)
    raw = b"\n".join([product.line(1).encode(), bad, product.line(3).encode()])
    assert [(each.line_number, each.code) for each in rejects(product, raw)] in ([(2, "encoding")], [(2, "not-json")])
    assert len(records(product, raw)) == 2


@pytest.mark.parametrize("name", JSON)
def test_the_case_of_keys_says_nothing(name: str) -> None:
    product = PRODUCTS[name]
    for change in (str.lower, str.upper):
        raw = re.sub(r'"([A-Za-z_ -]+)":', lambda found: change(found[0]), text_of(product, 3)).encode()  # noqa: B023
        assert [
            each._replace(raw=b"", offset=0, content=b"", record_id="", place=None) for each in records(product, raw)
        ] == [
            each._replace(raw=b"", offset=0, content=b"", record_id="", place=None)
            for each in records(product, text_of(product, 3).encode())
        ]


@pytest.mark.parametrize("name", JSON)
def test_numbers_may_be_written_as_text(name: str) -> None:
    product = PRODUCTS[name]
    raw = re.sub(r": (\d+)([,}])", r': "\1"\2', text_of(product, 3)).encode()
    plain = records(product, text_of(product, 3).encode())
    assert [each[5:13] for each in records(product, raw)] == [each[5:13] for each in plain]


def test_members_are_events_and_hold_nothing_of_a_person(product: Product, tmp_path: Path) -> None:
    path, world = tmp_path / "log", World(product.importer())
    path.write_text(text_of(product, 5))
    world.imported(path)
    (batch,) = world.batches
    for member in batch.members:
        assert encoded(decoded(member)) == member
        assert [word for word in PERSONAL if word.encode() in member.lower()] == []
    assert all(event["actor"] in world.secrets.made.values() for event in world.events)


def test_overlapping_exports_in_any_order_give_each_use_once(product: Product, tmp_path: Path) -> None:
    world = World(product.importer())
    for name, numbers in {"b": range(4, 9), "a": range(1, 6), "c": range(1, 11)}.items():
        path = tmp_path / name
        path.write_text(product.head + "".join(product.line(number) + "\n" for number in numbers))
        world.imported(path)
    assert len(world.events) == len({event["id"] for event in world.events}) == 10


@pytest.mark.parametrize("name", PRODUCTS)
@given(raw=st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_refused(name: str, raw: bytes) -> None:
    product = PRODUCTS[name]
    for before in (b"", text_of(product, 1).encode()):
        importer = product.importer()
        try:
            found = found_in(before + raw, importer)
        except NotThisFormat:
            assert before == b""
            assert importer.sniff((before + raw)[:HEAD]) is None
            continue
        assert all(isinstance(each, Record | Reject | Ignored) for each in found)


@pytest.mark.parametrize("name", JSON)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_values_in_the_known_fields_are_read_or_refused(name: str, data: st.DataObject) -> None:
    product = PRODUCTS[name]
    plain = json.loads(product.line(2))
    values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    inner = values | st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3)
    changed = plain | data.draw(st.dictionaries(st.sampled_from(sorted(plain)), inner, max_size=4))
    raw = (product.line(1) + "\n" + json.dumps(changed) + "\n").encode()
    assert len(found_in(raw, product.importer())) == 2
