"""The guides for the auditor and the operator, run from start to end as their readers would."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, blocks
from tests.docs.shell import shell

FACTS = {
    "auditor": ("with one root", "completeness ok", "integrity    ok", "To be done: 0", "HB+"),
    "logs": (
        "no-grant: used without a grant",
        "ledger findings close",
        "measure-taken",
        "exit code 4",
        "geen toegang van deze persoon tot KRIS",
        "7;31/06/2022;09:30:00;an@demo.invalid",
        "new 1  duplicate 0  rejected 0",
    ),
    "operator": (
        "recorded protocol-signed",
        "signed checkpoint",
        "integrity    ok",
        "the same file, byte for byte",
        "the same digests",
    ),
}


@pytest.mark.parametrize("name", FACTS)
def test_a_guide_runs_from_start_to_end(tmp_path: Path, name: str) -> None:
    page = list(blocks(ROOT / f"docs/guide/{name}.md"))
    (tmp_path / "protocols").symlink_to(ROOT / "protocols")
    for each in page:
        if each.kind == "example":
            (tmp_path / each.name).write_text(each.code, encoding="utf-8")
    done = shell(tmp_path, "\n".join(each.code for each in page if each.kind == "run"))
    assert done.returncode == 0, done.stderr
    for fact in FACTS[name]:
        assert fact in done.stdout
