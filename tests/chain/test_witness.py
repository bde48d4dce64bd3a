from __future__ import annotations

import pytest

from ledger.chain.checkpoint import opened
from ledger.chain.ed25519 import BadSignature
from ledger.chain.note import Note, VerifierKey
from ledger.chain.witness import Cosignature, cosign, signed_message
from tests.chain.keys import NOTES, PRIVATE, TBT
from tests.chain.vectors import published

TEXT = NOTES["checkpoint"].encode()


def test_a_cosignature_covers_its_time_and_the_whole_text() -> None:
    assert signed_message(12, b"o\n0\nr\n") == b"cosignature/v1\ntime 12\no\n0\nr\n"
    made = cosign(TEXT, PRIVATE["tbt"].sign, NOTES["times"]["tbt"])
    made.check(TBT.public, TEXT)
    for other in (Cosignature(made.time + 1, made.signature), cosign(TEXT, PRIVATE["outside"].sign, made.time)):
        with pytest.raises(BadSignature):
            other.check(TBT.public, TEXT)
    with pytest.raises(BadSignature):
        made.check(TBT.public, TEXT[:-1])


def test_a_cosignature_comes_back_from_its_72_bytes() -> None:
    made = cosign(TEXT, PRIVATE["tbt"].sign, 2**63 - 1)
    assert Cosignature.parse(bytes(made)) == made
    assert len(bytes(made)) == 72


@pytest.mark.parametrize("raw", [b"", bytes(8), bytes(71), bytes(73), b"\x80" + bytes(71)])
def test_other_bytes_are_no_cosignature(raw: bytes) -> None:
    with pytest.raises(BadSignature, match="not a cosignature"):
        Cosignature.parse(raw)


def test_the_published_cosigned_checkpoint_verifies() -> None:
    vector = published("cosignature-v1-real.json")
    log = VerifierKey.parse(vector["log_vkey"])
    witnesses = {VerifierKey.parse(made["vkey"]): made["timestamp"] for made in vector["cosignatures"]}
    note = Note.parse(vector["assembled_note"].encode())
    assert note.text == vector["checkpoint_body"]
    assert dict(note.verified([log, *witnesses])) == {log: None, **witnesses}
    assert opened(bytes(note), log).size == 4248
    for line, made in zip(note.signatures[1:], vector["cosignatures"], strict=True):
        assert f"{line}\n" == made["note_line"]
        assert line.key_id.hex() == made["key_id_hex"]
        assert Cosignature.parse(line.signature).signature.hex() == made["signature_hex"]
