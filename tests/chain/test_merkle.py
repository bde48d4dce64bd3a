from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.hashing import EMPTY_ROOT, Digest, leaf_hash, pair_up
from ledger.chain.merkle import KEEP_LEVEL, MalformedTree, Node, Tree, merkle_root
from tests.chain.reference import mth, some_leaves
from tests.chain.vectors import own, published

LEAVES = some_leaves(2000)


@given(st.lists(st.integers(0, 300), max_size=7))
@settings(max_examples=60, deadline=None)
def test_a_tree_grown_in_any_steps_is_the_recursive_tree(steps: list[int]) -> None:
    tree, size = Tree(), 0
    nodes: list[Node] = []
    for step in steps:
        nodes += tree.extend(LEAVES[size : size + step])
        size = min(size + step, len(LEAVES))
        tree = Tree.unpack(tree.size, tree.pack())
    assert (tree.size, tree.root()) == (size, mth(LEAVES[:size]))
    complete = {(level, index) for level in range(KEEP_LEVEL, 11) for index in range(size >> level)}
    assert len(nodes) == len(complete)
    assert {node[:2] for node in nodes} == complete
    assert all(node.hash == mth(LEAVES[node.index << node.level : (node.index + 1) << node.level]) for node in nodes)


def test_roots_and_right_edge_equal_the_golden_ones() -> None:
    golden = own("merkle.json")
    leaves = some_leaves(70000)
    assert {size: merkle_root(leaves[: int(size)]).hex() for size in golden["roots"]} == golden["roots"]
    tree = Tree()
    tree.extend(leaves[: golden["edge"]["size"]])
    assert tree.pack().hex() == golden["edge"]["hashes_lowest_first"]


def test_an_empty_tree_has_the_hash_of_nothing_as_root() -> None:
    assert Tree().root() == merkle_root([]) == EMPTY_ROOT
    assert Tree.unpack(0, b"").root() == EMPTY_ROOT
    assert Tree().extend([]) == []


def test_a_copy_grows_apart() -> None:
    tree = Tree()
    tree.extend(LEAVES[:5])
    copy = tree.copy()
    copy.extend(LEAVES[5:9])
    assert (tree.size, tree.root()) == (5, mth(LEAVES[:5]))
    assert (copy.size, copy.root()) == (9, mth(LEAVES[:9]))


@pytest.mark.parametrize(("size", "packed"), [(0, bytes(32)), (1, b""), (5, bytes(63)), (5, bytes(96)), (-1, b"")])
def test_a_right_edge_of_another_length_is_refused(size: int, packed: bytes) -> None:
    with pytest.raises(MalformedTree) as refused:
        Tree.unpack(size, packed)
    assert refused.value.exit == 3


def test_an_odd_row_cannot_be_paired_up() -> None:
    with pytest.raises(ValueError, match="zip"):
        pair_up(LEAVES[:3])


def test_the_published_eight_leaf_tree_is_ours() -> None:
    vector = published("rfc6962-tree8.json")
    leaves = [leaf_hash(bytes.fromhex(text)) for text in vector["leaf_inputs_hex"]]
    assert [leaf.hex() for leaf in leaves] == vector["leaf_hash_hex"]
    roots = [merkle_root([Digest(leaf) for leaf in leaves[:size]]).hex() for size in range(9)]
    assert roots == vector["root_hash_hex_by_size"]
