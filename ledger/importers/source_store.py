"""`NAME.sources/`: source files that are kept, encrypted, each under its keyed digest.

- AES-256-GCM over pieces of 1 MiB. The key follows from the vault's record key of the year of the file's last use: when
  that key goes, at the end of its term, nothing opens the file any more, wherever copies of it lie.
- A piece is bound to its place, and the last one says that it is the last: none can be cut off, moved or put in.
- One file has one address, so the same file is kept once. It appears complete or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.chain.hashing import Digest, keyed, sha256_of
from ledger.drafts import draft
from ledger.errors import Conflict, InputRejected, NotFound, VerificationFailed

PIECE = 1 << 20
_MAGIC = b"ledger/source/v1\n"
_TAG = 16
_LONGEST_PURPOSE = 200

RecordKey = Callable[[str], bytes]


class SourceDamaged(VerificationFailed):
    """A kept file that does not open, or is not the one whose digest was recorded."""

    code = "import.source-damaged"


class SourceStore:
    """The folder of one ledger."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, file: Digest) -> Path:
        return self._folder / file.hex()

    def keep(self, stream: BufferedReader, file: Digest, purpose: str, record_key: RecordKey) -> Path:
        """Encrypt a whole log under its address; where it is kept already, nothing is done. Raises InputRejected."""
        path = self.path(file)
        if path.exists():
            return path
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with draft(path) as made:
                with made.open("wb") as out:
                    _encrypt(stream, out, purpose, _key(record_key(purpose), file))
                    out.flush()
                    os.fsync(out.fileno())
                made.replace(path)
        except OSError as error:
            raise InputRejected(
                f"the source cannot be kept: {error.strerror}", file=str(path), code="import.keep",
                hint="make room, or import it without --keep",
            ) from error  # fmt: skip
        return path

    def sweep(self, purposes: Collection[str]) -> int:
        """Remove the logs whose record key is gone: nothing opens them any more. How many there were."""
        over = [path for path in self._every() if (key := _purpose(path)) is not None and key not in purposes]
        for path in over:
            path.unlink(missing_ok=True)
        return len(over)

    def _every(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9a-f]*")) if self._folder.is_dir() else []

    def restore(self, file: Digest, target: Path, record_key: RecordKey, file_key: bytes) -> int:
        """Write a kept log to `target`, checked against its digest; its size. `record_key` makes no new keys.

        Raises NotFound where it was not kept, Conflict where there is a target, SourceDamaged.
        """
        path = self.path(file)
        if not path.is_file():
            raise NotFound(
                "this source was not kept", code="import.not-kept", hint="the next time: ledger import --keep"
            )
        if target.exists():
            raise _there(target)
        try:
            with draft(target) as made:
                with path.open("rb") as kept, made.open("wb") as out:
                    size, digest = _decrypt(kept, out, file, record_key)
                    out.flush()
                    os.fsync(out.fileno())
                if keyed(file_key, digest) != file:
                    raise SourceDamaged("the kept file is not the one that was imported", file=str(path))
                os.link(made, target)
        except FileExistsError as error:
            raise _there(target) from error
        except OSError as error:
            raise InputRejected(f"cannot be written: {error.strerror}", file=str(target), code="import.file") from error
        return size


def _there(target: Path) -> Conflict:
    return Conflict("there is a file already", file=str(target), hint="name another", code="import.there")


def _key(record_key: bytes, file: Digest) -> bytes:
    """One key a file, so that pieces may be numbered from 0 in each."""
    return keyed(record_key, _MAGIC + file)


def _purpose(path: Path) -> str | None:
    """What key a kept log is under; what does not begin as one is left where it is."""
    with path.open("rb") as kept:
        return _header(kept)


def _header(kept: BinaryIO) -> str | None:
    magic, purpose = kept.readline(len(_MAGIC)), kept.readline(_LONGEST_PURPOSE + 1)
    if magic != _MAGIC or not purpose.endswith(b"\n") or not purpose.isascii():
        return None
    return purpose[:-1].decode()


def _pieces(stream: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Each piece, and whether it is the last; one empty piece of an empty file."""
    piece = stream.read(size)
    while True:
        following = stream.read(size)
        yield piece, not following
        if not following:
            return
        piece = following


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _encrypt(stream: BufferedReader, out: BinaryIO, purpose: str, key: bytes) -> None:
    stream.seek(0)
    header = _MAGIC + purpose.encode() + b"\n"
    out.write(header)
    cipher = AESGCM(key)
    for number, (piece, last) in enumerate(_pieces(stream, PIECE)):
        out.write(cipher.encrypt(_nonce(number, last), piece, header))


def _decrypt(kept: BinaryIO, out: BinaryIO, file: Digest, record_key: RecordKey) -> tuple[int, Digest]:
    purpose = _header(kept)
    if purpose is None:
        raise SourceDamaged("the kept file does not begin as one")
    header = _MAGIC + purpose.encode() + b"\n"
    cipher = AESGCM(_key(record_key(purpose), file))
    digest, size = sha256_of(), 0
    for number, (piece, last) in enumerate(_pieces(kept, PIECE + _TAG)):
        try:
            plain = cipher.decrypt(_nonce(number, last), piece, header)
        except (InvalidTag, ValueError) as error:
            raise SourceDamaged("the kept file does not open: damaged, or cut short") from error
        digest.update(plain)
        out.write(plain)
        size += len(plain)
    return size, Digest(digest.digest())
