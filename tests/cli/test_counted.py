"""No answer says `1 entries`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.counted import counted
from tests.cli.commands import here

WORDS = {"LEDGER_PASSPHRASE": "a passphrase of the test"}


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries"), (1000, "1,000 entries")]
)
def test_a_number_and_its_noun_agree(number: int, said: str):
    assert counted(number, "entry", "entries") == said


def test_a_ledger_of_one_entry_is_told_so_by_every_command(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LEDGER_PASSPHRASE", WORDS["LEDGER_PASSPHRASE"])
    place = ("--ledger", str(tmp_path / "ledger.db"))
    exported = tmp_path / "exported.jsonl"
    assert here(capfd, *place, "init").exit == 0
    exported.write_text(here(capfd, *place, "export").out, encoding="utf-8")
    told = [here(capfd, *place, *words.split()) for words in (
        "verify", "replay", f"backup {tmp_path / 'copy'} --kept-until 2031-01-01", "obligations",
    )]  # fmt: skip
    told.append(here(capfd, "--ledger", str(tmp_path / "restored.db"), "restore", str(tmp_path / "copy")))
    told.append(here(capfd, "--ledger", str(tmp_path / "loaded.db"), "load", str(exported)))
    assert "size         1 entry in 1 stream, 0 checkpoints" in told[0].out
    for each in told:
        assert each.exit == 0, each.err
        assert not re.search(r"\b1 \w+(?<!s)s\b", each.out + each.err), each
