"""Proofs of single entries and documents: put in where an entry of the bundle has to do with them, and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.bundle.archive import LARGEST_MEMBER
from ledger.bundle.documents import Document, named_in
from ledger.bundle.spool import NotInBundle
from ledger.bundle.verify import verify
from ledger.chain.hashing import leaf_hash, sha256
from ledger.chain.tlog_proof import LogProof
from ledger.errors import InputRejected
from tests.bundle.forge import POLICY, honest, members, vkey
from tests.bundle.mutations.attached import BLINDED, PROOF, PUBLIC, attached, with_documents
from tests.keys.people import LOG


def test_documents_and_proofs_are_counted_and_hold(tmp_path: Path) -> None:
    report = verify(attached(tmp_path), POLICY)
    assert report.faults == ()
    assert (report.counts["documents"], report.counts["proofs"]) == (2, 2)


def test_an_entry_its_proof_and_the_log_key_are_enough(tmp_path: Path) -> None:
    parts = members(attached(tmp_path))
    (line,) = [line for line in parts["entries.jsonl"].splitlines() if b',"position":5,' in line]
    proof = LogProof.parse(parts[PROOF])
    assert proof.verified(leaf_hash(line), vkey(LOG)).size == len(with_documents().raws)


def test_the_same_request_gives_the_same_bytes(tmp_path: Path) -> None:
    asked = {"documents": (PUBLIC, BLINDED), "proofs": (6, 5)}
    again = with_documents().bundle(tmp_path / "again.zip", **asked)
    assert again.read_bytes() == attached(tmp_path).read_bytes()


def test_a_document_that_nobody_names_is_refused_with_its_digest(tmp_path: Path) -> None:
    stray = Document(b"Iets anders")
    with pytest.raises(NotInBundle, match=sha256(b"Iets anders").hex()) as refused:
        with_documents().bundle(tmp_path / "b.zip", documents=(stray,))
    assert "--evidence" in refused.value.hint
    assert ".blind" in refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_document_named_under_clauses_that_were_not_asked_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotInBundle):
        with_documents().bundle(tmp_path / "b.zip", clauses=("art. 7",), documents=(BLINDED,))


@pytest.mark.parametrize("position", [9, 4000])
def test_the_proof_of_an_entry_that_is_not_shown_is_refused(tmp_path: Path, position: int) -> None:
    forge = honest()
    hidden = forge.at("dossier-closed/1") if position == 9 else position
    with pytest.raises(NotInBundle, match=f"entry {hidden} "):
        forge.bundle(tmp_path / "b.zip", proofs=(hidden,))


def test_a_document_that_a_reader_could_not_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRejected, match="at most"):
        with_documents().bundle(tmp_path / "b.zip", documents=(Document(bytes(LARGEST_MEMBER + 1)),))


def test_more_files_than_a_bundle_holds_are_refused(tmp_path: Path) -> None:
    documents = tuple(Document(BLINDED.data, bytes([n % 256, n // 256]) * 16) for n in range(500))
    with pytest.raises(InputRejected, match="at most 1,000 files"):
        with_documents().bundle(tmp_path / "b.zip", documents=documents)
    assert list(tmp_path.iterdir()) == []


def test_the_same_document_under_two_blinds_has_two_digests() -> None:
    assert len({Document(b"x", bytes([n]) * 32).digest for n in range(2)} | {Document(b"x").digest}) == 3


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (b'{"document":"%s"}', True),
        (b'{"evidence":[{"digest":"%s","strength":"log"}]}', True),
        (b'{"evidence":[{"entry":"%s","strength":"log"}]}', False),
        (b'{"reason":{"sealed":"%s"}}', False),
        (b'{"document":"x%s"}', False),
        (b'["%s"]', False),
        (b'{"document":"%s"', False),
        (b'{"evidence":"%s"}', True),
    ],
)
def test_a_document_is_named_by_a_field_or_by_evidence(event: bytes, named: bool) -> None:
    assert named_in(event % (b"ab" * 32), ["ab" * 32, "cd" * 32]) == ["ab" * 32] * named
