"""What a witness has seen: for each log, the last checkpoint that it cosigned. C2SP tlog-witness.

    FOLDER/<SHA-256 of the origin, in hex>/checkpoint        the signed note
    FOLDER/<...>/fork-<size>-<root, 8 digits>                a checkpoint that contradicts it: evidence, kept for ever

Whoever compares and replaces holds the folder's lock from the reading to the writing, and the new checkpoint is on disk
before any cosignature leaves: two requests at once cannot move the witness back, and a crash cannot make it forget.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.hashing import sha256
from ledger.chain.note import Note


@dataclass(frozen=True)
class Memory:
    """The folder of one witness."""

    folder: Path

    @contextmanager
    def locked(self, origin: str) -> Iterator[Seen]:
        """What was seen of this log, for as long as nobody else may read or write it."""
        own = self.folder / sha256(origin.encode()).hex()
        own.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(own, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield Seen(own, handle)
        finally:
            os.close(handle)

    def last(self, origin: str) -> Checkpoint | None:
        """The last checkpoint cosigned of this log. Raises MalformedNote or MalformedCheckpoint for a damaged file."""
        with self.locked(origin) as seen:
            return seen.last()


@dataclass(frozen=True)
class Seen:
    """One log's part of the memory, under its lock."""

    folder: Path
    handle: int

    def last(self) -> Checkpoint | None:
        try:
            raw = (self.folder / "checkpoint").read_bytes()
        except FileNotFoundError:
            return None
        return Checkpoint.parse(Note.parse(raw).text)

    def remember(self, note: Note) -> None:
        """Replace what was seen; on disk when this returns."""
        self._write("checkpoint", bytes(note))

    def keep_fork(self, note: Note) -> Path:
        """Keep a checkpoint that contradicts what was seen."""
        checkpoint = Checkpoint.parse(note.text)
        name = f"fork-{checkpoint.size}-{checkpoint.root.hex()[:8]}"
        self._write(name, bytes(note))
        return self.folder / name

    def _write(self, name: str, content: bytes) -> None:
        beside = self.folder / ".new"  # one name: who writes holds the lock, and a killed one's is overwritten
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)  # all of it, where os.write may stop half-way on a full disk
            file.flush()
            os.fsync(file.fileno())
        os.rename(beside, self.folder / name)
        os.fsync(self.handle)
