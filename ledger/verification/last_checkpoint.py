"""The last checkpoint, held against the ledger before anything is answered from it or written to it.

It is the part of `ledger verify` that costs the same whatever the ledger's size: at most 256 entries are read, and a
kept node a level. Who signed the note is not asked here.
"""

from __future__ import annotations

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.note import Note
from ledger.chain.proof import range_root
from ledger.errors import InputRejected, VerificationFailed
from ledger.storage.faults import Damaged
from ledger.storage.highwater import RolledBack
from ledger.storage.reader import StoredCheckpoint
from ledger.storage.store import Store

_HINT = "run ledger verify, and compare with what another party holds"


class OtherRoot(VerificationFailed):
    """The entries are not those that the last checkpoint was signed over."""

    code = "checkpoint.other-root"


def check_last_checkpoint(store: Store) -> None:
    """Raises RolledBack where the ledger ends before it, OtherRoot where it was signed over other entries, Damaged."""
    last = store.latest_checkpoint()
    if last is not None:
        check_checkpoint(store, last)


def check_checkpoint(store: Store, last: StoredCheckpoint) -> None:
    """The same of any checkpoint that is kept."""
    size = store.checked_size()
    if last.size > size:
        raise RolledBack(
            f"the ledger ends at {size}, and its checkpoint {last.size} was signed",
            hint="its tail was cut: run ledger verify, and find the newer copy", position=size,
        )  # fmt: skip
    try:
        signed = Checkpoint.parse(Note.parse(last.note).text)
    except InputRejected as error:
        raise Damaged(f"the stored checkpoint of size {last.size}: {error.message}", hint=_HINT) from error
    if signed.size != last.size or (signed.size and range_root(0, signed.size, store.nodes()) != signed.root):
        raise OtherRoot(
            f"the tree over the entries up to {last.size} is not the one that its checkpoint was signed over",
            hint=_HINT, position=last.size,
        )  # fmt: skip
