from __future__ import annotations

from pathlib import Path

import pytest

from ledger.chain.hashing import Digest, keyed, sha256
from ledger.errors import Conflict, LedgerError, NotChecked, NotFound
from ledger.importers.source_store import PIECE, SourceDamaged, SourceStore

KEYS = {"import/p/s/2026": b"k" * 32, "files": b"f" * 32}
PURPOSE = "import/p/s/2026"


def address(content: bytes) -> Digest:
    return keyed(KEYS["files"], sha256(content))


def kept(tmp_path: Path, content: bytes) -> tuple[SourceStore, Path]:
    store, log = SourceStore(tmp_path / "sources"), tmp_path / "log"
    log.write_bytes(content)
    with log.open("rb") as stream:
        return store, store.keep(stream, address(content), PURPOSE, KEYS.__getitem__)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5])
def test_what_is_kept_comes_back_byte_for_byte(tmp_path: Path, size: int) -> None:
    content = b"An Voorbeeld;" * (size // 13 + 1)
    content = content[:size]
    store, path = kept(tmp_path, content)
    assert b"Voorbeeld" not in path.read_bytes()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    out = tmp_path / "out"
    assert store.restore(address(content), out, KEYS.__getitem__, KEYS["files"]) == size
    assert out.read_bytes() == content


def test_the_same_file_is_kept_once(tmp_path: Path) -> None:
    _, path = kept(tmp_path, b"log")
    before = path.stat().st_ino
    _, again = kept(tmp_path, b"log")
    assert (again, again.stat().st_ino, len(list(path.parent.iterdir()))) == (path, before, 1)


def test_any_changed_byte_and_any_cut_is_found(tmp_path: Path) -> None:
    content = b"x" * (2 * PIECE + 10)
    store, path = kept(tmp_path, content)
    whole = path.read_bytes()
    places = [0, 20, len(whole) // 2, len(whole) - 1]
    spoilt = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in places]
    piece = (len(whole) - 10 - 16) // 2
    cuts = [whole[:at] for at in (0, 30, len(whole) - 26, len(whole) - 1)]
    swapped = whole[: -2 * piece] + whole[-piece - 26 :]
    for changed in [*spoilt, *cuts, swapped, whole + b"x"]:
        path.write_bytes(changed)
        with pytest.raises(LedgerError) as caught:
            store.restore(address(content), tmp_path / "out", _key, KEYS["files"])
        assert isinstance(caught.value, SourceDamaged | NotChecked)
        assert not (tmp_path / "out").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["log", "sources"]


def _key(purpose: str) -> bytes:
    if purpose not in KEYS:
        raise NotChecked("gone")
    return KEYS[purpose]


def test_a_file_that_lies_under_another_address_is_not_taken_for_it(tmp_path: Path) -> None:
    store, path = kept(tmp_path, b"one log")
    path.rename(store.path(address(b"another")))
    with pytest.raises(SourceDamaged):
        store.restore(address(b"another"), tmp_path / "out", _key, KEYS["files"])


def test_it_overwrites_nothing_and_says_what_was_not_kept(tmp_path: Path) -> None:
    store, _ = kept(tmp_path, b"log")
    for there in (tmp_path / "log", tmp_path, Path(), Path("/")):
        with pytest.raises(Conflict):
            store.restore(address(b"log"), there, _key, KEYS["files"])
    with pytest.raises(NotFound):
        store.restore(address(b"other"), tmp_path / "out", _key, KEYS["files"])
