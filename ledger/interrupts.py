"""Ctrl-C reaches every process of a terminal's foreground: those that help are started deaf to it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Whoever is started in here never hears Ctrl-C; the one that started them says when it is over."""
    resource_tracker.ensure_running()  # where a start in here does this, it lets interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
