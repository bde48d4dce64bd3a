"""The first bytes of a file, as a stream of its own: what is written behind them meanwhile is not there."""

from __future__ import annotations

import io
import os
from typing import cast


def stretch(descriptor: int, length: int) -> io.BufferedReader:
    """The first bytes of a file, buffered. The descriptor is closed with it."""
    return cast("io.BufferedReader", io.BufferedReader(Stretch(descriptor, length)))


class Stretch(io.RawIOBase):
    """Reads `length` bytes of a descriptor, which it closes with itself. Its place is its own: others may read too."""

    def __init__(self, descriptor: int, length: int) -> None:
        self._descriptor, self._length, self._at = descriptor, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = max(0, min(len(buffer), self._length - self._at))
        read = os.preadv(self._descriptor, [memoryview(buffer)[:wanted]], self._at) if wanted else 0
        self._at += read
        return read

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()
