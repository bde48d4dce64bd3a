"""The container of a bundle: a zip of stored members, in one spelling.

- Members stand in the order of their names, one after the other from the first byte, without anything between them.
- Nothing is compressed, so nothing grows when it is read; no member has a comment, an extra field or a time.
- Every header is made again from name, size and checksum and compared byte for byte: what one tool would read as
  another member than the next tool is no bundle.
- Names are those of the format: they cannot leave a folder, because no such name exists.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from ledger.chain.hashing import Digest, sha256_of
from ledger.errors import InputRejected

LARGEST = 2**31 - 1
"""Bytes of a bundle: what every zip tool opens, without the extensions for large files."""

MOST_MEMBERS = 1_000
LARGEST_MEMBER = 16 * 2**20
"""Bytes of any member but `LARGE`, the entries: they are read line by line and never held."""

LARGE = "entries.jsonl"

_NAME = re.compile(r"(?:[a-z]+/)?[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_DOS_DATE = 0x21
"""1 January 1980, the first day that zip knows."""

UNIX_FILE = 0o100644 << 16
_CHUNK = 1 << 20


class NotABundle(InputRejected):
    """A file that is not a bundle in its one spelling."""

    code = "bundle.malformed"


class Member(NamedTuple):
    """One file in the container: where its bytes begin, how many they are, and their CRC-32 as the header says."""

    name: str
    start: int
    size: int
    crc: int


class Archive:
    """A container that was found to be in its one spelling. Its members' bytes are unread: `checked` reads them."""

    def __init__(self, file: BinaryIO, members: dict[str, Member]) -> None:
        self._file = file
        self.members = members

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises NotABundle with the first fault, and OSError as `open` does."""
        file = path.open("rb")
        try:
            return cls(file, _members(file))
        except BaseException:
            file.close()
            raise

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, name: str) -> bytes:
        """A member's bytes, at most 16 MiB but for the entries. Raises NotABundle if there is none."""
        return b"".join(self._pieces(self.member(name)))

    def member(self, name: str) -> Member:
        if name not in self.members:
            raise NotABundle(f"it holds no {name}", hint="ask the sender for a bundle made by `ledger evidence build`")
        return self.members[name]

    def lines(self, name: str, longest: int) -> Iterator[bytes]:
        """A member's lines, without their LF. Raises NotABundle for a line over `longest`, or a last one without LF."""
        rest = b""
        for piece in self._pieces(self.member(name)):
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                if len(line) > longest:
                    raise NotABundle(f"a line of {name} is longer than {longest:,} bytes", file=name)
                yield line
            if len(rest) > longest:
                raise NotABundle(f"a line of {name} is longer than {longest:,} bytes", file=name)
        if rest:
            raise NotABundle(f"the last line of {name} does not end", file=name)

    def digest(self, name: str) -> tuple[Digest, bool]:
        """A member's SHA-256, and whether its checksum is the one that the container says."""
        member, digest, crc = self.member(name), sha256_of(), 0
        for piece in self._pieces(member):
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
        return Digest(digest.digest()), crc == member.crc

    def _pieces(self, member: Member) -> Iterator[bytes]:
        at, end = member.start, member.start + member.size
        while at < end:
            self._file.seek(at)
            piece = self._file.read(min(_CHUNK, end - at))
            if not piece:
                raise NotABundle(f"{member.name} was cut while it was read", file=member.name)
            at += len(piece)
            yield piece


def _members(file: BinaryIO) -> dict[str, Member]:
    """Read the directory at the end, then hold every header against it."""
    size = file.seek(0, os.SEEK_END)
    if not _END.size <= size <= LARGEST:
        raise NotABundle(f"a bundle has {_END.size} to {LARGEST:,} bytes, and this has {size:,}")
    file.seek(size - _END.size)
    end = file.read(_END.size)
    _, _, _, count, _, length, start, _ = _END.unpack(end)
    if end != _END.pack(b"PK\5\6", 0, 0, count, count, length, start, 0) or start + length + _END.size != size:
        raise NotABundle("not a bundle: it does not end as a zip without comment does")
    if not 1 <= count <= MOST_MEMBERS or length > count * (_CENTRAL.size + 110):
        raise NotABundle(f"it says to hold {count:,} members")
    file.seek(start)
    found = _directory(file.read(length), count)
    at = 0
    for member in found:
        file.seek(at)
        if file.read(member.start - at) != _local(member) or member.start != at + _LOCAL.size + len(member.name):
            raise NotABundle(f"the header of {member.name} is not in its one spelling", file=member.name)
        at = member.start + member.size
    if at != start:
        raise NotABundle("its members do not end where its directory begins")
    return {member.name: member for member in found}


def _directory(raw: bytes, count: int) -> list[Member]:
    found: list[Member] = []
    at = 0
    for _ in range(count):
        if at + _CENTRAL.size > len(raw):
            raise NotABundle("its directory is cut short")
        *_, crc, _, size, length, _, _, _, _, _, offset = _CENTRAL.unpack_from(raw, at)
        text = raw[at + _CENTRAL.size :][:length]
        name = _name(text)
        member = Member(name, offset + _LOCAL.size + len(name), size, crc)
        if not raw.startswith(_central(member, offset), at):
            raise NotABundle(f"the directory's line of {name} is not in its one spelling", file=name)
        if found and found[-1].name >= name:
            raise NotABundle(f"{name} does not follow {found[-1].name}: twice, or not in order", file=name)
        if size > LARGEST_MEMBER and name != LARGE:
            raise NotABundle(too_large(name), file=name)
        found.append(member)
        at += _CENTRAL.size + length
    if at != len(raw):
        raise NotABundle("its directory holds more than its members")
    return found


def too_large(name: str) -> str:
    return f"{name} has more than {LARGEST_MEMBER:,} bytes; only {LARGE} may"


def _name(raw: bytes) -> str:
    try:
        name = raw.decode("ascii")
    except UnicodeDecodeError:
        name = ""
    if not _NAME.fullmatch(name) or ".." in name:
        raise NotABundle(f"{raw[:60]!r} is not the name of a member", code="bundle.name")
    return name


def _central(member: Member, offset: int) -> bytes:
    sizes = (member.crc, member.size, member.size, len(member.name), 0, 0, 0, 0, UNIX_FILE, offset)
    return _CENTRAL.pack(b"PK\1\2", 0x0314, 20, 0, 0, 0, _DOS_DATE, *sizes) + member.name.encode()


def _local(member: Member) -> bytes:
    sizes = (member.crc, member.size, member.size, len(member.name), 0)
    return _LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, _DOS_DATE, *sizes) + member.name.encode()
