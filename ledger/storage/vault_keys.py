"""Where a vault's master key is: a file of its own, the environment, or the keyring of the operating system.

LEDGER_VAULT_KEY        the key itself, 64 hex digits; for containers that get their secrets so
LEDGER_VAULT_KEYRING    the name under which the keyring has it (extra `keyring`)
LEDGER_VAULT_KEY_FILE   the path of the key file, where not NAME.vault.key
"""

from __future__ import annotations

import os
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ledger.errors import KeyProblem
from ledger.keys.private_file import Refused, read_private, sync_folder, write_private
from ledger.storage.vault_cipher import KEY_BYTES, VaultCipher

GIVEN, RING = "LEDGER_VAULT_KEY", "LEDGER_VAULT_KEYRING"
KEY_HINT = "put NAME.vault.key back from where it is kept; without it names are lost, the ledger itself still verifies"
_SERVICE = "ledger vault"
_HEX = re.compile(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}")


class VaultKeyProblem(KeyProblem):
    """The vault's key is missing, or is another vault's."""

    code = "vault.key"


class MasterKey(ABC):
    """One place where a key is kept. While it is changed, the new one lies beside it as a draft."""

    def read(self) -> bytes:
        """32 bytes. Raises VaultKeyProblem."""
        found = self._read("")
        if found is None:
            raise VaultKeyProblem(f"the vault's key is not in {self}", hint=KEY_HINT, **self._where())
        return found

    def make(self) -> None:
        """A new key, unless there is one."""
        if self._read("") is None:
            self._write("", secrets.token_bytes(KEY_BYTES))

    def drafted(self) -> bytes:
        """A new key, beside the one that counts; or the one that a stopped change left there."""
        if self._read(".new") is None:
            self._write(".new", secrets.token_bytes(KEY_BYTES))
        draft = self._read(".new")
        assert draft is not None
        return draft

    def finished(self, check: bytes | None) -> bytes | None:
        """The new key, put in its place, where the vault was brought under it before we died; else None."""
        draft = self._read(".new")
        if draft is None or check is None or VaultCipher(draft).check != check:
            return None
        self.put_in_place()
        return draft

    @abstractmethod
    def put_in_place(self) -> None:
        """Let the draft be the key."""

    @abstractmethod
    def _read(self, ending: str) -> bytes | None:
        """What is kept under the name with this ending; None where nothing is."""

    @abstractmethod
    def _write(self, ending: str, key: bytes) -> None: ...

    def _where(self) -> Mapping[str, str]:
        return {}


class InFile(MasterKey):
    """A file of 32 bytes, 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def put_in_place(self) -> None:
        os.replace(self._named(".new"), self.path)
        sync_folder(self.path.absolute().parent)

    def _named(self, ending: str) -> Path:
        return self.path.with_name(self.path.name + ending)

    def _read(self, ending: str) -> bytes | None:
        path = self._named(ending)
        if not path.exists():
            return None
        try:
            found = read_private(path, hint=KEY_HINT)
        except Refused:
            raise
        except KeyProblem as error:
            raise VaultKeyProblem(f"the vault's key: {error.message}", hint=KEY_HINT).at(**error.where) from error
        if len(found) != KEY_BYTES:
            raise VaultKeyProblem(f"a vault key has {KEY_BYTES} bytes", file=str(path), hint=KEY_HINT)
        return found

    def _write(self, ending: str, key: bytes) -> None:
        write_private(self._named(ending), key)

    def _where(self) -> Mapping[str, str]:
        return {"file": str(self.path)}


class InKeyring(MasterKey):
    """An entry of the operating system's keyring, in hex: service `ledger vault`, and a name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return f"the keyring, as {self.name!r}"

    def put_in_place(self) -> None:
        draft = self._read(".new")
        if draft is not None:
            # The key first: if we die between the two, the draft is the same key, and is put in place again.
            self._write("", draft)
            self._asked("delete_password", self.name + ".new")

    def _read(self, ending: str) -> bytes | None:
        found = self._asked("get_password", self.name + ending)
        if found is not None and not _HEX.fullmatch(found):
            raise VaultKeyProblem(f"what is in {self} is not {2 * KEY_BYTES} hex digits", hint=KEY_HINT)
        return None if found is None else bytes.fromhex(found)

    def _write(self, ending: str, key: bytes) -> None:
        self._asked("set_password", self.name + ending, key.hex())

    def _asked(self, act: str, *given: str) -> Any:
        try:
            import keyring
            from keyring.errors import KeyringError
        except ImportError as error:
            raise VaultKeyProblem(
                f"{RING} is set, and this machine has no package for keyrings",
                hint="pip install 'ledger[keyring]', or keep the key in a file: LEDGER_VAULT_KEY_FILE",
            ) from error
        try:
            return getattr(keyring, act)(_SERVICE, *given)
        except (KeyringError, RuntimeError) as error:
            # Its own words may name what is asked for, never what is kept.
            raise VaultKeyProblem(
                f"the keyring does not answer ({type(error).__name__})",
                hint="unlock it, or keep the key in a file: LEDGER_VAULT_KEY_FILE",
            ) from error


class Given(MasterKey):
    """What the environment holds. It cannot be changed from here."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return GIVEN

    def put_in_place(self) -> None:
        raise self._fixed()

    def _read(self, ending: str) -> bytes | None:
        if ending:
            return None
        if not _HEX.fullmatch(self._text):
            raise VaultKeyProblem(f"{GIVEN} is not {2 * KEY_BYTES} hex digits", hint=KEY_HINT)
        return bytes.fromhex(self._text)

    def _write(self, ending: str, key: bytes) -> None:
        raise self._fixed()

    @staticmethod
    def _fixed() -> VaultKeyProblem:
        return VaultKeyProblem(
            f"the vault's key is given by {GIVEN}, and cannot be changed from here",
            hint="put the key in a file, name it with LEDGER_VAULT_KEY_FILE, and run this again",
        )


def master_key(key_file: Path, environment: Mapping[str, str] = os.environ) -> MasterKey:
    """Where the key is: in the environment, in the keyring it names, or in this file; the first of them that is so."""
    if given := environment.get(GIVEN):
        return Given(given)
    if name := environment.get(RING):
        return InKeyring(name)
    return InFile(key_file)


def kept_in_file(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a file is asked for the key."""
    return not environment.get(GIVEN) and not environment.get(RING)
