from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.checkpoint import Checkpoint, MalformedCheckpoint, WrongOrigin, opened
from ledger.chain.ed25519 import BadSignature
from ledger.chain.hashing import EMPTY_ROOT, Digest
from ledger.chain.merkle import merkle_root
from ledger.chain.note import NoKnownSignature, Note, VerifierKey, WrongSigner
from tests.chain.keys import LOG, NOTES, POET, PRIVATE, TBT
from tests.chain.reference import some_leaves

ORIGIN = LOG.name
CHECKPOINT = Checkpoint(ORIGIN, 1000, merkle_root(some_leaves(1000)))
ROOT = base64.b64encode(CHECKPOINT.root).decode()


def test_the_golden_checkpoint_is_reproduced() -> None:
    assert str(CHECKPOINT) == NOTES["checkpoint"]
    assert bytes(CHECKPOINT.signed(LOG, PRIVATE["log"].sign)) == NOTES["signed"].encode()
    assert opened(NOTES["signed"].encode(), LOG) == opened(NOTES["cosigned"].encode(), LOG) == CHECKPOINT
    assert opened(NOTES["empty"].encode(), LOG) == Checkpoint(ORIGIN, 0, EMPTY_ROOT)


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_every_checkpoint_comes_back(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, Digest(root) if size else EMPTY_ROOT)
    assert Checkpoint.parse(str(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "size",
    [" 42", "42 ", "4_2", "042", "00", "+42", "-42", "-0", "4.2", "4e1", "0x2a", "", "\u0664\u0662", "\uff14\uff12",
     "42\r", "²", str(2**63), "9" * 5000],
)  # fmt: skip
def test_a_size_has_one_spelling(size: str) -> None:
    with pytest.raises(MalformedCheckpoint) as refused:
        Checkpoint.parse(f"{ORIGIN}\n{size}\n{ROOT}\n")
    assert refused.value.exit == 5


@pytest.mark.parametrize(
    "root",
    ["", ROOT[:-1], ROOT + "=", ROOT + " ", " " + ROOT, ROOT[:10] + "!" + ROOT[10:], ROOT[:-2] + "J=", ROOT.rstrip("="),
     ROOT.replace("/", "_"), ROOT[:-4], base64.b64encode(bytes(33)).decode(), base64.b64encode(bytes(31)).decode(),
     "é" + ROOT[1:], ROOT + "\r"],
)  # fmt: skip
def test_a_root_has_one_spelling(root: str) -> None:
    assert root != ROOT
    with pytest.raises(MalformedCheckpoint):
        Checkpoint.parse(f"{ORIGIN}\n1000\n{root}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        f"{ORIGIN}\n1000\n{ROOT}",
        f"{ORIGIN}\n1000\n{ROOT}\n\n",
        f"{ORIGIN}\n1000\n{ROOT}\nextension\n",
        f"\n{ORIGIN}\n1000\n{ROOT}\n",
        f"\n1000\n{ROOT}\n",
        f"a b\n1000\n{ROOT}\n",
        f"{ORIGIN}\r\n1000\r\n{ROOT}\r\n",
        f"{ORIGIN}\u2028{1000}\n{ROOT}\n",
        f"{ORIGIN}\n0\n{ROOT}\n",
    ],
)
def test_a_checkpoint_is_three_lines(text: str) -> None:
    with pytest.raises(MalformedCheckpoint):
        Checkpoint.parse(text)


def test_a_checkpoint_is_opened_by_its_own_log_key_only() -> None:
    with pytest.raises(NoKnownSignature):
        opened(NOTES["signed"].encode(), POET)
    with pytest.raises(BadSignature):
        opened(NOTES["signed"].encode().replace(b"\n1000\n", b"\n1001\n"), LOG)
    elsewhere = Note(NOTES["checkpoint"], ()).signed(POET, PRIVATE["log"].sign)
    with pytest.raises(WrongOrigin):
        opened(bytes(elsewhere), POET)
    # A cosigner's signature is not a log's, even if it names itself like the log.
    posing = VerifierKey(ORIGIN, TBT.public, TBT.kind)
    with pytest.raises(WrongOrigin):
        opened(bytes(Note(NOTES["checkpoint"], ()).cosigned(posing, PRIVATE["tbt"].sign, 1)), posing)


def test_a_signed_note_that_is_no_checkpoint_is_not_opened() -> None:
    with pytest.raises(MalformedCheckpoint):
        opened(NOTES["note_with_blank_lines"].encode(), POET)


def test_only_the_log_key_signs_a_checkpoint() -> None:
    for key in (POET, VerifierKey(ORIGIN, TBT.public, TBT.kind)):
        with pytest.raises(WrongSigner):
            CHECKPOINT.signed(key, PRIVATE["log"].sign)
    with pytest.raises(WrongSigner):
        CHECKPOINT.signed(LOG, PRIVATE["tbt"].sign)
