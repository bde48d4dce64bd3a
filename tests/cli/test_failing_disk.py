"""EIO while a ledger is read. SQLite tells it as a damaged file; nobody may be told that the ledger was changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import Said, ledger
from tests.worlds import World

SOURCE = Path(__file__).with_name("failing_disk.c")
CASES = [(0, "header"), (16_384, "first-table"), (200_000, "entries")]


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that stands before the reading calls of the C library."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("a failing disk is NOT TESTED: it needs Linux and a C compiler")
    made = tmp_path_factory.mktemp("shim") / "failing_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, SOURCE, "-ldl"], check=True)
    return made


def on_it(shim: Path, world: World, start: int, *command: str, file: str = "ledger.db") -> Said:
    return ledger(
        *command, world=world, PYTHONUNBUFFERED="1",
        LD_PRELOAD=str(shim), FAILING_FILE=f"/{file}", FAILING_FROM=str(start),
    )  # fmt: skip


@pytest.mark.parametrize("start", [start for start, _ in CASES], ids=[name for _, name in CASES])
@pytest.mark.parametrize("command", [["verify"], ["obligations"], ["checkpoint", "sign"]], ids=lambda each: each[0])
def test_a_disk_that_cannot_be_read_is_exit_7_and_no_damage(
    shim: Path, world: World, start: int, command: list[str]
) -> None:
    said = on_it(shim, world, start, *command)
    assert (said.exit, said.out) == (7, "")
    assert "the disk failed" in said.err
    assert "damaged" not in said.err


def test_a_file_that_is_damaged_on_a_disk_that_can_be_read_is_damage(shim: Path, spoilt: World) -> None:
    path = Path(spoilt.place.url)
    content = bytearray(path.read_bytes())
    content[16_384:17_000] = b"\xff" * 616
    path.write_bytes(content)
    assert on_it(shim, spoilt, len(content) + 1, "verify").exit == 3
