"""What a ledger shows to everybody: its last checkpoint and the hash tiles below it. No entry, no name, no event.

    DIR/checkpoint                 the signed note, with the cosignatures that have come in
    DIR/tile/0/000.p/42            C2SP tlog-tiles; any web server can serve the folder

- Tiles come first and the checkpoint last: if we die between, the old checkpoint still stands on tiles that are there.
- What was published is never changed: a tile with other bytes, or a checkpoint that does not continue the one that is
  there, is refused.
- The root is made again from the tiles as they lie on disk before the checkpoint that names it is put there.
"""

from __future__ import annotations

import os
from pathlib import Path

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.note import Note
from ledger.chain.proof import check_consistency, consistency_proof, range_root
from ledger.chain.tile_nodes import TileNodes
from ledger.chain.tiles import hash_tiles, tile_hashes
from ledger.drafts import PUBLIC, clear, draft
from ledger.errors import NotFound, VerificationFailed
from ledger.storage.store import Store


class OtherHistory(VerificationFailed):
    """What is published already is not the beginning of what is to be published."""

    code = "publish.other-history"


def publish(store: Store, folder: Path) -> Checkpoint:
    """Write the last checkpoint and its tiles to a folder; the same again changes nothing. Gives the checkpoint.

    Raises NotFound without a checkpoint, OtherHistory where the folder holds another history, or the ledger's tree is
    not the one that was signed.
    """
    last = store.latest_checkpoint()
    if last is None:
        raise NotFound("no checkpoint was signed yet", hint="sign one: ledger checkpoint sign")
    checkpoint, nodes = Checkpoint.parse(Note.parse(last.note).text), store.nodes()
    _check_before(folder, checkpoint, store)
    _clear_drafts(folder)
    for tile in hash_tiles(checkpoint.size):
        _write_tile(folder / str(tile), tile_hashes(tile, nodes))
    written = TileNodes(checkpoint.size, lambda path: (folder / path).read_bytes())
    if checkpoint.size and range_root(0, checkpoint.size, written) != checkpoint.root:
        raise OtherHistory(
            f"the tree is not the one that checkpoint {checkpoint.size} was signed over", hint="run: ledger verify"
        )
    _replace(folder / "checkpoint", last.note)
    return checkpoint


def _check_before(folder: Path, checkpoint: Checkpoint, store: Store) -> None:
    """What the folder shows now must be the beginning of what it will show."""
    try:
        before = Checkpoint.parse(Note.parse((folder / "checkpoint").read_bytes()).text)
    except FileNotFoundError:
        return
    if before.origin != checkpoint.origin:
        raise OtherHistory(f"{folder} publishes {before.origin}", hint="publish each ledger to a folder of its own")
    if before.size > checkpoint.size:
        raise OtherHistory(
            f"size {before.size} is published, and the last checkpoint is of size {checkpoint.size}",
            hint="this ledger is behind what others have seen: find the newer copy, and run ledger verify",
        )
    if before.size:
        proof = consistency_proof(before.size, checkpoint.size, store.nodes())
        try:
            check_consistency(before.size, checkpoint.size, proof, before.root, checkpoint.root)
        except VerificationFailed as error:
            raise OtherHistory(
                f"the published checkpoint {before.size} is not the beginning of this ledger",
                hint="publish nothing more; keep both, and run ledger verify",
            ) from error


def _clear_drafts(folder: Path) -> None:
    """What killed runs left, of tiles that this size has no more, too. Beside `tile`, others' files may lie."""
    for below, _, _ in os.walk(folder / "tile"):
        clear(Path(below))


def _write_tile(path: Path, content: bytes) -> None:
    if path.exists():
        if path.read_bytes() != content:
            raise OtherHistory(f"{path} is published with other hashes", hint="keep it, and run ledger verify")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, content)


def _replace(path: Path, content: bytes) -> None:
    """The file appears complete or not at all, and is on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft(path, mode=PUBLIC) as made:
        with made.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
