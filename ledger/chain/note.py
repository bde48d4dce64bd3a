"""Signed notes and the keys that verify them. C2SP signed-note.

    <text, ending in LF>
    <blank line>
    — <key name> <base64 of key id || signature>     one or more

- Bytes are split on LF only, the text from the signatures at the last blank line; there is one spelling.
- A signature counts under the pair (name, key id): an unknown pair is ignored, a known pair that fails condemns the
  note, and without a known pair there is no note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, Self

import msgspec

from ledger.chain.ed25519 import BadSignature, Sign, check_public_key, verify
from ledger.chain.hashing import sha256
from ledger.chain.spelling import dump_base64, parse_base64
from ledger.chain.witness import Cosignature, cosign
from ledger.errors import InputRejected, KeyProblem, VerificationFailed

ED25519 = 0x01
COSIGNATURE = 0x04

MOST_SIGNATURES = 100
"""C2SP asks for at least 16; more than this is nobody's checkpoint."""

_ID_BYTES = 4
_DASH = "— "
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")


_WHOLE = "copy the file as it was written, byte for byte: `ledger checkpoint show` writes one"


class MalformedNote(InputRejected):
    code = "note.malformed"


class MalformedKey(KeyProblem):
    """A text that is not a verifier key, or one of a kind that is not used here."""

    code = "key.malformed"


class WrongSigner(KeyProblem):
    """The private key that signed is not the one its public key was said to be."""

    code = "key.mismatch"


class NoKnownSignature(VerificationFailed):
    """No signature on the note is by a key that the reader knows."""

    code = "note.no-known-signature"


def is_key_name(text: str) -> bool:
    """Not empty, no Unicode space, no control character, no `+`."""
    return bool(text) and not any(char.isspace() or char < " " or char == "+" for char in text)


class VerifierKey(msgspec.Struct, frozen=True):
    """A name, and an Ed25519 public key (32 bytes) that signs notes (ED25519) or cosigns checkpoints (COSIGNATURE)."""

    name: str
    public: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not is_key_name(self.name) or self.kind not in (ED25519, COSIGNATURE):
            raise ValueError("key name or kind not usable")
        check_public_key(self.public)

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || LF || kind || public key), first 4 bytes: helps to find the key, proves nothing."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public)[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{dump_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of a vkey line; MalformedKey or BadPublicKey if it cannot be used."""
        name, *rest = text.split("+", 2)  # base64 may hold more of them
        try:
            text.encode()
            key_id, encoded = rest
            raw = parse_base64(encoded)
            parsed = cls(name, raw[1:], raw[0] if raw else 0)
        except ValueError as error:
            raise MalformedKey(f"not an Ed25519 verifier key: {error}", hint="<name>+<key id>+<base64>") from error
        if parsed.key_id.hex() != key_id:
            raise MalformedKey(f"key id {key_id[:16]!r} does not belong to this key, {parsed.key_id.hex()} does")
        return parsed

    def check(self, text: bytes, signature: bytes) -> int | None:
        """Raise BadSignature unless this key signed the note text; the time of a cosignature, else nothing."""
        if self.kind == ED25519:
            verify(self.public, signature, text)
            return None
        cosignature = Cosignature.parse(signature)
        cosignature.check(self.public, text)
        return cosignature.time


class Signature(msgspec.Struct, frozen=True):
    """One signature line: who says to have signed, and the bytes that must show it."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {dump_base64(self.key_id + self.signature)}"

    @classmethod
    def parse(cls, line: str) -> Self:
        name, separator, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not separator or not is_key_name(name):
            raise ValueError("a signature line does not read '— <name> <base64>'")
        raw = parse_base64(encoded)
        if len(raw) <= _ID_BYTES:
            raise ValueError("a signature line holds no signature")
        return cls(name, raw[:_ID_BYTES], raw[_ID_BYTES:])


class Verified(NamedTuple):
    """A signature that was checked, and when it was made in POSIX seconds, if it is a cosignature."""

    key: VerifierKey
    time: int | None


class Note(msgspec.Struct, frozen=True):
    """A text, with its final LF, and the signatures under it. Nothing is verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return "\n".join([self.text, *map(str, self.signatures), ""])

    def __bytes__(self) -> bytes:
        return str(self).encode()

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """The note that these bytes spell; MalformedNote otherwise."""
        try:
            text, lines = _parts(raw)
            note = cls(text, tuple(Signature.parse(line) for line in lines))
        except UnicodeDecodeError as error:
            raise MalformedNote("not a signed note: it is not UTF-8", hint=_WHOLE) from error
        except ValueError as error:
            raise MalformedNote(f"not a signed note: {error}", hint=_WHOLE) from error
        if bytes(note) != raw:
            raise MalformedNote("signed note is not in its canonical spelling", hint=_WHOLE)
        return note

    def verified(self, keys: Iterable[VerifierKey]) -> tuple[Verified, ...]:
        """The signatures by these keys, all of which hold: one at least, in the order of the note.

        Raises BadSignature where one of them does not hold, NoKnownSignature where there is none.
        """
        known = {(key.name, key.key_id): key for key in keys}
        text = self.text.encode()
        found: dict[VerifierKey, Verified] = {}
        for line in self.signatures:
            key = known.get((line.name, line.key_id))
            if key is None:
                continue
            try:
                time = key.check(text, line.signature)
            except BadSignature as error:
                raise BadSignature(f"signature of {key.name} on the note is not valid: {error.message}") from error
            found.setdefault(key, Verified(key, time))
        if not found:
            raise NoKnownSignature(
                "the note is signed by none of the known keys",
                hint="name the log and its witnesses in the trust policy",
            )
        return tuple(found.values())

    def signed(self, key: VerifierKey, sign: Sign) -> Note:
        """This note with a signature by `key` (of kind ED25519) under it. WrongSigner if `sign` is another key's."""
        return self._with(key, sign(self.text.encode()))

    def cosigned(self, key: VerifierKey, sign: Sign, time: int) -> Note:
        """This note with a cosignature by `key` (of kind COSIGNATURE), made at `time` in POSIX seconds."""
        return self._with(key, bytes(cosign(self.text.encode(), sign, time)))

    def _with(self, key: VerifierKey, signature: bytes) -> Note:
        # Checked before it leaves: a flipped bit in memory must not be published under a good key's name.
        try:
            key.check(self.text.encode(), signature)
        except BadSignature as error:
            raise WrongSigner(f"what was just signed does not verify under {key.name}") from error
        return Note(self.text, (*self.signatures, Signature(key.name, key.key_id, signature)))


def _parts(raw: bytes) -> tuple[str, list[str]]:
    """The text and the signature lines of a note; ValueError if it has not both."""
    if _CONTROL.search(raw):
        raise ValueError("it holds a control character")
    text, blank, tail = raw.decode().rpartition("\n\n")
    *lines, end = tail.split("\n")
    if not blank or end or not lines:
        raise ValueError("it has no text, blank line and signatures, each line ending in LF")
    if len(lines) > MOST_SIGNATURES:
        raise ValueError(f"it has more than {MOST_SIGNATURES} signatures")
    return text + "\n", lines
