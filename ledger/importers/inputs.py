"""What a command names, as log files: plain files, gzip files, members of a zip, folders, standard input.

- A container is told by its first bytes, not by its name. What is inside is written to a file without a name first:
  offsets and digests are of the log itself, so the same log packed in another way is the same log.
- Bombs: no member may be larger than LARGEST, nor more than STEEPEST times its packed size once it passes ROOM.
- A folder gives its files by name, those of its folders among them; hidden files and those of rejects are passed over.
"""

from __future__ import annotations

import gzip
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple

from ledger.errors import LedgerError, NotFound
from ledger.importers.archives import Opener, Packed, Unpacked, called, members_of, opened
from ledger.importers.custody import LogFile, NotReadable
from ledger.importers.importer import head_of
from ledger.importers.rejects import SUFFIXES

LARGEST = 16 << 30
STEEPEST = 300
ROOM = 64 << 20
STANDARD_INPUT = Path("-")

_PIECE = 1 << 20
_GZIP, _ZIP, _EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
_DAMAGED = (
    zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip

Refused = Callable[[LedgerError], None]


class Input(NamedTuple):
    """One log file. `path` is what it is called, and its rejects lie beside it. `packed` is its size, if packed.

    Of a file that is still written to the first `begun` bytes are the log.
    """

    path: Path
    source: Opener
    packed: int | None = None
    plain: bool = False
    begun: int | None = None

    def head(self) -> bytes:
        """Its first bytes. Raises Packed, NotFound or NotReadable."""
        with _told(self.path), self.source() as stream:
            return head_of(stream)

    def open(self) -> LogFile:
        """Open it; what is packed or piped is unpacked to a file without a name. Raises as `head` does."""
        if self.plain:
            return LogFile.open(self.path)
        if self.begun is not None:
            with _told(self.path):
                return LogFile.begun(self.path, self.begun)
        with _told(self.path), self.source() as stream:
            return LogFile(self.path, _spooled(stream, self.packed))


def inputs(
    named: Iterable[Path], standard_input: Callable[[], BinaryIO], refused: Refused | None = None
) -> list[Input]:
    """Every log file that these names stand for, in order. Raises NotFound, NotReadable, Packed.

    With `refused`, the last two are told to it, and the other files are given.
    """
    return [found for path in named for found in _inputs(path, standard_input, refused or _raised)]


def _raised(error: LedgerError) -> None:
    raise error


def _inputs(path: Path, standard_input: Callable[[], BinaryIO], refused: Refused) -> Iterator[Input]:
    if path == STANDARD_INPUT:
        with _spooled(standard_input(), None) as spool:
            kept = _Kept(os.dup(spool.fileno()))
        yield from _unpacked(Path.cwd() / "standard-input", kept.opened, plain=False)
    elif path.is_dir():
        for each in _files_in(path):
            yield from _given(each, refused)
    else:
        yield from _given(path, refused)


def _given(path: Path, refused: Refused) -> list[Input]:
    try:
        return list(_unpacked(path, partial(_plainly, path), plain=True))
    except (NotReadable, Packed) as error:
        refused(error)
        return []


def _plainly(path: Path) -> BinaryIO:
    """A pipe is opened without waiting for who writes to it: it is refused, as all that is no regular file."""
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))


def is_packed(begins: bytes) -> bool:
    """Whether a file that begins so is a gzip or zip file."""
    return begins.startswith((_GZIP, _ZIP, _EMPTY_ZIP))


def _files_in(folder: Path) -> list[Path]:
    if not (found := files_in(folder)):
        raise NotFound("no files in this folder", file=str(folder), hint="name the folder that holds the logs")
    return found


def files_in(folder: Path) -> list[Path]:
    """The logs in a folder and its folders, by name."""
    return sorted(
        Path(place) / name
        for place, folders, names in os.walk(folder)
        for name in names
        if not name.startswith(".") and not name.endswith(SUFFIXES) and not _prune(folders)
    )


def _prune(folders: list[str]) -> bool:
    folders[:] = [each for each in folders if not each.startswith(".")]
    return False


def _unpacked(path: Path, source: Opener, *, plain: bool) -> Iterator[Input]:
    with _told(path), source() as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise NotReadable("not a regular file", file=str(path), hint="save the log to a file first")
        begins, size = stream.read(4), os.fstat(stream.fileno()).st_size
        members = members_of(stream) if begins in (_ZIP, _EMPTY_ZIP) else []
    if begins in (_ZIP, _EMPTY_ZIP):
        for name, each in called(members):
            yield Input(path.with_name(f"{path.name}.{name}"), partial(opened, source, each), each.compress_size)
    elif begins[:2] == _GZIP:
        yield Input(path, partial(_gunzipped, source), size)
    else:
        yield Input(path, source, plain=plain)


def _gunzipped(source: Opener) -> BinaryIO:
    below = source()
    unpacked = Unpacked(gzip.GzipFile(fileobj=below))
    unpacked.below = below
    return unpacked


def _spooled(stream: BinaryIO, packed: int | None) -> BufferedReader:
    """A copy without a name, readable by this process only: it is gone when we are, however we end."""
    with TemporaryFile() as spool:
        size = 0
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > LARGEST or (packed is not None and size > ROOM and size > STEEPEST * max(packed, 1)):
                raise Packed("swells beyond all measure when unpacked", hint="unpack it yourself if it is a log")
            spool.write(piece)
        spool.flush()
        copy = os.fdopen(os.dup(spool.fileno()), "rb")
    copy.seek(0)
    return copy


class _Kept:
    """A file without a name, to be read more than once; gone with the last that refers to it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def opened(self) -> BinaryIO:
        copy = os.fdopen(os.dup(self._descriptor), "rb")
        copy.seek(0)
        return copy

    def __del__(self) -> None:
        os.close(self._descriptor)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Whatever opening or unpacking meets, as our own error that names the file."""
    try:
        yield
    except LedgerError as error:
        raise error.at(file=str(path)) from error.__cause__
    except FileNotFoundError as error:
        raise NotFound("no such file", file=str(path), hint="check the path", code="import.not-found") from error
    except _DAMAGED as error:
        raise _damaged(path) from error
    except OSError as error:
        if error.errno is None:  # not of the system, but of bzip2
            raise _damaged(path) from error
        raise NotReadable(
            "cannot be read", file=str(path), hint="check that it is a file and its permissions"
        ) from error


def _damaged(path: Path) -> Packed:
    return Packed("cannot be unpacked: damaged, cut short or encrypted", file=str(path), hint="unpack it yourself")
