"""What can be done to the checkpoint and its signatures."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ledger.bundle.manifest import CHECKPOINT
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.hashing import Digest
from ledger.chain.note import Note
from tests.bundle.forge import (
    STRANGER,
    vkey,
)
from tests.bundle.mutations.mutation import Parts, content
from tests.keys.people import (
    FIO,
    LOG,
)


def _note(parts: Parts, change: Callable[[Note], Note]) -> Parts:
    return {**parts, CHECKPOINT: bytes(change(Note.parse(parts[CHECKPOINT])))}


@content("checkpoint.signature")
def root_changed(parts: Parts) -> Parts:
    note = Note.parse(parts[CHECKPOINT])
    checkpoint = Checkpoint.parse(note.text)
    other = msgspec.structs.replace(checkpoint, root=Digest(bytes(32)))
    return _note(parts, lambda note: Note(str(other), note.signatures))


@content("checkpoint.other-log")
def checkpoint_of_another_log(parts: Parts) -> Parts:
    checkpoint = Checkpoint.parse(Note.parse(parts[CHECKPOINT]).text)
    other = msgspec.structs.replace(checkpoint, origin="example.org/other")
    return _note(parts, lambda note: other.signed(vkey(LOG, "example.org/other"), LOG.sign))


@content("checkpoint.signature")
def signature_of_the_log_dropped(parts: Parts) -> Parts:
    return _note(parts, lambda note: Note(note.text, note.signatures[1:]))


@content("checkpoint.signature")
def signature_of_the_log_by_an_unknown_key(parts: Parts) -> Parts:
    def signed(note: Note) -> Note:
        return Checkpoint.parse(note.text).signed(vkey(FIO), FIO.sign)

    return _note(parts, signed)


@content("checkpoint.malformed")
def checkpoint_with_an_extension_line(parts: Parts) -> Parts:
    return {**parts, CHECKPOINT: parts[CHECKPOINT].replace(b"\n\n", b"\nexempt\n\n", 1)}


@content("checkpoint.malformed")
def checkpoint_with_a_sign_before_its_size(parts: Parts) -> Parts:
    return {**parts, CHECKPOINT: parts[CHECKPOINT].replace(b"\n", b"\n+", 1)}


@content("checkpoint.malformed")
def checkpoint_with_line_ends_of_another_system(parts: Parts) -> Parts:
    return {**parts, CHECKPOINT: parts[CHECKPOINT].replace(b"\n", b"\r\n")}


@content("agreement.cosignature")
def cosignature_changed(parts: Parts) -> Parts:
    def broken(note: Note) -> Note:
        first, second = note.signatures
        return Note(note.text, (first, msgspec.structs.replace(second, signature=bytes(72))))

    return _note(parts, broken)


@content("agreement.cosignature")
def cosignature_moved_in_time(parts: Parts) -> Parts:
    def moved(note: Note) -> Note:
        first, second = note.signatures
        later = (int.from_bytes(second.signature[:8], "big") + 86400).to_bytes(8, "big")
        return Note(note.text, (first, msgspec.structs.replace(second, signature=later + second.signature[8:])))

    return _note(parts, moved)


@content("", exit=9)
def cosignature_dropped(parts: Parts) -> Parts:
    return _note(parts, lambda note: Note(note.text, note.signatures[:1]))


@content("", exit=9)
def cosignature_by_a_key_that_the_policy_does_not_know(parts: Parts) -> Parts:
    def other(note: Note) -> Note:
        return Note(note.text, note.signatures[:1]).cosigned(
            vkey(STRANGER, "serv.example/w"), STRANGER.sign, 1653912000
        )

    return _note(parts, other)


@content("", exit=0)
def cosignature_doubled(parts: Parts) -> Parts:
    return _note(parts, lambda note: Note(note.text, (*note.signatures, note.signatures[1])))


@content("", exit=0)
def signature_that_nobody_knows_added(parts: Parts) -> Parts:
    return _note(parts, lambda note: note.cosigned(vkey(STRANGER, "serv.example/w"), STRANGER.sign, 1653912000))
