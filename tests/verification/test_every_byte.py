"""No byte of what is stored can be changed unnoticed, and what is told names the entry that was changed."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from ledger.chain.entry import Entry
from ledger.chain.hashing import NO_LEAF, Digest
from ledger.events.codec import decoded
from ledger.keys.keyring import Keyring
from ledger.parties import Known
from ledger.verification.authority import Life, Rules
from ledger.verification.events import EventCheck
from ledger.verification.keys import KeyHistory
from ledger.verification.report import Fault
from ledger.verification.segment import Row, check_segment
from ledger.verification.whole import Start, Whole
from tests.docs.small_ledger import PROTOCOL, small_ledger
from tests.verification.forging import Forged, as_owner, at, codes, private, report_of, sql
from tests.worlds import World


class Listed:
    """Rows that were read, as one page."""

    def __init__(self, rows: list[Row]) -> None:
        self.after, self.rows = rows[0][0] - 1, rows

    def page(self) -> list[Row]:
        page, self.rows = self.rows, []
        return page

    def members(self, _stream: str, _type: str, _ahead: int) -> list[bytes]:
        return []


def _rows(raws: list[bytes]) -> list[Row]:
    entries = [Entry.parse(raw) for raw in raws]
    return [(e.position, e.stream, e.version, decoded(e.event).type, e.raw) for e in entries]


def _keys(rows: list[Row]) -> KeyHistory:
    keyring = Keyring()
    for position, stream, _, _, raw in rows:
        if stream == "ledger/keys":
            keyring = keyring.apply(position, decoded(Entry.parse(raw).event))
    return KeyHistory(keyring)


def _rules(history: KeyHistory) -> Rules:
    """The small ledger registers no protocol file."""
    return Rules(history.keyring, {PROTOCOL: Life((0,), ((Known(parties=frozenset({"TBT"})),),))})


def _faults(rows: list[Row], history: KeyHistory) -> list[Fault]:
    """What is told of a stretch of rows."""
    first = Entry.parse(rows[0][4]) if rows[0][0] > 1 else None
    whole = Whole(start=Start(rows[0][0] - 1, first.prev) if first else None)
    whole.add(check_segment(Listed(rows), [], EventCheck(history.keys, _rules(history))))
    whole.finish()
    return whole.faults.kept


def test_every_byte_of_every_entry_of_a_small_ledger_is_found_and_its_entry_named() -> None:
    """Every byte, in an opening, an enrolment, a statement, a batch with its uses and a seal, with one bit flipped."""
    rows = _rows(small_ledger().raws)
    history = _keys(rows)
    leaf = Digest(Entry.parse(rows[-1][4]).leaf)
    assert _faults(rows, history) == []
    chance = random.Random(1)
    for index, (position, stream, version, type_, raw) in enumerate(rows):
        # The entry and the one behind it: nothing further away can tell more of it.
        window = rows[index : index + 2]
        for place in range(len(raw)):
            changed = bytearray(raw)
            changed[place] ^= 1 << chance.randrange(8)
            window[0] = (position, stream, version, type_, bytes(changed))
            found = _of_window(window, history, rows[index - 1][4] if index else None, leaf, len(rows))
            assert position in found, f"byte {place} of entry {position}"


def _of_window(rows: list[Row], history: KeyHistory, before: bytes | None, leaf: Digest, size: int) -> set[int]:
    prev = Entry.parse(before).leaf if before else NO_LEAF
    whole = Whole(start=Start(rows[0][0] - 1, prev))
    whole.add(check_segment(Listed(rows), [], EventCheck(history.keys, _rules(history))))
    whole.finish()
    found = {fault.position for fault in whole.faults.kept if fault.code.startswith(("entry.", "chain.", "signature."))}
    return found | ({size} if whole.size == size and whole.leaf != leaf else set())


def test_a_flipped_byte_in_any_entry_of_a_stored_ledger_is_found_and_its_entry_named(damaged: World) -> None:
    with closing(sqlite3.connect(damaged.place.url)) as file:
        stored = file.execute("SELECT position, raw FROM entry ORDER BY position").fetchall()
    chance = random.Random(2)
    for position, raw in stored:
        changed = bytearray(raw)
        changed[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        sql(damaged.place.url, "UPDATE entry SET raw = ? WHERE position = ?", bytes(changed), position)
        report = report_of(damaged)
        assert report.faults[0].position == position, f"the first thing told after entry {position} was changed"
        assert report.verdicts["integrity"] == "failed"
        sql(damaged.place.url, "UPDATE entry SET raw = ? WHERE position = ?", raw, position)
    assert report_of(damaged).faults == ()


COLUMNS = {
    "entry": ("stream", "version", "type"),
    "layout": ("format",),
    "checkpoint": ("size", "edition", "note"),
    "protocol_file": ("digest", "data"),
}


def _other(value: Any, chance: random.Random) -> Any:
    """A value of the same kind with one bit changed."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(40))
    raw = bytearray(value if isinstance(value, bytes) else value.encode())
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(5)
    return bytes(raw) if isinstance(value, bytes) else raw.decode()


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, columns in COLUMNS.items() for column in columns]
)
def test_a_flipped_bit_in_any_column_is_found(
    damaged: World, table: str, column: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(damaged.place.url)) as file:
        stored = file.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
    chance = random.Random(column)
    for rowid, value in chance.sample(stored, min(6, len(stored))):
        if table == "layout":
            sql(damaged.place.url, "UPDATE layout SET format = 3")
            assert run(["--ledger", damaged.place.url, "verify"]) == 5, "another format is not a ledger known here"
            return
        _set(damaged, table, column, rowid, _other(value, chance))
        report = report_of(damaged)
        assert report.failed, f"{column} of row {rowid} of {table}"
        if table == "entry":
            told = {fault.position for fault in report.faults}
            assert rowid in told
        assert run(["--ledger", damaged.place.url, "verify"]) == 3
        _set(damaged, table, column, rowid, value)
    capsys.readouterr()
    assert report_of(damaged).faults == ()


