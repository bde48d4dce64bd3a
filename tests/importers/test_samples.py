"""Real exports, where they are at hand: LEDGER_SAMPLES names their folder."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.importers.azure_storage import AzureStorage
from ledger.importers.databricks import Databricks
from ledger.importers.dataverse import Dataverse
from ledger.importers.entra_signin import EntraSignIn
from ledger.importers.importer import Importer
from ledger.importers.web_access import WebAccess
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


OTHERS: dict[str, Callable[[], Importer]] = {
    "azure-storage/panther-azure-storage.jsonl": AzureStorage,
    "databricks-audit/panther-databricks.jsonl": Databricks,
    "entra-signin/panther-entra.jsonl": EntraSignIn,
    "dataverse-audit/SYNTHETIC-audits-webapi.json": Dataverse,
    "dataverse-audit/SYNTHETIC-crm-unified-audit.jsonl": Dataverse,
    "web-access/apache-combined.log": WebAccess,
    "web-access/SYNTHETIC-webea-login.csv": WebAccess,
}


def counted(path: Path) -> tuple[int, int, int]:
    """(new, conflicting, without a time), counted by other means than the importers'."""
    raw = path.read_bytes()
    if path.suffix in (".log", ".csv"):
        return len(raw.strip().split(b"\n")) - (path.suffix == ".csv"), 0, 0
    records = json.loads(raw)["value"] if path.suffix == ".json" else [json.loads(line) for line in raw.splitlines()]
    seen: dict[str, Any] = {}
    conflicting = timeless = 0
    for record in records:
        if not {"time", "timestamp", "createdon", "CreationTime"} & record.keys():
            timeless += 1
            continue
        about = record.get("properties", record)
        name = record.get("auditid") or record.get("Id") or about.get("id") or json.dumps(record, sort_keys=True)
        conflicting += seen.setdefault(name, record) != record
    return len(seen), conflicting, timeless


@pytest.mark.parametrize("name", OTHERS)
def test_every_record_of_every_sample_is_accounted_for(tmp_path: Path, name: str) -> None:
    path = Path(shutil.copy(Path(SAMPLES or "") / name, tmp_path))
    world = World(OTHERS[name]())
    new, conflicting, timeless = counted(path)
    counts = world.imported(path).counts
    assert (counts.new, counts.conflicting, counts.reasons["no-time"]) == (new, conflicting, timeless)
    assert counts.read == new + conflicting + timeless + counts.duplicate
    assert world.imported(path).counts.new == 0


def test_the_samples_have_as_many_records_as_their_list_says(tmp_path: Path) -> None:
    found = []
    for name, make in OTHERS.items():
        world = World(make())
        found.append(world.imported(Path(shutil.copy(Path(SAMPLES or "") / name, tmp_path))).counts)
    assert [each.read for each in found] == [11, 161, 46, 15, 48, 120, 40]
    assert [each.new for each in found] == [11, 134, 33, 15, 48, 120, 40]
    assert [each.ambiguous for each in found] == [0, 0, 0, 0, 0, 0, 2]


@pytest.mark.parametrize("name", OTHERS)
def test_no_personal_value_of_a_sample_is_in_a_member(tmp_path: Path, name: str) -> None:
    path = Path(shutil.copy(Path(SAMPLES or "") / name, tmp_path))
    world = World(OTHERS[name]())
    world.imported(path)
    said = b"".join(member for batch in world.batches for member in batch.members).decode().lower()
    text = path.read_bytes().decode("utf-8", "replace")
    personal = set(re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text)) | set(re.findall(r"https?://[^\s\"\\]+", text))
    personal |= set(re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", text)) | set(re.findall(r"sig=\w*", text))
    personal |= set(re.findall(r'"(?:objectKey|displayName|oldValue|newValue|Value|userAgent)": ?"([^"]{4,})"', text))
    personal |= set(re.findall(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", text))
    assert len(personal) > 5
    assert [value for value in personal if value.lower() in said] == []
