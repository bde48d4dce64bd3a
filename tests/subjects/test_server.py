"""Ledger and vault in a real PostgreSQL: made, written, backed up, brought back, and what an erasure leaves there."""

from __future__ import annotations

import threading
from pathlib import Path

import psycopg
import pytest

from ledger.backup import backup
from ledger.errors import LedgerError
from ledger.place import Place
from ledger.restoring import Restored, restore
from ledger.storage import transfer
from ledger.storage.vault_store import VaultKeyProblem, VaultStore, VaultThere
from tests.postgres import new_database
from tests.subjects.operated import ORIGIN, beside, operated, record, told
from tests.subjects.persons import AN, SAID, judged
from tests.subjects.test_backup import signer
from tests.worlds import V, World

CHANGE = {"change": "R-1", "kind": "erasure", "datasets": ["vragen"]}


def in_schema(url: str, name: str = "vault") -> str:
    """The URL of a schema in this database, made anew."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{url}&options=-csearch_path%3D{name}"


def served(folder: Path, ledger: str, vault: str) -> Place:
    folder.mkdir(exist_ok=True)
    return Place.named(ledger, {"LEDGER_FILES": str(folder / "ledger"), "LEDGER_VAULT": vault})


@pytest.fixture
def own(tmp_path: Path, postgres_url: str) -> World:
    return operated(served(tmp_path / "own", postgres_url, in_schema(postgres_url)))


def said(world: World) -> str:
    """A person, and a text about them."""
    with world.open() as ledger:
        token = str(ledger.vault.token(V, AN))
    told(world, "subject-data-changed", **CHANGE, description={"value": SAID, "about": [token]})
    return token


def erased(world: World, token: str) -> int:
    return told(world, "subject-erased", tokens=[token], ground="request", decided_by="VLAIO", in_protocol=V)


def taken(world: World, folder: Path) -> Path:
    with world.open() as ledger:
        assert backup(ledger, folder, world.moment.replace(year=2023)).size == ledger.store.size()
    return folder


def brought_back(folder: Path, place: Place, world: World, newer: list[bytes]) -> tuple[World, Restored]:
    restored = restore(folder, place, signer, newer, clock=world.clock)
    assert restored is not None
    there = World(place, world.moment, ORIGIN)
    there.check()
    return there, restored


def test_a_ledger_and_its_vault_live_in_a_server_and_nothing_of_them_beside(own: World):
    token = said(own)
    assert sorted(path.name for path in own.place.base.parent.iterdir()) == [
        "ledger.head", "ledger.keys", "ledger.policy", "ledger.vault.key", "ledger.views",
    ]  # fmt: skip
    assert judged(own).faults == ()
    by = erased(own, token)
    assert judged(own).erased_by == {by: 1}
    own.check()


def test_a_vault_of_another_ledger_is_not_taken_for_ones_own(own: World, tmp_path: Path, postgres_server: str):
    place = served(tmp_path / "other", new_database(postgres_server), str(own.place.vault))
    with pytest.raises(VaultThere):
        VaultStore.create(place.vault, place.vault_key)
    assert not place.vault_key.exists()
    with pytest.raises(VaultKeyProblem):
        operated(place)


@pytest.mark.parametrize("where", ["file", "server"])
def test_a_backup_of_a_server_comes_back_in_a_file_and_in_a_server(
    own: World, tmp_path: Path, postgres_server: str, where: str
):
    token = said(own)
    folder, before = taken(own, tmp_path / "backup"), own.bytes()
    by = erased(own, token)
    fresh = new_database(postgres_server)
    place = beside(tmp_path / "new") if where == "file" else served(tmp_path / "new", fresh, in_schema(fresh))
    there, restored = brought_back(folder, place, own, own.bytes().splitlines())
    assert (restored.size, restored.erased) == (by - 1, (by,))
    assert there.bytes().startswith(before)
    assert judged(there).erased_by == {by: 1}
    with there.open() as ledger:
        assert ledger.vault.known(V, [AN]) == {}
        assert ledger.vault.token(V, AN) != token


def test_a_backup_of_files_comes_back_in_a_server(tmp_path: Path, postgres_url: str):
    own = operated(beside(tmp_path / "own"))
    said(own)
    folder = taken(own, tmp_path / "backup")
    there, _ = brought_back(folder, served(tmp_path / "new", postgres_url, in_schema(postgres_url)), own, [])
    assert judged(there).faults == ()
    with there.open() as ledger:
        assert list(ledger.vault.known(V, [AN]))


def test_a_restore_takes_the_place_of_no_ledger_and_no_vault_in_a_server(own: World, tmp_path: Path, postgres_server):
    folder = taken(own, tmp_path / "backup")
    full, empty = str(own.place.url), new_database(postgres_server)
    for ledger, vault in ((full, empty), (empty, str(own.place.vault))):
        with pytest.raises(LedgerError) as found:
            restore(folder, served(tmp_path / "new", ledger, vault), signer, [], clock=own.clock)
        assert found.value.exit == 7


@pytest.mark.parametrize("after", ["_load_vault", "_load_ledger"])
def test_a_restore_stopped_just_after_it_filled_a_database_goes_on(
    own: World, tmp_path: Path, postgres_server: str, monkeypatch, after: str
):
    said(own)
    folder, fresh = taken(own, tmp_path / "backup"), new_database(postgres_server)
    place, load = served(tmp_path / "new", fresh, in_schema(fresh)), getattr(transfer, after)

    def killed(*given: object) -> None:
        load(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(transfer, after, killed)
        with pytest.raises(KeyboardInterrupt):
            restore(folder, place, signer, [], clock=own.clock)
    assert restore(folder, place, signer, [], clock=own.clock) is None
    there = World(place, own.moment, ORIGIN)
    assert there.check() == there.size()
    assert judged(there).faults == ()


def test_a_backup_of_a_server_made_while_others_write_is_whole(own: World, tmp_path: Path):
    begun, stop = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        with own.open() as ledger:
            while not stop.is_set():
                number += 1
                ledger.vault.tokens(V, [f"p{number}@fictief.example"])
                record(ledger, own, "subject-data-changed", **CHANGE, description=f"tekst {number}")
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(30)
    sizes = []
    try:
        with World(own.place, own.moment.replace(day=2), ORIGIN).open() as ledger:
            for number in range(2):
                sizes.append(backup(ledger, tmp_path / f"backup-{number}", own.moment.replace(year=2023)).size)
    finally:
        stop.set()
        writer.join()
    for number, size in enumerate(sizes):
        there, restored = brought_back(tmp_path / f"backup-{number}", beside(tmp_path / f"new-{number}"), own, [])
        assert restored.size == size
        assert judged(there).faults == ()


def test_an_error_shows_no_password():
    place = Place.named(
        "postgresql://an:geheim@host/x", {"LEDGER_FILES": "a/b", "LEDGER_VAULT": "postgresql://an:stil@h/y"}
    )
    assert "geheim" not in place.shown
    assert place.shown == "postgresql://an:***@host/x"


def files_of(url: str) -> tuple[list[bytes], list[bytes]]:
    """What the server keeps: its tables, and its write-ahead log, byte by byte."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    assert row is not None
    data = Path(row[0])
    return ([path.read_bytes() for path in (data / "base").rglob("*") if path.is_file()],
            [path.read_bytes() for path in (data / "pg_wal").iterdir() if path.is_file()])  # fmt: skip


def secrets(url: str) -> list[bytes]:
    """What hides a person and their texts, as it is stored."""
    with psycopg.connect(url) as connection:
        rows = [*connection.execute("SELECT lookup, wrapped, identifier FROM persons"),
                *connection.execute("SELECT content FROM openings NATURAL JOIN about")]  # fmt: skip
    return [bytes(cell) for row in rows for cell in row]


def test_what_an_erasure_leaves_in_a_server_is_what_the_page_says(own: World):
    """Dead rows until the tables are written anew, the log after that; under a new master key none of it opens."""
    token, url = said(own), str(own.place.vault)
    kept = secrets(url)
    assert len(kept) == 4
    erased(own, token)
    with own.open() as ledger:
        ledger.vault.compact()
    tables, log = files_of(url)
    assert not any(secret in file for secret in kept for file in tables)
    assert any(secret in file for secret in kept for file in log), "so the page says that the log keeps it for a while"
    plain = [AN.encode(), SAID.encode()]
    assert not any(text in file for text in plain for file in [*tables, *log])
