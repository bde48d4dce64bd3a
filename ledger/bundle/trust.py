"""Whose word it is: the checkpoint and the keys, under the reader's policy; never under the bundle's own word.

11. The checkpoint is signed by a log of the policy; without a policy, by the log key that entry 1 names, which proves
    only that the bundle agrees with itself.
    A key of it that the ledger itself revoked before the checkpoint no longer counts.
12. The policy's witnesses cosigned it. A cosignature that does not hold is a fault; too few are not.
13. Each key that signed is the one that the policy pins for its party, or was enrolled by that one.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.bundle.report import Findings, Verdict
from ledger.bundle.walk import Walk
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.ed25519 import key_id
from ledger.chain.note import NoKnownSignature, Note, VerifierKey
from ledger.chain.policy import NO_QUORUM, Policy
from ledger.errors import LedgerError

SHOWN = 10
"""Entries that are named in one line."""


def opened_checkpoint(raw: bytes, findings: Findings) -> tuple[Note, Checkpoint] | None:
    """The note and what it says; nothing, with a fault, where it is not spelled as a checkpoint is."""
    try:
        note = Note.parse(raw)
        return note, Checkpoint.parse(note.text)
    except LedgerError as error:
        findings.fault("checkpoint.malformed", 0, f"the checkpoint: {error.message}")
        return None


def check_log(note: Note, checkpoint: Checkpoint, walk: Walk, policy: Policy | None, findings: Findings) -> None:
    """The log's own signature."""
    if policy is None:
        keys = _own_keys(walk, checkpoint)
        findings.not_checked.append("whose log and whose keys these are: give the keys you hold with --policy")
        findings.wanting.append("keys that you trust (--policy)")
    else:
        keys = [log.key for log in policy.logs if log.key.name == checkpoint.origin]
        if not keys:
            detail = f"no log of the policy is called {checkpoint.origin}"
            findings.fault("checkpoint.other-log", checkpoint.size, detail)
            return
    try:
        signed = note.verified(keys)
    except LedgerError as error:
        findings.fault("checkpoint.signature", checkpoint.size, f"the log's signature: {error.message}")
        return
    enrolled = [walk.keyring.keys.get(key_id(each.key.public)) for each in signed]
    revoked = [key.revoked_at for key in enrolled if key is not None and not key.valid_at(checkpoint.size)]
    if len(revoked) == len(signed):
        detail = f"the log key that signed the checkpoint was revoked by entry {revoked[0]}"
        findings.fault("checkpoint.key-not-valid", checkpoint.size, detail)


def _own_keys(walk: Walk, checkpoint: Checkpoint) -> list[VerifierKey]:
    keys = walk.keyring.keys.values()
    return [
        VerifierKey(checkpoint.origin, key.public) for key in keys if key.use == "log" and key.valid_at(checkpoint.size)
    ]


def check_agreement(note: Note, policy: Policy | None, findings: Findings) -> None:
    """What the other parties say to have seen."""
    if policy is None:
        return
    names = {witness.key: witness.name for witness in policy.witnesses}
    cosigned = findings.cosigned
    for key, name in names.items():
        try:
            (verified,) = note.verified([key])
            cosigned[name] = verified.time or 0
        except NoKnownSignature:
            continue
        except LedgerError as error:
            findings.fault("agreement.cosignature", 0, f"{name}: {error.message}")
    if policy.quorum == NO_QUORUM:
        findings.not_checked.append("whether others saw the same ledger: the policy asks for no cosigner")
    elif policy.satisfied(cosigned):
        findings.verdicts["agreement"] = Verdict.OK
    else:
        seen = ", ".join(sorted(cosigned)) or "none"
        findings.not_checked.append(f"whether others saw the same ledger: cosigned by {seen}")
        findings.wanting.append(f"cosignatures that quorum {policy.quorum} asks for (there: {seen})")


def check_pins(walk: Walk, policy: Policy | None, findings: Findings) -> None:
    """The keys that signed, against the policy."""
    pinned: dict[str, set[str]] = {}
    for pin in policy.pins if policy else ():
        pinned.setdefault(pin.party, set()).add(key_id(pin.key.public))
    vouched: set[str] = set()
    for identifier, position in walk.signers.items():
        key, ring = walk.keyring.keys[identifier], walk.keyring
        if key.party in pinned:
            if not ring.rests_on(identifier, pinned[key.party]):
                detail = f"{key.party} signed with a key that is not the one the policy pins for it"
                findings.fault("signature.not-pinned", position, detail)
        elif key.party != ring.operator and ring.vouched(identifier):
            vouched.add(key.party)
    if policy and walk.keyring.operator and walk.keyring.operator not in pinned:
        vouched.add(walk.keyring.operator)
    if vouched:
        findings.not_checked.append(
            f"whether the keys of {', '.join(sorted(vouched))} are theirs: the policy pins none"
        )


def check_words(walk: Walk, findings: Findings) -> None:
    """What is no fault, and what a reader must know of the word of some authors."""
    suspect: list[int] = []
    for identifier, acts in walk.acts.items():
        key = walk.keyring.keys[identifier]
        if key.compromised_since is not None:
            since = int(key.compromised_since.timestamp())
            suspect += [position for position, at in zip(acts[::2], acts[1::2], strict=True) if at >= since]
    if suspect:
        findings.not_checked.append(
            f"whose acts {_entries(suspect)} are: their key may have been a thief's by then, says its revocation"
        )
    if walk.reported:
        findings.not_checked.append(f"what {_entries(walk.reported)} report of parties that have no key themselves")


def _entries(positions: Sequence[int]) -> str:
    shown = ", ".join(str(position) for position in sorted(positions)[:SHOWN])
    more = f" and {len(positions) - SHOWN:,} more" if len(positions) > SHOWN else ""
    return f"{'entry' if len(positions) == 1 else 'entries'} {shown}{more}"
