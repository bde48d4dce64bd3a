"""What an author keeps: the entry as it was recorded, and the proof that it lies under a signed checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import event_of
from ledger.chain.note import Note
from ledger.chain.proof import inclusion_proof
from ledger.chain.tlog_proof import LogProof
from ledger.drafts import PUBLIC, clear, draft
from ledger.events.codec import decoded_fast
from ledger.storage.store import Store

ENTRY, PROOF = ".entry.json", ".tlog-proof"


def write_receipts(store: Store, note: bytes, positions: Iterable[int], folder: Path) -> int:
    """Write `<event id>.entry.json` and `<event id>.tlog-proof` (C2SP) for each entry; give how many.

    The proof is against the checkpoint in `note`, so it can be checked with the log's key alone.
    """
    parsed = Note.parse(note)
    checkpoint, nodes = Checkpoint.parse(parsed.text), store.nodes()
    folder.mkdir(parents=True, exist_ok=True)
    clear(folder, endings=(ENTRY, PROOF))
    wanted = list(dict.fromkeys(positions))
    for position in wanted:
        raw = store.entry(position)
        name = decoded_fast(event_of(raw)).id
        proof = LogProof(position - 1, tuple(inclusion_proof(position - 1, checkpoint.size, nodes)), parsed)
        _write(folder / f"{name}{ENTRY}", raw)
        _write(folder / f"{name}{PROOF}", bytes(proof))
    return len(wanted)


def _write(path: Path, content: bytes) -> None:
    """The file appears complete or not at all."""
    with draft(path, mode=PUBLIC) as made:
        made.write_bytes(content)
        made.replace(path)