def _set(world: World, table: str, column: str, rowid: int, value: Any) -> None:
    sql(world.place.url, f"UPDATE {table} SET {column} = ? WHERE rowid = ?", value, rowid)


@pytest.mark.parametrize("moved", [0, -3, 9_999, 2**40, 2**63 - 1])
@pytest.mark.parametrize("position", [1, 60, 130])
def test_a_row_at_another_position_is_missed_where_it_stood(damaged: World, position: int, moved: int) -> None:
    sql(damaged.place.url, "UPDATE entry SET position = ? WHERE position = ?", moved, position)
    report = report_of(damaged)
    assert "completeness.missing-entry" in at(report, position)
    assert ("entry.columns" in at(report, moved)) or (moved < 1 and "completeness.rows" in codes(report))


def test_a_flipped_bit_in_any_tree_node_is_found(grown: World) -> None:
    with closing(sqlite3.connect(grown.place.url)) as file:
        stored = file.execute("SELECT level, idx, hash FROM node").fetchall()
    assert len(stored) > 2
    for level, index, digest in stored:
        for place in (0, 31):
            changed = bytearray(digest)
            changed[place] ^= 4
            sql(grown.place.url, "UPDATE node SET hash = ? WHERE level = ? AND idx = ?", bytes(changed), level, index)
            assert "tree.node" in at(report_of(grown), (index << level) + 1)
        sql(grown.place.url, "UPDATE node SET hash = ? WHERE level = ? AND idx = ?", digest, level, index)
    sql(grown.place.url, "INSERT INTO node VALUES (60, 1, ?)", bytes(32))
    assert [fault.code for fault in report_of(grown).faults] == ["tree.node-count"]


def test_a_changed_byte_anywhere_in_the_file_is_never_a_traceback(
    damaged: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What SQLite does not use (free space in a page) may change; all else is told, or the file is no ledger."""
    file = Path(damaged.place.url)
    sound = file.read_bytes()
    chance, ends = random.Random(3), dict[int, int]()
    places = [*range(0, 100, 9), *(chance.randrange(len(sound)) for _ in range(120))]
    for place in places:
        changed = bytearray(sound)
        changed[place] ^= 1 << chance.randrange(8)
        file.write_bytes(changed)
        for ending in ("-wal", "-shm"):
            file.with_name(file.name + ending).unlink(missing_ok=True)
        code = run(["--ledger", damaged.place.url, "verify"])
        told = capsys.readouterr()
        ends[code] = ends.get(code, 0) + 1
        assert code in (0, 3, 5), f"byte {place}: exit {code}: {told.err}"
        assert "Traceback" not in told.err
        if code == 0:
            assert damaged.bytes() == _bytes_of(sound, tmp_path), f"byte {place} was changed unnoticed"
    assert ends[3] > len(places) // 3


def _bytes_of(content: bytes, folder: Path) -> bytes:
    copy = folder / "sound.db"
    if not copy.exists():
        copy.write_bytes(content)
    with closing(sqlite3.connect(copy)) as file:
        return b"".join(raw + b"\n" for (raw,) in file.execute("SELECT raw FROM entry ORDER BY position"))


@pytest.mark.parametrize("kind", ["CAST(raw AS TEXT)", "NULL", "7", "2.5"])
def test_bytes_kept_as_another_kind_of_value_are_told(damaged: World, kind: str) -> None:
    """The owner makes the table anew, without the rule that a column holds one kind of value."""

    def loosened(file: sqlite3.Connection) -> None:
        file.execute("CREATE TABLE loose (position INTEGER PRIMARY KEY, stream, version, type, raw)")
        file.execute("INSERT INTO loose SELECT * FROM entry")
        file.execute("DROP TABLE entry")
        file.execute("ALTER TABLE loose RENAME TO entry")
        file.execute(f"UPDATE entry SET raw = {kind} WHERE position = 20")
        file.execute(f"UPDATE entry SET raw = {kind} WHERE position = (SELECT max(position) - 1 FROM entry)")

    as_owner(damaged.place.url, loosened)
    report = report_of(damaged)
    assert "entry.unreadable" in at(report, 20)
    assert "entry.unreadable" in at(report, report.size - 1)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2022-02-30"])
def test_a_day_outside_the_calendar_is_a_fault_and_no_traceback(damaged: World, day: str) -> None:
    forged = Forged.of(damaged.place.url)
    position = forged.first("party-withdrew")
    forged[position].sign(private("VLAIO events"), happened_at=day)
    forged.write(operator=True)
    assert "event.malformed" in at(report_of(damaged), position)
