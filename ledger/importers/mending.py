"""`<input>.rejected`: which file the rejected lines of a log go to, so that nobody's mending is lost.

- It is for an editor: mend it, and import it as the log was. What is rejected in it stays in it, to be mended further.
- A file that was changed since it was written is never overwritten and never removed. The same lines once more are
  left as they were mended; others go to `<input>.2.rejected`.
- What nobody changed is replaced, or removed, where the log itself is there to give its lines again.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from ledger.importers.beside import digest_at, digest_of, put_in_place

SUFFIX = ".rejected"
_LAST_LINE = 4096


class Written(msgspec.Struct):
    """The last line of a `.rejects.jsonl`: the file with the lines, and its SHA-256 as it was written."""

    mend_file: str
    sha256: str


class Placed(NamedTuple):
    """Where the lines are. `left` is an earlier file that has other lines, and that was left as it is."""

    path: Path | None
    left: Path | None = None


def is_mended(log: Path) -> bool:
    """Whether a log is such a file itself."""
    return log.suffix == SUFFIX and log.is_file()


def written(reasons: Path) -> Written | None:
    """What an earlier import noted of the file that it wrote; None if there was none."""
    try:
        with reasons.open("rb") as file:
            file.seek(-min(file.seek(0, 2), _LAST_LINE), 2)
            return msgspec.json.decode(file.read().splitlines()[-1], type=Written)
    except (OSError, IndexError, msgspec.MsgspecError):
        return None


def place(draft: BinaryIO, name: Path, log: Path, before: Written | None) -> tuple[Placed, Written]:
    """Put the lines beside their log, whose `name` is where it would lie; and what is to be noted. Raises OSError."""
    digest = digest_of(draft).hex()
    left = None
    for path in _names(name):
        found = _digest(path)
        of_us = before if before and before.mend_file == path.name else None
        if found is None or (of_us and of_us.sha256 == found != digest and log.is_file()):
            put_in_place(draft, path)
        elif found != digest:
            left = left or path
            if of_us is None or of_us.sha256 != digest:
                continue
        return Placed(path, left), Written(path.name, digest)
    raise AssertionError("names do not end")


def clear(log: Path, name: Path, before: Written | None) -> Placed:
    """After an import without rejects: remove the file of an earlier one, if nobody changed it. Raises OSError."""
    path = name.with_name(before.mend_file) if before else name.with_name(f"{name.name}{SUFFIX}")
    found = _digest(path)
    if found is None:
        return Placed(None)
    if before and before.sha256 == found and log.is_file():
        path.unlink()
        return Placed(None)
    return Placed(None, path)


def _names(log: Path) -> Iterator[Path]:
    yield log.with_name(f"{log.name}{SUFFIX}")
    for number in count(2):
        yield log.with_name(f"{log.name}.{number}{SUFFIX}")


def _digest(path: Path) -> str | None:
    try:
        return digest_at(path).hex()
    except FileNotFoundError:
        return None
