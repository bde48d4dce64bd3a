"""The vault's keys and look-ups: aliases, a new master key, the key from elsewhere."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.errors import LedgerError
from ledger.place import Place
from ledger.storage import vault_rekey
from ledger.storage.vault_keys import InFile
from ledger.storage.vault_store import VaultKeyProblem, VaultStore
from ledger.subjects.identifiers import Identifier
from ledger.subjects.sealed import Opening

EVENT, TEXT = "0a" * 16, "Jan Peeters verliet de dienst"
AN = "an.voorbeeld@fictief.example"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "one.vault.key"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "one.vault") if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def vault(url: str, key_file: Path) -> Iterator[VaultStore]:
    made = VaultStore.create(url, key_file)
    yield made
    made.close()


def everything(vault: VaultStore, token: str) -> tuple[object, ...]:
    known = vault.known("p", [AN, "national:85073003328"])
    return vault.identifiers(token), known, vault.openings(EVENT), vault.record_key("drafts"), vault.parts_about(token)


@pytest.fixture
def token(vault: VaultStore) -> str:
    token = vault.add_person("p", Identifier.guessed(AN.upper()))
    vault.add_identifier(token, Identifier.guessed("85.07.30-033.28"))
    vault.put_openings(EVENT, [Opening("reason", TEXT, b"\x01" * 32)], {"reason": (token,)})
    return token


def test_a_person_is_found_by_every_identifier_and_shown_as_each_was_written(vault: VaultStore, token: str):
    assert vault.known("p", [AN, "national:85073003328", "nobody@fictief.example"]) == {
        AN: token, "national:85073003328": token,
    }  # fmt: skip
    assert vault.token("p", "national:85073003328") == token
    assert [(each.kind, each.raw) for each in vault.identifiers(token)] == [
        ("account", AN.upper()), ("national", "85.07.30-033.28"),
    ]  # fmt: skip
    assert vault.known("q", [AN]) == {}


def test_looking_for_somebody_makes_no_token(vault: VaultStore):
    assert vault.known("p", [AN]) == {} == vault.known("p", [AN])


def test_a_wrong_number_is_kept_with_its_finding(vault: VaultStore):
    token = vault.add_person("p", Identifier.guessed("enterprise:0316.380.842"))
    assert [(each.raw, each.value, each.finding) for each in vault.identifiers(token)] == [
        ("0316.380.842", "0316380842", "check digits")
    ]


def test_an_identifier_of_one_person_is_not_given_to_another(vault: VaultStore, token: str):
    other = vault.token("p", "jan@fictief.example")
    with pytest.raises(LedgerError) as found:
        vault.add_identifier(other, Identifier.guessed(AN))
    assert (found.value.code, found.value.exit) == ("vault.taken", 5)
    assert AN not in str(found.value)


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(
    url: str, key_file: Path, vault: VaultStore, token: str
):
    before, old = everything(vault, token), key_file.read_bytes()
    vault.change_key(key_file)
    assert key_file.read_bytes() != old
    assert everything(vault, token) == before
    again = VaultStore.open(url, key_file)
    assert everything(again, token) == before
    again.close()
    key_file.write_bytes(old)
    with pytest.raises(VaultKeyProblem):
        VaultStore.open(url, key_file)


def test_a_new_master_key_leaves_no_row_as_it_was(tmp_path: Path, key_file: Path):
    place = tmp_path / "one.vault"
    vault = VaultStore.create(place, key_file)
    vault.tokens("p", [f"person{number}@fictief.example" for number in range(50)])
    vault.add_identifier(vault.token("p", AN), Identifier.guessed("85.07.30-033.28"))
    vault.put_openings(EVENT, [Opening("reason", TEXT, b"\x01" * 32)])
    vault.record_key("drafts")

    def secrets() -> set[bytes]:
        plain = sqlite3.connect(place)
        tables = ("persons", "aliases", "openings", "record_keys", "vault")
        found = {cell for table in tables for row in plain.execute(f"SELECT * FROM {table}") for cell in row}
        plain.close()
        return {cell for cell in found if isinstance(cell, bytes)}

    before = secrets()
    vault.change_key(key_file)
    vault.close()
    assert not before & secrets()
    content = place.read_bytes()
    assert not [cell for cell in before if cell in content]


@pytest.mark.parametrize("stop", ["before", "after"])
def test_a_change_of_key_that_was_stopped_is_gone_on_with(tmp_path: Path, key_file: Path, monkeypatch, stop: str):
    """Before the rows are wrapped again the old key counts, and after it the new one: whichever file holds it."""
    place = tmp_path / "one.vault"
    vault = VaultStore.create(place, key_file)
    token = vault.token("p", AN)
    at, name = (vault_rekey, "wrap_again") if stop == "before" else (InFile, "put_in_place")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(at, name, killed)
        with pytest.raises(KeyboardInterrupt):
            vault.change_key(key_file)
    vault.close()
    assert key_file.with_name("one.vault.key.new").exists()
    again = VaultStore.open(place, key_file)
    assert again.identifier(token) == AN
    again.change_key(key_file)
    assert again.identifier(token) == AN
    again.close()
    assert not key_file.with_name("one.vault.key.new").exists()


def test_the_key_may_come_from_the_environment_and_then_no_file_is_made(tmp_path: Path, key_file: Path, monkeypatch):
    monkeypatch.setenv("LEDGER_VAULT_KEY", "ab" * 32)
    vault = VaultStore.create(tmp_path / "one.vault", key_file)
    token = vault.token("p", AN)
    with pytest.raises(VaultKeyProblem, match="LEDGER_VAULT_KEY"):
        vault.change_key(key_file)
    vault.close()
    assert not key_file.exists()
    again = VaultStore.open(tmp_path / "one.vault", key_file)
    assert again.identifier(token) == AN
    again.close()
    for wrong in ("cd" * 32, "short", "g" * 64):
        monkeypatch.setenv("LEDGER_VAULT_KEY", wrong)
        with pytest.raises(VaultKeyProblem) as found:
            VaultStore.open(tmp_path / "one.vault", key_file)
        assert wrong not in f"{found.value} {found.value.hint}"


def test_the_key_file_may_lie_elsewhere():
    place = Place.named("a/one.db", {"LEDGER_VAULT_KEY_FILE": "/keys/one"})
    assert (place.vault_key, place.vault) == (Path("/keys/one"), Path("a/one.vault"))


def test_a_copy_of_the_vault_is_listed_until_it_expires_or_the_key_changes(vault: VaultStore, key_file: Path):
    def day(number: int) -> datetime:
        return datetime(2022, 6, number, tzinfo=UTC)

    vault.note_copy(day(1), 42, day(10))
    assert [(each.size, each.opens) for each in vault.copies(day(9))] == [(42, True)]
    assert vault.copies(day(10)) == []
    vault.change_key(key_file)
    assert [each.opens for each in vault.copies(day(9))] == [False]


def test_record_keys_go_by_purpose(vault: VaultStore):
    one, two = vault.record_key("import/p/m365-audit/2021"), vault.record_key("import/p/m365-audit/2022")
    assert vault.record_purposes() == ["import/p/m365-audit/2021", "import/p/m365-audit/2022"]
    assert vault.drop_record_keys(["import/p/m365-audit/2021"]) == 1
    assert vault.record_key("import/p/m365-audit/2022") == two
    assert vault.record_key("import/p/m365-audit/2021") != one


def test_an_erasure_done_twice_destroys_once(vault: VaultStore, token: str):
    assert tuple(vault.erase("ee" * 16, [token], [])) == (1, 1)
    assert tuple(vault.erase("ee" * 16, [token], [])) == (0, 0)
    assert vault.erased() == {"ee" * 16}
    assert (vault.known("p", [AN]), vault.openings(EVENT), vault.parts_about(token)) == ({}, (), [])


def test_pages_that_an_erasure_leaves_free_are_given_back(tmp_path: Path, key_file: Path):
    vault = VaultStore.create(tmp_path / "one.vault", key_file)
    tokens = vault.tokens("p", [f"person{number}@fictief.example" for number in range(2_000)])
    before = os.path.getsize(tmp_path / "one.vault")
    vault.erase("ee" * 16, list(tokens.values())[:1_900], [])
    vault.close()
    assert os.path.getsize(tmp_path / "one.vault") < before / 2


def test_a_database_error_repeats_no_value(vault: VaultStore):
    with vault._engine.connect() as connection, pytest.raises(Exception) as found:
        connection.exec_driver_sql("SELECT * FROM nowhere", (AN,))
    assert AN not in str(found.value)


def test_who_still_holds_the_old_key_writes_nothing_under_it(url: str, key_file: Path, vault: VaultStore, token: str):
    other = VaultStore.open(url, key_file)
    vault.change_key(key_file)
    for act in (lambda: other.token("p", "jan@fictief.example"), lambda: other.openings(EVENT)):
        with pytest.raises(LedgerError) as found:
            act()
        assert (found.value.code, found.value.exit) == ("vault.key-changed", 7)
    other.close()
    assert vault.known("p", ["jan@fictief.example"]) == {}
