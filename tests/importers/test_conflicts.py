"""A record that comes again in a later run, in a real ledger: the same, or otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ledger.application import Application
from ledger.chain.hashing import sha256
from ledger.clock import spell
from ledger.importers.databricks import Databricks
from ledger.importers.importer import Importer
from ledger.importers.ingest import Ingestion, Statement
from ledger.importers.interpreted import Interpreted
from ledger.importers.log_reads import fields
from ledger.importers.m365_audit import M365Audit
from ledger.importers.meaning import NOTHING
from ledger.importers.recording import Recording
from tests.importers.logs import OLDER_PORTAL, audit, csv_text, json_lines, reasons
from tests.importers.logs import World as Memory
from tests.importers.products import brick
from tests.worlds import V, World


def imported(world: World, path: Path, text: str, importer: Importer | None = None) -> Ingestion:
    """Import a log as VLAIO's, comparing it with what is recorded."""
    with world.open() as ledger:
        return imported_into(ledger, world, path, text, importer)


def imported_into(
    ledger: Application, world: World, path: Path, text: str, importer: Importer | None = None
) -> Ingestion:
    path.write_text(text)
    statement = Statement("VLAIO", V, spell(world.clock()))
    recorded = ledger.recorded_uses
    run = Ingestion(importer or M365Audit(), statement, ledger.vault, ledger.known_uses, recorded=recorded)
    for _ in Recording(ledger, run, V, world.key("VLAIO")).run(path):
        pass
    return run


CHANGES: list[dict[str, Any]] = [
    {"CreationTime": "2026-01-05T08:59:59"}, {"CreationTime": "2026-03-09T08:01:00"}, {"Operation": "FileDownloaded"},
    {"UserId": "Jan.Voorbeeld@fictief.example"}, {"UserId": ""}, {"OperationCount": 9}, {"ResultStatus": "Failed"},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change.items())))
def test_a_record_that_says_otherwise_later_is_refused_and_both_places_are_told(
    world: World, tmp_path: Path, change: dict[str, Any]
) -> None:
    before = world.size()
    imported(world, tmp_path / "a", json_lines([audit(1), audit(2)]))
    run = imported(world, tmp_path / "b", json_lines([audit(2), audit(1, **change), audit(3)]))
    counts = run.counts
    assert (counts.new, counts.duplicate, counts.rejected, counts.conflicting) == (1, 1, 1, 1)
    (reject,) = reasons(tmp_path / "b")
    assert (reject["line"], reject["code"], reject["recorded"]) == (2, "conflict", before + 2)
    assert run.file is not None
    assert list(run.file.contradicted.values()) == [before + 2]


def test_a_log_that_grows_names_the_use_of_which_it_has_two_records_as_it_did_before(
    world: World, tmp_path: Path
) -> None:
    log = [audit(1), audit(2), audit(2, Operation="FileDownloaded")]
    told = []
    for more in ([], [audit(3)], [audit(4), audit(4, UserId="")]):
        log += more
        file = imported(world, tmp_path / "a", json_lines(log)).file
        assert file is not None
        told.append(fields(file, "m365-audit", Statement("VLAIO", V, spell(world.clock()))))
    first, second, third = (set(each["contradicted"]) for each in told)
    assert [each["conflicting"] for each in told] == [1, 1, 2]
    assert first == second < third
    with world.open() as ledger:
        uses = ledger.recorded_uses([("2026-01-05T08:00:00Z", each) for each in third])
    assert set(uses) == third


def other_shape(records: Sequence[dict[str, Any]]) -> str:
    return csv_text(records, OLDER_PORTAL)


@pytest.mark.parametrize(
    "again", [[audit(1)], [audit(1, UserAgent="x")], [audit(1, UserId="an.voorbeeld@FICTIEF.example")]]
)
def test_a_record_that_says_the_same_in_another_line_is_a_duplicate(
    world: World, tmp_path: Path, again: list[dict[str, Any]]
) -> None:
    imported(world, tmp_path / "a", json_lines([audit(0), audit(1)]))
    counts = imported(world, tmp_path / "b", other_shape(again)).counts
    assert (counts.new, counts.duplicate, counts.rejected) == (0, 1, 0)


def test_an_operation_that_is_listed_by_now_is_no_contradiction(world: World, tmp_path: Path) -> None:
    imported(world, tmp_path / "a", json_lines([audit(1, Operation="Nieuwigheid")]))
    assert imported(world, tmp_path / "b", json_lines([audit(1)])).counts.duplicate == 1


