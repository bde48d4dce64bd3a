"""Strict Ed25519. RFC 8032, with the edges that make non-repudiation leak cut off.

OpenSSL and WebCrypto accept public keys of low order: under the all-zero key an all-zero signature verifies for every
text. So before any library is asked:

- a public key is a point of the curve, canonically encoded (y < p), and not of low order;
- R of a signature is canonically encoded and not of low order; S < L.

What is accepted is then what the cofactorless equation of RFC 8032 accepts. A key with a low-order *component*
(A + T, A of prime order) passes: making its signatures still takes the private scalar.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.chain.hashing import sha256
from ledger.errors import KeyProblem, VerificationFailed

KEY_BYTES = 32
SIGNATURE_BYTES = 64

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_LOW_ORDER_Y = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})
"""The y of the eight points of order 1, 2, 4 and 8. Both signs of x are such points, or spell x = 0 wrongly."""

Sign = Callable[[bytes], bytes]
"""Message to 64-byte signature: an Ed25519PrivateKey's `sign`, or a service that holds the key."""


class BadPublicKey(KeyProblem):
    """Bytes that nobody may use as a public key."""

    code = "key.bad-public-key"


class BadSignature(VerificationFailed):
    """A signature that does not hold."""

    code = "signature.bad"


def _y(point: bytes) -> int:
    """The y of an encoded point; the top bit is the sign of x."""
    return int.from_bytes(point, "little") & (1 << 255) - 1


def _on_curve(y: int) -> bool:
    """Whether some x completes y: (y^2 - 1) / (d y^2 + 1) is a square (RFC 8032 section 5.1.3)."""
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    return pow(square, (_P - 1) // 2, _P) <= 1


def check_public_key(raw: bytes) -> None:
    """Raise BadPublicKey unless `raw` is 32 bytes that spell a point of the curve, canonically, not of low order."""
    fault = _public_key_fault(raw)
    if fault:
        raise BadPublicKey(f"public key {fault}", hint="make a new key pair; never trust this one")


def _public_key_fault(raw: bytes) -> str:
    if len(raw) != KEY_BYTES:
        return f"has {len(raw)} bytes, not {KEY_BYTES}"
    y = _y(raw)
    if y >= _P:
        return "is not canonically encoded"
    if y in _LOW_ORDER_Y:
        return "is of low order: anyone can sign under it"
    return "" if _on_curve(y) else "is not a point of the curve"


@lru_cache(maxsize=1024)
def _opened(raw: bytes) -> Ed25519PublicKey:
    check_public_key(raw)
    return Ed25519PublicKey.from_public_bytes(raw)


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Raise BadPublicKey or BadSignature unless `signature` (64 bytes, R || S) over `message` holds under `public`."""
    key = _opened(public)
    if len(signature) != SIGNATURE_BYTES:
        raise BadSignature(f"signature has {len(signature)} bytes, not {SIGNATURE_BYTES}")
    y = _y(signature[:32])
    if y >= _P or y in _LOW_ORDER_Y:
        raise BadSignature("signature has a non-canonical or low-order R")
    if int.from_bytes(signature[32:], "little") >= _L:
        raise BadSignature("signature has an S that is not below the group order")
    try:
        key.verify(signature, message)
    except InvalidSignature as error:
        raise BadSignature("signature does not hold for these bytes and this key") from error


def key_id(public: bytes) -> str:
    """SHA-256 of the raw public key, in hex: how events name the key that signed them."""
    return sha256(public).hex()
