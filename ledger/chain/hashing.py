"""The only place that hashes. RFC 6962 section 2.1 and RFC 2104."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from hashlib import file_digest as _file_digest  # noqa: TID251 - this is the one door
from hashlib import sha256 as _sha256  # noqa: TID251
from io import BufferedReader
from typing import TYPE_CHECKING, Any, NewType

if TYPE_CHECKING:
    from hashlib import _Hash as Hasher  # noqa: TID251

Digest = NewType("Digest", bytes)
"""32 bytes of SHA-256."""

EMPTY_ROOT = Digest(_sha256(b"").digest())
NO_LEAF = Digest(bytes(32))
"""`prev` of entry 1: nothing came before."""

# Copying a hash that was begun takes a tenth to a quarter less than a new one, which OpenSSL 3 looks up by its name.
_leaf: Callable[[], Any] = _sha256(b"\x00").copy
_node: Callable[[], Any] = _sha256(b"\x01").copy


def sha256(data: bytes) -> Digest:
    return Digest(_sha256(data).digest())


def sha256_of_file(file: BufferedReader) -> Digest:
    """SHA-256 of everything from where the file stands to its end, in bounded memory."""
    return Digest(_file_digest(file, "sha256").digest())


def leaf_hash(data: bytes) -> Digest:
    """RFC 6962: SHA-256(0x00 || data). The tight loop of bulk appends, as is `pair_up`."""
    begun = _leaf()
    begun.update(data)
    leaf: Digest = begun.digest()
    return leaf


def leaf_hashes(lines: Iterable[bytes]) -> list[Digest]:
    """`leaf_hash` of each. The tight loop of verifying. Raises TypeError for what is not bytes."""
    leaves = list[Digest]()
    for line in lines:
        begun = _leaf()
        begun.update(line)
        leaves.append(begun.digest())
    return leaves


def node_hash(left: bytes, right: bytes) -> Digest:
    """RFC 6962: SHA-256(0x01 || left || right)."""
    return Digest(_sha256(b"\x01" + left + right).digest())


def pair_up(row: Iterable[Digest]) -> list[Digest]:
    """`node_hash` of every two neighbours, an even number of them: the level above."""
    above, pending = list[Digest](), iter(row)
    for left, right in zip(pending, pending, strict=True):
        begun = _node()
        begun.update(left + right)
        above.append(begun.digest())
    return above


def keyed(key: bytes, data: bytes) -> Digest:
    """HMAC-SHA-256."""
    return Digest(hmac.digest(key, data, "sha256"))


def keyed_by(key: bytes) -> Callable[[bytes], Digest]:
    """`keyed` with one key, for many: its two key blocks are hashed once. The tight loop of imports."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.hmac import HMAC

    begun = HMAC(key, SHA256())

    def digest(data: bytes) -> Digest:
        made = begun.copy()
        made.update(data)
        return Digest(made.finalize())

    return digest


def sha256_of() -> Hasher:
    """An empty SHA-256 to be fed piece by piece."""
    return _sha256()
