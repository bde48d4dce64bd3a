from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.importers.logs import World, audit, csv_text, json_lines, reasons
from tests.test_drafts import left


def rejected(path: Path) -> list[tuple[int, int, str, bytes]]:
    return [(each["line"], each["offset"], each["code"], each["raw"]) for each in reasons(path)]


def test_a_reject_is_kept_with_its_bytes_beside_the_input(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    bad = b'{"Id": "7", \xff\x00 broken\r\n'
    path.write_bytes(json_lines([audit(1)]).encode() + bad + json_lines([audit(2)]).encode())
    run = World().imported(path)
    offset = len(json_lines([audit(1)]))
    assert rejected(path) == [(2, offset, "encoding", bad)]
    assert run.kept.reasons == Path(f"{path}.rejects.jsonl")
    assert stat.S_IMODE(run.kept.reasons.stat().st_mode) == 0o600


def test_no_rejects_no_file_and_an_earlier_one_goes(tmp_path: Path) -> None:
    path, world = tmp_path / "log.csv", World()
    path.write_text(csv_text([audit(1), ""]))
    world.imported(path)
    assert rejected(path)[0][2] == "no-audit-data"
    path.write_text(csv_text([audit(1), audit(2)]))
    run = world.imported(path)
    assert (run.counts.new, run.counts.duplicate, run.kept.reasons) == (1, 1, None)
    assert [each.name for each in tmp_path.iterdir()] == ["log.csv"]


def test_an_import_that_stops_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("[]\n" + json_lines(audit(number) for number in range(10_050)))
    World().imported(path, stop_after=1)
    assert [each.name for each in tmp_path.iterdir()] == ["log.jsonl"]


@pytest.mark.parametrize("good", [True, False])
def test_what_a_killed_import_left_of_them_goes_with_the_next_one(tmp_path: Path, good: bool) -> None:
    path = tmp_path / "log.csv"
    path.write_text(csv_text([audit(1), audit(2) if good else ""]))
    for name in ("log.csv.rejects.jsonl", "log.csv.rejected"):
        left(tmp_path / name)
    other = left(tmp_path / "other.csv.rejected")
    World().imported(path)
    assert [each for each in tmp_path.iterdir() if each.name.startswith(".")] == [other]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_where_the_folder_is_closed_the_rejects_go_to_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, here = tmp_path / "closed", tmp_path / "here"
    closed.mkdir()
    here.mkdir()
    path = closed / "log.jsonl"
    path.write_text(json_lines([audit(1), 5]))
    closed.chmod(0o500)
    monkeypatch.chdir(here)
    assert World().imported(path).kept.reasons == here / "log.jsonl.rejects.jsonl"
    closed.chmod(0o700)
