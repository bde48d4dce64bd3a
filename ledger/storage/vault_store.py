"""The vault as a database of its own: SQLite beside the ledger, or PostgreSQL.

    persons       lookup (keyed HMAC), token, protocol, the person's wrapped key, the identifier under it
    aliases       further identifiers of a person, under the person's key
    openings      commitment, event id, what the part says and its blind, encrypted
    about         which opening speaks of whom
    record_keys   purpose, random key, wrapped
    erasures      which `subject-erased` were carried out
    copies        backups that were made, until when they are kept
    vault         the check of the master key, which lies in a file apart: NAME.vault.key

- Files are 0600. What is deleted is overwritten (`secure_delete`), and no write-ahead log keeps old pages.
- Every call is one transaction, durable when it returns.
"""

from __future__ import annotations

import secrets
from contextlib import closing
from pathlib import Path
from typing import Self

from ledger.clock import Clock, now
from ledger.storage import vault_files, vault_rekey
from ledger.storage.engine import location
from ledger.storage.vault_base import Random
from ledger.storage.vault_checking import Checking
from ledger.storage.vault_cipher import VaultCipher, VaultDamaged
from ledger.storage.vault_erasing import Erasing
from ledger.storage.vault_faults import NO_VAULT, NoVault, spoken_of_vault
from ledger.storage.vault_files import VaultThere
from ledger.storage.vault_keys import KEY_HINT, VaultKeyProblem, master_key
from ledger.storage.vault_parts import Parts
from ledger.storage.vault_persons import Persons

__all__ = ["NoVault", "VaultKeyProblem", "VaultStore", "VaultThere"]


class VaultStore(Persons, Parts, Erasing, Checking):
    """A vault that is open. Make one with `create`, come back to it with `open`."""

    @classmethod
    def create(
        cls, url: str | Path, key_file: Path, *, random: Random = secrets.token_bytes, clock: Clock = now
    ) -> Self:
        """Make a vault, and its key file where there is none yet. Raises VaultThere, KeyProblem for the key file.

        `random` gives tokens and record keys (the demo's are fixed); the key and all encryption take the system's.
        """
        place = location(url, "vault")
        vault_files.check_absent(place)
        # The key first: if we die before the vault is there, the same command again takes this key.
        held = master_key(key_file)
        held.make()
        cipher = VaultCipher(held.read())
        if isinstance(place, Path):
            vault_files.make_file(place, lambda made: vault_files.fill(made, cipher))
        else:
            vault_files.fill(vault_files.engine(place), cipher)
        return cls(vault_files.engine(place), cipher, random, clock)

    @classmethod
    def open(cls, url: str | Path, key_file: Path, *, random: Random = secrets.token_bytes, clock: Clock = now) -> Self:
        """Open a vault.

        Raises NoVault, NotAVault, VaultDamaged, VaultKeyProblem where the key is not there or is another vault's.
        A change of the master key that was stopped half way is brought to its end first.
        """
        place = location(url, "vault")
        if isinstance(place, Path) and not place.is_file():
            raise NoVault("there is no vault", file=str(place), hint=NO_VAULT)
        held = master_key(key_file)
        store = cls(vault_files.engine(place), VaultCipher(held.read()), random, clock)
        try:
            with spoken_of_vault(store._engine), store._engine.begin() as connection:
                check = store.stored_check(connection)
        except VaultDamaged as error:
            with closing(store):
                vault_files.check_is_vault(store._engine)
            raise error
        if check != store._cipher.check:
            fresh = held.finished(check)
            if fresh is None:
                store.close()
                raise VaultKeyProblem(f"the key in {held} is another vault's", hint=KEY_HINT)
            store._cipher = VaultCipher(fresh)
        return store

    def change_key(self, key_file: Path) -> None:
        """Put the vault under a new master key; no entry changes. Raises VaultKeyProblem, VaultDamaged.

        The new key is written beside the old one, then everything is wrapped again in one transaction, then the new
        key takes the old one's place: wherever we die, one of the two files opens the vault.
        """
        held = master_key(key_file)
        fresh = held.drafted()
        new = VaultCipher(fresh)
        with self._transaction() as connection:
            vault_rekey.wrap_again(connection, self._cipher, new)
        self._cipher = new
        held.put_in_place()
