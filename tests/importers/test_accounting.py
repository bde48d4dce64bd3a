"""Every line of a log is accounted for, however its lines are mixed with damage: new, known, rejected or ignored."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.logs import World, reasons
from tests.importers.products import PRODUCTS
from tests.importers.test_robustness import GARBAGE

GOOD, REPEATED, BAD = "good", "repeated", "bad"
ENDS = [b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n"]
MARKS = [b"", b"\xef\xbb\xbf"]
WITHOUT_IDS = ("web-access", "web-access, iis", "web-access, logins")
"""There a line that comes again is another use."""


class Line(NamedTuple):
    kind: str
    number: int
    end: bytes


lines_of_a_log = st.lists(
    st.builds(Line, st.sampled_from([GOOD] * 6 + [REPEATED, BAD, BAD]), st.integers(0, 9), st.sampled_from(ENDS)),
    max_size=25,
)


@pytest.mark.parametrize("name", PRODUCTS)
@given(lines=lines_of_a_log, mark=st.sampled_from(MARKS), cut=st.integers(0, 40))
@settings(max_examples=25, deadline=None)
def test_every_line_is_counted_once_and_no_byte_of_a_bad_one_is_lost(
    name: str, lines: list[Line], mark: bytes, cut: int
) -> None:
    product = PRODUCTS[name]
    raw, good, repeated, bad = mark + product.head.encode() + product.line(1).encode() + b"\n", 1, 0, []
    for number, line in enumerate(lines, start=2):
        if line.kind == GOOD:
            raw += product.line(number).encode() + line.end
            good += 1
        elif line.kind == REPEATED:
            raw += product.line(1).encode() + line.end
            repeated += 1
        else:
            raw += GARBAGE[line.number] + line.end
            bad.append(GARBAGE[line.number])
    if cut:
        raw += product.line(50).encode()[:cut]
        bad.append(product.line(50).encode()[:cut])
    if name in WITHOUT_IDS:
        good, repeated = good + repeated, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_bytes(raw)
        world = World(product.importer())
        run = world.imported(path)
        counts = run.counts
        assert (counts.new, counts.duplicate, counts.rejected) == (good, repeated, len(bad))
        kept = reasons(path)
        again = world.imported(path)
        assert (again.counts.new, again.counts.duplicate, again.counts.rejected) == (0, good + repeated, len(bad))
    assert [each["raw"].rstrip(b"\r\n") for each in kept] == bad
    assert all(raw[each["offset"] :].startswith(each["raw"]) for each in kept)


@pytest.mark.parametrize("name", ["m365-audit", "databricks, csv", "web-access", "table"])
def test_a_line_of_fifty_megabytes_is_refused_alone(name: str, tmp_path: Path) -> None:
    product, path = PRODUCTS[name], tmp_path / "log"
    path.write_bytes((product.head + product.line(1) + "\n").encode() + b"x" * (50 << 20) + b"\n"
                     + product.line(2).encode())  # fmt: skip
    counts = World(product.importer()).imported(path).counts
    assert (counts.new, counts.rejected, counts.reasons["too-long"]) == (2, 1, 1)
