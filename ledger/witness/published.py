"""A log as it is published: a folder, or a URL that serves one. What is read is bounded, and believed by proof.

A URL is read over https, or over http where it names this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.hashing import Digest
from ledger.chain.note import Note
from ledger.chain.proof import consistency_proof, range_root
from ledger.chain.tile_nodes import TileNodes
from ledger.errors import InputRejected, NotFound, UsageProblem

LARGEST = 64 * 1024
SECONDS = 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")


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
            raw = self._from_url(path) if "://" in self.place else self._from_folder(path)
        except (OSError, URLError, ValueError) as error:
            detail = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            raise Unreachable(
                f"{self.place}/{path} cannot be read: {detail}", hint="check the address; ask the log's operator"
            ) from error
        if len(raw) > LARGEST:
            raise InputRejected(f"{path} is larger than {LARGEST:,} bytes", code="published.too-large")
        return raw

    def _from_folder(self, path: str) -> bytes:
        with (Path(self.place) / path).open("rb") as file:
            return file.read(LARGEST + 1)

    def _from_url(self, path: str) -> bytes:
        return _read(Request(_checked(f"{self.place.rstrip('/')}/{path}")))  # noqa: S310 - the scheme was checked


def asked(url: str, body: bytes) -> bytes:
    """What a time-stamp authority answers (RFC 3161 section 3.4). Raises Unreachable."""
    headers = {"Content-Type": "application/timestamp-query"}
    try:
        return _read(Request(_checked(url), data=body, headers=headers))  # noqa: S310 - the scheme was checked
    except (OSError, URLError, ValueError) as error:
        raise Unreachable(
            f"{url} does not answer: {error}", hint="take the offline way: --request, --response"
        ) from error


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise UsageProblem(f"{url} is not an https address", hint="http is for this machine only")
    return url


def _read(request: Request) -> bytes:
    with build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
        raw: bytes = answer.read(LARGEST + 1)
        return raw


class _NoRedirect(HTTPRedirectHandler):
    """A log is where the reader says that it is."""

    def redirect_request(self, *_: object) -> None:
        return None
