"""Proofs that an entry is in a tree, and that one tree continues another. RFC 9162 section 2.1.3 and 2.1.4.

Stricter than the RFC's letter, as the reference vectors ask: every hash is 32 bytes, an index below the size, no
consistency from size 0 (it proves nothing), equal sizes only with equal roots and an empty proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledger.chain.hashing import Digest, node_hash
from ledger.chain.nodes import NodeReader
from ledger.errors import NotFound, VerificationFailed

Fail = Callable[[str], VerificationFailed]


class InclusionFailed(VerificationFailed):
    """It is not shown that this leaf is at this index of this tree."""

    code = "proof.inclusion"


class ConsistencyFailed(VerificationFailed):
    """It is not shown that the larger tree continues the smaller one."""

    code = "proof.consistency"


class NoSuchProof(NotFound):
    """A proof was asked for that cannot exist: index beyond the tree, or sizes out of order."""

    code = "proof.out-of-range"


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[Digest]:
    """The path of leaf `index` (from 0) in the tree of `size` leaves, its sibling first. RFC 9162 section 2.1.3.1."""
    if not 0 <= index < size:
        raise NoSuchProof(f"index {index} is not in a tree of size {size}")
    path: list[Digest] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + split(end - begin)
        if index < middle:
            path.append(range_root(middle, end, read))
            end = middle
        else:
            path.append(range_root(begin, middle, read))
            begin = middle
    return path[::-1]


def consistency_proof(size1: int, size2: int, read: NodeReader) -> list[Digest]:
    """What shows that the tree of `size2` begins with the tree of `size1`. RFC 9162 section 2.1.4.1."""
    if not 0 < size1 <= size2:
        raise NoSuchProof(f"no consistency proof leads from size {size1} to size {size2}")
    proof: list[Digest] = []
    begin, end = 0, size2
    while size1 != end:
        middle = begin + split(end - begin)
        if size1 <= middle:
            proof.append(range_root(middle, end, read))
            end = middle
        else:
            proof.append(range_root(begin, middle, read))
            begin = middle
    if begin:  # else what remains is the old tree itself, whose root the verifier has
        proof.append(range_root(begin, end, read))
    return proof[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise InclusionFailed unless `proof` leads from the leaf hash to the root. RFC 9162 section 2.1.3.2."""
    # 1. The shape: an index inside the tree, and hashes only.
    if not 0 <= index < size:
        raise InclusionFailed(f"index {index} is not in a tree of size {size}")
    _check_digests(InclusionFailed, leaf, root, *proof)
    # 2. Climb: the bits of the index tell on which side each sibling stands; the last node of a row may have none.
    node, last, reached = index, size - 1, Digest(leaf)
    for sibling in proof:
        if last == 0:
            raise InclusionFailed("the inclusion proof is too long")
        if node % 2 or node == last:
            reached = node_hash(sibling, reached)
            while node and not node % 2:
                node, last = node >> 1, last >> 1
        else:
            reached = node_hash(reached, sibling)
        node, last = node >> 1, last >> 1
    # 3. The climb ends at the root, and nowhere below it.
    if last:
        raise InclusionFailed("the inclusion proof is too short")
    if reached != root:
        raise InclusionFailed(f"the leaf at index {index} does not lead to the root of size {size}")


def check_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """Raise ConsistencyFailed unless the tree of `size2` continues that of `size1`. RFC 9162 section 2.1.4.2."""
    # 1. The shape: sizes in order, hashes only, and nothing to show between equal sizes.
    if not 0 < size1 <= size2:
        raise ConsistencyFailed(f"nothing can show that size {size2} continues size {size1}")
    _check_digests(ConsistencyFailed, root1, root2, *proof)
    if size1 == size2:
        if proof or root1 != root2:
            raise ConsistencyFailed(f"two trees of size {size1} differ" if not proof else "a proof between equal sizes")
        return
    # 2. Both climbs start at the last complete subtree of the old tree: its root itself, if the old size is 2^n.
    path = list(proof) if size1 & (size1 - 1) else [root1, *proof]
    if not path:
        raise ConsistencyFailed("the consistency proof is empty")
    node, last = size1 - 1, size2 - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    old = new = Digest(path[0])
    # 3. Climb: what stands left is in both trees, what stands right only in the new one.
    for sibling in path[1:]:
        if last == 0:
            raise ConsistencyFailed("the consistency proof is too long")
        if node % 2 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while node and not node % 2:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    # 4. Both climbs end at their roots.
    if last:
        raise ConsistencyFailed("the consistency proof is too short")
    if old != root1 or new != root2:
        which = size1 if old != root1 else size2
        raise ConsistencyFailed(f"the consistency proof does not lead to the root of size {which}")


def _check_digests(fail: Fail, *digests: bytes) -> None:
    for digest in digests:
        if len(digest) != 32:
            raise fail(f"a hash has {len(digest)} bytes, not 32")


def split(count: int) -> int:
    """The largest power of two smaller than `count` (> 1)."""
    return 1 << (count - 1).bit_length() - 1


def range_root(begin: int, end: int, read: NodeReader) -> Digest:
    """The Merkle tree hash of the leaves [begin, end), where begin is aligned as a subtree of that length must be."""
    pieces: list[Digest] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        pieces.append(read(level, begin >> level))
        begin += 1 << level
    root = pieces.pop()
    while pieces:
        root = node_hash(pieces.pop(), root)
    return root
