"""Rejected lines lie beside their log, are mended in an editor, and are imported by the command that refused them."""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.importers.custody import LogFile
from ledger.importers.importer import Reject
from ledger.importers.rejected_lines import RejectedLines
from tests.importers.logs import SHAPES, World, audit, csv_text, json_lines, reasons
from tests.importers.products import PRODUCTS, W3C_HEADER, crm, storage, w3c
from tests.importers.test_damage import HEADS, line_of
from tests.importers.test_robustness import GARBAGE

ENCODINGS = {b"": "utf-8", b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def beside(log: Path) -> Path:
    return Path(f"{log}.rejected")


def mended(log: Path, change: Callable[[str], str], encoding: str = "utf-8") -> Path:
    """The file beside a log, after somebody was at it with an editor."""
    path = beside(log)
    text = path.read_bytes().decode(encoding)
    path.write_bytes(change(text).encode(encoding))
    return path


def counted(world: World, path: Path) -> tuple[int, int, int]:
    counts = world.imported(path).counts
    return counts.new, counts.duplicate, counts.rejected


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("mark", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_is_mended_is_read_by_the_importer_that_refused_it(
    name: str, mark: bytes, end: str, tmp_path: Path
) -> None:
    product, encoding = PRODUCTS[name], ENCODINGS[mark]
    lines = [product.line(number) for number in range(1, 7)]
    broken = [line if number % 3 else "!kapot!" for number, line in enumerate(lines, start=1)]
    log, whole = tmp_path / "log", tmp_path / "whole"
    for path, text_lines in ((log, broken), (whole, lines)):
        text = product.head.replace("\n", end) + end.join(text_lines)  # the last line has no end
        path.write_bytes(mark + text.encode(encoding))
    world = World(product.importer())
    assert counted(world, log) == (4, 0, 2)
    path = mended(log, lambda text: text.replace("!kapot!", lines[2], 1).replace("!kapot!", lines[5]), encoding)
    assert counted(world, path) == (2, 0, 0)
    assert counted(world, path) == (0, 2, 0)
    assert counted(world, whole) == (0, 6, 0)
    assert path.exists()


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_of_the_unified_audit_log_can_be_mended(name: str, tmp_path: Path) -> None:
    records = [audit(number) for number in range(1, 7)]
    whole = SHAPES[name][1](records)
    encoding = next((found for mark, found in ENCODINGS.items() if mark and whole.startswith(mark)), "utf-8")
    log = tmp_path / "log"
    good, bad = "2026-01-05T08:03:00".encode(encoding), "gisteren-om-8-uur-3".encode(encoding)
    assert good in whole
    log.write_bytes(whole.replace(good, bad))
    world = World()
    assert counted(world, log) == (5, 0, 1)
    (why,) = reasons(log)
    lines = beside(log).read_bytes().decode(encoding).splitlines()
    assert any("gisteren" in line for line in lines[why["mend_line"] - 1 :])
    assert lines[why["mend_line"] - 1].lstrip("\ufeff").strip() not in ("", "[", ",")
    path = mended(log, lambda text: text.replace("gisteren-om-8-uur-3", "2026-01-05T08:03:00"), encoding)
    assert counted(world, path) == (1, 0, 0)
    (tmp_path / "whole").write_bytes(whole)
    assert counted(world, tmp_path / "whole") == (0, 6, 0)


def test_rejected_objects_of_an_array_stand_in_an_array(tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    log.write_text(json.dumps([audit(1), audit(2, CreationTime="x"), audit(3, Id=""), audit(4)], indent=2))
    World().imported(log)
    assert [each["CreationTime"] for each in json.loads(beside(log).read_bytes())] == ["x", "2026-01-05T08:03:00"]


@pytest.mark.parametrize(
    ("name", "make"), [("azure-storage", storage), ("dataverse", crm), ("databricks", None), ("entra-signin", None)]
)
def test_objects_in_a_wrapper_can_be_mended(name: str, make: Any, tmp_path: Path) -> None:
    product, log, world = PRODUCTS[name], tmp_path / "log", World(PRODUCTS[name].importer())
    objects = [json.loads(product.line(number)) for number in range(1, 5)]
    broken = json.dumps({"records": objects}, indent=1).replace("2026-01-05T08:02:00", "x")
    broken = broken.replace("1767600002000", '"x"')
    log.write_text(broken)
    assert counted(world, log) == (3, 0, 1)
    path = mended(log, lambda text: text.replace('"x"', "1767600002000") if name == "databricks" else
                  text.replace('"x', '"2026-01-05T08:02:00'))  # fmt: skip
    assert counted(world, path) == (1, 0, 0)
    log.write_text(json.dumps({"records": objects}))
    assert counted(world, log) == (0, 4, 0)


def test_a_line_of_iis_keeps_the_fields_that_were_named_above_it(tmp_path: Path) -> None:
    log, world = tmp_path / "u_ex.log", World(PRODUCTS["web-access, iis"].importer())
    other = "#Fields: time date cs-username sc-status cs-method\n"
    log.write_text(f"{W3C_HEADER}{w3c(1)}\nx\n{other}08:00:00 2026-01-05 an 200 GET\nkapot\n{W3C_HEADER}z\n{w3c(2)}\n")
    assert counted(world, log) == (3, 0, 3)
    fields = W3C_HEADER.splitlines()[2]
    assert beside(log).read_text().splitlines() == [fields, "x", other.strip(), "kapot", fields, "z"]
    assert [each["mend_line"] for each in reasons(log)] == [2, 4, 6]
    better = {"\nx": f"\n{w3c(3)}", "kapot": "08:00:09 2026-01-05 jo 403 GET", "\nz": f"\n{w3c(4)}"}
    path = mended(log, lambda text: re.sub(r"\nx|kapot|\nz", lambda found: better[found[0]], text))
    assert counted(world, path) == (3, 0, 0)
    assert {event["outcome"] for event in world.events if event["happened_at"].endswith("08:00:09Z")} == {"denied"}


def test_the_lines_are_those_of_the_log_byte_for_byte(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    head = csv_text([]).encode()
    log.write_bytes(head + b"\n".join(GARBAGE))
    world = World()
    world.imported(log)
    assert beside(log).read_bytes() == head + b"".join(
        each["raw"] if each["raw"].endswith((b"\n", b"\r")) else each["raw"] + b"\r\n" for each in reasons(log)
    )
    assert stat.S_IMODE(beside(log).stat().st_mode) == 0o600
    at = [each["mend_line"] for each in reasons(log)]
    assert at == sorted(at)


def test_half_a_character_does_not_spoil_what_comes_behind_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"\xff\xfe" + "goed\n".encode("utf-16-le") + b"x")
    with LogFile.open(log) as opened, (tmp_path / "out").open("wb") as out:
        lines = RejectedLines(opened, out)
        assert lines.add(Reject(2, 12, 1, "truncated", "cut"), []) == 1
        assert lines.add(Reject(1, 2, 10, "conflict", "late"), []) == 2
        lines.finish()
    assert (tmp_path / "out").read_bytes().decode("utf-16") == "x\ngoed\n"


class Bad(NamedTuple):
    """A line that is rejected: garbage, or one that is to be mended."""

    garbage: int | None
    mended: bool


a_line = st.none() | st.builds(Bad, st.none() | st.integers(0, len(GARBAGE) - 1), st.booleans())


@pytest.mark.parametrize("name", [*PRODUCTS, *HEADS])
@given(lines=st.lists(a_line, min_size=1, max_size=20))
@settings(max_examples=20, deadline=None)
def test_what_is_mended_is_new_whatever_is_left_around_it(name: str, lines: list[Bad | None]) -> None:
    product = PRODUCTS.get(name)

    def line(number: int) -> bytes:
        return product.line(number).encode() + b"\n" if product else line_of(name, number)

    raw, wanted = (product.head.encode() if product else HEADS[name]) + line(1), []
    for number, bad in enumerate(lines, start=2):
        if bad is None:
            raw += line(number)
        elif bad.garbage is not None:
            raw += GARBAGE[bad.garbage] + b"\n"
        else:
            raw += b"!kapot-%d!\n" % number
            wanted += [number] if bad.mended else []
    with tempfile.TemporaryDirectory() as folder:
        log, world = Path(folder) / "log", World(product.importer() if product else None)
        log.write_bytes(raw)
        world.imported(log)
        if not wanted:
            return
        text = beside(log).read_bytes()
        for number in wanted:
            text = text.replace(b"!kapot-%d!" % number, line(number).rstrip(b"\r\n,"))
        beside(log).write_bytes(text)
        assert world.imported(beside(log)).counts.new == len(wanted)


def log_with(tmp_path: Path, *bad: str) -> Path:
    log = tmp_path / "log.jsonl"
    log.write_text(json_lines([audit(1)]) + "".join(f"{each}\n" for each in bad))
    return log


def test_a_second_import_leaves_what_somebody_mended(tmp_path: Path) -> None:
    log, world = log_with(tmp_path, "een"), World()
    world.imported(log)
    path = mended(log, lambda text: json_lines([audit(2)]))
    run = world.imported(log)
    assert (run.kept.lines, run.kept.left) == (path, path)
    assert counted(world, path) == (1, 0, 0)
    log_with(tmp_path, "een", "twee")
    run = world.imported(log)
    assert (run.kept.lines, run.kept.left) == (tmp_path / "log.jsonl.2.rejected", path)
    assert path.read_text() == json_lines([audit(2)])
    assert (tmp_path / "log.jsonl.2.rejected").read_text() == "een\ntwee\n"


def test_a_file_that_nobody_changed_follows_its_log(tmp_path: Path) -> None:
    log, world = log_with(tmp_path, "een"), World()
    world.imported(log)
    written = beside(log).stat().st_mtime_ns
    world.imported(log)
    assert beside(log).stat().st_mtime_ns == written
    log_with(tmp_path, "twee")
    assert world.imported(log).kept.left is None
    assert beside(log).read_text() == "twee\n"
    log_with(tmp_path)
    world.imported(log)
    assert os.listdir(tmp_path) == ["log.jsonl"]


def test_a_log_without_rejects_leaves_what_somebody_mended(tmp_path: Path) -> None:
    log, world = log_with(tmp_path, "een"), World()
    world.imported(log)
    path = mended(log, lambda text: "anders\n")
    log_with(tmp_path)
    run = world.imported(log)
    assert (run.kept.reasons, run.kept.lines, run.kept.left) == (None, None, path)
    assert sorted(os.listdir(tmp_path)) == ["log.jsonl", "log.jsonl.rejected"]


def test_what_is_still_wrong_stays_in_the_file_that_is_mended(tmp_path: Path) -> None:
    log, world = log_with(tmp_path, "een", "twee"), World()
    world.imported(log)
    path = mended(log, lambda text: text.replace("een\n", json_lines([audit(2)])))
    run = world.imported(path)
    assert (run.counts.new, run.counts.rejected, run.kept.lines) == (1, 1, path)
    assert [each["line"] for each in reasons(path)] == [2]
    mended(log, lambda text: text.replace("twee\n", json_lines([audit(3)])))
    assert counted(world, path) == (1, 1, 0)
    assert sorted(os.listdir(tmp_path)) == ["log.jsonl", "log.jsonl.rejected", "log.jsonl.rejects.jsonl"]


def test_without_the_log_at_hand_no_lines_are_replaced(tmp_path: Path) -> None:
    log, world = log_with(tmp_path, "een"), World()
    for bad in ("een", "twee"):
        log_with(tmp_path, bad)
        with LogFile.open(log) as opened:
            opened.path = tmp_path / "standard-input"
            world.imported(opened)
    assert (tmp_path / "standard-input.rejected").read_text() == "een\n"
    assert (tmp_path / "standard-input.2.rejected").read_text() == "twee\n"
