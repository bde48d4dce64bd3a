"""Cosignatures that come back, put beside those that a checkpoint has.

- A line under a key that is known here holds, or condemns the note that brings it.
- What nobody here can check is kept, for others may know its key. It bars nobody, and goes where there is no room.
- Of one witness the first counts: it says since when it knows this checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ledger.chain.ed25519 import BadSignature
from ledger.chain.note import MOST_SIGNATURES, MalformedNote, Note, Signature
from ledger.chain.policy import Policy
from ledger.remote import LARGEST


class Joined(NamedTuple):
    """The note as it is to be kept; of the lines that were sent, those that are new in it, and those left out."""

    note: Note
    new: tuple[Signature, ...]
    left: tuple[Signature, ...]


def joined(own: Note, sent: Note, policy: Policy) -> Joined:
    """Our note of a checkpoint with the lines of another. Raises MalformedNote where too many witnesses are known.

    That those lines of `sent` hold whose keys are known, its reader has seen.
    """
    holds = _holding(own, policy)
    # The first line is the log's own: whatever else goes, it stays. A false one was kept before its key was known.
    log, *others = own.signatures
    kept = [log, *(each for each in others if holds(each) is not False)]
    there = {(each.name, each.key_id) for each in kept if holds(each)}
    new: list[Signature] = []
    for each in sent.signatures:
        if each in kept or each in new or (each.name, each.key_id) in there:
            continue
        new.append(each)
        if holds(each):
            there.add((each.name, each.key_id))
    note = Note(own.text, (*kept, *new))
    if not _has_room(note):
        note = Note(own.text, (log, *(each for each in note.signatures[1:] if holds(each))))
    if not _has_room(note):
        raise MalformedNote(f"with these it would have more than {MOST_SIGNATURES} signatures, or {LARGEST:,} bytes")
    left = tuple(each for each in new if each not in note.signatures)
    return Joined(note, tuple(each for each in new if each not in left), left)


def _has_room(note: Note) -> bool:
    """Whether others can read it, and fetch it where it is published."""
    return len(note.signatures) <= MOST_SIGNATURES and len(bytes(note)) <= LARGEST


def _holding(note: Note, policy: Policy) -> Callable[[Signature], bool | None]:
    """Tells whether a line's key signed the text of this note; None where the policy does not know that key."""
    text, known = note.text.encode(), [*(log.key for log in policy.logs), *(each.key for each in policy.witnesses)]
    keys = {(key.name, key.key_id): key for key in known}

    def holds(line: Signature) -> bool | None:
        if (key := keys.get((line.name, line.key_id))) is None:
            return None
        try:
            key.check(text, line.signature)
        except BadSignature:
            return False
        return True

    return holds
