"""A folder of private keys, one a file, each with its public half readable beside it.

    NAME.keys/TBT.events.pem     PKCS#8, encrypted under a passphrase; 0600
    NAME.keys/TBT.events.pub     one C2SP vkey line: <name>+<key id>+<base64 of kind and public key>
    NAME.keys/TBT.events.2.pem   a later key of the same party and use

- A key is never overwritten and never deleted here: rotation adds one.
- A key in clear is made only when asked for in so many words (the demo's), and says so: `encrypted` is False.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import get_args

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ledger.chain.ed25519 import key_id
from ledger.chain.note import COSIGNATURE, ED25519, VerifierKey
from ledger.errors import KeyProblem
from ledger.events.keys import KeyUse
from ledger.ids import is_party
from ledger.keys.passphrase import NoPassphrase, Passphrase
from ledger.keys.private_file import AlreadyThere, read_private, write_private

USES: tuple[KeyUse, ...] = get_args(KeyUse)

_NAME = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,31})\.([a-z]+)(?:\.([1-9][0-9]{0,5}))?\.pem", re.ASCII)
_ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_SEED_BYTES = 32
_USES_HINT = f"use is one of {', '.join(USES)}"


class WrongPassphrase(KeyProblem):
    """A key file that this passphrase does not open."""

    code = "key.wrong-passphrase"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key that may sign for a party. `public` is its 32 public bytes; the private half is never shown.

    `encrypted` is False for a key that lies on disk in clear: whoever shows or uses it says so aloud.
    """

    party: str
    use: KeyUse
    public: bytes
    encrypted: bool
    vkey: VerifierKey
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @property
    def key_id(self) -> str:
        """SHA-256 of the public key in hex: how an event names it."""
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """Its 64-byte Ed25519 signature."""
        return self._private.sign(message)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key as it lies in the folder; reading this much takes no passphrase."""

    party: str
    use: KeyUse
    serial: int
    path: Path

    @classmethod
    def named(cls, path: Path) -> KeyFile:
        """The party and use that a file's name says. Raises KeyProblem for another name."""
        found = _NAME.fullmatch(path.name)
        use = next((use for use in USES if found and found[2] == use), None)
        if not found or use is None:
            raise KeyProblem(
                "the name of a key file is PARTY.USE.pem", code="key.name", file=str(path),
                hint=_USES_HINT,
            )  # fmt: skip
        return cls(found[1], use, int(found[3] or 1), path)

    @property
    def vkey(self) -> VerifierKey:
        """Its public half. Raises KeyProblem where that is absent or damaged."""
        path = self.path.with_suffix(".pub")
        raw = read_private(path, hint="put back the .pub file that was made with this key")
        try:
            return VerifierKey.parse(raw.decode("ascii").removesuffix("\n"))
        except UnicodeDecodeError as error:
            raise KeyProblem("not a public key", code="key.unreadable", file=str(path)) from error

    def opened(self, passphrase: Passphrase) -> KeyPair:
        """The private key. Raises KeyProblem: missing, not a key, not the one its public half says.

        WrongPassphrase where the passphrase does not fit; the passphrase is asked for only if the key is encrypted.
        """
        raw = read_private(self.path, hint="see what there is with: ledger key list")
        encrypted = raw.lstrip().startswith(_ENCRYPTED)
        try:
            private = _loaded(raw, passphrase() if encrypted else None, self.path)
        except NoPassphrase as error:
            raise error.at(file=str(self.path)) from error
        public = private.public_key().public_bytes_raw()
        # A key file that travels alone has its default name; a log's name cannot be guessed.
        alone = self.use != "log" and not self.path.with_suffix(".pub").exists()
        vkey = _default_vkey(self.party, self.use, public) if alone else self.vkey
        if vkey.public != public:
            raise KeyProblem(
                "the private key and the .pub file beside it are not one pair", code="key.mismatch",
                file=str(self.path), hint="put back the .pub file that belongs to it, or move it away",
            )  # fmt: skip
        return KeyPair(self.party, self.use, public, encrypted, vkey, private)


