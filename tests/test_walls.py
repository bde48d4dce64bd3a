"""Which part may know which: the contracts of import-linter, and what an import costs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest

from tests.docs.blocks import ROOT

HEAVY = ("sqlalchemy", "eventsourcing", "psycopg", "rich", "msgspec", "cryptography")


def loaded(code: str) -> set[str]:
    """Which of the heavy packages a fresh interpreter holds after this code."""
    shown = f"import sys\n{code}\nprint(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", shown], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_command_line_starts_without_a_database() -> None:
    assert not loaded("import cli.main") & {"sqlalchemy", "eventsourcing", "psycopg", "rich"}


def test_help_loads_no_database() -> None:
    assert not loaded("from cli.main import run; run(['--help'])") & {"sqlalchemy", "eventsourcing", "psycopg"}


def test_what_was_loaded_would_be_seen() -> None:
    assert "sqlalchemy" in loaded("import ledger.storage.store")


def test_checking_bytes_needs_no_database_and_no_terminal() -> None:
    modules = sorted(path.stem for path in (ROOT / "ledger/chain").glob("[a-z]*.py"))
    assert len(modules) > 10
    assert loaded(f"from ledger.chain import {', '.join(modules)}") <= {"cryptography", "msgspec"}


def test_a_bundle_is_checked_where_there_are_no_locks_of_files() -> None:
    code = "import sys; sys.modules['fcntl'] = None; import ledger.bundle.verify, cli.commands.evidence"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.fixture(scope="module")
def contracts() -> str:
    """What import-linter says, with a line for each contract."""
    pytest.importorskip("importlinter", reason="the walls are NOT TESTED: install the test extra (import-linter)")
    code = "from importlinter.cli import lint_imports_command as lint; lint()"
    command = [sys.executable, "-c", code, "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def _names() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]]


@pytest.mark.parametrize("name", _names())
def test_a_contract_between_parts_is_kept(contracts: str, name: str) -> None:
    assert re.search(rf"^{re.escape(name)} KEPT", contracts, re.MULTILINE), contracts
