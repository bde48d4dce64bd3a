"""The vault on real files, and on a real PostgreSQL."""

from __future__ import annotations

import hashlib  # noqa: TID251 - to look for what must not be there
import hmac
import re
import sqlite3
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.errors import KeyProblem, LedgerError, NotFound
from ledger.keys.private_file import AlreadyThere
from ledger.storage.vault_cipher import VaultDamaged
from ledger.storage.vault_store import NoVault, VaultKeyProblem, VaultStore, VaultThere
from ledger.subjects.sealed import Opening
from ledger.subjects.vault import Vault
from tests.limits import files_of_at_most

PERSON = "jan.peeters@vlaio.example"
EVENT, OTHER = "0a" * 16, "0b" * 16
TEXT = "Jan Peeters verliet de dienst"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "demo.vault"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, place: Path) -> str:
    return str(place) if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "demo.vault.key"


@pytest.fixture
def vault(url: str, key_file: Path) -> Iterator[VaultStore]:
    made = VaultStore.create(url, key_file)
    yield made
    made.close()


@pytest.fixture
def small(place: Path, key_file: Path) -> Iterator[VaultStore]:
    made = VaultStore.create(place, key_file)
    yield made
    made.close()


def test_a_store_is_a_vault(small):
    given: Vault = small
    assert given.openings(EVENT) == ()


def test_a_person_has_one_token_in_a_protocol_and_another_in_another(vault):
    token = vault.token("vlaio-fio-tbt-2021", PERSON)
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert vault.token("vlaio-fio-tbt-2021", PERSON) == token
    assert vault.token("opgroeien-serv-2021", PERSON) != token
    assert vault.token("vlaio-fio-tbt-2021", "an.maes@vlaio.example") != token


def test_a_token_leads_back_to_its_person(vault):
    assert vault.identifier(vault.token("p", PERSON)) == PERSON


def test_an_unknown_token_is_not_found(vault):
    with pytest.raises(NotFound):
        vault.identifier("00" * 16)


def test_tokens_in_bulk_are_those_given_one_by_one(vault):
    known = vault.token("p", "user7@example.org")
    names = [f"user{number}@example.org" for number in range(1200)]
    found = vault.tokens("p", [*names, *names])
    assert list(found) == names
    assert len(set(found.values())) == 1200
    assert found["user7@example.org"] == known
    assert vault.tokens("p", reversed(names)) == found
    assert vault.identifier(found["user1199@example.org"]) == "user1199@example.org"


def test_a_vault_comes_back_with_its_key(url, key_file, vault):
    token, secret = vault.token("p", PERSON), vault.record_key("drafts")
    again = VaultStore.open(url, key_file)
    assert (again.token("p", PERSON), again.record_key("drafts")) == (token, secret)
    again.close()


def test_two_writers_give_a_person_one_token(url, key_file, vault):
    found: list[str] = []

    def write() -> None:
        other = VaultStore.open(url, key_file)
        found.extend(other.tokens("p", [f"u{number}" for number in range(200)]).values())
        other.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (len(found), len(set(found))) == (800, 200)


def test_record_keys_are_apart_by_purpose_and_stay(vault):
    one, two = vault.record_key("drafts"), vault.record_key("import/m365-audit/2026")
    assert len(one) == len(two) == 32
    assert one != two
    assert vault.record_key("drafts") == one


def test_openings_come_back_with_blind_and_value(vault):
    parts = (Opening("description", ["a", 1, True], b"\x01" * 32), Opening("reason", TEXT, b"\x02" * 32))
    vault.put_openings(EVENT, reversed(parts))
    vault.put_openings(EVENT, parts)
    assert vault.openings(EVENT) == parts
    assert vault.openings(OTHER) == ()


def test_a_second_writers_opening_does_not_push_out_the_first(vault):
    one, two = Opening("reason", TEXT, b"\x01" * 32), Opening("reason", TEXT, b"\x02" * 32)
    vault.put_openings(EVENT, [one])
    vault.put_openings(EVENT, [two])
    assert vault.openings(EVENT) == (one, two)


def test_orphans_are_swept_once_they_are_old(url, key_file):
    at = datetime(2026, 1, 5, tzinfo=UTC)
    vault = VaultStore.create(url, key_file, clock=lambda: at)
    vault.put_openings(EVENT, [Opening("reason", TEXT, b"\x01" * 32)])
    vault.put_openings(OTHER, [Opening("reason", TEXT, b"\x01" * 32)])
    assert vault.opened_events(at) == []
    assert vault.opened_events(at + timedelta(seconds=1)) == [EVENT, OTHER]
    assert vault.sweep([EVENT, "ff" * 16]) == 1
    assert vault.openings(EVENT) == ()
    assert len(vault.openings(OTHER)) == 1
    vault.close()


def test_a_full_disk_leaves_no_half_of_a_vault_and_is_no_bug(tmp_path):
    with files_of_at_most(2_000), pytest.raises(LedgerError) as found:
        VaultStore.create(tmp_path / "demo.vault", tmp_path / "demo.key")
    assert found.value.exit == 7
    assert [each.name for each in tmp_path.iterdir()] == ["demo.key"]


