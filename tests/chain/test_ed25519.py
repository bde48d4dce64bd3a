from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.ed25519 import BadPublicKey, BadSignature, check_public_key, key_id, verify
from ledger.errors import LedgerError
from tests.chain.vectors import own, published

GOLDEN = own("ed25519.json")
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(GOLDEN["seed"]))
PUBLIC = bytes.fromhex(GOLDEN["public"])
MESSAGE = GOLDEN["message"].encode()
SIGNATURE = bytes.fromhex(GOLDEN["signature"])

# What the published cases call wrong with a key or an R, whatever the equation says.
UNUSABLE = {"low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R"}


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        verify(public, signature, message)
    except LedgerError:
        return False
    return True


def test_a_good_signature_holds() -> None:
    verify(PUBLIC, SIGNATURE, MESSAGE)
    assert PRIVATE.sign(MESSAGE) == SIGNATURE
    assert PRIVATE.public_key().public_bytes_raw() == PUBLIC


@given(st.integers(0, 511))
@settings(deadline=None)
def test_a_flipped_bit_in_a_signature_is_found(bit: int) -> None:
    changed = (int.from_bytes(SIGNATURE, "big") ^ (1 << bit)).to_bytes(64, "big")
    with pytest.raises(BadSignature):
        verify(PUBLIC, changed, MESSAGE)


@pytest.mark.parametrize("kind", ["low_order", "non_canonical", "not_on_curve"])
def test_a_key_that_proves_nothing_is_refused(kind: str) -> None:
    for text in GOLDEN[kind]:
        with pytest.raises(BadPublicKey) as refused:
            check_public_key(bytes.fromhex(text))
        assert refused.value.exit == 8
        assert not verifies(bytes.fromhex(text), bytes(64), b"anything")


@pytest.mark.parametrize("kind", ["low_order", "non_canonical"])
def test_an_r_that_proves_nothing_is_refused_before_the_library_is_asked(kind: str) -> None:
    for text in GOLDEN[kind]:
        with pytest.raises(BadSignature, match="non-canonical or low-order R"):
            verify(PUBLIC, bytes.fromhex(text) + SIGNATURE[32:], MESSAGE)


def test_a_low_order_r_is_refused_even_where_the_equation_holds() -> None:
    signature = bytes.fromhex(GOLDEN["signature_low_order_r"])
    assert _library_accepts(PUBLIC, signature, MESSAGE)
    assert not verifies(PUBLIC, signature, MESSAGE)


def test_the_library_alone_would_let_anyone_sign_under_the_zero_key() -> None:
    zero = bytes(32)
    accepted = [text for text in map(str, range(40)) if _library_accepts(zero, bytes(64), text.encode())]
    assert accepted, "the library has become strict: the check here may be simplified"
    assert not any(verifies(zero, bytes(64), text.encode()) for text in accepted)


def _library_accepts(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except Exception:
        return False
    return True


def test_s_has_one_spelling() -> None:
    with pytest.raises(BadSignature, match="group order"):
        verify(PUBLIC, bytes.fromhex(GOLDEN["signature_s_plus_l"]), MESSAGE)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(BadPublicKey, match=f"has {length} bytes"):
        check_public_key(bytes(length))


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(BadSignature, match=f"has {length} bytes"):
        verify(PUBLIC, bytes(length), MESSAGE)


def test_fresh_keys_are_accepted() -> None:
    for _ in range(30):
        check_public_key(Ed25519PrivateKey.generate().public_key().public_bytes_raw())


def test_a_key_is_named_by_its_sha256() -> None:
    # printf '\0%.0s' {1..32} | sha256sum
    assert key_id(bytes(32)) == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"


def test_published_edge_cases_are_refused_but_for_honest_equations() -> None:
    cases = published("ed25519-edge-cases.json")
    accepted = []
    for case in cases:
        public, signature = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"])
        if verifies(public, signature, case["msg"].encode()):
            accepted.append(frozenset(case["flags"] or []))
    assert len(cases) == 914
    assert not any(flags & UNUSABLE for flags in accepted)
    # Exactly those whose equation holds without the cofactor: the key and R are of prime order, or carry a low-order
    # component that cancels out.
    usable = [frozenset(case["flags"] or []) for case in cases if not UNUSABLE & set(case["flags"] or [])]
    assert sorted(map(sorted, accepted)) == sorted(sorted(f) for f in usable if "low_order_residue" not in f)
    assert len(accepted) == 43
