"""A number with its noun."""

from __future__ import annotations


def counted(number: int, one: str, several: str = "") -> str:
    """`1 entry`, `2,000 entries`; with a verb too: `1 use is`, `2 uses are`."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"
