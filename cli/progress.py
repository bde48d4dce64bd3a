"""Progress of long work, on stderr: on a terminal after half a second, never on a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

PATIENCE = 0.5
OFTEN = 0.1


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Gives a function to call with how many are done, of how many (0: not known)."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    start = last = monotonic()
    width = 0

    def tell(done: int, total: int) -> None:
        nonlocal last, width
        present = monotonic()
        if present - start < PATIENCE or present - last < OFTEN:
            return
        last = present
        rate = done / (present - start)
        left = f", {(total - done) / rate:,.0f} s left" if total > done and rate else ""
        line = f"{done:,}{f' of {total:,}' if total else ''} {what}, {rate:,.0f}/s{left}"
        width = max(width, len(line))
        sys.stderr.write(f"\r{line:<{width}}")
        sys.stderr.flush()

    try:
        yield tell
    finally:
        if width:
            sys.stderr.write("\r" + " " * width + "\r")
            sys.stderr.flush()
