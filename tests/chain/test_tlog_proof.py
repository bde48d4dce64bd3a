from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.hashing import Digest
from ledger.chain.merkle import merkle_root
from ledger.chain.nodes import Leaves
from ledger.chain.note import NoKnownSignature, Note
from ledger.chain.proof import InclusionFailed, inclusion_proof
from ledger.chain.tlog_proof import LogProof, MalformedProof
from ledger.errors import LedgerError
from tests.chain.keys import LOG, NOTES, POET
from tests.chain.reference import some_leaves

LEAVES = some_leaves(1000)
RAW = NOTES["log_proof"].encode()
EXTRA = NOTES["log_proof_with_extra"].encode()


def test_golden_proofs_are_reproduced() -> None:
    path = tuple(inclusion_proof(300, 1000, Leaves(LEAVES)))
    assert bytes(LogProof(300, path, Note.parse(NOTES["cosigned"].encode()))) == RAW
    assert bytes(LogProof(300, path, Note.parse(NOTES["signed"].encode()), b"not authenticated")) == EXTRA


@pytest.mark.parametrize("raw", [RAW, EXTRA])
def test_a_proof_leads_from_a_leaf_to_the_checkpoint(raw: bytes) -> None:
    proof = LogProof.parse(raw)
    assert bytes(proof) == raw
    assert proof.verified(LEAVES[300], LOG) == Checkpoint(LOG.name, 1000, merkle_root(LEAVES))
    with pytest.raises(InclusionFailed):
        proof.verified(LEAVES[301], LOG)
    with pytest.raises(NoKnownSignature):
        proof.verified(LEAVES[300], POET)


def test_a_tree_of_one_has_a_proof_without_hashes() -> None:
    proof = LogProof(0, (), Note.parse(NOTES["signed"].encode()))
    assert LogProof.parse(bytes(proof)) == proof


@given(st.data())
@settings(deadline=None)
def test_any_changed_byte_before_the_cosignatures_is_found(data: st.DataObject) -> None:
    end = RAW.index("\n\u2014 witness".encode())
    at = data.draw(st.integers(0, end))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != RAW[at]))
    with pytest.raises(LedgerError):
        LogProof.parse(RAW[:at] + bytes([byte]) + RAW[at + 1 :]).verified(LEAVES[300], LOG)


HASH_LINE = RAW.split(b"\n")[2] + b"\n"


@pytest.mark.parametrize(
    ("fault", "raw"),
    [
        ("empty", b""),
        ("another version", RAW.replace(b"proof@v1", b"proof@v2")),
        ("CRLF", RAW.replace(b"\n", b"\r\n")),
        ("no final LF", RAW[:-1]),
        ("no index", RAW.replace(b"index 300\n", b"")),
        ("two indexes", RAW.replace(b"index 300\n", b"index 300\nindex 300\n")),
        ("leading zero", RAW.replace(b"index 300", b"index 0300")),
        ("plus", RAW.replace(b"index 300", b"index +300")),
        ("two spaces", RAW.replace(b"index 300", b"index  300")),
        ("negative", RAW.replace(b"index 300", b"index -300")),
        ("Arabic digits", RAW.replace(b"index 300", "index \u0663\u0660\u0660".encode())),
        ("too large", RAW.replace(b"index 300", b"index 9223372036854775808")),
        ("empty extra", RAW.replace(b"index", b"extra \nindex", 1)),
        ("extra without base64", RAW.replace(b"index", b"extra ???\nindex", 1)),
        ("extra after the index", EXTRA.replace(b"index 300\n", b"").replace(b"extra", b"index 300\nextra", 1)),
        ("extra and nothing else", b"c2sp.org/tlog-proof@v1\nextra AAAA\n\n" + NOTES["signed"].encode()),
        ("header and nothing else", b"c2sp.org/tlog-proof@v1\n\n" + NOTES["signed"].encode()),
        ("short hash", RAW.replace(HASH_LINE, b"AAAA\n")),
        ("hash with junk", RAW.replace(HASH_LINE, b"*" + HASH_LINE)),
        ("no blank line", RAW.replace(b"\n\n", b"\n", 1)),
        ("blank line in the path", RAW.replace(HASH_LINE, b"\n")),
        ("64 hashes", RAW.replace(HASH_LINE, HASH_LINE * 64)),
        ("no checkpoint", RAW[: RAW.index(b"\n\n") + 2]),
        ("not UTF-8", RAW.replace(b"index", b"\xffindex")),
    ],
)
def test_a_proof_has_one_spelling(fault: str, raw: bytes) -> None:
    assert raw not in (RAW, EXTRA), fault
    with pytest.raises(MalformedProof) as refused:
        LogProof.parse(raw)
    assert refused.value.exit == 5


def test_a_path_holds_whole_hashes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        LogProof(0, (Digest(bytes(31)),), Note.parse(NOTES["signed"].encode()))
