"""What is read once, before processes are forked: see `tests.warm`. It leaves no thread behind."""

from __future__ import annotations

import contextlib
import io
import tempfile
import threading
from pathlib import Path

from cli.main import run

COMMANDS = (("verify",), ("obligations",), ("record", "--help"), ("import", "--help"), ("key", "list"))

with (
    tempfile.TemporaryDirectory() as folder,
    contextlib.redirect_stdout(io.StringIO()),
    contextlib.redirect_stderr(io.StringIO()),
):
    demo = str(Path(folder, "demo"))
    assert run(["demo", demo]) == 0
    for words in COMMANDS:
        assert run(["--ledger", f"{demo}/ledger.db", *words]) == 0, words
assert threading.active_count() == 1
