"""kill -9 at every moment of a command: what was acknowledged is there, and the same again completes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ledger.chain.entry import event_of
from ledger.keys.keystore import KeyStore
from ledger.storage.highwater import HighWater
from ledger.storage.opening import open_store
from tests.application.dying import swept
from tests.importers.logs import audit, csv_text
from tests.worlds import V, World, copied

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
    assert marked(world) >= max(said, default=0)
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
    assert swept(demo_folder, tmp_path, command, check_record) > 8


def test_an_import_killed_at_any_moment_has_whole_batches_and_can_be_run_again(demo_folder: Path, tmp_path: Path):
    file = tmp_path / "log.csv"
    people = ("An.Voorbeeld@fictief.example", "Jan.Voorbeeld@fictief.example")
    records = [audit(number, UserId=people[number % 2]) for number in range(1, USES + 1)]
    file.write_text(csv_text([*records[:20], "", *records[20:]]), encoding="utf-8")
    command = ["import", "m365-audit", str(file), "--protocol", V, "--party", "VLAIO"]
    assert swept(demo_folder, tmp_path, command, check_import) > 16
    assert (tmp_path / "log.csv.rejects.jsonl").exists()


def marked(world: World) -> int:
    """How far the mark knows the ledger to reach."""
    mark = HighWater(world.place.head).read()
    assert mark is not None
    return mark.size


def check_rotated(world: World, acknowledged: str) -> None:
    """One key of TBT counts, and lies there; one that nobody enrolled is the next to be, and never a second one."""
    with world.open() as ledger:
        keyring, size = ledger.door.keyring, ledger.door.size
    (valid,) = keyring.valid_keys("TBT", "events", size + 1)
    store = KeyStore(world.place.keys)
    assert store.holding(valid.key_id)
    known = [key for key in keyring.keys.values() if (key.party, key.use) == ("TBT", "events")]
    assert len(known) <= 2
    unknown = len(store.files("TBT", "events")) - len(known)
    assert unknown in ((0,) if "is now" in acknowledged else (0, 1))
    if "is now" in acknowledged:
        assert valid.key_id[:16] in acknowledged
        assert marked(world) == size
        assert not [path.name for path in world.place.keys.iterdir() if path.name.startswith(".")]


def test_a_rotation_killed_at_any_moment_is_done_once_and_goes_on_with_the_key_that_it_made(
    demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LEDGER_PASSPHRASE", "a passphrase of the test")
    assert swept(demo_folder, tmp_path, ["key", "rotate", "--party", "TBT"], check_rotated) > 8


def check_signed(world: World, acknowledged: str) -> None:
    """A seal goes with its checkpoint; what was said is the last one, and the mark knows it."""
    with open_store(world.place.url) as store:
        size, last = store.size(), store.latest_checkpoint()
    assert last is not None
    assert (size, last.size) == (BEFORE + 1, BEFORE) or last.size == size
    # Only where all was done but the answer, the same again signs anew.
    assert size <= BEFORE + (3 if acknowledged else 2)
    if acknowledged:
        assert f"signed checkpoint {size}," in acknowledged
        assert marked(world) == size


def test_a_checkpoint_killed_before_the_mark_is_signed_once(demo_folder: Path, tmp_path: Path):
    world = copied(demo_folder, tmp_path / "begun")
    world.record(world.signed("TBT", "party-withdrew", party="TBT", effective_at="2022-08-01"))
    assert swept(world.place.base.parent, tmp_path, ["checkpoint", "sign"], check_signed) > 4


def check_copied(world: World, acknowledged: str) -> None:
    """A whole backup, or what says that it is none; it goes away with the world."""
    folder = world.place.base.parent / "copy"
    there = {path.name for path in folder.iterdir()} if folder.exists() else set()
    assert "unfinished" in there or there in (set(), {"ledger", "vault", "keys"})
    assert not acknowledged or there == {"ledger", "vault", "keys"}
    assert not [path.name for path in folder.rglob(".*") if "unfinished" not in there]


def test_a_backup_killed_at_any_moment_is_none_and_is_made_by_the_same_command(demo_folder: Path, tmp_path: Path):
    assert swept(demo_folder, tmp_path, ["backup", "WORLD/copy", "--kept-until", "2031-01-01"], check_copied) > 5
