"""How far an import is: on a terminal a line with rate and time left, on a pipe a line every ten seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from cli.output import safe, say

SOON, OFTEN, SELDOM = 0.5, 0.2, 10.0

Tell = Callable[[int, int, int], None]
"""Told the records read, the bytes read, and the bytes there are."""


@contextmanager
def import_progress(name: str) -> Iterator[Tell]:
    """Of one file, by its name."""
    started = last = monotonic()
    shown = 0
    terminal = sys.stderr.isatty()

    def tell(records: int, done: int, total: int) -> None:
        nonlocal last, shown
        now = monotonic()
        if now - started < SOON or now - last < (OFTEN if terminal else SELDOM):
            return
        last = now
        line = _line(name, records, done, total, now - started)
        if not terminal:
            say(line)
            return
        shown = max(shown, len(line))
        _write(f"\r{line:<{shown}}")

    try:
        yield tell
    finally:
        if shown:
            _write("\r" + " " * shown + "\r")


def _line(name: str, records: int, done: int, total: int, seconds: float) -> str:
    share = done / total if total else 1.0
    left = f", {seconds / share - seconds:,.0f} s left" if 0 < share < 1 else ""
    bar = "#" * int(share * 20)
    return safe(f"{name[-30:]} [{bar:<20}] {share:4.0%} {records:,} records, {records / seconds:,.0f}/s{left}")


def _write(text: Any) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
