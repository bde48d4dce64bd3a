from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.checkpoint import Checkpoint, opened
from ledger.chain.hashing import leaf_hash, sha256
from ledger.chain.merkle import merkle_root
from ledger.chain.nodes import Leaves
from ledger.chain.note import VerifierKey
from ledger.chain.tiles import (
    ENTRIES,
    MalformedTile,
    Tile,
    dump_entries,
    entry_tiles,
    hash_tiles,
    parse_entries,
    tile_hashes,
)
from tests.chain.reference import some_leaves
from tests.chain.vectors import own, published, unbase64


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999, 1), "tile/0/999.p/1"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(63, 5, 255), "tile/63/005.p/255"),
        (Tile(ENTRIES, 273, 112), "tile/entries/273.p/112"),
    ],
)
def test_a_tile_has_one_path(tile: Tile, path: str) -> None:
    assert str(tile) == path
    assert Tile.parse(path) == tile


@given(st.integers(ENTRIES, 63), st.integers(0, 2**55 - 1), st.integers(1, 256))
def test_every_tile_path_comes_back(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert Tile.parse(str(tile)) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/067",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/0/../000",
        "tile/\u0660/000",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/" + "x999/" * 8 + "999",
        "tile/0/" + "x999/" * 2000 + "999",
        "tile/entries/x1/000",
    ],
)
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(MalformedTile):
        Tile.parse(path)


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts() -> None:
    tiles = list(hash_tiles(70000))
    assert [tile for tile in tiles if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert [sum(tile.level == level for tile in tiles) for level in range(4)] == [274, 2, 1, 0]
    assert len(list(entry_tiles(70000))) == 274
    assert list(hash_tiles(0)) == list(entry_tiles(0)) == []
    assert list(hash_tiles(256)) == [Tile(0, 0), Tile(1, 0, 1)]


def test_tiles_equal_the_golden_ones() -> None:
    read = Leaves(some_leaves(70000))
    for case in own("merkle.json")["tiles"]:
        assert sha256(tile_hashes(Tile.parse(case["path"]), read)).hex() == case["sha256"]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_an_entry_bundle_comes_back(entries: list[bytes]) -> None:
    assert parse_entries(dump_entries(entries), len(entries)) == entries


def test_the_longest_entry_fits_a_bundle() -> None:
    assert parse_entries(dump_entries([bytes(65535)]), 1) == [bytes(65535)]


@pytest.mark.parametrize(
    ("raw", "width"),
    [(b"", 1), (b"\x00", 1), (b"\x00\x02a", 1), (b"\x00\x01ab", 1), (b"\x00\x01a", 2), (b"\x00\x00", 0)],
)
def test_a_bundle_cut_short_or_continued_is_refused(raw: bytes, width: int) -> None:
    with pytest.raises(MalformedTile):
        parse_entries(raw, width)


def test_the_published_log_of_15_is_reproduced_from_its_entries() -> None:
    log = published("tlog-tiles-log15.json")
    key = VerifierKey.parse(log["vkey"])
    widest = unbase64(log["entries_b64"]["tile/entries/000.p/15"])
    entries = parse_entries(widest, 15)
    leaves = [leaf_hash(entry) for entry in entries]
    for size, note in log["checkpoints"].items():
        count = int(size)
        checkpoint = opened(note.encode(), key)
        assert checkpoint == Checkpoint(log["origin"], count, merkle_root(leaves[:count]))
        read = Leaves(leaves[:count])
        for tile in hash_tiles(count):
            assert tile_hashes(tile, read) == unbase64(log["tiles_b64"][str(tile)])
        for tile in entry_tiles(count):
            assert dump_entries(entries[:count]) == unbase64(log["entries_b64"][str(tile)])
    assert len(log["checkpoints"]) == 16
