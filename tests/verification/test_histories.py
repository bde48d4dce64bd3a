"""Any history that the ledger writes is whole, however it is cut into segments; any mutation of it is found."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.place import Place
from ledger.storage.highwater import HighWater
from ledger.storage.opening import open_store
from ledger.verification.report import Report
from ledger.verification.run import Asked, verify
from tests.verification.conftest import ingest
from tests.verification.forging import as_owner, codes, report_of, sql
from tests.worlds import World

STEPS = st.lists(st.one_of(st.integers(1, 9), st.just(0), st.just(-1)), min_size=1, max_size=8)
"""A batch of so many uses, a single event (0), or a checkpoint (-1)."""

SIZES = ((0, False), (1, True), (3, False), (14, True))
"""Bits of a segment, and whether uses are read."""


def _grown(world: World, steps: list[int]) -> None:
    number = 10_000
    with world.open() as ledger:
        for step in steps:
            if step > 0:
                ingest(world, ledger, range(number, number + step))
            elif step == 0:
                draft = world.signed(
                    "VLAIO", "measure-lapsed", party="VLAIO", measure=f"m{number}", happened_at="2022-06-20"
                )
                ledger.record([draft])
            else:
                ledger.sign_checkpoint(world.key("OPERATOR", "log"), world.key("OPERATOR"))
            number += 10


def _copy(folder: Path, target: Path) -> World:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    return World(Place.named(str(target / "ledger.db"), {}))


@settings(max_examples=8, deadline=None)
@given(steps=STEPS)
def test_any_history_is_whole_whatever_the_size_of_a_segment(
    demo_folder: Path, tmp_path: Path, steps: list[int]
) -> None:
    world = _copy(demo_folder, tmp_path / "history")
    _grown(world, steps)
    reports = [report_of(world, bits=bits, deep=deep) for bits, deep in SIZES]
    assert [report.faults for report in reports] == [()] * len(SIZES)
    assert len({report.root for report in reports}) == 1
    assert {report.counts["uses"] for report in reports} == {sum(step for step in steps if step > 0)}


def _dropped(file: sqlite3.Connection, position: int, _: int) -> None:
    file.execute("DELETE FROM entry WHERE position = ?", (position,))


def _flipped(file: sqlite3.Connection, position: int, place: int) -> None:
    ((raw,),) = file.execute("SELECT raw FROM entry WHERE position = ?", (position,)).fetchall()
    changed = bytearray(raw)
    changed[place % len(raw)] ^= 1 << place % 8
    file.execute("UPDATE entry SET raw = ? WHERE position = ?", (bytes(changed), position))


def _cut(file: sqlite3.Connection, position: int, _: int) -> None:
    file.execute("DELETE FROM entry WHERE position >= ?", (position,))


def _exchanged(file: sqlite3.Connection, position: int, other: int) -> None:
    size = file.execute("SELECT max(position) FROM entry").fetchone()[0]
    second = other % size + 1
    if second == position:
        second = position % size + 1
    one, two = (file.execute("SELECT raw FROM entry WHERE position = ?", (at,)).fetchone() for at in (position, second))
    file.execute("UPDATE entry SET raw = ? WHERE position = ?", (*two, position))
    file.execute("UPDATE entry SET raw = ? WHERE position = ?", (*one, second))


def _other_version(file: sqlite3.Connection, position: int, number: int) -> None:
    file.execute("UPDATE entry SET version = version + ? WHERE position = ?", (1000 + number, position))


def _other_stream(file: sqlite3.Connection, position: int, number: int) -> None:
    file.execute("UPDATE entry SET stream = 'ledger/elsewhere', version = ? WHERE position = ?", (number, position))


MUTATIONS = (_dropped, _flipped, _cut, _exchanged, _other_version, _other_stream)


@settings(max_examples=50, deadline=None)
@given(
    mutation=st.sampled_from(MUTATIONS), position=st.integers(1, 140), number=st.integers(0, 10_000),
    bits=st.sampled_from((0, 2, 5, 14)),
)  # fmt: skip
def test_any_mutation_is_found_whatever_the_size_of_a_segment(
    ledger_folder: Path,
    tmp_path: Path,
    mutation: Callable[[sqlite3.Connection, int, int], None],
    position: int,
    number: int,
    bits: int,
) -> None:
    world = _copy(ledger_folder, tmp_path / "mutated")
    as_owner(world.place.url, lambda file: mutation(file, min(position, _size(file)), number))
    report = report_of(world, bits=bits)
    assert report.failed
    assert any(abs(fault.position - min(position, report.size + 1)) <= 1 for fault in report.faults)


def _size(file: sqlite3.Connection) -> int:
    return int(file.execute("SELECT max(position) FROM entry").fetchone()[0])


@pytest.mark.parametrize("bits", [0, 1, 4, 7, 8, 9])
def test_a_batch_across_segments_is_checked_as_one(grown: World, bits: int) -> None:
    assert report_of(grown, bits=bits).faults == ()
    sql(
        grown.place.url,
        "UPDATE entry SET raw = CAST(replace(raw, 'FileDownloaded', 'FileDownloader') AS BLOB) WHERE position = 250",
    )
    changed = report_of(grown, bits=bits)
    assert changed.failed
    assert changed.faults[0].position == 250


def _reports(world: World, monkeypatch: pytest.MonkeyPatch, **asked: object) -> list[Report]:
    monkeypatch.setattr("ledger.verification.run.WORTH_PROCESSES", 0)
    return [report_of(world, processes=processes, bits=6, **asked) for processes in (1, 2, 3)]


def test_two_processes_find_what_one_finds(grown: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = _reports(grown, monkeypatch, deep=True)
    assert sound[0].faults == ()
    assert sound[0] == sound[1] == sound[2]
    sql(grown.place.url, "DELETE FROM entry WHERE position BETWEEN 60 AND 200")
    sql(grown.place.url, "UPDATE entry SET raw = CAST(raw || ' ' AS BLOB) WHERE position = 700")
    broken = _reports(grown, monkeypatch)
    assert broken[0] == broken[1] == broken[2]
    assert {"completeness.missing-entry", "entry.malformed"} <= codes(broken[0])


def test_a_process_that_is_killed_leaves_its_work_to_this_one(grown: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.verification.run.WORTH_PROCESSES", 0)
    monkeypatch.setattr("ledger.verification.run.check_elsewhere", _dies)
    report = report_of(grown, processes=2, bits=6)
    assert report.faults == ()
    assert report.counts["entries"] == report.size


def _dies(_: object) -> None:
    import os

    os._exit(1)


def test_a_ledger_may_be_verified_while_others_write_to_it(damaged: World) -> None:
    """What is appended after the verification began is not part of it, and no fault either."""
    with open_store(damaged.place.url) as store:
        written: list[int] = []

        def writes(done: int, total: int) -> None:
            if len(written) < 3:
                with damaged.open() as ledger:
                    ledger.sign_checkpoint(damaged.key("OPERATOR", "log"), damaged.key("OPERATOR"))
                    written.append(ledger.store.size())

        size = store.size()
        asked = Asked(head=HighWater(damaged.place.head), processes=1, bits=4, progress=writes)
        report = verify(store, damaged.place.url, asked)
    assert written == [size + 1, size + 2, size + 3]
    assert report.faults == ()
    assert report.size == size
