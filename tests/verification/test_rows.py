"""Rows taken away, put in, exchanged and doubled, without any hash made new."""

from __future__ import annotations

import sqlite3

import pytest

from cli.main import run
from ledger.storage.opening import open_store
from ledger.verification.run import Asked, verify
from tests.verification.forging import Forged, as_owner, at, codes, report_of, sql
from tests.worlds import World


@pytest.mark.parametrize("position", [1, 2, 50, 128, 130])
def test_a_row_that_was_taken_away_is_missed_where_it_stood(damaged: World, position: int) -> None:
    sql(damaged.place.url, "DELETE FROM entry WHERE position = ?", position)
    report = report_of(damaged)
    assert "completeness.missing-entry" in at(report, position)
    assert report.faults[0].position in (1, position), "entry 1 opens the ledger, and nothing counts without it"


def test_the_last_row_that_was_taken_away_is_missed(damaged: World) -> None:
    size = len(Forged.of(damaged.place.url).items)
    sql(damaged.place.url, "DELETE FROM entry WHERE position = ?", size)
    assert "highwater.behind" in at(report_of(damaged), size)


def test_a_stretch_that_was_taken_away_is_told_once_with_its_length(damaged: World) -> None:
    sql(damaged.place.url, "DELETE FROM entry WHERE position BETWEEN 20 AND 29")
    report = report_of(damaged)
    assert [f.detail for f in report.faults if f.position == 20] == ["10 entries are missing before entry 30"]


def test_every_row_taken_away_is_a_report_and_no_traceback(damaged: World, capsys: pytest.CaptureFixture[str]) -> None:
    sql(damaged.place.url, "DELETE FROM entry")
    report = report_of(damaged)
    assert {"key.no-opening", "highwater.behind"} <= codes(report)
    assert run(["--ledger", damaged.place.url, "verify"]) == 3
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("first", [2, 60, 127])
@pytest.mark.parametrize("apart", [1, 3])
def test_two_entries_exchanged_are_both_named(damaged: World, first: int, apart: int) -> None:
    second = first + apart

    def exchanged(file: sqlite3.Connection) -> None:
        one, two = file.execute("SELECT raw FROM entry WHERE position IN (?, ?)", (first, second)).fetchall()
        file.execute("UPDATE entry SET raw = ? WHERE position = ?", (*two, first))
        file.execute("UPDATE entry SET raw = ? WHERE position = ?", (*one, second))

    as_owner(damaged.place.url, exchanged)
    report = report_of(damaged)
    assert "entry.columns" in at(report, first)
    assert "entry.columns" in at(report, second)


@pytest.mark.parametrize("copied", [30, 60, 129])
def test_an_entry_in_place_of_another_is_named(damaged: World, copied: int) -> None:
    sql(
        damaged.place.url,
        "UPDATE entry SET raw = (SELECT raw FROM entry WHERE position = ?) WHERE position = 40",
        copied,
    )
    assert {"entry.columns", "chain.broken-link"} <= at(report_of(damaged), 40)


def test_a_row_put_in_between_moves_all_that_follow_and_is_named_first(damaged: World) -> None:
    def inserted(file: sqlite3.Connection) -> None:
        file.execute("UPDATE entry SET position = -position - 1 WHERE position >= 70")
        file.execute("UPDATE entry SET position = -position WHERE position < 0")
        file.execute("INSERT INTO entry SELECT 70, stream, 9999, type, raw FROM entry WHERE position = 10")

    as_owner(damaged.place.url, inserted)
    report = report_of(damaged)
    assert report.faults[0].position == 70
    assert "chain.broken-link" in codes(report)


def test_a_row_added_behind_the_last_is_told(damaged: World) -> None:
    size = len(Forged.of(damaged.place.url).items)
    sql(
        damaged.place.url,
        "INSERT INTO entry SELECT ?, stream, 9999, type, raw FROM entry WHERE position = 10",
        size + 1,
    )
    report = report_of(damaged)
    assert "entry.columns" in at(report, size + 1)


def test_a_chain_that_is_made_anew_behind_an_added_row_does_not_hide_it(damaged: World) -> None:
    forged = Forged.of(damaged.place.url)
    forged.items.append(forged[10])
    forged.write()
    assert "event.id-twice" in at(report_of(damaged), len(forged.items))


def test_of_the_last_link_both_entries_are_named_for_nothing_behind_it_tells_which(damaged: World) -> None:
    size = len(Forged.of(damaged.place.url).items)
    prev = 'substr(raw, instr(raw, \'"prev":"\') + 8, 8)'
    sql(
        damaged.place.url,
        f"UPDATE entry SET raw = CAST(replace(raw, {prev}, '00000000') AS BLOB) WHERE position = {size}",
    )
    report = report_of(damaged)
    told = [fault.detail for fault in report.faults if fault.code == "chain.broken-link"]
    assert told == ["the last entry does not follow from it: the bytes of one of the two were changed"]
    assert "highwater.beside" in at(report, size)


def test_a_database_that_cannot_read_itself_is_told_before_what_seems_to_be_missing(damaged: World) -> None:
    sql(damaged.place.url, "ALTER TABLE entry RENAME TO elsewhere")
    report = report_of(damaged)
    assert report.faults[0].code == "database.unreadable"
    assert "key.no-opening" in codes(report)


def test_a_layout_that_is_no_number_is_damage_and_not_another_format(
    damaged: World, capsys: pytest.CaptureFixture[str]
) -> None:
    def doubled(file: sqlite3.Connection) -> None:
        file.execute("DROP TABLE layout")
        file.execute("CREATE TABLE layout (one, format)")
        file.execute("INSERT INTO layout VALUES (1, 2), (2, 1)")

    as_owner(damaged.place.url, doubled)
    assert run(["--ledger", damaged.place.url, "verify"]) == 3
    assert "which layout this is was changed" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("table", ["layout", "node", "checkpoint", "protocol_file"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "DROP TABLE {}"])
def test_a_table_emptied_or_gone_is_told(
    grown: World, table: str, act: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_store(grown.place.url) as store:
        sql(grown.place.url, act.format(table))
        report = verify(store, grown.place.url, Asked(processes=1))
    assert report.failed
    assert run(["--ledger", grown.place.url, "verify"]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_a_last_row_at_an_impossible_position_costs_no_memory_and_is_told(damaged: World) -> None:
    size = len(Forged.of(damaged.place.url).items)
    sql(damaged.place.url, "UPDATE entry SET position = 9223372036854775807 WHERE position = ?", size)
    assert "completeness.missing-entry" in at(report_of(damaged), size)


def test_as_many_faults_as_there_are_are_counted_and_the_first_are_shown(grown: World) -> None:
    sql(grown.place.url, "UPDATE entry SET raw = CAST(raw || ' ' AS BLOB)")
    report = report_of(grown)
    assert report.counts["faults"] > report.size > 1000
    assert 1000 <= len(report.faults) <= 2000
    assert {fault.position for fault in report.faults} >= set(range(1, 900))
