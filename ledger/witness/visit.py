"""A witness that goes and looks: at a published folder or URL, from where it last stood."""

from __future__ import annotations

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.note import Note
from ledger.errors import LedgerError
from ledger.witness.published import Published
from ledger.witness.rules import BadRequest, Forked, Older, Witness, forked


def visited(witness: Witness, published: Published) -> Note:
    """The published checkpoint with this witness's cosignature added.

    Raises Refused; Older where less is published than was seen before; Forked, with the evidence kept, where the tiles
    show that the log does not continue what was seen.
    """
    raw = published.checkpoint()
    origin = Note.parse(raw).text.split("\n")[0]
    last = witness.memory.last(origin)
    proof = published.proof(last.size if last else 0, raw)
    try:
        line = witness.cosigned(last.size if last else 0, proof, raw)
    except Forked as error:
        raise _settled(witness, published, raw, last) or error from error
    except BadRequest as error:
        raise _older(published, raw, last) or error from error
    note = Note.parse(raw)
    return Note(note.text, (*note.signatures, line))


def _settled(witness: Witness, published: Published, raw: bytes, last: Checkpoint | None) -> Forked | None:
    """A failed proof is a fork where the tiles are those of the new checkpoint; else they are only damaged."""
    note = Note.parse(raw)
    new = Checkpoint.parse(note.text)
    try:
        if last is None or last.size == new.size or not published.is_whole(raw):
            return None
    except LedgerError:
        return None
    with witness.memory.locked(new.origin) as seen:
        return forked(last, new, seen.keep_fork(note), published.place)


def _older(published: Published, raw: bytes, last: Checkpoint | None) -> Older | None:
    """Of a smaller tree than was seen no proof can tell; whoever has the tiles of the larger one can."""
    size = Checkpoint.parse(Note.parse(raw).text).size
    if last is None or size >= last.size:
        return None
    return Older(
        f"checkpoint {size} is published, and checkpoint {last.size} was seen before: is it the same history?",
        hint=f"ask for checkpoint {last.size}, and keep a copy of {published.place}: with the one that was "
        "seen, `ledger checkpoint compare` shows whether the log signed two histories",
    )
