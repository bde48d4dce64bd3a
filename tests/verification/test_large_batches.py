"""A batch of several pages: behind its first page the database compares the columns, and only the bytes are read.

What is told of a spoilt row must be what is told where every column is read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.errors import LedgerError
from ledger.storage.inspection import PAGE, RawStretch
from ledger.storage.opening import open_store
from projections.pieces import Piece, Span, piece, read
from tests.storage.owner import as_owner as as_owner_there
from tests.storage.owner import disarm
from tests.verification.conftest import ingest
from tests.verification.forging import as_owner, report_of, sql
from tests.verification.test_postgres import moved, reported
from tests.worlds import World, copied

USES = 5 * PAGE


@pytest.fixture(scope="module")
def large_folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One large batch, and a small one behind it."""
    world = copied(demo_folder, tmp_path_factory.mktemp("large") / "ledger")
    with world.open() as ledger:
        ingest(world, ledger, range(1_000, 1_000 + USES))
        ingest(world, ledger, range(9_000, 9_003))
        ledger.sign_checkpoint(world.key("OPERATOR", "log"), world.key("OPERATOR"))
    world.check()
    return Path(world.place.url).parent


@pytest.fixture
def large(large_folder: Path, tmp_path: Path) -> World:
    return copied(large_folder, tmp_path / "large")


@pytest.fixture(scope="module")
def places(large_folder: Path) -> dict[str, int]:
    """Where something may be spoilt: pages end at multiples of PAGE."""
    with open_store(str(large_folder / "ledger.db")) as store:
        middle = store.size() // PAGE // 2 * PAGE
    return {"first of a page": middle + 1, "in a page": middle + 100, "last of a page": middle + PAGE}


SPOILS = {
    "stream": "UPDATE entry SET stream = 'other/usage' WHERE position = {}",
    "stream in capitals": "UPDATE entry SET stream = upper(stream) WHERE position = {}",
    "version": "UPDATE entry SET version = 99999 WHERE position = {}",
    "largest version": "UPDATE entry SET version = -9223372036854775808 WHERE position = {}",
    "type": "UPDATE entry SET type = 'access-used/2' WHERE position = {}",
    "bytes": "UPDATE entry SET raw = CAST(replace(raw, 'sharepoint', 'sharepoinT') AS BLOB) WHERE position = {}",
    "batch": "UPDATE entry SET raw = CAST(replace(raw, 'batch:', 'batch:1') AS BLOB) WHERE position = {}",
    "no bytes": "UPDATE entry SET raw = x'' WHERE position = {}",
    "a line of its own": "UPDATE entry SET raw = CAST(raw || x'0a' AS BLOB) WHERE position = {}",
    "gone": "DELETE FROM entry WHERE position = {}",
    "moved": "UPDATE entry SET position = position + 1000000 WHERE position = {}",
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
@pytest.mark.parametrize("place", ["first of a page", "in a page", "last of a page"])
def test_a_spoilt_row_is_told_as_where_every_column_is_read(
    large: World, places: dict[str, int], spoil: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = places[place]
    sql(large.place.url, spoil.format(at))
    quick = report_of(large)
    monkeypatch.setattr(RawStretch, "members", lambda *_: [])
    assert quick == report_of(large)
    assert {at, at - 1} & {fault.position for fault in quick.faults}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
@pytest.mark.parametrize("place", ["first of a page", "in a page", "last of a page"])
def test_who_folds_it_stops_there_as_where_every_column_is_read(
    large: World, places: dict[str, int], spoil: str, place: str
) -> None:
    sql(large.place.url, spoil.format(places[place]))
    with open_store(large.place.url) as store:
        end = store.size()
        quick = outcome(lambda: read(store, Span(0, end)))
        assert quick == outcome(lambda: piece(store.pages(0, end), 0))


def outcome(work: Callable[[], Piece]) -> object:
    """What was read, or the error."""
    try:
        found = work()
    except LedgerError as error:
        return type(error), error.code, error.message, error.where
    return found.reached, found.recorded_at, found.uses, found.entries


@pytest.mark.parametrize("change", ["raw = CAST(raw AS TEXT)", "stream = upper(stream)", "type = type || ' '",
                                    "stream = CAST(stream AS BLOB)", "version = CAST(version AS TEXT)"])  # fmt: skip
def test_columns_that_may_hold_any_value_and_compare_as_they_please_hide_nothing(
    large: World, places: dict[str, int], change: str
) -> None:
    at = places["in a page"]

    def loosened(file: sqlite3.Connection) -> None:
        file.execute("ALTER TABLE entry RENAME TO old")
        columns = "position INTEGER PRIMARY KEY, stream COLLATE NOCASE, version, type COLLATE RTRIM, raw"
        file.execute(f"CREATE TABLE entry ({columns})")
        file.execute("INSERT INTO entry SELECT * FROM old")
        file.execute("DROP TABLE old")
        file.execute(f"UPDATE entry SET {change} WHERE position = ?", (at,))

    as_owner(large.place.url, loosened)
    assert at in {fault.position for fault in report_of(large).faults if fault.code.startswith("entry.")}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were read by their bytes alone, each time that was asked."""
    members, counts = RawStretch.members, list[int]()

    def counted(stretch: RawStretch, stream: str, type_: str, ahead: int) -> list[object]:
        found = members(stretch, stream, type_, ahead)
        counts.append(len(found))
        return found

    monkeypatch.setattr(RawStretch, "members", counted)
    return counts


def test_most_of_a_large_batch_is_read_by_its_bytes_alone(large: World, taken: list[int]) -> None:
    assert report_of(large).faults == ()
    assert sum(taken) >= USES - 3 * PAGE


def test_so_it_is_where_it_is_folded(large: World, taken: list[int]) -> None:
    with open_store(large.place.url) as store:
        found = read(store, Span(0, store.size()))
        assert found == piece(store.pages(), 0)
    assert sum(taken) >= 2 * PAGE


def test_so_it_is_on_postgres(large: World, places: dict[str, int], postgres_url: str, taken: list[int]) -> None:
    moved(large, postgres_url)
    assert reported(postgres_url).faults == ()
    assert sum(taken) >= USES - 3 * PAGE
    disarm(postgres_url, "entry")
    for place, change in zip(places.values(), ("type = 'x/1'", "version = -9e18", "stream = 'x/usage'"), strict=True):
        as_owner_there(postgres_url, f"UPDATE entry SET {change} WHERE position = {place}")
    assert set(places.values()) <= {fault.position for fault in reported(postgres_url).faults}


def test_members_are_found_by_their_positions(large: World) -> None:
    """The index of streams would give them in no order of position, and visit each row apart."""
    asked = list[str]()
    with open_store(large.place.url) as store:
        RawStretch(lambda sql, _: asked.append(sql) or [], 0, PAGE).members("a", "b", 3)
        (plan,) = store.rows(f"EXPLAIN QUERY PLAN {asked[-1]}", (1, 2, "a", "b", 3))
    assert "INTEGER PRIMARY KEY" in plan[3]
