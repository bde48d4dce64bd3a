"""The vault's master key in the keyring of the operating system, spoken to as any backend of it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from ledger.backup import backup
from ledger.errors import KeyProblem
from ledger.storage.vault_keys import RING, InKeyring
from ledger.storage.vault_store import VaultKeyProblem, VaultStore
from tests.subjects.operated import beside, operated
from tests.subjects.persons import AN
from tests.subjects.test_backup import signer


class Ring(KeyringBackend):
    """Keeps what it is given until the test ends."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(username)


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ring]:
    before, made = keyring.get_keyring(), Ring()
    keyring.set_keyring(made)
    monkeypatch.setenv(RING, "demo")
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "one.vault.key"


def test_the_key_is_made_in_the_keyring_and_no_file_is(ring: Ring, tmp_path: Path, key_file: Path):
    vault = VaultStore.create(tmp_path / "one.vault", key_file)
    token = vault.token("p", AN)
    vault.close()
    assert [name for _, name in ring.kept] == ["demo"]
    assert not key_file.exists()
    again = VaultStore.open(tmp_path / "one.vault", key_file)
    assert again.identifier(token) == AN
    again.close()


def test_a_new_master_key_takes_the_place_of_the_old_one_in_the_keyring(ring: Ring, tmp_path: Path, key_file: Path):
    vault = VaultStore.create(tmp_path / "one.vault", key_file)
    token, old = vault.token("p", AN), dict(ring.kept)
    vault.change_key(key_file)
    assert vault.identifier(token) == AN
    vault.close()
    assert list(ring.kept) == list(old)
    assert ring.kept != old


def test_a_change_of_key_that_was_stopped_is_gone_on_with(ring: Ring, tmp_path: Path, key_file: Path, monkeypatch):
    vault = VaultStore.create(tmp_path / "one.vault", key_file)
    token = vault.token("p", AN)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(InKeyring, "put_in_place", killed)
        with pytest.raises(KeyboardInterrupt):
            vault.change_key(key_file)
    vault.close()
    assert len(ring.kept) == 2
    again = VaultStore.open(tmp_path / "one.vault", key_file)
    assert again.identifier(token) == AN
    again.close()
    assert [name for _, name in ring.kept] == ["demo"]


def test_a_keyring_that_is_locked_empty_or_holds_something_else_is_said_to_be(
    ring: Ring, tmp_path: Path, key_file: Path
):
    VaultStore.create(tmp_path / "one.vault", key_file).close()
    secret = next(iter(ring.kept.values()))
    for kept in ({}, {("ledger vault", "demo"): "no key"}, {("ledger vault", "demo"): "ab" * 32}):
        ring.kept = kept
        with pytest.raises(VaultKeyProblem) as found:
            VaultStore.open(tmp_path / "one.vault", key_file)
        assert secret not in f"{found.value} {found.value.hint}"
    ring.locked = True
    with pytest.raises(KeyProblem, match="KeyringLocked"):
        VaultStore.open(tmp_path / "one.vault", key_file)


def test_a_backup_holds_no_key_that_is_in_the_keyring_and_comes_back_with_it(ring: Ring, tmp_path: Path):
    from ledger.restoring import restore

    own = operated(beside(tmp_path / "own"))
    with own.open() as ledger:
        token = ledger.vault.token("p", AN)
        backup(ledger, tmp_path / "backup", own.moment.replace(year=2023))
    assert [path.name for path in (tmp_path / "backup" / "keys").iterdir()] == ["ledger.keys"]
    place = beside(tmp_path / "new")
    assert restore(tmp_path / "backup", place, signer, [], clock=own.clock) is not None
    own.place = place
    with own.open() as ledger:
        assert ledger.vault.identifier(token) == AN
