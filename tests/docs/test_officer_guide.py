"""docs/guide/officer.md, followed from start to end."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ledger.protocol.check import checked
from tests.docs.blocks import ROOT, block, blocks
from tests.docs.shell import shell

PAGE = ROOT / "docs/guide/officer.md"
PARTS = ("head", "article 1", "article 2", "article 3", "article 4", "law")
STEPS = ("begin", "check", "try", "why", "amend")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Every command of the guide, in its order, in one folder."""
    folder: Path = tmp_path_factory.mktemp("guide")
    file = "".join(block(PAGE, name).code for name in PARTS)
    (folder / "stad-agentschap.yaml").write_text(file, encoding="utf-8")
    return shell(folder, "".join(f"echo '== {name}'\n{block(PAGE, name).code}" for name in STEPS))


def part(done: subprocess.CompletedProcess[str], name: str) -> str:
    return done.stdout.split(f"== {name}\n")[1].split("\n== ")[0]


def test_every_command_of_the_guide_succeeds(followed: subprocess.CompletedProcess[str]) -> None:
    assert followed.returncode == 0, followed.stderr


def test_the_guide_names_each_of_its_steps_and_parts() -> None:
    assert [each.name for each in blocks(PAGE) if each.kind == "run"] == list(STEPS)
    assert [each.name for each in blocks(PAGE) if each.kind == "example"] == list(PARTS)


def test_the_quotes_of_the_file_are_the_words_of_the_text() -> None:
    signed = " ".join(PAGE.read_text(encoding="utf-8").replace("\n> ", " ").split())
    version = checked("".join(block(PAGE, name).code for name in PARTS).encode(), "guide")
    assert all(clause.text in signed for clause in version.clauses)


def test_the_template_is_not_a_protocol_until_it_is_filled_in(followed: subprocess.CompletedProcess[str]) -> None:
    assert "template.yaml:7:1: here stands a text, not nothing" in followed.stderr


def test_the_file_is_read_back_in_words(followed: subprocess.CompletedProcess[str]) -> None:
    said = " ".join(part(followed, "check").split())
    assert "8 clauses, no fault" in said
    assert "within 10 working days" in said
    assert "Gemelde fouten worden binnen tien werkdagen verbeterd." in said


def test_the_case_opens_what_the_guide_says(followed: subprocess.CompletedProcess[str]) -> None:
    told = part(followed, "try")
    assert "opens 2 obligations:" in told
    assert "overdue  STAD -> AGENTSCHAP" in told


def test_why_shows_sentence_clock_and_command_and_the_notice_in_time_discharges(
    followed: subprocess.CompletedProcess[str],
) -> None:
    told = " ".join(part(followed, "why").split())
    assert "Een gegevenslek wordt binnen 24 uur gemeld." in told
    assert "24 hours, counted from 2026-02-02 09:00" in told
    assert "ledger breach notify LAPTOP-1 --to AGENTSCHAP --as STAD" in told
    assert "fulfilled STAD -> AGENTSCHAP" in told


def test_the_difference_of_the_amended_text_is_told(followed: subprocess.CompletedProcess[str]) -> None:
    told = " ".join(part(followed, "amend").split())
    assert "changed: clause art. 3, sentence 2" in told
    assert "within 12 hours" in told
