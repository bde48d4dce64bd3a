"""What the vault's master key does: find without storing, and hide what is stored. Nothing here is SQL.

- Three keys are derived from the master key by HKDF-SHA-256 (RFC 5869), one a use: look-up, wrapping, checking.
- A look-up is HMAC-SHA-256 over protocol and identifier: without the key a guess cannot be tried.
- What is stored is AES-256-GCM, bound to its place: moved to another row or field it does not open.
- A person's identifier lies under a random key of its own, wrapped: without its row, nothing brings it back.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.chain.hashing import keyed, keyed_by
from ledger.errors import VerificationFailed

KEY_BYTES = 32
_NONCE_BYTES = 12


class VaultDamaged(VerificationFailed):
    """A row of the vault that does not open where it stands."""

    code = "vault.damaged"


class VaultCipher:
    """The keys of one vault. `check` is what a vault stores to know its key again; it reveals nothing of it."""

    def __init__(self, master: bytes) -> None:
        self._lookup = keyed_by(_derived(master, b"lookup"))
        self._wrapping = AESGCM(_derived(master, b"wrap"))
        self.check: bytes = keyed(_derived(master, b"check"), b"ledger/vault/v1")

    def lookup(self, protocol: str, identifier: str) -> bytes:
        """32 bytes by which a person's row is found. A protocol's id has no LF, so there is one reading."""
        return self._lookup(f"{protocol}\n{identifier}".encode())

    def hidden(self, place: str, content: bytes) -> bytes:
        """Encrypted under the vault's own key, for this place."""
        return _sealed(self._wrapping, place, content)

    def shown(self, place: str, stored: bytes) -> bytes:
        """What `hidden` hid. Raises VaultDamaged."""
        return _opened(self._wrapping, place, stored)

    def hidden_person(self, token: str, identifier: str) -> tuple[bytes, bytes]:
        """A new person's wrapped key, and the identifier under that key."""
        # Drawn at once: asking the system four times takes longer than encrypting.
        drawn = os.urandom(KEY_BYTES + 2 * _NONCE_BYTES)
        key, nonce, other = drawn[:KEY_BYTES], drawn[KEY_BYTES:-_NONCE_BYTES], drawn[-_NONCE_BYTES:]
        wrapped = nonce + self._wrapping.encrypt(nonce, key, f"key/{token}".encode())
        return wrapped, other + AESGCM(key).encrypt(other, identifier.encode(), f"identifier/{token}".encode())

    def shown_person(self, token: str, wrapped: bytes, stored: bytes) -> str:
        """The identifier that `hidden_person` hid. Raises VaultDamaged."""
        key = self.shown(f"key/{token}", wrapped)
        return _opened(AESGCM(key), f"identifier/{token}", stored).decode()

    def hidden_alias(self, token: str, lookup: bytes, wrapped: bytes, content: bytes) -> bytes:
        """A further identifier, under its person's key. Raises VaultDamaged where that does not open."""
        return _sealed(AESGCM(self.shown(f"key/{token}", wrapped)), f"alias/{token}/{lookup.hex()}", content)

    def shown_alias(self, token: str, lookup: bytes, wrapped: bytes, stored: bytes) -> bytes:
        """What `hidden_alias` hid. Raises VaultDamaged."""
        return _opened(AESGCM(self.shown(f"key/{token}", wrapped)), f"alias/{token}/{bytes(lookup).hex()}", stored)

    def person_key(self, token: str, wrapped: bytes) -> bytes:
        """A person's own key, to be wrapped again under another master key. Raises VaultDamaged."""
        return self.shown(f"key/{token}", wrapped)


def _derived(master: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"ledger/vault/v1/" + use).derive(master)


def _sealed(cipher: AESGCM, place: str, content: bytes) -> bytes:
    # Random nonces: 96 bits bear 2^32 uses of one key, and the vault's own key wraps one key a person.
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, place.encode())


def _opened(cipher: AESGCM, place: str, stored: bytes) -> bytes:
    try:
        return cipher.decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise VaultDamaged(
            "a row of the vault does not open where it stands", place=place, hint="restore the vault from a backup"
        ) from error
