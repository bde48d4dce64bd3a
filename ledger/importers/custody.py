"""The log file while it is read: which bytes it had, that they stay so, and any stretch of them again."""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import Self

from ledger.chain.hashing import Digest, sha256_of_file
from ledger.errors import Conflict, InputRejected, NotFound
from ledger.importers.stretch import stretch

_PIECE = 3 * 64 * 1024


class FileChanged(Conflict):
    """The log file was written to while it was read: what was recorded of it would name other bytes."""

    code = "import.file-changed"


class NotReadable(InputRejected):
    """What was named is no regular file, or one that cannot be read."""

    code = "import.file"


class LogFile:
    """An open log file: its SHA-256 and size as of the start. Close it, or use it in a `with`.

    With a `length` it is the first bytes of a file that is still written to.
    """

    def __init__(self, path: Path, stream: BufferedReader, length: int | None = None) -> None:
        self.path, self.stream = path, stream
        self._at_start = None if length is not None else _identity(stream)
        self.digest: Digest = sha256_of_file(stream)
        self.size = self._at_start[0] if self._at_start else length or 0

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open and hash. Raises NotFound, NotReadable."""
        try:
            stream = path.open("rb")
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                stream.close()
                raise NotReadable("not a regular file", file=str(path), hint="save the log to a file first")
            return cls(path, stream)
        except FileNotFoundError as error:
            raise NotFound("no such file", file=str(path), hint="check the path", code="import.not-found") from error
        except OSError as error:
            raise NotReadable(
                "cannot be read", file=str(path), hint="check that it is a file and its permissions"
            ) from error

    @classmethod
    def begun(cls, path: Path, length: int) -> Self:
        """Open and hash the first bytes of a file that may grow meanwhile. Raises FileChanged, OSError."""
        stream = stretch(os.open(path, os.O_RDONLY), length)
        log = cls(path, stream, length)
        log.check_unchanged()
        return log

    def check_unchanged(self) -> None:
        """Raises FileChanged if size or time of writing has moved since it was hashed; if it may grow, if it shrank."""
        size, written = _identity(self.stream)
        if size < self.size or (self._at_start is not None and (size, written) != self._at_start):
            raise FileChanged(
                "written to while it was read", file=str(self.path), hint="import a copy that nobody writes to"
            )

    def pieces(self, offset: int, length: int) -> list[int]:
        """Where to read a stretch from, piece by piece: offsets a multiple of three bytes apart (for base64)."""
        return list(range(offset, offset + length, _PIECE))

    def piece(self, at: int, end: int) -> bytes:
        """The bytes from `at`, up to `end` or one piece; does not move the stream."""
        return os.pread(self.stream.fileno(), min(_PIECE, end - at), at)

    def close(self) -> None:
        self.stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _identity(stream: BufferedReader) -> tuple[int, int]:
    found = os.fstat(stream.fileno())
    return found.st_size, found.st_mtime_ns
