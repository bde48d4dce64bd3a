"""The demo's last chapter: a log beside what was granted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.demo.epilogue import tell_epilogue
from tests.cli.commands import here
from tests.worlds import World, copied


@pytest.fixture
def told(world: World) -> World:
    tell_epilogue(world.place)
    return world


def test_it_shows_who_had_no_grant_and_who_had_none_any_more(told: World, capfd: pytest.CaptureFixture[str]) -> None:
    said = here(capfd, "findings", "list", "--as-of", "2022-06-15", "--json", world=told)
    items = [each for each in json.loads(said.out)["items"] if each["cause"] != "log-gap"]
    assert sorted((each["cause"], each["day"], each["uses"], each["certain_uses"]) for each in items) == [
        ("bulk-export", "2022-06-03", 1, 1), ("grant-revoked", "2022-06-08", 1, 1),
        ("grant-revoked", "2022-06-09", 1, 1), ("no-grant", "2022-06-03", 2, 2),
    ]  # fmt: skip


def test_it_is_the_same_in_every_demo(told: World, demo_folder: Path, tmp_path: Path) -> None:
    again = copied(demo_folder, tmp_path / "again")
    tell_epilogue(again.place)
    assert again.bytes() == told.bytes()


def test_nobody_of_the_log_stands_in_the_ledger(told: World) -> None:
    assert b"demo.invalid" not in told.bytes().replace(b"ledger.invalid/demo", b"")
