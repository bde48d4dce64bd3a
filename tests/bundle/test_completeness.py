"""Unaltered and all of it are two things: what is only missing fails completeness, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.bundle.build import SignedMeanwhile
from ledger.bundle.manifest import ENTRIES, ENTRIES_PROOF, MANIFEST, STREAMS_PROOF, Manifest
from ledger.bundle.proofs import EntriesProof, SealLine, StreamsProof
from ledger.bundle.report import Verdict
from ledger.bundle.verify import verify
from ledger.chain.entry import Entry
from ledger.chain.multiproof import multi_proof
from ledger.chain.nodes import Leaves
from tests.bundle.forge import POLICY, Forge, honest, members, rewritten, unsealed
from tests.bundle.mutations import with_manifest
from tests.keys.people import PROTOCOL, VLAIO

Keep = Callable[[Entry], bool]


def without(folder: Path, forge: Forge, keep: Keep) -> Path:
    """A bundle of fewer entries, with a proof and a manifest that fit them."""
    path = forge.bundle(folder / "b.zip")
    parts = members(path)
    lines = [line for line in parts[ENTRIES].split(b"\n")[:-1] if keep(Entry.parse(line))]
    indices = [Entry.parse(line).position - 1 for line in lines]
    proof = EntriesProof(len(forge.raws), tuple(multi_proof(indices, len(forge.raws), forge.nodes())))
    parts = with_manifest(parts, entries=len(lines))
    return rewritten(path, {**parts, ENTRIES: b"".join(x + b"\n" for x in lines), ENTRIES_PROOF: bytes(proof)})


@pytest.mark.parametrize(
    ("code", "keep"),
    [
        ("completeness.truncated", lambda entry: not (entry.stream.endswith("/measures") and entry.version == 4)),
        ("completeness.hole", lambda entry: not (entry.stream.endswith("/measures") and entry.version == 2)),
        ("completeness.hole", lambda entry: not (entry.stream.endswith("/measures") and entry.version == 1)),
        ("completeness.missing-stream", lambda entry: not entry.stream.endswith("/access")),
        ("completeness.no-seal", lambda entry: entry.stream != "ledger/seals"),
    ],
)
def test_what_is_missing_is_told_apart_from_what_is_altered(tmp_path: Path, code: str, keep: Keep) -> None:
    report = verify(without(tmp_path, honest(), keep), POLICY)
    assert code in {fault.code for fault in report.faults}
    assert report.verdicts["completeness"] is Verdict.FAILED
    assert report.verdicts["integrity"] is Verdict.OK


def test_a_missing_batch_does_not_sum_to_the_uses(tmp_path: Path) -> None:
    report = verify(without(tmp_path, honest(), lambda entry: not entry.stream.endswith("/imports")), POLICY)
    assert "completeness.usage" in {fault.code for fault in report.faults}


def test_a_stream_without_entries_is_shown_to_have_none(tmp_path: Path) -> None:
    path = honest().bundle(tmp_path / "b.zip", clauses=("art. 4",))
    empty = {line.stream for line in Manifest.parse(members(path)[MANIFEST]).streams if not line.last}
    assert f"{PROTOCOL}/deletion" in empty
    assert verify(path, POLICY).verdicts["completeness"] is Verdict.OK


def test_a_stream_whose_line_is_held_back_leaves_a_place_for_it(tmp_path: Path) -> None:
    forge = honest()
    path = without(tmp_path, forge, lambda entry: not entry.stream.endswith("/access"))
    parts = members(path)
    proof = StreamsProof.parse(parts[STREAMS_PROOF])
    names = sorted(forge.heads.keys() - {"ledger/seals"})
    lines = [SealLine(name, forge.heads[name].version, forge.heads[name].leaf) for name in names]
    kept = [index for index, line in proof.lines if not line.stream.endswith("/access")]
    hashes = multi_proof(kept, len(lines), Leaves([line.hash for line in lines]))
    made = StreamsProof(len(lines), tuple((index, lines[index]) for index in kept), tuple(hashes))
    report = verify(rewritten(path, {**parts, STREAMS_PROOF: bytes(made)}), POLICY)
    assert "completeness.missing-line" in {fault.code for fault in report.faults}
    assert report.verdicts["integrity"] is Verdict.OK


def test_entries_after_the_checkpoint_are_no_part_of_the_bundle(tmp_path: Path) -> None:
    forge = unsealed()
    forge.seal()
    forge.sign()
    before = forge.bundle(tmp_path / "before.zip").read_bytes()
    forge.append(forge.state(VLAIO, "measure-attested/1", measure="later"), VLAIO)
    assert forge.bundle(tmp_path / "after.zip").read_bytes() == before


def test_the_same_request_gives_the_same_bytes(tmp_path: Path) -> None:
    assert honest().bundle(tmp_path / "a.zip").read_bytes() == honest().bundle(tmp_path / "b.zip").read_bytes()


def test_a_bundle_whose_stamps_are_of_an_older_checkpoint_is_not_built(tmp_path: Path) -> None:
    forge = honest()
    with pytest.raises(SignedMeanwhile, match="in the meantime"):
        forge.bundle(tmp_path / "bundle.zip", size=1)
    assert not list(tmp_path.iterdir())
    assert forge.bundle(tmp_path / "bundle.zip", size=len(forge.raws)).is_file()
