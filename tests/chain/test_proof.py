from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.hashing import Digest, node_hash
from ledger.chain.merkle import KEEP_LEVEL, Tree, merkle_root
from ledger.chain.nodes import Leaves, NodeAbsent, StoredNodes
from ledger.chain.proof import (
    ConsistencyFailed,
    InclusionFailed,
    NoSuchProof,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
)
from ledger.errors import VerificationFailed
from tests.chain import reference
from tests.chain.vectors import own, published, unbase64

LEAVES = reference.some_leaves(1500)
READ = Leaves(LEAVES)


def stored(leaves: list[Digest]) -> StoredNodes:
    """A reader over what a database keeps: leaves, and nodes from KEEP_LEVEL up."""
    kept = {(level, index): digest for level, index, digest in Tree().extend(leaves)}
    return StoredNodes(lambda start, stop: leaves[start:stop], lambda level, index: kept[level, index])


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_inclusion_proofs_equal_the_recursive_ones_and_hold(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, READ)
    assert proof == reference.path(index, LEAVES[:size]) == inclusion_proof(index, size, stored(LEAVES[:size]))
    check_inclusion(LEAVES[index], index, size, proof, merkle_root(LEAVES[:size]))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_consistency_proofs_equal_the_recursive_ones_and_hold(data: st.DataObject) -> None:
    size2 = data.draw(st.integers(1, len(LEAVES)))
    size1 = data.draw(st.integers(1, size2))
    proof = consistency_proof(size1, size2, READ)
    assert proof == reference.proof(size1, LEAVES[:size2]) == consistency_proof(size1, size2, stored(LEAVES[:size2]))
    check_consistency(size1, size2, proof, merkle_root(LEAVES[:size1]), merkle_root(LEAVES[:size2]))


def test_every_proof_in_small_trees_holds_for_its_own_place_only() -> None:
    for size in range(1, 20):
        root = merkle_root(LEAVES[:size])
        for index in range(size):
            proof = inclusion_proof(index, size, READ)
            holding = [at for at in range(size + 2) if holds(check_inclusion, LEAVES[index], at, size, proof, root)]
            assert holding == [index]
        for size1 in range(1, size + 1):
            proof = consistency_proof(size1, size, READ)
            roots = [merkle_root(LEAVES[:old]) for old in range(size + 2)]
            holding = [
                old for old in range(size + 2) if holds(check_consistency, old, size, proof, roots[old], roots[size])
            ]
            assert holding == [size1]


def holds(check: Callable[..., None], *claim: Any) -> bool:
    try:
        check(*claim)
    except VerificationFailed:
        return False
    return True


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_hash_is_found(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 600))
    size1 = data.draw(st.integers(1, size - 1))
    bit = data.draw(st.integers(0, 255))
    roots = merkle_root(LEAVES[:size1]), merkle_root(LEAVES[:size])

    path = [LEAVES[size1], roots[1], *inclusion_proof(size1, size, READ)]
    at = data.draw(st.integers(0, len(path) - 1))
    path[at] = flipped(path[at], bit)
    with pytest.raises(InclusionFailed):
        check_inclusion(path[0], size1, size, path[2:], path[1])

    proof = [*roots, *consistency_proof(size1, size, READ)]
    at = data.draw(st.integers(0, len(proof) - 1))
    proof[at] = flipped(proof[at], bit)
    with pytest.raises(ConsistencyFailed):
        check_consistency(size1, size, proof[2:], proof[0], proof[1])


def flipped(digest: bytes, bit: int) -> Digest:
    return Digest((int.from_bytes(digest, "big") ^ (1 << bit)).to_bytes(32, "big"))


@pytest.mark.parametrize("change", [lambda p: p[:-1], lambda p: [*p, LEAVES[0]], lambda p: p[::-1], lambda p: []])
def test_a_proof_of_another_shape_is_refused(change: Callable[[list[Digest]], list[Digest]]) -> None:
    roots = merkle_root(LEAVES[:333]), merkle_root(LEAVES[:1000])
    with pytest.raises(InclusionFailed):
        check_inclusion(LEAVES[5], 5, 1000, change(inclusion_proof(5, 1000, READ)), roots[1])
    with pytest.raises(ConsistencyFailed):
        check_consistency(333, 1000, change(consistency_proof(333, 1000, READ)), *roots)


