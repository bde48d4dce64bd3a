"""Files that appear beside a log complete or not at all, readable by their owner only."""

from __future__ import annotations

import os
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from ledger.chain.hashing import Digest, sha256_of_file
from ledger.drafts import draft as beside


def draft_in(folder: Path) -> BinaryIO:
    """A file without a name until it is whole: if we are killed, no personal data stay where nobody knows. OSError."""
    return cast("BinaryIO", TemporaryFile(dir=folder))


def put_in_place(draft: BinaryIO, path: Path) -> None:
    """The whole draft under this name, instead of what was there. Raises OSError.

    If we are killed on the way, a hidden copy stays until the next import of that log.
    """
    draft.seek(0)
    with beside(path) as made:
        with made.open("wb") as file:
            copyfileobj(draft, file)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)


def digest_of(draft: BinaryIO) -> Digest:
    """SHA-256 of a whole draft."""
    draft.seek(0)
    return sha256_of_file(draft)  # type: ignore[arg-type]


def digest_at(path: Path) -> Digest:
    """SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return sha256_of_file(file)
