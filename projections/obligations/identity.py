"""What tells an obligation or a violation apart, in every report and at every moment (R22)."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.canonical import encode
from ledger.chain.hashing import sha256


def identity(protocol: str, address: str, case: str, bearer: str, unit: Sequence[str]) -> str:
    """16 hex digits. The address is the oldest, if it was taken over; version and position do not count."""
    return sha256(encode([protocol, address, case, bearer, list(unit)])).hex()[:16]