def test_a_tree_of_another_height_is_refused_even_if_the_hashes_meet() -> None:
    above = node_hash(LEAVES[9], merkle_root(LEAVES[:3]))
    with pytest.raises(InclusionFailed, match="too long"):
        check_inclusion(LEAVES[1], 1, 3, [*inclusion_proof(1, 3, READ), LEAVES[9]], above)
    with pytest.raises(InclusionFailed, match="too short"):
        check_inclusion(LEAVES[0], 0, 4, [LEAVES[1]], READ(1, 0))
    # 3 of 4 leaves; both roots wrapped once more with the same hash
    roots = node_hash(LEAVES[9], merkle_root(LEAVES[:3])), node_hash(LEAVES[9], merkle_root(LEAVES[:4]))
    with pytest.raises(ConsistencyFailed, match="too long"):
        check_consistency(3, 4, [*consistency_proof(3, 4, READ), LEAVES[9]], *roots)
    with pytest.raises(ConsistencyFailed, match="too short"):
        check_consistency(1, 4, [LEAVES[1]], LEAVES[0], READ(1, 0))


def test_a_leaf_that_is_no_hash_is_refused() -> None:
    # Without this, any 64 bytes that hash to an inner node would pass for an entry.
    root = merkle_root(LEAVES[:4])
    with pytest.raises(InclusionFailed, match="64 bytes"):
        check_inclusion(LEAVES[0] + LEAVES[1], 0, 2, [READ(1, 1)], root)
    with pytest.raises(InclusionFailed):
        check_inclusion(b"", 0, 1, [], b"")


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_an_index_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(NoSuchProof):
        inclusion_proof(index, size, READ)
    with pytest.raises(InclusionFailed, match="is not in a tree"):
        check_inclusion(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("size1", "size2"), [(0, 0), (0, 3), (4, 3), (-1, 3)])
def test_sizes_out_of_order_have_no_proof(size1: int, size2: int) -> None:
    with pytest.raises(NoSuchProof):
        consistency_proof(size1, size2, READ)
    with pytest.raises(ConsistencyFailed, match="nothing can show"):
        check_consistency(size1, size2, [], merkle_root([]), merkle_root(LEAVES[:3]))


def test_a_subtree_that_is_not_complete_cannot_be_read() -> None:
    read = Leaves(LEAVES[:300])
    assert read(KEEP_LEVEL, 0) == merkle_root(LEAVES[:256])
    for level, index in [(KEEP_LEVEL, 1), (0, 300), (0, -1), (-1, 0), (9, 0)]:
        with pytest.raises(NodeAbsent):
            read(level, index)
    with pytest.raises(NodeAbsent):
        stored(LEAVES[:300])(3, 40)


def test_proofs_equal_the_golden_ones() -> None:
    golden = own("merkle.json")
    leaves = reference.some_leaves(70000)
    read = Leaves(leaves)
    for case in golden["inclusion"]:
        assert [digest.hex() for digest in inclusion_proof(case["index"], case["size"], read)] == case["path"]
    for case in golden["consistency"]:
        assert [digest.hex() for digest in consistency_proof(case["size1"], case["size2"], read)] == case["proof"]


def test_published_inclusion_vectors_are_judged_as_they_should() -> None:
    vectors = published("rfc6962-inclusion.json")
    wrong = []
    for case in vectors:
        path = [unbase64(line) for line in case["proof"] or []]
        leaf, root = unbase64(case["leafHash"]), unbase64(case["root"])
        if holds(check_inclusion, leaf, case["leafIdx"], case["treeSize"], path, root) == case["wantErr"]:
            wrong.append(case["file"])
    assert len(vectors) == 98
    assert wrong == []


def test_published_consistency_vectors_are_judged_as_they_should() -> None:
    vectors = published("rfc6962-consistency.json")
    wrong = []
    for case in vectors:
        proof = [unbase64(line) for line in case["proof"] or []]
        roots = unbase64(case["root1"]), unbase64(case["root2"])
        if holds(check_consistency, case["size1"], case["size2"], proof, *roots) == case["wantErr"]:
            wrong.append(case["file"])
    assert len(vectors) == 98
    # Accepts roots of 15 bytes; here a root has 32.
    assert wrong == ["testdata/consistency/additional/sizes-are-equal-one-and-proof-is-empty.json"]
