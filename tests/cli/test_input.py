"""Bytes of every kind into `record`: taken or refused with a place and a hint; never a traceback, nothing half."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.main import run
from tests.cli.commands import here, ledger
from tests.worlds import V, World, copied

Capture = pytest.CaptureFixture[str]
DRAFT: dict[str, Any] = {
    "type": "party-withdrew", "protocol": V, "party": "TBT", "effective_at": "2022-07-31", "reason": "Brief",
    "evidence": [{"strength": "statement"}],
}  # fmt: skip
LINE = json.dumps(DRAFT).encode()


@pytest.mark.parametrize(
    "content",
    [
        LINE,
        LINE + b"\n",
        b"\xef\xbb\xbf" + LINE,
        LINE + b"\r\n",
        b"\n\r\n  \n" + LINE + b"\n\n",
        LINE.replace(b" ", b"\t"),
    ],
)
def test_a_line_is_read_whatever_ends_it(content: bytes, world: World):
    said = ledger("record", "-", "--as", "TBT", stdin=content, world=world)
    assert said.exit == 0, said.err
    assert world.size() == 126


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_input_with_nothing_on_it_records_nothing_and_says_so(content: bytes, world: World):
    said = ledger("record", "-", stdin=content, world=world)
    assert (said.exit, said.out) == (0, "")
    assert "nothing to record" in said.err
    assert world.size() == 125


@pytest.mark.parametrize(
    "content",
    [
        b"\x00", b"\xff\xfe", b"null", b"[]", b'"x"', b"1", b"{}", b"NaN", LINE + LINE, LINE[:-1], b"[" * 100_000,
        b'{"a":' * 50_000, LINE.replace(b"TBT", b"T\x00T"), LINE.replace(b"Brief", b"\xc3\x28"),
        LINE.replace(b"Brief", b"\\ud800"), LINE.replace(b'"Brief"', b"1e999"), LINE.replace(b'"Brief"', b"NaN"),
        LINE.replace(b"{", b'{"type":"x",', 1), LINE.replace(b"party-withdrew", b"party-withdrew/9"),
        LINE.replace(b"2022-07-31", b"2022-02-30"), LINE.replace(b'"party"', b'"partij"'), b'{"type": 12}',
        LINE.replace(b'"Brief"', b'{"value": "x", "about": ["not-a-token"]}'), LINE.replace(b'"Brief"', b"null"),
        LINE.replace(b"}]}", b'}], "id": 7}'), LINE.replace(b"}]}", b'}], "id": "XYZ"}'),
        b'{"event": 1, "signature": 2}',
        LINE.replace(b"}]}", b'}], "author": ["TBT"]}'), LINE.replace(b'"Brief"', b'"' + b"x" * 70_000 + b'"}'),
        LINE.replace(b"vlaio-fio-tbt-2021", b"../../etc"), LINE.replace(b'"TBT"', b'"T\\u202eBT"'),
    ],
    ids=lambda content: repr(content[:20]),
)  # fmt: skip
def test_bad_input_is_exit_5_with_its_line_and_leaves_the_ledger_as_it_was(
    content: bytes, world: World, tmp_path: Path, capfd: Capture
):
    file = tmp_path / "f"
    file.write_bytes(b"\n" + content)
    before = world.bytes()
    said = here(capfd, "record", str(file), "--as", "TBT", world=world)
    assert (said.exit, said.out) == (5, ""), said
    assert said.err.startswith(f"ledger: error: file {file}, line 2")
    assert "ledger: hint: " in said.err
    assert world.bytes() == before


def test_a_file_larger_than_memory_should_hold_is_refused(world: World, tmp_path: Path, capfd: Capture):
    file = tmp_path / "f"
    with file.open("wb") as out:
        out.truncate(64 * 1024 * 1024 + 1)
    said = here(capfd, "record", str(file), world=world)
    assert (said.exit, said.out) == (5, "")
    assert "split the file" in said.err


def test_a_line_as_long_as_a_file_may_be_is_refused(world: World, tmp_path: Path, capfd: Capture):
    file = tmp_path / "f"
    file.write_bytes(b'{"type":"' + b"x" * (63 * 1024 * 1024) + b'"}')
    said = here(capfd, "record", str(file), world=world)
    assert (said.exit, said.out) == (5, "")
    assert len(said.err) < 2000


@pytest.mark.parametrize("name", ["no-such-file", "x" * 5000])
def test_a_file_that_is_not_there_is_exit_6(name: str, world: World, capfd: Capture):
    assert here(capfd, "record", name, world=world).exit == 6


def test_control_characters_of_others_do_not_reach_the_terminal(world: World, tmp_path: Path, capfd: Capture):
    file = tmp_path / "x\x1b[31m\u202e\x07"
    file.write_text(json.dumps({**DRAFT, "type": "x\x1b[31m\u202e\x07"}), encoding="utf-8")
    said = here(capfd, "record", str(file), "--as", "TBT", world=world)
    assert said.exit == 5
    assert not {"\x1b", "\u202e", "\x07"} & set(said.err)
    assert "x1b" in said.err


@pytest.fixture(scope="module")
def shared(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One ledger for many refusals: it is the same after each."""
    world = copied(demo_folder, tmp_path_factory.mktemp("fuzz") / "world")
    yield world
    world.check()


def check_taken_or_refused(world: World, content: bytes) -> None:
    file = world.place.base.with_name("input")
    file.write_bytes(content)
    before = world.bytes()
    code = run(["--ledger", world.place.url, "record", str(file), "--as", "TBT"])
    assert code in (0, 5)
    if code == 5:
        assert world.bytes() == before
    else:
        assert world.bytes().startswith(before)


FEW = settings(max_examples=40, deadline=None)


@FEW
@given(content=st.binary(max_size=300))
def test_any_bytes_are_taken_or_refused(content: bytes, shared: World):
    check_taken_or_refused(shared, content)


@FEW
@given(data=st.data())
def test_a_draft_with_any_change_is_taken_or_refused(data: st.DataObject, shared: World):
    at = data.draw(st.integers(0, len(LINE)))
    length = data.draw(st.integers(0, 8))
    check_taken_or_refused(shared, LINE[:at] + data.draw(st.binary(max_size=8)) + LINE[at + length :])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@FEW
@given(field=st.sampled_from([*DRAFT, "id", "author", "related", "on_behalf_of", "happened_at", "x"]), value=VALUES)
def test_a_draft_with_any_value_in_any_field_is_taken_or_refused(field: str, value: Any, shared: World):
    check_taken_or_refused(shared, json.dumps({**DRAFT, field: value}).encode("utf-8", "surrogatepass"))
