"""Published tiles give every node that the tree has, and no other."""

from __future__ import annotations

import pytest

from ledger.chain.hashing import leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.chain.nodes import Leaves, NodeAbsent
from ledger.chain.proof import consistency_proof, range_root
from ledger.chain.tile_nodes import TileNodes
from ledger.chain.tiles import MalformedTile, Tile, tile_hashes

COUNTS = [1, 2, 255, 256, 257, 600, 66_000]


@pytest.mark.parametrize("count", COUNTS)
def test_tiles_give_the_root_and_the_proofs_of_the_leaves(count: int) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(count)]
    nodes = Leaves(leaves)
    tiles = TileNodes(count, lambda path: tile_hashes(Tile.parse(path), nodes))
    assert range_root(0, count, tiles) == merkle_root(leaves)
    for old in {1, count // 2, count - 1} - {0}:
        assert consistency_proof(old, count, tiles) == consistency_proof(old, count, nodes)


def test_a_tile_of_another_length_is_refused() -> None:
    with pytest.raises(MalformedTile):
        TileNodes(3, lambda _: bytes(64))(0, 0)


@pytest.mark.parametrize(("level", "index"), [(0, 3), (2, 0), (8, 0), (1, 1)])
def test_a_subtree_that_is_not_complete_is_absent(level: int, index: int) -> None:
    with pytest.raises(NodeAbsent):
        TileNodes(3, lambda _: bytes(96))(level, index)
