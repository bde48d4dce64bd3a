"""Erasure, carried out: what `subject-erased` says in the ledger is done in the vault.

The entry comes first, then the vault: if we die between the two, the entry is there and the vault has no note of it.
So every opening looks for erasures without a note and does them before anything is read. For the same reason an old
copy of a vault, put back, forgets again what was erased since.

What is destroyed does not come back, so the word of the database is not enough: the operator's signature on each entry
is checked first. Who can write in the database, and has no key, erases nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ledger.chain.entry import Entry
from ledger.errors import InputRejected, LedgerError, VerificationFailed
from ledger.events.base import Event
from ledger.events.codec import decoded_fast
from ledger.events.erasures import SubjectErased
from ledger.events.fields import ABSENT, Absent
from ledger.keys.keyring import Keyring
from ledger.keys.signing import SignedLine, verify_signature
from ledger.storage.reader import Reader
from ledger.subjects.sealed import sealed_parts
from ledger.subjects.vault import Destroyed, Vault

STREAM = "ledger/erasures"


class Replayed(NamedTuple):
    """An erasure that was recorded before, and is carried out only now."""

    position: int
    destroyed: Destroyed


class ForgedErasure(VerificationFailed):
    """An erasure that the operator did not sign: nothing was destroyed for it."""

    code = "erasure.forged"


class OtherProtocol(InputRejected):
    """An erasure in one protocol of what is of another."""

    code = "erasure.other-protocol"


class Erasure(NamedTuple):
    """An entry that erases, with its signature."""

    position: int
    event: SubjectErased
    line: SignedLine


def erasures(store: Reader) -> Iterator[tuple[int, SubjectErased]]:
    """What was erased, by position."""
    return ((each.position, each.event) for each in signed_erasures(store))


def signed_erasures(store: Reader) -> Iterator[Erasure]:
    """What was erased, as it was signed. Raises MalformedEntry, MalformedEvent."""
    for position, _, _, _, raw in store.stream_entries(STREAM):
        entry = Entry.parse(raw)
        event = decoded_fast(entry.event)
        if isinstance(event, SubjectErased):
            yield Erasure(position, event, SignedLine(entry.event, entry.signature, (), event))


def carry_out(store: Reader, vault: Vault, keyring: Callable[[], Keyring]) -> list[Replayed]:
    """Do every recorded erasure that this vault has no note of; what it had still to destroy is told.

    `keyring` gives the keys of the ledger, and is asked only if there is something to do. Raises ForgedErasure.
    """
    if not store.stream_version(STREAM):
        return []
    done = vault.erased()
    waiting = [each for each in signed_erasures(store) if each.event.id not in done]
    keys = keyring() if waiting else Keyring()
    for each in waiting:
        _check_signed(each, keys)
    return [
        Replayed(each.position, vault.erase(each.event.id, listed(each.event.tokens), listed(each.event.commitments)))
        for each in waiting
    ]


def _check_signed(erasure: Erasure, keys: Keyring) -> None:
    try:
        key = verify_signature(erasure.line, keys, keys.origin, erasure.position)
    except LedgerError as error:
        raise ForgedErasure(
            f"the erasure in entry {erasure.position} is not signed as it must be: {error.message}",
            position=erasure.position, hint=_FORGED,
        ) from error  # fmt: skip
    if key.party != keys.operator or erasure.event.author != keys.operator:
        raise ForgedErasure(
            f"the erasure in entry {erasure.position} is not the operator's", position=erasure.position, hint=_FORGED
        )


_FORGED = "nothing was erased for it; run: ledger verify"


def check_scope(event: Event, vault: Vault, protocol_of: Callable[[str], str | None]) -> None:
    """Raise OtherProtocol for an erasure of what is of another protocol than it says: its holds would not be asked.

    `protocol_of` gives the protocol of the event with an id.
    """
    if not isinstance(event, SubjectErased) or isinstance(event.in_protocol, Absent):
        return
    found = {token: vault.protocol_of(token) for token in vault.holds(listed(event.tokens))}
    for commitment in listed(event.commitments):
        part = vault.part(commitment)
        if part and (protocol := protocol_of(part.event_id)):
            found[commitment] = protocol
    for name, protocol in found.items():
        if protocol != event.in_protocol:
            raise OtherProtocol(
                f"{name} is of {protocol}, and not of {event.in_protocol}", field="$.in_protocol",
                hint="erase what is of one protocol in one event",
            )  # fmt: skip


def about_of(event: Event) -> dict[str, tuple[str, ...]]:
    """Whom each sealed part of an event speaks of, as tokens, by the part's name."""
    return {name: listed(part.about) for name, part in sealed_parts(event).items()}


def listed(value: tuple[str, ...] | Absent) -> tuple[str, ...]:
    return () if value is ABSENT or isinstance(value, Absent) else value
