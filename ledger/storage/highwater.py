"""The high-water mark: how far the ledger was known to reach, kept in a file outside the database.

Who restores an old copy of the database, or puts another in its place, must also lay hands on this file. It is one of
the things an auditor compares; the checkpoints in other hands are the rest.

- Replaced after each acknowledged commit, atomically; put to disk for good only with each checkpoint (`sync`).
- If we die between the commit and the replacement, the mark lags behind the ledger. That is no fault.
- It never goes back: whoever replaces it holds the lock of its folder and compares first.

Format: three lines, each ended by LF.

    ledger/head/v1
    1042
    fd77c3ce5ce1452f47b613d318f73d00e23e77eea46f81bd6a5488a4d188f04a
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from ledger.chain.hashing import Digest, leaf_hash
from ledger.drafts import draft
from ledger.errors import VerificationFailed
from ledger.storage.faults import StorageFailed, Unwritable
from ledger.storage.reader import Reader

_MARK = re.compile(rb"ledger/head/v1\n(0|[1-9][0-9]{0,15})\n([0-9a-f]{64})\n")


class RolledBack(VerificationFailed):
    """The ledger is shorter than it was known to be: an old copy, or its tail was cut."""

    code = "highwater.behind"


class BesideTheMark(VerificationFailed):
    """The ledger has another entry where the mark was set: its history was changed, or it is another ledger."""

    code = "highwater.beside"


class MalformedMark(VerificationFailed):
    """The mark's file is not in its one spelling."""

    code = "highwater.malformed"


class Mark(NamedTuple):
    """A size the ledger once had, and the leaf hash of its last entry then."""

    size: int
    leaf: Digest

    def __bytes__(self) -> bytes:
        return b"ledger/head/v1\n%d\n%s\n" % (self.size, self.leaf.hex().encode())

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Raises MalformedMark unless it is exactly what `bytes()` gives."""
        found = _MARK.fullmatch(content)
        if not found:
            raise MalformedMark(
                "the high-water mark cannot be read",
                hint="compare the ledger with a checkpoint or bundle from elsewhere; then remove the .head file",
            )
        return cls(int(found[1]), Digest(bytes.fromhex(found[2].decode())))


class HighWater:
    """The file that holds the mark."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def read(self) -> Mark | None:
        """The mark, or None if there is none (then freshness is *not checked*). Raises MalformedMark, StorageFailed."""
        try:
            with self.path.open("rb") as file:
                return Mark.parse(file.read(200))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable("read", error, self.path) from error

    def replace(self, mark: Mark, *, sync: bool = False, then: Callable[[Mark], None] | None = None) -> None:
        """Set the mark, unless it stands higher already. With `sync`, it is on disk when this returns.

        `then` is called with the mark where it was set, before another writer on this machine can set a higher one.
        Raises MalformedMark (and leaves the file), StorageFailed.
        """
        with self._folder_locked() as folder:
            known = self.read()
            if known is None or known.size < mark.size:
                self._put(bytes(mark), sync)
                if then is not None:
                    then(mark)
            elif sync:
                with self.path.open("rb") as file:
                    os.fsync(file.fileno())
            if sync:
                os.fsync(folder)

    def set(self, mark: Mark) -> None:
        """Set the mark, whatever stands there: for who knows that it may go back. Raises StorageFailed.

        Not under the lock of its folder: that may be the ledger's own, which is held, or that of another ledger.
        """
        try:
            with draft(self.path) as made:
                with made.open("wb") as file:
                    file.write(bytes(mark))
                    file.flush()
                    os.fsync(file.fileno())
                made.replace(self.path)
        except OSError as error:
            raise _unusable("written", error, self.path) from error

    def _put(self, content: bytes, sync: bool) -> None:
        # One name will do: only the holder of the lock writes it, and it is overwritten if we die here.
        beside = self.path.with_name(f".{self.path.name}.new")
        try:
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)  # all of it, where os.write may stop half-way on a full disk
                file.flush()
                if sync:
                    os.fsync(file.fileno())
            os.rename(beside, self.path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise

    @contextmanager
    def _folder_locked(self) -> Iterator[int]:
        try:
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                yield folder
            finally:
                os.close(folder)
        except OSError as error:
            raise _unusable("written", error, self.path) from error


def check(mark: Mark, ledger: Reader) -> None:
    """Raises RolledBack if the ledger ends before the mark, BesideTheMark if it has another entry there."""
    size = ledger.size()
    if size < mark.size:
        raise RolledBack(
            f"the ledger ends at {size}, but it reached {mark.size} before",
            hint="find the newer copy; a restored backup is declared before it is used",
            position=size,
        )
    if mark.size and leaf_hash(ledger.entry(mark.size)) != mark.leaf:
        raise BesideTheMark(
            f"entry {mark.size} is not the one that the high-water mark knows",
            hint="compare with a bundle or checkpoint that covers this position",
            position=mark.size,
        )


def _unusable(what: str, error: OSError, path: Path) -> StorageFailed:
    return Unwritable(
        f"the high-water mark could not be {what}: {error.strerror}", file=str(path), code="highwater.unusable",
        hint="the entries are safe; mend this file or its folder, and the next commit sets the mark",
    )  # fmt: skip
