"""kill -9 at every moment of `record` and `import`: what was acknowledged is there, and the same again completes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ledger.chain.entry import event_of
from ledger.storage.opening import open_store
from tests.application.dying import swept
from tests.importers.logs import audit, csv_text
from tests.worlds import V, World

BEFORE = 125
LINES, USES = 3, 40


def drafts(folder: Path) -> Path:
    file = folder / "drafts.jsonl"
    values = [
        {"type": "party-withdrew", "protocol": V, "party": "TBT", "effective_at": f"2022-08-0{day}", "reason": f"{day}"}
        for day in range(1, LINES + 1)
    ]
    file.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return file


def check_record(world: World, acknowledged: str) -> None:
    """All three or none; never fewer than was said."""
    said = [int(found) for found in re.findall(r"at position (\d+)", acknowledged)]
    added = [line for line in world.bytes().splitlines() if b'"party-withdrew/1"' in line][1:]
    assert len(added) in (0, LINES)
    assert all(position <= world.size() for position in said)
    assert len(said) in (0, len(added))
    with world.open() as ledger:
        texts = [
            opening.value for line in added for opening in ledger.vault.openings(_id(line)) if _fits(line, opening)
        ]
    assert texts == [str(day) for day in range(1, len(added) + 1)]


def _id(line: bytes) -> str:
    return str(json.loads(line)["event"]["id"])


def _fits(line: bytes, opening) -> bool:  # type: ignore[no-untyped-def]
    return opening.commitment(_id(line)).encode() in line


def check_import(world: World, acknowledged: str) -> None:
    """Whole batches of twenty-five, no use twice, actors known to the vault; the file read once, last."""
    with open_store(world.place.url) as store:
        rows = [row for page in store.pages(BEFORE) for row in page]
    uses = [json.loads(event_of(row[4])) for row in rows if row[1] == f"{V}/usage"]
    assert len(uses) in (0, 25, USES)
    assert len({use["id"] for use in uses}) == len(uses)
    read = [row[0] for row in rows if row[3] == "log-read/1"]
    assert read in ([], [BEFORE + len(rows)])
    if found := re.search(r"log size (\d+)", acknowledged):
        assert (len(uses), len(read), int(found[1])) == (USES, 1, BEFORE + USES + 3)
    with world.open() as ledger:
        assert len({ledger.vault.identifier(use["actor"]) for use in uses}) <= 2


def test_a_record_killed_at_any_moment_is_whole_or_absent_and_can_be_run_again(demo_folder: Path, tmp_path: Path):
    command = ["record", str(drafts(tmp_path)), "--as", "TBT"]
    assert swept(demo_folder, tmp_path, command, check_record) > 15


def test_an_import_killed_at_any_moment_has_whole_batches_and_can_be_run_again(demo_folder: Path, tmp_path: Path):
    file = tmp_path / "log.csv"
    people = ("An.Voorbeeld@fictief.example", "Jan.Voorbeeld@fictief.example")
    records = [audit(number, UserId=people[number % 2]) for number in range(1, USES + 1)]
    file.write_text(csv_text([*records[:20], "", *records[20:]]), encoding="utf-8")
    command = ["import", "m365-audit", str(file), "--protocol", V, "--party", "VLAIO"]
    assert swept(demo_folder, tmp_path, command, check_import) > 20
    assert (tmp_path / "log.csv.rejects.jsonl").exists()
