"""One proof for many leaves of one tree: the hashes that they do not give themselves, from left to right.

The tree of RFC 6962 is walked from its root. A range without a wanted leaf gives one hash, a wanted leaf gives itself;
so the reader, who holds the wanted leaves, walks the same way and needs no word about where a hash belongs. Leaves
that stand side by side share everything: a whole tree needs no hash at all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ledger.chain.hashing import EMPTY_ROOT, Digest, node_hash
from ledger.chain.nodes import NodeReader
from ledger.chain.proof import InclusionFailed, NoSuchProof, range_root, split


def multi_proof(indices: Sequence[int], size: int, read: NodeReader) -> list[Digest]:
    """The proof of these leaves (indices from 0, ascending, each once) in the tree of `size` leaves."""
    if not _ascending(indices, size):
        raise NoSuchProof(f"these are not ascending indices of a tree of size {size}")
    return [range_root(begin, end, read) for begin, end in _others(indices, 0, size)]


def check_multi(
    indices: Sequence[int], leaves: Sequence[Digest], size: int, proof: Sequence[Digest], root: bytes
) -> None:
    """Raise InclusionFailed unless these leaf hashes at these indices, with this proof, give the root."""
    if not _ascending(indices, size) or len(indices) != len(leaves):
        raise InclusionFailed(f"these are not ascending indices of a tree of size {size}")
    if any(len(digest) != 32 for digest in proof):
        raise InclusionFailed("a hash of the proof has not 32 bytes")
    hashes, found = iter(proof), dict(zip(indices, leaves, strict=True))
    try:
        reached = _root(indices, found, 0, size, hashes) if size else EMPTY_ROOT
    except StopIteration:
        raise InclusionFailed("the proof is too short") from None
    if next(hashes, None) is not None:
        raise InclusionFailed("the proof is too long")
    if reached != root:
        raise InclusionFailed(f"these {len(indices)} leaves do not lead to the root of size {size}")


def _ascending(indices: Sequence[int], size: int) -> bool:
    bounds = [-1, *indices, size]
    return all(one < other for one, other in pairwise(bounds))


def _wanted(indices: Sequence[int], begin: int, end: int) -> bool:
    at = bisect_left(indices, begin)
    return at < len(indices) and indices[at] < end


def _others(indices: Sequence[int], begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The largest ranges of the tree without a wanted leaf, from left to right."""
    if begin == end:
        return
    if not _wanted(indices, begin, end):
        yield begin, end
    elif end - begin > 1:
        middle = begin + split(end - begin)
        yield from _others(indices, begin, middle)
        yield from _others(indices, middle, end)


def _root(indices: Sequence[int], found: dict[int, Digest], begin: int, end: int, hashes: Iterator[Digest]) -> Digest:
    if not _wanted(indices, begin, end):
        return next(hashes)
    if end - begin == 1:
        return found[begin]
    middle = begin + split(end - begin)
    left = _root(indices, found, begin, middle, hashes)
    return node_hash(left, _root(indices, found, middle, end, hashes))
