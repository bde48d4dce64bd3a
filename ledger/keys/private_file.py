"""Files that only their owner may read: keys, and what opens the vault.

- A file is 0600 from its first byte on, its folder 0700.
- It appears whole or not at all, and never takes the place of another: a key that is overwritten is lost for ever.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from ledger.drafts import draft
from ledger.errors import Conflict, KeyProblem, disk_failed

LARGEST = 65_536
"""Bytes; no key or passphrase is longer, and a device or a wrong path must not be read for ever."""


class AlreadyThere(Conflict):
    """A file that would have been overwritten."""

    code = "key.exists"


class Refused(KeyProblem):
    """The system keeps us from a file: no room, no right, a disk that fails. That says nothing of the key in it."""

    code = "file.permission"
    exit = 7


def write_private(path: Path, content: bytes) -> None:
    """Make `path` with this content, mode 0600. Raises AlreadyThere, KeyProblem where it cannot be written."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with draft(path) as made:
            _write_synced(made, content)
            # A link refuses a name that exists, where a rename would replace it. If we die before: a draft is left.
            os.link(made, path)
            sync_folder(path.parent)
    except FileExistsError as error:
        raise AlreadyThere(f"{path.name} exists", hint="keys are never overwritten: move it away first") from error
    except OSError as error:
        _check_refused(error, path)
        raise KeyProblem(
            f"{path.name} cannot be written: {error.strerror}", hint="check the folder", **_at(path)
        ) from error


def read_private(path: Path, *, hint: str) -> bytes:
    """The content of a key file. Raises KeyProblem, with this hint, where it is not there or cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise KeyProblem("no such file", hint=hint, code="key.missing", **_at(path)) from error
    except OSError as error:
        _check_refused(error, path)
        raise KeyProblem(f"cannot be read: {error.strerror}", hint=hint, code="key.unreadable", **_at(path)) from error
    if len(content) > LARGEST:
        raise KeyProblem("too large for a key", hint=hint, code="key.unreadable", **_at(path))
    return content


def _check_refused(error: OSError, path: Path) -> None:
    """Raise Refused where it is the system that refuses."""
    again = "then run the same command again"
    refused: tuple[str, str, str] | None = None
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        refused = "the disk is full", f"make room; {again}", "file.disk-full"
    elif isinstance(error, PermissionError) or error.errno == errno.EROFS:
        refused = (error.strerror or str(error)).lower(), "check who owns the file and its folder", "file.permission"
    elif isinstance(error, NotADirectoryError):
        refused = "a file is where its folder would be", "name another folder", "file.in-the-way"
    elif disk_failed(error):
        refused = "the disk failed", f"look at the disk (`dmesg`), {again}", "file.disk"
    if refused:
        fact, hint, code = refused
        raise Refused(fact, hint=hint, code=code, **_at(path)) from error


def _write_synced(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    with open(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Have on disk which files are in it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _at(path: Path) -> dict[str, str]:
    return {"file": str(path)}
