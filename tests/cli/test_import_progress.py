"""How far an import is, as it is told while it runs."""

from __future__ import annotations

import contextlib
import io
import os
import pty
from pathlib import Path

import pytest

from cli import import_progress
from cli.import_progress import _line
from tests.cli.commands import here
from tests.importers.logs import audit, json_lines
from tests.worlds import V, World


def test_a_line_says_share_records_rate_and_what_is_left() -> None:
    assert _line("log.csv", 5_000, 250, 1_000, 2.0) == (
        "log.csv [#####               ]  25% 5,000 records, 2,500/s, 6 s left"
    )
    assert _line("log.csv", 9, 0, 1_000, 3.0) == "log.csv [                    ]   0% 9 records, 3/s"
    assert _line("log.csv", 9, 1_000, 1_000, 3.0).endswith("100% 9 records, 3/s")
    assert _line("log\x1b[2J", 1, 0, 0, 1.0).startswith("log\\x1b[2J [")


def test_on_a_pipe_whole_lines_are_told_beside_the_answer(
    world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_progress, "SOON", 0.0)
    monkeypatch.setattr(import_progress, "SELDOM", 0.0)
    log = tmp_path / "log.jsonl"
    log.write_text(json_lines(audit(number) for number in range(1, 30)))
    said = here(capfd, "import", "m365-audit", str(log), "--protocol", V, "--party", "VLAIO", world=world)
    assert (said.exit, said.out.splitlines()[0]) == (0, "new 29  duplicate 0  rejected 0  ignored 0")
    (line,) = said.err.splitlines()
    assert line.startswith("log.jsonl [")
    assert "29 records" in line


def read_to_the_end(screen: io.FileIO) -> bytes:
    """All that a terminal was sent, now that it is closed: it arrives bit by bit, when the kernel comes to it."""
    shown = b""
    with contextlib.suppress(OSError):  # so the end is told
        while part := screen.read(2_000):
            shown += part
    return shown


def test_on_a_terminal_one_line_is_written_over_and_wiped_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_progress, "SOON", 0.0)
    monkeypatch.setattr(import_progress, "OFTEN", 0.0)
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        with os.fdopen(theirs, "w") as terminal:
            monkeypatch.setattr("sys.stderr", terminal)
            with import_progress.import_progress("log") as tell:
                tell(10, 5, 10)
                tell(20, 10, 10)
        shown = read_to_the_end(screen).decode()
    assert shown.count("\r") >= 4
    assert "\n" not in shown
    assert shown.endswith(" \r")
