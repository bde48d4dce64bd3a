"""Writes the container of a bundle, in the one spelling that `archive` reads.

Apart from it because a draft is held by a lock of the file system: who checks a bundle needs none.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from ledger.bundle.archive import LARGE, LARGEST_MEMBER, MOST_MEMBERS, UNIX_FILE, too_large
from ledger.chain.hashing import Digest, sha256_of
from ledger.drafts import PUBLIC, draft
from ledger.errors import InputRejected


class Written(NamedTuple):
    """A member as it was written."""

    size: int
    sha256: Digest


class ArchiveWriter:
    """Writes members in ascending order of their names. The file appears complete, or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with ExitStack() as undo:
            self._beside = undo.enter_context(draft(path, mode=PUBLIC))
            self._zip = ZipFile(self._beside, "w", ZIP_STORED, allowZip64=False)
            self._undo = undo.pop_all()

    def add(self, name: str, pieces: Callable[[Callable[[bytes], int]], None] | bytes) -> Written:
        """Add one member: its bytes, or a function that is given a `write` to put them out piece by piece."""
        if len(self._zip.filelist) == MOST_MEMBERS:
            fact = f"a bundle holds at most {MOST_MEMBERS:,} files"
            raise InputRejected(fact, code="evidence.too-many", hint="ask for fewer proofs and documents")
        info = ZipInfo(name)
        info.create_system, info.create_version, info.external_attr = 3, 20, UNIX_FILE
        digest, size = sha256_of(), 0
        with self._zip.open(info, "w") as member:

            def write(piece: bytes) -> int:
                nonlocal size
                digest.update(piece)
                size += len(piece)
                if size > LARGEST_MEMBER and name != LARGE:
                    raise InputRejected(too_large(name), code="evidence.too-large", hint="ask for less in one bundle")
                return member.write(piece)

            write(pieces) if isinstance(pieces, bytes) else pieces(write)
        return Written(size, Digest(digest.digest()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._undo:  # closing writes the directory: on a full disk it fails once more
            self._zip.close()
            if kind is None:
                self._beside.replace(self.path)
