"""What the event catalogue says of a type: who may state it, and what ends the fact that it makes (R3, R6)."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ledger.events.catalogue import types


class Kind(NamedTuple):
    """`key` are the fields by which an end finds its fact; `supersedes`: the next one of the same key is the end."""

    key: tuple[str, ...] = ()
    ended_by: tuple[str, ...] = ()
    supersedes: bool = False
    by_party: bool = False


@cache
def kind(name: str) -> Kind:
    about = types().get(name)
    if about is None:
        return Kind()
    return Kind(about.cls.key_fields, about.cls.ended_by, about.cls.supersedes, about.cls.stated_by == "party")


@cache
def register(name: str) -> str:
    about = types().get(name)
    return about.register if about else ""


LIFE_ACTS = frozenset(
    {
        "party-withdrew",
        "party-acceded",
        "protocol-dissolution-declared",
        "protocol-terminated-unilaterally",
        "protocol-amended",
        "protocol-suspended",
        "protocol-resumed",
        "termination-notice-given",
    }
)
"""Types that change a protocol's life: without a clause that gives such a power, they are void (R11)."""
