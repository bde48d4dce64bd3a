"""A ledger in a folder that can only be read, an auditor's copy say: it answers, and says why it takes nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import PROGRAM
from tests.docs.blocks import ROOT
from tests.worlds import World, environment

ASKED = [
    ["verify"], ["verify", "--deep"], ["obligations", "--as-of", "2022-06-15"], ["register", "holdings"], ["replay"],
    ["export"], ["key", "list"],
]  # fmt: skip
ANYBODY = ["--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-dac_override,-dac_read_search"]
"""Permissions hold for root as well."""


def as_anybody(world: World, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run `ledger` as one whom permissions bind. Skips where root cannot."""
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("permissions are NOT TESTED: that root has none takes setpriv")
    bound = ["setpriv", *ANYBODY] if os.geteuid() == 0 else []
    command = [*bound, sys.executable, "-c", PROGRAM, *arguments]
    more = {"LEDGER": world.place.url, "LEDGER_PASSPHRASE": "a passphrase of the test"}
    return subprocess.run(command, capture_output=True, cwd=ROOT, env=environment(**more), check=False)


def _closed(world: World) -> Path:
    folder = world.place.base.parent
    for file in folder.iterdir():
        file.chmod(0o500 if file.is_dir() else 0o400)
    folder.chmod(0o500)
    return folder


def test_a_ledger_that_can_only_be_read_answers_every_question(spoilt: World):
    folder = _closed(spoilt)
    before = sorted(folder.iterdir())
    try:
        ends = {" ".join(asked): as_anybody(spoilt, *asked) for asked in ASKED}
    finally:
        folder.chmod(0o700)
    assert {name: (end.returncode, end.stderr) for name, end in ends.items() if end.returncode} == {}
    assert ends["export"].stdout == spoilt.bytes()
    assert b"\nviews        ok\n" in ends["verify --deep"].stdout
    assert sorted(each for each in folder.iterdir() if not each.name.endswith(("-wal", "-shm"))) == before


def test_a_ledger_that_can_only_be_read_takes_nothing_and_says_who_may_mend_that(spoilt: World):
    folder = _closed(spoilt)
    try:
        end = as_anybody(spoilt, "checkpoint", "sign")
    finally:
        folder.chmod(0o700)
    assert end.returncode == 7
    assert b"check who owns the file and its folder" in end.stderr
