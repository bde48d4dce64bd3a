"""The commands of docs/privacy.md, on the demo's ledger."""

from __future__ import annotations

from pathlib import Path

from tests.docs.blocks import ROOT, block
from tests.docs.shell import shell
from tests.worlds import World


def test_a_change_of_data_opens_a_notice_and_the_notice_closes_it(world: World, tmp_path: Path) -> None:
    page = ROOT / "docs/privacy.md"
    folder = tmp_path / "reader"
    folder.mkdir()
    ran = shell(folder, f"export LEDGER={world.place.url}\n{block(page, 'recipients').code}")
    assert ran.returncode == 0, ran.stderr
    lines = [line.split()[1:4] for line in ran.stdout.splitlines() if "TBT ->" in line]
    assert ["fulfilled", "TBT", "->"] in lines, ran.stdout


def test_an_erasure_with_its_datasets_opens_the_notice_to_who_had_them(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    ran = shell(folder, f"export LEDGER={world.place.url}\n{block(ROOT / 'docs/privacy.md', 'erasure').code}")
    assert ran.returncode == 0, ran.stderr
    lines = [line.split()[1:5] for line in ran.stdout.splitlines() if "TBT ->" in line]
    assert ["open", "TBT", "->", "VLAIO"] in lines, ran.stdout
