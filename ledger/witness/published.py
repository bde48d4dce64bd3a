"""A log as it is published: a folder, or a URL that serves one. What is read is bounded, and believed by proof.

A URL is read over https, or over http where it names this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.hashing import Digest
from ledger.chain.note import Note
from ledger.chain.proof import consistency_proof, range_root
from ledger.chain.tile_nodes import TileNodes
from ledger.errors import InputRejected, NotFound
from ledger.remote import LARGEST, exchanged, is_url, shown


class Unreachable(NotFound):
    """The published log cannot be read."""

    code = "published.unreachable"


@dataclass(frozen=True)
class Published:
    """Where a log is published. `fetch` reads one file below it."""

    place: str

    def checkpoint(self) -> bytes:
        """The signed note. Raises Unreachable."""
        return self.fetch("checkpoint")

    def proof(self, old: int, raw: bytes) -> list[Digest]:
        """The consistency proof from size `old` to this checkpoint, from the tiles; nothing from 0 or to the same."""
        checkpoint = Checkpoint.parse(Note.parse(raw).text)
        if not 0 < old < checkpoint.size:
            return []
        return consistency_proof(old, checkpoint.size, TileNodes(checkpoint.size, self.fetch))

    def is_whole(self, raw: bytes) -> bool:
        """Whether the tiles give the very root that this checkpoint names."""
        checkpoint = Checkpoint.parse(Note.parse(raw).text)
        return range_root(0, checkpoint.size, TileNodes(checkpoint.size, self.fetch)) == checkpoint.root

    def fetch(self, path: str) -> bytes:
        """One published file, of at most 64 KiB. Raises Unreachable, InputRejected where it is larger."""
        try:
            url = f"{self.place.rstrip('/')}/{path}"
            raw = exchanged(url) if is_url(self.place) else self._from_folder(path)
        except OSError as error:
            place = shown(url) if is_url(self.place) else url
            raise Unreachable(
                f"{place} cannot be read: {_reason(error)}", hint="check the address; ask the log's operator"
            ) from error
        if len(raw) > LARGEST:
            raise InputRejected(f"{path} is larger than {LARGEST:,} bytes", code="published.too-large")
        return raw

    def _from_folder(self, path: str) -> bytes:
        with (Path(self.place) / path).open("rb") as file:
            return file.read(LARGEST + 1)


def asked(url: str, body: bytes) -> bytes:
    """What a time-stamp authority answers (RFC 3161 section 3.4). Raises Unreachable."""
    try:
        return exchanged(url, body=body, kind="application/timestamp-query")
    except OSError as error:
        raise Unreachable(
            f"{shown(url)} does not answer: {_reason(error)}", hint="take the offline way: --request, --response"
        ) from error


def _reason(error: Exception) -> object:
    return getattr(error, "reason", None) or getattr(error, "strerror", None) or error
