"""What others make of our formats: sigstore's client, written by other hands, finds what we find.

It reads signed notes and checkpoints, and checks signatures and inclusion proofs. Its reader is lenient (a line that it
does not understand is passed over), so it says that ours are readable; that nothing else is, our own tests say.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.chain.hashing import sha256
from ledger.chain.tlog_proof import LogProof
from tests.bundle.forge import WITNESS, members, vkey
from tests.bundle.mutations.attached import with_documents
from tests.keys.people import LOG, ORIGIN, TBT, Person

pytestmark = pytest.mark.extra
REASON = "conformance is NOT TESTED: install the extra conformance (sigstore)"
sigstore = pytest.importorskip("sigstore", reason=REASON)


def keyring(*people: Person) -> Any:
    """sigstore's keyring of these persons' keys."""
    from sigstore._internal.trust import Keyring
    from sigstore_models.common.v1 import PublicKey, PublicKeyDetails

    keys = [Ed25519PublicKey.from_public_bytes(each.public) for each in people]
    spelled = [key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in keys]
    return Keyring([PublicKey(raw_bytes=_b64(raw), key_details=PublicKeyDetails.PKIX_ED25519) for raw in spelled])


def entry(line: bytes, proof: LogProof) -> Any:
    """An entry of ours and its tlog-proof, as sigstore's client holds those of Rekor."""
    from sigstore.models import TransparencyLogEntry
    from sigstore_models.rekor import v1

    _, size, root, *_ = str(proof.note).split("\n")
    inclusion = v1.InclusionProof(
        log_index=str(proof.index), root_hash=root, tree_size=size, hashes=[_b64(each) for each in proof.path],
        checkpoint=v1.Checkpoint(envelope=str(proof.note)),
    )  # fmt: skip
    return TransparencyLogEntry(
        v1.TransparencyLogEntry(
            log_index=str(proof.index),
            log_id={"key_id": _b64(vkey(LOG).key_id + bytes(28))},
            integrated_time="0",
            kind_version=v1.KindVersion(kind="ledger", version="1"),
            inclusion_proof=inclusion,
            canonicalized_body=_b64(line),
        )
    )


def _b64(raw: bytes) -> bytes:
    from base64 import b64encode

    return b64encode(raw)


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[bytes, LogProof]]:
    """Every entry of a bundle with its own proof."""
    forge = with_documents()
    path = forge.bundle(tmp_path_factory.mktemp("b") / "b.zip")
    shown = [int(line.rpartition(b',"position":')[2].partition(b",")[0]) for line in _lines(path)]
    parts = members(forge.bundle(path, proofs=tuple(shown)))
    found = [(forge.raws[at - 1], LogProof.parse(parts[f"proof/{at}.tlog-proof"])) for at in shown]
    assert len(found) > 15
    return found


def _lines(path: Path) -> list[bytes]:
    return members(path)["entries.jsonl"].splitlines()


def test_a_checkpoint_of_ours_is_read_as_we_wrote_it(proven: list[tuple[bytes, LogProof]]) -> None:
    from sigstore._internal.rekor.checkpoint import SignedCheckpoint

    note = proven[0][1].note
    found = SignedCheckpoint.from_text(str(note))
    origin, size, _, _ = note.text.split("\n")
    assert (found.checkpoint.origin, found.checkpoint.log_size) == (origin, int(size)) == (ORIGIN, int(size))
    assert found.checkpoint.log_hash == with_documents().root.hex()
    assert found.checkpoint.other_content == []
    assert [each.name for each in found.signed_note.signatures] == [ORIGIN, "tbt.example/witness"]


def test_every_proof_leads_to_the_signed_root(proven: list[tuple[bytes, LogProof]]) -> None:
    from sigstore._internal.merkle import verify_merkle_inclusion
    from sigstore._internal.rekor.checkpoint import verify_checkpoint

    keys = keyring(LOG)
    for line, proof in proven:
        verify_merkle_inclusion(entry(line, proof))
        verify_checkpoint(keys, entry(line, proof))


def test_what_we_refuse_is_refused(proven: list[tuple[bytes, LogProof]]) -> None:
    from sigstore._internal.merkle import verify_merkle_inclusion
    from sigstore._internal.rekor.checkpoint import verify_checkpoint
    from sigstore.errors import VerificationError

    (line, proof), (other, _) = proven[:2]
    with pytest.raises(VerificationError):
        verify_merkle_inclusion(entry(other, proof))
    with pytest.raises(VerificationError):
        verify_checkpoint(keyring(TBT), entry(line, proof))


def test_a_cosignature_of_ours_is_the_witness_own_over_the_c2sp_text(proven: list[tuple[bytes, LogProof]]) -> None:
    """sigstore knows no cosignatures: it checks the signature, the text is put together from C2SP tlog-cosignature."""
    note = proven[0][1].note
    _, cosigned = note.signatures
    time, signature = int.from_bytes(cosigned.signature[:8], "big"), cosigned.signature[8:]
    text = f"cosignature/v1\ntime {time}\n{note.text}".encode()
    key = sha256(b"tbt.example/witness\n\x04" + WITNESS.public)
    assert cosigned.key_id == key[:4]
    keyring(WITNESS).verify(key_id=key, signature=signature, data=text)
