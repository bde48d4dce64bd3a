"""What was signed about the whole ledger, against the ledger: checkpoints, the reader's policy, the high-water mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledger.chain.checkpoint import Checkpoint, opened
from ledger.chain.note import VerifierKey
from ledger.chain.policy import Policy
from ledger.errors import LedgerError
from ledger.storage.reader import StoredCheckpoint
from ledger.verification.events import KeyLife
from ledger.verification.report import Fault
from ledger.verification.whole import Whole


class Promise(NamedTuple):
    """A checkpoint the log signed: this size had this root."""

    checkpoint: Checkpoint
    note: bytes


def promises(stored: Sequence[StoredCheckpoint], log_key: VerifierKey) -> tuple[list[Promise], list[Fault]]:
    """Stored checkpoints that the log's key signed, and faults for the others."""
    found, faults = [], []
    for size, note in stored:
        try:
            checkpoint = opened(note, log_key)
        except LedgerError as error:
            faults.append(Fault("checkpoint.false", size, f"the stored checkpoint of size {size}: {error.message}"))
            continue
        if checkpoint.size != size:
            faults.append(Fault("checkpoint.false", size, f"the checkpoint filed under {size} is of size {checkpoint.size}"))
        found.append(Promise(checkpoint, note))
    return found, faults


def checkpoint_faults(promised: Sequence[Promise], whole: Whole, seals: frozenset[int]) -> Iterator[Fault]:
    """Checkpoints that this ledger does not keep."""
    for checkpoint, _ in promised:
        size = checkpoint.size
        if size > whole.size:
            detail = f"a checkpoint of {size} entries was signed, and there are {whole.size}: the tail was cut"
            yield Fault("checkpoint.beyond-tail", whole.size + 1, detail)
        elif whole.root(size) != checkpoint.root:
            detail = f"the first {size} entries are not those that checkpoint {size} was signed over"
            yield Fault("checkpoint.other-root", size, detail)
        elif size and size not in seals:
            yield Fault("checkpoint.no-seal", size, f"checkpoint {size} does not follow a seal")


def policy_faults(policy: Policy, log_key: VerifierKey, keys: dict[str, KeyLife]) -> Iterator[Fault]:
    """Keys that the reader pinned and this ledger does not have."""
    if log_key not in [log.key for log in policy.logs]:
        yield Fault("policy.other-log", 1, f"the policy does not know the log key of {log_key.name}")
    pinned = {(pin.party, pin.key.public) for pin in policy.pins}
    for life in keys.values():
        # A key that the party itself enrolled with an earlier one rests on that one's pin.
        if life.use == "events" and life.vouched and life.party in {party for party, _ in pinned}:
            if (life.party, life.public) not in pinned:
                detail = f"the operator enrolled a key for {life.party} that is not the one the policy pins"
                yield Fault("policy.other-key", life.enrolled, detail)


def vouched(policy: Policy | None, keys: dict[str, KeyLife], operator: str) -> list[str]:
    """Parties whose keys rest on the operator's word alone."""
    pinned = {pin.party for pin in policy.pins} if policy else set()
    return sorted({life.party for life in keys.values() if life.use == "events" and life.vouched} - pinned - {operator})


