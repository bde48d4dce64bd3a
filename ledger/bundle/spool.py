"""The entries on their way into a bundle: copied once, and proven to be those that were signed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from ledger.bundle.documents import named_in
from ledger.bundle.proofs import EntriesProof
from ledger.bundle.request import Request
from ledger.bundle.sealed_ledger import HINT, NotAsSealed, Sealed
from ledger.chain.entry import event_of
from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.multiproof import check_multi, multi_proof
from ledger.chain.proof import InclusionFailed
from ledger.errors import NotFound

_UNNAMED = "record an event that names it, with --evidence KIND:DIGEST, and sign a checkpoint; or ask for more clauses"
_UNNAMED_PUBLIC = (
    f"{_UNNAMED}; if it was recorded blinded, put its .blind file beside it (ledger evidence digest wrote it)"
)


class NotInBundle(NotFound):
    """A proof or a document was asked for, and no entry of the bundle has to do with it."""

    code = "evidence.not-in-bundle"


class Spool:
    """Copies rows into a member, and remembers their positions, leaf hashes, and which documents they name."""

    def __init__(self, documents: Collection[str]) -> None:
        self.positions: list[int] = []
        self.leaves: list[Digest] = []
        self._documents = documents
        self._named: set[str] = set()

    def copy(self, rows: Iterable[tuple[int, bytes]], write: Callable[[bytes], int]) -> None:
        for position, raw in rows:
            self.positions.append(position)
            self.leaves.append(leaf_hash(raw))
            if self._documents:
                self._named.update(named_in(event_of(raw), self._documents))
            write(raw + b"\n")

    def check(self, request: Request) -> None:
        """Raise NotInBundle for a proof of an entry, or a document, that nothing of the bundle names."""
        there = set(self.positions)
        for position in request.proofs:
            if position not in there:
                raise NotInBundle(
                    f"entry {position} is not one of this bundle, so its proof is not either",
                    hint="see which are: build it without --proof, and look into its entries.jsonl",
                )  # fmt: skip
        for document in request.documents:
            digest = document.digest.hex()
            if digest not in self._named:
                raise NotInBundle(
                    f"no entry of these clauses names a document of digest {digest}",
                    hint=_UNNAMED if document.blind else _UNNAMED_PUBLIC,
                )  # fmt: skip

    def proof(self, sealed: Sealed) -> EntriesProof:
        """That what was copied is in the signed tree. Raises NotAsSealed: nothing leaves that would not verify."""
        indices = [position - 1 for position in self.positions]
        hashes = multi_proof(indices, sealed.size, sealed.store.nodes())
        try:
            check_multi(indices, self.leaves, sealed.size, hashes, sealed.checkpoint.root)
        except InclusionFailed as error:
            fact = f"the entries are not those that checkpoint {sealed.size} was signed over"
            raise NotAsSealed(fact, hint=HINT) from error
        return EntriesProof(sealed.size, tuple(hashes))
