"""What a bundle is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.bundle.documents import Document
from ledger.bundle.persons import Disclosed


@dataclass(frozen=True)
class Request:
    """What is asked: clauses of a protocol, and for whom. `as_of` is the moment whose state the asker means."""

    protocol: str
    clauses: tuple[str, ...]
    as_of: str = ""
    request: str = ""
    requester: str = ""
    provider: str = ""
    openings: tuple[Disclosed, ...] = ()
    stamps: tuple[bytes, ...] = ()
    """The time stamp over the checkpoint, and its renewals in their order."""
    proofs: tuple[int, ...] = ()
    """Positions of entries that are to have a proof of their own."""
    documents: tuple[Document, ...] = ()
    size: int = 0
    """Of the checkpoint that the stamps and the summaries are of; 0: of whichever is the last."""
