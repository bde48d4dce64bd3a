"""Real exports, where they are at hand: LEDGER_SAMPLES names their folder."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.importers.logs import World

SAMPLES = os.environ.get("LEDGER_SAMPLES")
pytestmark = pytest.mark.skipif(not SAMPLES, reason="LEDGER_SAMPLES is not set: real exports are not tried")

WORDS_OF_OURS = {"Certificate", "Unknown"}
"""Values of the samples that are also part of an operation's name, or a class of actor."""
EXPORT, LOWERED = "search-unifiedauditlog-export.csv", "panther-m365.jsonl"


@pytest.fixture
def world() -> World:
    return World()


def sample(name: str, folder: Path) -> Path:
    return Path(shutil.copyfile(Path(SAMPLES or "") / "m365-unified-audit" / name, folder / name))


def test_every_row_of_a_real_export_is_accounted_for(world: World, tmp_path: Path) -> None:
    path = sample(EXPORT, tmp_path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        cells = [row["AuditData"] for row in csv.DictReader(file)]
    ids = [json.loads(cell)["Id"] for cell in cells if cell]
    counts = world.imported(path).counts
    assert (counts.new, counts.duplicate) == (len(set(ids)), len(ids) - len(set(ids)))
    assert (counts.rejected, counts.ignored, counts.read) == (cells.count(""), 0, len(cells))
    assert (counts.new, counts.duplicate, counts.rejected, counts.unlisted) == (70, 1, 1, 0)
    assert world.imported(path).counts.new == 0


def test_a_failed_login_that_calls_itself_a_success_is_not_one(world: World, tmp_path: Path) -> None:
    world.imported(sample(EXPORT, tmp_path))
    logins = [(each["operation"], each["outcome"]) for each in world.events if each["action"] == "sign-in"]
    assert sorted(logins) == [("UserLoggedIn", "ok"), ("UserLoginFailed", "denied")]


def test_records_with_keys_in_lower_case_are_read_and_conflicts_told(world: World, tmp_path: Path) -> None:
    path = sample(LOWERED, tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    records = [{key.lower(): item for key, item in json.loads(line).items()} for line in lines]
    first: dict[str, Any] = {}
    same = sum(first.setdefault(record["id"], record) == record for record in records) - len(first)
    counts = world.imported(path).counts
    assert (counts.new, counts.duplicate, counts.read) == (len(first), same, len(records))
    assert counts.conflicting == counts.rejected == len(records) - len(first) - same
    assert len(records) == 19
    assert world.imported(path).counts.new == 0


@pytest.mark.parametrize("name", [EXPORT, LOWERED])
def test_no_personal_value_of_a_real_export_is_in_a_member(world: World, tmp_path: Path, name: str) -> None:
    path = sample(name, tmp_path)
    world.imported(path)
    said = b"".join(member for batch in world.batches for member in batch.members).decode().lower()
    text = path.read_text(encoding="utf-8-sig").replace('""', '"')
    personal = set(re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text))
    personal |= set(re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", text)) | set(re.findall(r"https?://[^\s\"\\]+", text))
    personal |= set(re.findall(r'"(?:SourceFileName|UserId|UserKey|ObjectId|SourceRelativeUrl)": ?"([^"]{4,})"', text))
    personal |= set(re.findall(r"\[?[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}\]?", text))
    personal -= WORDS_OF_OURS
    assert len(personal) > 10
    assert [value for value in personal if value.lower() in said] == []
