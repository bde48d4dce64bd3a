"""A bundle that cannot be written to its end leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.bundle.archive_writer import ArchiveWriter
from tests.limits import files_of_at_most


def written(path: Path, *sizes: int) -> None:
    with ArchiveWriter(path) as made:
        for number, size in enumerate(sizes):
            made.add(f"member-{number}", bytes(size))


def test_a_full_disk_leaves_neither_a_bundle_nor_half_of_one(tmp_path: Path) -> None:
    with files_of_at_most(10_000), pytest.raises(OSError, match="too large"):
        written(tmp_path / "a.zip", 9_000, 9_000)
    assert not list(tmp_path.iterdir())


def test_a_bundle_that_is_there_outlives_one_that_fails(tmp_path: Path) -> None:
    there = tmp_path / "a.zip"
    there.write_bytes(b"an older one")
    with files_of_at_most(10_000), pytest.raises(OSError, match="too large"):
        written(there, 20_000)
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
    assert there.read_bytes() == b"an older one"