@dataclass(frozen=True, slots=True)
class KeyStore:
    """The folder `NAME.keys`."""

    folder: Path

    def create(
        self, party: str, use: KeyUse, passphrase: Passphrase, *, name: str = "", another: bool = False
    ) -> KeyPair:
        """Make a new key, encrypted under the passphrase.

        `name` is its name on notes: the origin for a `log` key; by default PARTY/USE. Raises AlreadyThere if there is
        one for this party and use, unless `another` is asked for (rotation); KeyProblem for a bad name or folder.
        """
        encryption = BestAvailableEncryption(passphrase())
        return self._added(party, use, Ed25519PrivateKey.generate(), encryption, name, another)

    def create_in_clear(
        self, party: str, use: KeyUse, *, seed: bytes | None = None, name: str = "", another: bool = False
    ) -> KeyPair:
        """Make a key that anybody who reads the file can use, from a seed of 32 bytes if given: for demos only."""
        if seed is not None and len(seed) != _SEED_BYTES:
            raise ValueError(f"a seed has {_SEED_BYTES} bytes")
        private = Ed25519PrivateKey.from_private_bytes(seed) if seed is not None else Ed25519PrivateKey.generate()
        return self._added(party, use, private, NoEncryption(), name, another)

    def files(self, party: str | None = None, use: KeyUse | None = None) -> list[KeyFile]:
        """The keys that are there, by party, use and age; files with other names are passed over."""
        # Not `glob`, which passes over a folder that may not be read.
        paths = self.folder.iterdir() if self.folder.is_dir() else ()
        found = [KeyFile.named(path) for path in paths if _is_named(path)]
        wanted = [key for key in found if party in (None, key.party) and use in (None, key.use)]
        return sorted(wanted, key=lambda key: (key.party, key.use, key.serial))

    def newest(self, party: str, use: KeyUse) -> KeyFile:
        """The last key made for this party and use. Raises KeyProblem if there is none."""
        found = self.files(party, use)
        if not found:
            raise KeyProblem(
                f"no {use} key of {party} in {self.folder}", code="key.missing",
                hint=f"make one: ledger key create --party {party} --use {use} --keys {quote(str(self.folder))}",
            )  # fmt: skip
        return found[-1]

    def holding(self, identifier: str) -> KeyFile:
        """The file of the key with this id (SHA-256 of its public half, hex). Raises KeyProblem if it is not here."""
        for file in self.files():
            if key_id(file.vkey.public) == identifier:
                return file
        raise KeyProblem(
            f"key {identifier[:16]} is not in {self.folder}", code="key.missing", hint="see: ledger key list"
        )

    def _added(
        self, party: str, use: KeyUse, private: Ed25519PrivateKey,
        encryption: BestAvailableEncryption | NoEncryption, name: str, another: bool,
    ) -> KeyPair:  # fmt: skip
        file = self._next(party, use, another)
        public = private.public_key().public_bytes_raw()
        vkey = _default_vkey(party, use, public, name)
        # The public half first: if we die between the two, its name is passed over and no private key is without one.
        write_private(file.path.with_suffix(".pub"), f"{vkey}\n".encode())
        try:
            write_private(file.path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
        except KeyProblem:
            file.path.with_suffix(".pub").unlink()
            raise
        return KeyPair(party, use, public, isinstance(encryption, BestAvailableEncryption), vkey, private)

    def _next(self, party: str, use: KeyUse, another: bool) -> KeyFile:
        if not is_party(party) or use not in USES:
            raise KeyProblem(f"{party!r}, {use!r}: not a party and a key use", code="key.name", hint=_USES_HINT)
        there = self.files(party, use)
        if there and not another:
            raise AlreadyThere(
                f"there is a {use} key of {party}", file=str(there[-1].path), hint="take it, or name another folder"
            )
        serial = 1
        while any((path := self._path(party, use, serial)).with_suffix(end).exists() for end in (".pem", ".pub")):
            serial += 1
        return KeyFile(party, use, serial, path)

    def _path(self, party: str, use: KeyUse, serial: int) -> Path:
        return self.folder / (f"{party}.{use}.{serial}.pem" if serial > 1 else f"{party}.{use}.pem")


def _is_named(path: Path) -> bool:
    return (found := _NAME.fullmatch(path.name)) is not None and found[2] in USES


def _default_vkey(party: str, use: KeyUse, public: bytes, name: str = "") -> VerifierKey:
    return VerifierKey(name or f"{party}/{use}", public, COSIGNATURE if use == "cosign" else ED25519)


def _loaded(raw: bytes, passphrase: bytes | None, path: Path) -> Ed25519PrivateKey:
    try:
        private = load_pem_private_key(raw, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if passphrase is not None:
            raise WrongPassphrase(
                "the passphrase does not open this key", file=str(path),
                hint="check LEDGER_PASSPHRASE_FILE or LEDGER_PASSPHRASE; each key may have its own",
            ) from error  # fmt: skip
        raise KeyProblem("not a private key in PEM", code="key.unreadable", file=str(path)) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyProblem("not an Ed25519 key", code="key.unreadable", file=str(path), hint="make a new key")
    return private
