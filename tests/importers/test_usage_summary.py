"""Uses added up: signed by the party, as many as the batch counts, and held to the uses by who has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.bundle.report import Findings
from ledger.bundle.usage import Summaries
from ledger.events.codec import built
from ledger.importers.batches import StoredBatch, imports
from ledger.importers.usage_summary import ROWS, NotItsSummary, Summarised, check_summary, drafts, rows, summarised
from ledger.storage.opening import open_store
from tests.cli.commands import here
from tests.events.examples import example
from tests.worlds import V, World, import_log, log_file


@pytest.fixture
def done(imported: World, capfd: pytest.CaptureFixture[str]) -> World:
    said = here(capfd, "import", "summarise", "--protocol", V, "--json", world=imported)
    assert (said.exit, json.loads(said.out)["written"]) == (0, 1)
    return imported


def the_only(world: World) -> Summarised:
    with open_store(world.place.url) as store:
        (found,) = summarised(store, V)
    return found


def test_the_uses_of_a_batch_are_added_up_by_actor_and_day(done: World):
    found = the_only(done)
    assert found.is_whole
    assert [(row.day, row.application, row.uses, row.items) for part in found.parts for row in part.rows] == [
        ("2026-01-05", "sharepoint", 20, 20), ("2026-01-05", "sharepoint", 20, 20),
    ]  # fmt: skip
    with open_store(done.place.url) as store:
        check_summary(store, found)
    done.check()


def test_what_is_summarised_once_is_not_again(done: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    assert here(capfd, "import", "summarise", "--protocol", V, world=done).out.startswith("0 batches")
    assert import_log(done, log_file(tmp_path, 10, first=100)) == 10
    assert here(capfd, "import", "summarise", "--protocol", V, world=done).out == (
        "1 batch summarised in 1 entry; before: 1\n"
    )
    checked = here(capfd, "import", "summarise", "--protocol", V, "--check", world=done)
    assert checked.out.startswith("2 summaries are what their uses add up to; 0 batches have none")


def test_a_summary_that_says_otherwise_is_told(imported: World, capfd: pytest.CaptureFixture[str]):
    with open_store(imported.place.url) as store:
        (batch,) = [each for each in imports(store, V) if isinstance(each, StoredBatch)]
        (draft,) = drafts(batch, rows(store, batch))
    draft["rows"][0] |= {"uses": 19}
    draft["rows"][1] |= {"uses": 21}
    imported.record(imported.signed("VLAIO", draft.pop("type"), draft.pop("protocol"), **draft))
    with open_store(imported.place.url) as store, pytest.raises(NotItsSummary, match="row 1"):
        check_summary(store, the_only(imported))
    said = here(capfd, "import", "summarise", "--protocol", V, "--check", world=imported)
    assert said.exit == 3


def test_a_long_summary_has_several_parts(imported: World):
    with open_store(imported.place.url) as store:
        (batch,) = [each for each in imports(store, V) if isinstance(each, StoredBatch)]
    several = drafts(batch, [{"day": "2026-01-05", "application": "KRIS", "uses": 1, "items": 1}] * (ROWS + 1))
    assert [(each["part"], each["parts"], len(each["rows"])) for each in several] == [(1, 2, ROWS), (2, 2, 1)]


# --- in a bundle -------------------------------------------------------------------------------------------------


def told(*events: dict[str, Any]) -> list[str]:
    summaries, findings = Summaries(), Findings()
    for position, event in enumerate(events, 1):
        summaries.take(position, built(event))
    summaries.check(findings)
    return [fault.detail for fault in findings.faults]


OPENER = example("log-batch-ingested", id="0c" * 16, batch={"count": 1, "root": "be" * 32})
SUMMARY = example("usage-summarised")
ROW = SUMMARY["rows"][0]


def test_a_summary_of_as_many_uses_as_the_batch_counts_is_in_order():
    assert told(OPENER, SUMMARY) == []
    halves = [{**SUMMARY, "part": part, "parts": 2, "id": f"{part}f" * 16} for part in (1, 2)]
    assert told({**OPENER, "batch": {"count": 2, "root": "be" * 32}}, *halves) == []


def test_a_part_that_is_missing_proves_nothing_and_is_no_fault():
    assert told(OPENER, {**SUMMARY, "parts": 2}) == []


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ((OPENER, {**SUMMARY, "rows": [ROW, ROW]}), "a summary of 2 uses, and its batch counts 1"),
        ((SUMMARY,), "a summary of uses whose batch is not shown"),
        ((OPENER, {**SUMMARY, "author": "VLAIO"}), "a summary by another party than that of its batch"),
    ],
)
def test_what_does_not_fit_its_batch_is_a_fault(events: tuple[dict[str, Any], ...], says: str):
    assert told(*events) == [says]
