"""Erasure, carried out: what `subject-erased` says in the ledger is done in the vault.

The entry comes first, then the vault: if we die between the two, the entry is there and the vault has no note of it.
So every opening looks for erasures without a note and does them before anything is read. For the same reason an old
copy of a vault, put back, forgets again what was erased since.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ledger.chain.entry import split
from ledger.events.base import Event
from ledger.events.codec import decoded_fast
from ledger.events.erasures import SubjectErased
from ledger.events.fields import ABSENT, Absent
from ledger.storage.reader import Reader
from ledger.subjects.sealed import sealed_parts
from ledger.subjects.vault import Destroyed, Vault

STREAM = "ledger/erasures"


class Replayed(NamedTuple):
    """An erasure that was recorded before, and is carried out only now."""

    position: int
    destroyed: Destroyed


class Erasure(NamedTuple):
    """An entry that erases."""

    position: int
    event: SubjectErased


def erasures(store: Reader) -> Iterator[Erasure]:
    """What was erased, by position."""
    for position, _, _, _, raw in store.stream_entries(STREAM):
        event = decoded_fast(split(raw)[0])
        if isinstance(event, SubjectErased):
            yield Erasure(position, event)


def carry_out(store: Reader, vault: Vault) -> list[Replayed]:
    """Do every recorded erasure that this vault has no note of; what it had still to destroy is told."""
    recorded = store.stream_version(STREAM)
    done = vault.erased() if recorded else set()
    if len(done) >= recorded:
        return []
    return [
        Replayed(position, vault.erase(event.id, listed(event.tokens), listed(event.commitments)))
        for position, event in erasures(store)
        if event.id not in done
    ]


def about_of(event: Event) -> dict[str, tuple[str, ...]]:
    """Whom each sealed part of an event speaks of, as tokens, by the part's name."""
    return {name: listed(part.about) for name, part in sealed_parts(event).items()}


def listed(value: tuple[str, ...] | Absent) -> tuple[str, ...]:
    return () if value is ABSENT or isinstance(value, Absent) else value
