"""One proof for many leaves, against the tree of RFC 6962 and against every way to bend it."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.chain.multiproof import check_multi, multi_proof
from ledger.chain.nodes import Leaves
from ledger.chain.proof import InclusionFailed, NoSuchProof, inclusion_proof

SIZES = st.integers(min_value=1, max_value=70)
OTHER = Digest(bytes(32))


def tree(size: int) -> list[Digest]:
    return [leaf_hash(b"%d" % number) for number in range(size)]


@st.composite
def chosen(draw: st.DrawFn) -> tuple[list[Digest], list[int]]:
    size = draw(SIZES)
    return tree(size), sorted(draw(st.sets(st.integers(min_value=0, max_value=size - 1), min_size=1)))


def check(leaves: list[Digest], indices: list[int], proof: list[Digest], given: list[Digest] | None = None) -> None:
    there = given or [leaves[index] for index in indices]
    check_multi(indices, there, len(leaves), proof, merkle_root(leaves))


@given(chosen())
def test_any_leaves_of_any_tree_are_shown(case: tuple[list[Digest], list[int]]) -> None:
    leaves, indices = case
    check(leaves, indices, multi_proof(indices, len(leaves), Leaves(leaves)))


@given(chosen(), st.data())
def test_a_bent_proof_or_leaf_shows_nothing(case: tuple[list[Digest], list[int]], data: st.DataObject) -> None:
    leaves, indices = case
    proof = multi_proof(indices, len(leaves), Leaves(leaves))
    bent = [[*proof, OTHER], *([*proof[:at], OTHER, *proof[at + 1 :]] for at in range(len(proof))), proof[:-1]]
    for each in bent if proof else bent[:1]:
        with pytest.raises(InclusionFailed):
            check(leaves, indices, each)
    at = data.draw(st.integers(min_value=0, max_value=len(indices) - 1))
    wrong = [leaves[index] if number != at else OTHER for number, index in enumerate(indices)]
    with pytest.raises(InclusionFailed):
        check(leaves, indices, proof, wrong)


@given(chosen(), st.data())
def test_other_places_of_the_same_tree_show_nothing(case: tuple[list[Digest], list[int]], data: st.DataObject) -> None:
    leaves, indices = case
    places = st.integers(min_value=0, max_value=len(leaves) - 1)
    moved = sorted(data.draw(st.sets(places, min_size=len(indices), max_size=len(indices))))
    assume(moved != indices)
    with pytest.raises(InclusionFailed):
        check(leaves, moved, multi_proof(indices, len(leaves), Leaves(leaves)), [leaves[index] for index in indices])


@given(SIZES)
def test_a_whole_tree_needs_no_hash_and_one_leaf_its_path(size: int) -> None:
    leaves = tree(size)
    assert multi_proof(list(range(size)), size, Leaves(leaves)) == []
    path = inclusion_proof(size // 2, size, Leaves(leaves))
    assert sorted(multi_proof([size // 2], size, Leaves(leaves))) == sorted(path)


@pytest.mark.parametrize("indices", [[1, 0], [0, 0], [-1], [4]])
def test_places_rise_and_lie_in_the_tree(indices: list[int]) -> None:
    with pytest.raises(NoSuchProof):
        multi_proof(indices, 4, Leaves(tree(4)))
    with pytest.raises(InclusionFailed):
        check_multi(indices, [OTHER] * len(indices), 4, [], OTHER)
