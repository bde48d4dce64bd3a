"""Proofs of single entries, as C2SP tlog-proof files: for whom an entry, its proof and the log's key are enough.

14. Each is of an entry of the bundle, under the bundle's own checkpoint, and leads from that entry to its root.
"""

from __future__ import annotations

import re

from ledger.bundle.archive import Archive
from ledger.bundle.report import Findings
from ledger.bundle.walk import Walk
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.hashing import Digest
from ledger.chain.proof import InclusionFailed, check_inclusion
from ledger.chain.tlog_proof import LogProof, MalformedProof

_NAME = re.compile(r"proof/([1-9][0-9]{0,15})\.tlog-proof", re.ASCII)


def proof_name(position: int) -> str:
    return f"proof/{position}.tlog-proof"


def proven_position(name: str) -> int | None:
    """The position that a member of this name is the proof of; nothing for any other name."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


def check_singles(archive: Archive, note: bytes, checkpoint: Checkpoint, walk: Walk, findings: Findings) -> int:
    """Check every proof of a single entry; give how many there are."""
    proven = {position: name for name in archive.members if (position := proven_position(name)) is not None}
    leaves = {at: leaf for at, leaf in zip(walk.positions, walk.leaves, strict=True) if at in proven}
    for position, name in sorted(proven.items()):
        _check(position, archive.read(name), note, checkpoint, leaves, findings)
    return len(proven)


def _check(
    position: int, raw: bytes, note: bytes, checkpoint: Checkpoint, leaves: dict[int, Digest], findings: Findings
) -> None:
    name = proof_name(position)
    if position not in leaves:
        findings.fault("proof.no-such-entry", position, f"{name} is the proof of an entry that is not here")
        return
    try:
        proof = LogProof.parse(raw)
        if proof.extra:
            raise MalformedProof("it has an `extra`, which nothing proves")
    except MalformedProof as error:
        findings.fault("proof.malformed", position, f"{name}: {error.message}")
        return
    if bytes(proof.note) != note:
        findings.fault("proof.other-checkpoint", position, f"{name} rests on another checkpoint than the bundle")
        return
    try:
        if proof.index != position - 1:
            raise InclusionFailed(f"it is of index {proof.index}, and entry {position} has {position - 1}")
        check_inclusion(leaves[position], proof.index, checkpoint.size, proof.path, checkpoint.root)
    except InclusionFailed as error:
        findings.fault("proof.single", position, f"{name}: {error.message}")
