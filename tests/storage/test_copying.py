"""A file that is moved to another disk is whole there, or not at all: nothing hidden is left of it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ledger.storage.copying import move_file
from tests.test_drafts import left


def another_disk(monkeypatch: pytest.MonkeyPatch, *, full: bool = False) -> None:
    replace, source = os.replace, "vault"

    def refused(old: str | Path, new: str | Path) -> None:
        if Path(old).name == source:
            raise OSError(errno.EXDEV, "another disk")
        if full:
            raise OSError(errno.ENOSPC, "no space left on device")
        replace(old, new)

    monkeypatch.setattr(os, "replace", refused)


def test_what_a_killed_move_left_goes_with_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vault").write_bytes(b"all of it")
    (tmp_path / "there").mkdir()
    target = tmp_path / "there/ledger.vault"
    half = left(target)
    another_disk(monkeypatch)
    move_file(tmp_path / "vault", target)
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"all of it", 0o600)
    assert list(target.parent.iterdir()) == [target]
    assert not half.exists()
    assert not (tmp_path / "vault").exists()


def test_a_move_that_fails_leaves_no_second_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vault").write_bytes(b"all of it")
    (tmp_path / "there").mkdir()
    another_disk(monkeypatch, full=True)
    with pytest.raises(OSError, match="no space"):
        move_file(tmp_path / "vault", tmp_path / "there/ledger.vault")
    assert list((tmp_path / "there").iterdir()) == []
    assert (tmp_path / "vault").read_bytes() == b"all of it"