@pytest.mark.parametrize(
    ("then", "now", "conflicts"),
    [(None, "Succeeded", 0), ("Succeeded", None, 0), ("Failed", None, 0), (None, "Failed", 1), ("True", "Failed", 1)],
)
def test_silence_about_the_outcome_contradicts_nothing_and_a_failure_after_it_does(
    world: World, tmp_path: Path, then: str | None, now: str | None, conflicts: int
) -> None:
    def log(result: str | None) -> str:
        return json_lines([audit(1, Workload="Exchange", RecordType=2, Operation="Send", ResultStatus=result)])

    imported(world, tmp_path / "a", log(then))
    counts = imported(world, tmp_path / "b", log(now)).counts
    assert (counts.new, counts.duplicate, counts.conflicting) == (0, 1 - conflicts, conflicts)


REQUEST = brick(1, response=None)


def answer(status: int = 200, **fields: Any) -> dict[str, Any]:
    """The response to that request, a while later."""
    later = {"timestamp": REQUEST["timestamp"] + 45_000, "response": {"statusCode": status}}
    return brick(1, **(later | fields))


HALVES = [
    (answer(), 0), (answer(userIdentity={}), 0), (answer(status=403), 1),
    (answer(userIdentity={"email": "Jan.Voorbeeld@fictief.example"}), 1),
]  # fmt: skip


@pytest.mark.parametrize(("response", "conflicts"), HALVES)
def test_a_response_of_another_moment_does_not_contradict_a_request_that_was_read_before_it(
    world: World, tmp_path: Path, response: dict[str, Any], conflicts: int
) -> None:
    imported(world, tmp_path / "a", json_lines([REQUEST]), Databricks())
    counts = imported(world, tmp_path / "b", json_lines([response]), Databricks()).counts
    assert (counts.new, counts.duplicate, counts.conflicting) == (0, 1 - conflicts, conflicts)


@pytest.mark.parametrize(("response", "conflicts"), HALVES)
@pytest.mark.parametrize("importer", [Databricks(), Interpreted(Databricks(), NOTHING, None, sha256)])
def test_a_request_and_its_response_in_two_files_of_one_run_are_one_use(
    tmp_path: Path, importer: Importer, response: dict[str, Any], conflicts: int
) -> None:
    run = Memory(importer).ingestion()
    for name, record in (("a", REQUEST), ("b", response)):
        (tmp_path / name).write_text(json_lines([record]))
        list(run.batches(tmp_path / name))
    assert (run.counts.new, run.counts.duplicate, run.counts.conflicting) == (1, 1 - conflicts, conflicts)


def test_a_person_who_was_erased_is_not_compared(world: World, tmp_path: Path) -> None:
    imported(world, tmp_path / "a", json_lines([audit(1)]))
    with world.open() as ledger:
        tokens = ledger.vault.known(V, ["an.voorbeeld@fictief.example"])
        ledger.vault.erase("ab" * 16, list(tokens.values()), [])
        assert ledger.vault.known(V, ["an.voorbeeld@fictief.example"]) == {}
    again = audit(1, UserAgent="another line")
    assert imported(world, tmp_path / "b", json_lines([again])).counts.duplicate == 1


def test_overlapping_exports_in_any_order_contradict_nothing(world: World, tmp_path: Path) -> None:
    for name, numbers in {"b": range(20, 40), "a": range(30), "c": range(50)}.items():
        counts = imported(world, tmp_path / name, json_lines(audit(number) for number in numbers)).counts
        assert counts.conflicting == 0
    assert counts.new == 10


def test_what_another_process_imported_meanwhile_is_known_on_whatever_day_it_comes_again(
    world: World, tmp_path: Path
) -> None:
    def on_days(month: int, *numbers: int) -> str:
        return json_lines(audit(each, CreationTime=f"2026-{month:02}-{each:02}T08:00:00") for each in numbers)

    with world.open() as one, world.open() as other:
        imported_into(one, world, tmp_path / "a", on_days(1, *range(1, 6)))
        imported_into(one, world, tmp_path / "b", on_days(1, *range(6, 12)))  # by now it keeps a filter
        imported_into(other, world, tmp_path / "c", on_days(2, 20))
        counts = imported_into(one, world, tmp_path / "d", on_days(3, 20, 21)).counts
    assert (counts.new, counts.conflicting) == (1, 1)
    world.check()
