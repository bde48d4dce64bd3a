"""What packed files have in them: the members of a zip, by name, each opened for itself.

- Two members of one name are both given. Hidden ones are passed over, as in a folder.
- Names in a zip are only told: nothing is written where they say.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader
from typing import BinaryIO

from ledger.errors import InputRejected

MOST_MEMBERS = 10_000

_OFFICE = "[Content_Types].xml"
"""The member that every .xlsx and .docx has."""
_ENCRYPTED = 0x1
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LAST_PART = re.compile(r"[^/\\]*$")

Opener = Callable[[], BinaryIO]


class Packed(InputRejected):
    """A gzip or zip file that is damaged, encrypted, or swells beyond all measure."""

    code = "import.packed"


def members_of(stream: BinaryIO) -> list[zipfile.ZipInfo]:
    """Those that are files, by name. Raises Packed, and what `zipfile` raises."""
    with zipfile.ZipFile(stream) as archive:
        entries = [each for each in archive.infolist() if not each.is_dir()]
    if any(each.filename == _OFFICE for each in entries):
        raise Packed("a document of an office program", hint="save the sheet as CSV, and import that")
    if len(entries) > MOST_MEMBERS:
        raise Packed(f"a zip of {len(entries):,} members", hint=f"at most {MOST_MEMBERS:,}; unpack it first")
    if not (kept := [each for each in entries if not _is_hidden(each.filename)]):
        raise Packed("a zip in which there are no files", hint="leave it out; if there were uses, export it again")
    return sorted(kept, key=lambda each: each.filename)


def _is_hidden(name: str) -> bool:
    last = _LAST_PART.search(name)
    return "__MACOSX" in name or (last is not None and last[0].startswith(".") and last[0] not in (".", ".."))


def called(members: Iterable[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Each with what it is called beside its zip, and no two alike: their rejects lie there."""
    taken: set[str] = set()
    for each in members:
        name = shown = _UNSAFE.sub("_", each.filename)[-100:]
        number = 1
        while shown in taken:
            number += 1
            shown = f"{name}-{number}"
        taken.add(shown)
        yield shown, each


class Unpacked(BufferedReader):
    """A stream that closes with itself what it is read from."""

    archive: zipfile.ZipFile | None = None
    below: BinaryIO | None = None

    def close(self) -> None:
        super().close()
        if self.archive:
            self.archive.close()
        if self.below:
            self.below.close()


def opened(source: Opener, one: zipfile.ZipInfo) -> BinaryIO:
    """One member, unpacked as it is read. Raises as `members_of` does."""
    if one.flag_bits & _ENCRYPTED:
        raise Packed("encrypted with a password", hint="unpack it yourself, where only you can read it")
    below = source()
    archive = zipfile.ZipFile(below)
    member = Unpacked(archive.open(one))  # type: ignore[arg-type]
    member.archive, member.below = archive, below
    return member
