"""Every command in the documentation is executed, and every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, block, blocks, documents
from tests.docs.shell import shell

PAGES = [pytest.param(page, id=str(page.relative_to(ROOT))) for page in documents()]
EXECUTED = {
    "README.md": {"first-steps", "demo", "tests"},
    "docs/formats/entry.md": {"check.py", "check.sh", "signature.sh"},
    "docs/guide/auditor.md": {"bundle", "check", "compare", "page", "whole"},
    "docs/guide/logs.md": {"import", "mend", "explain", "dutch", "close", "summarise"},
    "docs/guide/operator.md": {"open", "party", "daily", "documents", "logs", "drop", "load"},
    "docs/privacy.md": {"recipients", "erasure"},
    "docs/guide/officer.md": {"begin", "check", "try", "why", "amend"},
}
"""The README's `demo` and `tests` by `.ci/run`, the others by tests of this folder."""


@pytest.mark.parametrize("page", PAGES)
def test_a_block_of_commands_is_executed_or_says_why_not(page: Path) -> None:
    for each in blocks(page):
        if each.language in ("sh", "bash", "python"):
            assert each.kind in ("run", "not run"), f"no comment above this block:\n{each.code}"


@pytest.mark.parametrize("page", PAGES)
def test_a_block_that_is_marked_to_run_is_run(page: Path) -> None:
    marked = {each.name for each in blocks(page) if each.kind == "run"}
    assert marked == EXECUTED.get(str(page.relative_to(ROOT)), set())


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8")):
        path, _, heading = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_file(), target
        assert not heading or heading in headings(file), target


def headings(file: Path) -> set[str]:
    """The anchors that a Markdown page has, as GitHub and GitLab make them."""
    titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_the_readme_sets_up_and_runs_in_one_command(name: str) -> None:
    assert len(block(ROOT / "README.md", name).code.splitlines()) == 1
    assert f"readme {name}" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_the_readmes_first_steps_run_as_it_stands(tmp_path: Path) -> None:
    done = shell(tmp_path, block(ROOT / "README.md", "first-steps").code)
    assert done.returncode == 0, done.stderr
    printed = [line.rstrip() for line in done.stdout.split("\n")]
    for line in block(ROOT / "README.md", "first-steps-output").code.splitlines():
        assert line in printed
    assert "completeness ok" in printed