def test_a_vault_is_not_made_over_another(url, key_file, vault, tmp_path):
    token = vault.token("p", PERSON)
    with pytest.raises(VaultThere):
        VaultStore.create(url, key_file)
    assert vault.token("p", PERSON) == token


def test_a_vault_that_was_stopped_between_key_and_file_is_made_with_that_key(place, key_file):
    key_file.write_bytes(b"\x07" * 32)
    VaultStore.create(place, key_file).close()
    assert key_file.read_bytes() == b"\x07" * 32
    VaultStore.open(place, key_file).close()


def test_files_are_for_their_owner_only_and_nothing_else_is_left(small, place, key_file, tmp_path):
    small.token("p", PERSON)
    assert {path.name for path in tmp_path.iterdir()} == {"demo.vault", "demo.vault.key"}
    assert [stat.S_IMODE(path.stat().st_mode) for path in (place, key_file)] == [0o600, 0o600]
    assert len(key_file.read_bytes()) == 32


def test_the_vault_file_holds_neither_persons_nor_texts_nor_their_plain_digests(small, place, key_file):
    small.token("p", PERSON)
    small.put_openings(EVENT, [Opening("reason", TEXT, b"\x5a" * 32)])
    secret = small.record_key("drafts")
    small.close()
    raw = place.read_bytes()
    for text in (PERSON.encode(), b"p\n" + PERSON.encode(), TEXT.encode()):
        digest = hashlib.sha256(text).digest()
        keyed = hmac.digest(key_file.read_bytes(), text, "sha256")
        for hidden in (text, digest, digest.hex().encode(), keyed):
            assert hidden not in raw
    for hidden in (b"Peeters", b"vlaio.example", b"\x5a" * 32, b"5a" * 32, secret, key_file.read_bytes()):
        assert hidden not in raw


def test_what_is_swept_is_overwritten(small, place):
    small.put_openings(EVENT, [Opening("reason", TEXT, b"\x01" * 32)])
    with sqlite3.connect(place) as plain:
        (content,) = plain.execute("SELECT content FROM openings").fetchone()
    plain.close()
    assert content in place.read_bytes()
    small.sweep([EVENT])
    small.close()
    assert content not in place.read_bytes()


@pytest.mark.parametrize("change", ["swap", "flip"])
def test_a_row_opens_only_where_it_stands(small, place, change):
    one, two = small.token("p", "one"), small.token("p", "two")
    plain = sqlite3.connect(place)
    (wrapped, identifier) = plain.execute(
        "SELECT wrapped, identifier FROM persons WHERE token = ?", (two if change == "swap" else one,)
    ).fetchone()
    if change == "flip":
        identifier = identifier[:-1] + bytes([identifier[-1] ^ 1])
    plain.execute("UPDATE persons SET wrapped = ?, identifier = ? WHERE token = ?", (wrapped, identifier, one))
    plain.commit()
    plain.close()
    with pytest.raises(VaultDamaged):
        small.identifier(one)


def test_without_its_key_a_vault_stays_closed(small, place, key_file):
    key_file.unlink()
    with pytest.raises(VaultKeyProblem) as caught:
        VaultStore.open(place, key_file)
    assert caught.value.exit == 8
    assert "put NAME.vault.key back" in caught.value.hint


@pytest.mark.parametrize("content", [b"\x00" * 32, b"short", b""])
def test_another_key_does_not_open_it(small, place, key_file, content):
    key_file.write_bytes(content)
    with pytest.raises(KeyProblem):
        VaultStore.open(place, key_file)


def test_there_is_no_vault_where_none_was_made(place, key_file):
    with pytest.raises(NoVault):
        VaultStore.open(place, key_file)
    assert not place.exists()


def test_a_file_that_is_no_vault_is_refused(small, place, key_file):
    small.close()
    place.write_bytes(b"no database at all " * 100)
    with pytest.raises(LedgerError):
        VaultStore.open(place, key_file)


def test_tokens_can_come_from_a_fixed_source_and_encryption_never_does(tmp_path):
    def fixed(size: int) -> bytes:
        return b"\x11" * size

    stored = []
    for name in ("a", "b"):
        vault = VaultStore.create(tmp_path / name, tmp_path / "one.key", random=fixed)
        assert vault.token("p", PERSON) == "11" * 16
        vault.close()
        plain = sqlite3.connect(tmp_path / name)
        stored.append(plain.execute("SELECT wrapped, identifier FROM persons").fetchone())
        plain.close()
    assert stored[0] != stored[1]


def test_an_identifier_that_is_not_text_is_refused(small):
    with pytest.raises(LedgerError, match="not text"):
        small.token("p", "\ud800")


def test_private_files_are_never_overwritten(tmp_path):
    from ledger.keys.private_file import write_private

    write_private(tmp_path / "one", b"first")
    with pytest.raises(AlreadyThere):
        write_private(tmp_path / "one", b"second")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("one", b"first")]
