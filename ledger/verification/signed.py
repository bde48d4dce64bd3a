"""What was signed about the whole ledger, against the ledger: checkpoints, the reader's policy, the high-water mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ledger.chain.checkpoint import Checkpoint, opened
from ledger.chain.ed25519 import key_id
from ledger.chain.hashing import leaf_hash
from ledger.chain.note import NoKnownSignature
from ledger.chain.policy import Policy
from ledger.errors import LedgerError
from ledger.keys.keyring import Keyring
from ledger.storage.highwater import Mark
from ledger.storage.inspection import raw_entry
from ledger.storage.store import Store
from ledger.verification.keys import KeyHistory
from ledger.verification.report import Fault
from ledger.verification.whole import Whole


class Promise(NamedTuple):
    """A checkpoint the log signed: this size had this root."""

    checkpoint: Checkpoint
    note: bytes


def promises(stored: Sequence[Any], history: KeyHistory, last: int) -> tuple[list[Promise], list[Fault]]:
    """Stored checkpoints (size, edition, note) that a log key of their time signed, and faults for the others."""
    found: list[Promise] = []
    faults: list[Fault] = []
    editions: dict[Any, int] = {}
    for size, edition, note in stored:
        at = size if isinstance(size, int) and 0 < size <= last else last
        editions[size] = editions.get(size, 0) + 1
        if edition != editions[size]:
            detail = f"an edition of checkpoint {size} is gone, or has another number"
            faults.append(Fault("checkpoint.edition", at, detail))
        try:
            checkpoint = _opened(note, history, size)
        except LedgerError as error:
            faults.append(Fault("checkpoint.false", at, f"the stored checkpoint of size {size}: {error.message}"))
            continue
        if checkpoint.size != size:
            detail = f"the checkpoint filed under {size} is of size {checkpoint.size}"
            faults.append(Fault("checkpoint.false", at, detail))
        found.append(Promise(checkpoint, note))
    return found, faults


def _opened(note: Any, history: KeyHistory, size: Any) -> Checkpoint:
    keys = history.log_keys(size) if isinstance(size, int) else []
    for key in keys:
        try:
            return opened(note if isinstance(note, bytes) else b"", key)
        except NoKnownSignature:
            continue
    raise NoKnownSignature("it is signed by no log key that counted then")


def checkpoint_faults(promised: Sequence[Promise], whole: Whole, seals: frozenset[int]) -> Iterator[Fault]:
    """Checkpoints that this ledger does not keep, and seals whose checkpoint is gone."""
    kept = whole.start
    for checkpoint in sorted({promise.checkpoint for promise in promised}, key=lambda each: each.size):
        size = checkpoint.size
        if size > whole.size:
            detail = f"checkpoint {size} was signed, and the last entry there is {whole.size}: the tail was cut"
            yield Fault("checkpoint.beyond-tail", whole.size + 1, detail)
        elif size <= whole.start:
            continue
        elif whole.root(size) != checkpoint.root:
            first = kept + 1 if kept < size else 1  # where the log signed this size over the right entries as well
            detail = f"entries {first} to {size} are not those that checkpoint {size} was signed over"
            yield Fault("checkpoint.other-root", size, detail)
        else:
            kept = size
        if size <= whole.size and size not in seals:
            yield Fault("checkpoint.no-seal", size, f"checkpoint {size} does not follow a seal")
    for position in sorted(seals - {promise.checkpoint.size for promise in promised}):
        detail = "it seals the streams, and the checkpoint that was signed and stored with it is gone"
        yield Fault("checkpoint.gone", position, detail)


def policy_faults(policy: Policy, history: KeyHistory, signers: Mapping[str, int]) -> Iterator[Fault]:
    """Keys that the reader pinned and this ledger does not have, or has others beside: `signers` says which signed."""
    trusted = {log.key for log in policy.logs}
    if not trusted.intersection(history.log_keys()):
        origin = history.keyring.origin or "this ledger"
        yield Fault("policy.other-log", 1, f"the policy does not know the log key of {origin}")
    keys = history.keyring.keys.values()
    for party in dict.fromkeys(pin.party for pin in policy.pins):
        there = [key for key in keys if (key.party, key.use) == (party, "events")]
        if there and not {key.public for key in there} & {key.public for key in policy.keys_of(party)}:
            detail = f"the key enrolled for {party} is not one that the policy pins"
            yield Fault("policy.other-key", max(1, there[0].enrolled_at), detail)
        elif there:
            yield from _others_than_pinned(party, policy, history.keyring, signers)


def _others_than_pinned(party: str, policy: Policy, keyring: Keyring, signers: Mapping[str, int]) -> Iterator[Fault]:
    """Keys that signed for a party, and are neither its pinned ones nor enrolled by one of them."""
    pinned = {key_id(key.public) for key in policy.keys_of(party)}
    for identifier, position in signers.items():
        if keyring.keys[identifier].party == party and not keyring.rests_on(identifier, pinned):
            detail = f"{party} signed with a key that is not the one the policy pins for it"
            yield Fault("signature.not-pinned", position, detail)


def vouched(policy: Policy | None, keyring: Keyring) -> list[str]:
    """Parties with a key that rests on the operator's word alone: so does its own, where a policy does not pin it."""
    pinned = {key_id(pin.key.public) for pin in policy.pins} if policy else set()
    found = {key.party for key in keyring.keys.values() if keyring.vouched(key.key_id, pinned)}
    if policy and keyring.operator and not policy.keys_of(keyring.operator):
        found.add(keyring.operator)
    return sorted(found)


def mark_faults(mark: Mark, whole: Whole, store: Store) -> Iterator[Fault]:
    """The high-water mark: the ledger reaches it, and has the same entry there."""
    if mark.size > whole.size:
        detail = f"the ledger ends at {whole.size}, but it reached {mark.size}: its tail was cut, or it is an old copy"
        yield Fault("highwater.behind", whole.size + 1, detail)
        return
    raw = raw_entry(store, mark.size) if 0 < mark.size < whole.size else None
    leaf = leaf_hash(raw) if raw is not None else whole.leaf
    if mark.size and leaf != mark.leaf:
        detail = f"entry {mark.size} is not the one that the high-water mark outside the database knows"
        yield Fault("highwater.beside", mark.size, detail)
