"""`ledger evidence verify`: a bundle checked by somebody who trusts nobody, on a machine without database or network.

0. The container is in its one spelling; its members are those of the manifest, with the digests that it names.
1-4. Every entry, in one pass: `walk`.
5-8. The selection and the streams, against the seal: `streams`.
9-10. The sealed parts: `persons`.
11-13. The checkpoint and the keys, against the reader's policy: `trust`.
14. The entries are in the tree that the checkpoint signs, each by itself where it has a proof of its own: `singles`.
15-16. The time stamps over the checkpoint: `stamps`.
17-18. The documents: `documents`.

Trust comes from the policy alone: nothing that lies in the bundle is believed because it lies there.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path

from ledger.bundle import manifest as names
from ledger.bundle.archive import Archive, NotABundle
from ledger.bundle.documents import check_documents, digests_in, is_document
from ledger.bundle.manifest import Manifest
from ledger.bundle.persons import check_persons
from ledger.bundle.proofs import EntriesProof
from ledger.bundle.protocol_files import ProtocolFiles
from ledger.bundle.report import Findings, Report, Verdict
from ledger.bundle.singles import check_singles, proven_position
from ledger.bundle.stamps import AskedTime, check_time, renewal_names, renewal_number
from ledger.bundle.streams import check_heads, check_selection, seal_lines, wanted_streams
from ledger.bundle.trust import check_agreement, check_log, check_pins, check_words, opened_checkpoint
from ledger.bundle.walk import Walk
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import LARGEST_ENTRY
from ledger.chain.hashing import EMPTY_ROOT
from ledger.chain.multiproof import check_multi
from ledger.chain.note import Note
from ledger.chain.policy import Policy
from ledger.errors import LedgerError

LONGEST_OPENING = 1 << 20
NO_TIME = AskedTime()


def verify(path: Path, policy: Policy | None = None, time: AskedTime = NO_TIME) -> Report:
    """Check a bundle. What is wrong with its contents is in the report; raises NotABundle where it is none."""
    with Archive.open(path) as archive:
        manifest, findings = opened_manifest(archive), Findings()
        _check_members(archive, manifest, findings)
        opened = opened_checkpoint(archive.read(names.CHECKPOINT), findings)
        if opened is None:
            return _report(
                manifest, Checkpoint(manifest.origin, 0, EMPTY_ROOT), Walk(manifest.origin, findings), findings, {}
            )
        note, checkpoint = opened
        files = ProtocolFiles(archive)
        walk = Walk(checkpoint.origin, findings, files.by_digest, documents=digests_in(archive.members))
        walk.read(archive.lines(names.ENTRIES, LARGEST_ENTRY))
        _check_manifest(manifest, checkpoint, walk, findings)
        _check_tree(archive, checkpoint, walk, findings)
        counts = {"proofs": check_singles(archive, bytes(note), checkpoint, walk, findings)}
        _check_streams(archive, files, manifest, checkpoint, walk, findings)
        openings = archive.lines(names.OPENINGS, LONGEST_OPENING) if names.OPENINGS in archive.members else iter(())
        counts["opened"] = check_persons(openings, walk, findings)
        _check_trust(note, checkpoint, walk, policy, findings)
        stamps = (name for name in (names.STAMP, *renewal_names()) if name in archive.members)
        check_time([(name, archive.read(name)) for name in stamps], note.text, walk, time, findings)
        counts["documents"] = check_documents(archive, walk.named, findings)
        return _report(manifest, checkpoint, walk, findings, counts)


def opened_manifest(archive: Archive) -> Manifest:
    """The manifest. Raises NotABundle unless the members are exactly those that it lists."""
    manifest = Manifest.parse(archive.read(names.MANIFEST))
    listed = {line.name for line in manifest.members}
    there = archive.members.keys() - {names.MANIFEST}
    if names.MANIFEST in listed or listed != there:
        stray = sorted(listed ^ there | {names.MANIFEST} & listed)[0]
        word = "lists" if stray in listed else "does not list"
        raise NotABundle(f"the manifest {word} {stray}", file=stray, code="bundle.members")
    allowed = {*names.REQUIRED, names.OPENINGS, names.STAMP, *(each.member for each in manifest.versions)}
    strange = {name for name in there - allowed if not _is_optional(name)}
    for name in sorted(strange) or sorted(set(names.REQUIRED) - there):
        raise NotABundle(f"{name} is not as a bundle has it", file=name, code="bundle.members")
    _check_renewals(there)
    return manifest


def _is_optional(name: str) -> bool:
    return proven_position(name) is not None or is_document(name) or renewal_number(name) is not None


def _check_renewals(there: Set[str]) -> None:
    """Renewals follow a stamp, from 1 without a hole."""
    numbers = sorted(number for name in there if (number := renewal_number(name)) is not None)
    if numbers != list(range(1, len(numbers) + 1)) or (numbers and names.STAMP not in there):
        fact = f"renewal/{numbers[-1]}.tsr carries on a stamp that is not here"
        raise NotABundle(fact, file=f"renewal/{numbers[-1]}.tsr", code="bundle.members")


def _check_members(archive: Archive, manifest: Manifest, findings: Findings) -> None:
    for line in manifest.members:
        digest, intact = archive.digest(line.name)
        if digest.hex() != line.sha256 or archive.member(line.name).size != line.size:
            findings.fault("bundle.member-changed", 0, f"{line.name} is not the file that the manifest lists")
        elif not intact:
            findings.fault("bundle.member-checksum", 0, f"{line.name} has another checksum in the container")
    if not archive.digest(names.MANIFEST)[1]:
        findings.fault("bundle.member-checksum", 0, "manifest.json has another checksum in the container")


def _check_manifest(manifest: Manifest, checkpoint: Checkpoint, walk: Walk, findings: Findings) -> None:
    """What the manifest says of checkpoint and entries."""
    said = (manifest.origin, manifest.size, manifest.entries)
    if said != (checkpoint.origin, checkpoint.size, len(walk.positions)):
        findings.fault(
            "bundle.manifest", 0, "the manifest names another origin, size or number of entries than there are"
        )
    if walk.keyring.origin != checkpoint.origin:
        detail = f"entry 1 opens {walk.keyring.origin or 'no ledger'}, and the checkpoint is of {checkpoint.origin}"
        findings.fault("bundle.other-origin", 1, detail)


def _check_tree(archive: Archive, checkpoint: Checkpoint, walk: Walk, findings: Findings) -> None:
    try:
        proof = EntriesProof.parse(archive.read(names.ENTRIES_PROOF))
        if proof.size != checkpoint.size:
            findings.fault("proof.size", 0, f"the proof is of size {proof.size}, the checkpoint of {checkpoint.size}")
        indices = [position - 1 for position in walk.positions]
        check_multi(indices, walk.leaves, checkpoint.size, proof.hashes, checkpoint.root)
    except LedgerError as error:
        detail = f"the entries are not all in the tree of checkpoint {checkpoint.size}: {error.message}"
        findings.fault(error.code, 0, detail)


def _check_streams(
    archive: Archive, files: ProtocolFiles, manifest: Manifest, checkpoint: Checkpoint, walk: Walk, findings: Findings
) -> None:
    wanted = wanted_streams(files, manifest, walk, findings)
    proof = seal_lines(archive, walk, checkpoint.size, findings)
    if wanted:
        check_selection(manifest, wanted, findings)
    if wanted and proof:
        check_heads(manifest, wanted, proof, walk, findings)
        findings.verdicts["completeness"] = Verdict.OK


def _check_trust(note: Note, checkpoint: Checkpoint, walk: Walk, policy: Policy | None, findings: Findings) -> None:
    check_log(note, checkpoint, walk, policy, findings)
    check_agreement(note, policy, findings)
    check_pins(walk, policy, findings)
    check_words(walk, findings)
    # Without the reader's own keys all that was found is that the bundle agrees with itself.
    if policy is not None:
        findings.verdicts["integrity"] = Verdict.OK
    # Whether nothing is missing is only known of what is proven to be in that log.
    if policy is None or findings.found(["integrity"]):
        findings.verdicts["completeness"] = Verdict.NOT_CHECKED


def _report(
    manifest: Manifest, checkpoint: Checkpoint, walk: Walk, findings: Findings, done: Mapping[str, int]
) -> Report:
    unread = [f"the content of some entries: {each}" for each in sorted(walk.unread)]
    sent = "what summaries, VERIFY.md and the names of what was left out say, and who asked: it is the sender's word"
    always = "that a statement is true, or that all was stated: only that these statements stand as they were made"
    counts = {"entries": len(walk.positions), "sealed": len(walk.sealed), "opened": 0, "proofs": 0, "documents": 0}
    return Report(
        manifest, manifest.digest, checkpoint.origin, checkpoint.size, checkpoint.root, findings.settled(),
        findings.faults, (*findings.not_checked, *unread, sent, always), tuple(findings.wanting),
        {**counts, **done}, findings.cosigned, findings.stamped_at,
    )  # fmt: skip
