"""A copy of an SQLite database that others are writing in: whole, as of one moment, 0600, and on disk."""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from ledger.errors import Conflict, NotFound
from ledger.storage.faults import spoken


class CopyThere(Conflict):
    """A copy never takes the place of another file."""

    code = "backup.exists"


def copy_database(source: Path, target: Path) -> None:
    """Copy by SQLite's online backup, in one step: writers wait at most for the reading. Raises NotFound, CopyThere."""
    if not source.is_file():
        raise NotFound(f"there is no file {source}", hint="check the path", code="backup.missing")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with spoken(), closing(_opened(source, "ro")) as old, closing(_opened(draft, "rw")) as new:
            old.backup(new)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        os.link(draft, target)
    except FileExistsError as error:
        raise CopyThere(f"{target} exists", hint="name another folder") from error
    finally:
        for leftover in (draft, *(draft.with_name(f"{draft.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            leftover.unlink(missing_ok=True)


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True, timeout=30)
