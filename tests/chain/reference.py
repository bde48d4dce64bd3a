"""RFC 6962 section 2.1 as written: slow, recursive, and the judge of the fast code."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.chain.hashing import Digest, leaf_hash, node_hash, sha256


def some_leaves(count: int) -> list[Digest]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def split(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def mth(leaves: Sequence[Digest]) -> Digest:
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(index: int, leaves: Sequence[Digest]) -> list[Digest]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), mth(leaves[k:])]
    return [*path(index - k, leaves[k:]), mth(leaves[:k])]


def proof(size: int, leaves: Sequence[Digest]) -> list[Digest]:
    return _subproof(size, leaves, whole=True)


def _subproof(size: int, leaves: Sequence[Digest], *, whole: bool) -> list[Digest]:
    if size == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if size <= k:
        return [*_subproof(size, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*_subproof(size - k, leaves[k:], whole=False), mth(leaves[:k])]
