"""Commands of the documentation, run as a reader would run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import ROOT


def shell(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run lines as a reader would, with this tree's `ledger` on the path. The first that fails ends it."""
    tool = folder / "bin/ledger"
    tool.parent.mkdir()
    command = f'"{sys.executable}" -c "from cli.main import main; main()"'
    tool.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    tool.chmod(0o700)
    (folder / "passphrase").write_text("a passphrase of the test\n", encoding="utf-8")
    (folder / "passphrase").chmod(0o600)
    named = {
        "PATH": f"{tool.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "NO_COLOR": "1",
        "LEDGER_PASSPHRASE_FILE": str(folder / "passphrase"),
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER")}
    return subprocess.run(
        ["sh", "-euc", code], cwd=folder, capture_output=True, text=True, check=False, env={**kept, **named}
    )
