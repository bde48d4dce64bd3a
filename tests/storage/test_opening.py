from __future__ import annotations

from pathlib import Path

import pytest

from ledger.chain.merkle import merkle_root
from ledger.errors import Conflict, InputRejected, LedgerError, NotFound, UsageProblem
from ledger.storage.opening import create, open_store
from ledger.storage.store import Store
from tests.storage.owner import as_owner
from tests.storage.rows import batch, check_whole, entries, single


def test_a_ledger_is_made_once(store: Store, url: str):
    with pytest.raises(Conflict):
        create(url)
    store.append(single())
    assert check_whole(store) == 1


def test_a_ledger_keeps_everything_when_it_is_closed_and_opened(url: str):
    with create(url) as store:
        store.append(batch(300))
        root = store.head().root
    with open_store(url) as store:
        assert (check_whole(store), store.head().root) == (300, root)
        assert root == merkle_root([entry.leaf for entry in entries(store)])


def test_a_missing_file_is_not_made_by_opening_it(tmp_path: Path):
    with pytest.raises(NotFound) as refused:
        open_store(tmp_path / "none.db")
    assert "ledger init" in refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_is_not_made_in_a_folder_that_is_not_there(tmp_path: Path):
    with pytest.raises(NotFound):
        create(tmp_path / "none" / "demo.db")


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00" + bytes(200)])
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "letter.db"
    path.write_bytes(content)
    with pytest.raises(InputRejected):
        open_store(path)
    with pytest.raises(Conflict):
        create(path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused(url: str):
    as_owner(url, "CREATE TABLE letter (text text)")
    with pytest.raises(InputRejected) as refused:
        open_store(url)
    assert refused.value.code == "storage.not-a-ledger"


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "sqlite:///:memory:", "://"])
def test_a_ledger_lives_in_a_file_or_in_postgresql(url: str):
    with pytest.raises(UsageProblem):
        create(url)


def test_a_sqlite_url_is_a_path(tmp_path: Path):
    with create(f"sqlite:///{tmp_path / 'demo.db'}") as store:
        store.append(single())
    with open_store(tmp_path / "demo.db") as store:
        assert check_whole(store) == 1


def test_the_files_are_for_their_owner_only(tmp_path: Path):
    with create(tmp_path / "demo.db") as store:
        store.append(single())
        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    assert modes == {"demo.db": "0o600", "demo.db-wal": "0o600", "demo.db-shm": "0o600"}


def test_a_server_that_does_not_answer_is_not_a_bug():
    with pytest.raises(LedgerError) as refused:
        open_store("postgresql+psycopg://nobody:none@127.0.0.1:1/none")
    assert (refused.value.exit, refused.value.code) == (7, "storage.unreachable")
