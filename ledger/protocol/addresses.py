"""Addresses of clauses as they are asked for: the beginning of one names all that lies below it."""

from __future__ import annotations


def begins(address: str, asked: str) -> bool:
    """Whether an address begins so. A number is never cut: `art. 1` is `art. 1, sentence 2` too, and not `art. 10`."""
    rest = address.removeprefix(asked)
    return address.startswith(asked) and not (asked[-1:].isdigit() and rest[:1].isdigit())
