"""A seal and the checkpoint over it: what the log signs, and only of a ledger that kept what it signed before."""

from __future__ import annotations

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import envelope
from ledger.chain.hashing import Digest
from ledger.chain.note import Note
from ledger.chain.proof import check_consistency, consistency_proof
from ledger.door import Door
from ledger.errors import InputRejected, VerificationFailed
from ledger.events.seals import StreamsSealed
from ledger.keys.keystore import KeyPair
from ledger.keys.signing import sign_event
from ledger.storage.append import Receipt
from ledger.storage.store import Store
from ledger.verification.whole import seal_root


class Inconsistent(VerificationFailed):
    """The ledger no longer holds what its last checkpoint was signed over."""

    code = "checkpoint.inconsistent"


def sealed(store: Store, door: Door, log: KeyPair, events: KeyPair, new: tuple[str, str]) -> tuple[Receipt, bytes]:
    """Seal all streams and sign size and root, in one transaction: the seal's receipt and the note stored with it.

    `new` is the seal's id, and the moment at which it is stated. Raises Inconsistent, before anything is signed;
    StaleDecision where the ledger is no longer that of the door.
    """
    _check_last(store, door)
    line = sign_event(_seal(store, events, *new), events, door.origin)
    notes: list[bytes] = []

    def signed(size: int, root: Digest) -> bytes:
        notes.append(bytes(Checkpoint(door.origin, size, root).signed(log.vkey, log.sign)))
        return notes[-1]

    receipt = store.append([door.admitted(line)], at=door.size, checkpoint=signed)
    return receipt, notes[-1]


def _seal(store: Store, key: KeyPair, identifier: str, moment: str) -> StreamsSealed:
    """The seal over the streams as they are; each end is still what the entry behind it follows from."""
    heads, size = store.stream_heads(), store.size()
    if sum(head.version for head in heads) != size:
        raise Inconsistent(f"the streams do not add up to {size} entries", hint="run: ledger verify")
    for head in heads:
        if head.position < size and envelope(store.entry(head.position + 1))[1] != head.leaf:
            raise Inconsistent(f"entry {head.position} is not what it was", hint="run: ledger verify")
    root = seal_root({head.stream: (head.version, head.leaf) for head in heads})
    return StreamsSealed(
        author=key.party, happened_at=moment, id=identifier, key=key.key_id, stated_at=moment,
        streams=len(heads), root=root.hex(),
    )  # fmt: skip


def _check_last(store: Store, door: Door) -> None:
    last, head = store.latest_checkpoint(), store.head()
    if last is None or head.size != door.size:
        return
    nodes = store.nodes()
    try:
        promised = Checkpoint.parse(Note.parse(last.note).text)
        proof = consistency_proof(promised.size, head.size, nodes)
        check_consistency(promised.size, head.size, proof, promised.root, head.root)
    except (InputRejected, VerificationFailed) as error:
        raise Inconsistent(
            f"checkpoint {last.size} was signed over other entries", hint="run: ledger verify"
        ) from error
