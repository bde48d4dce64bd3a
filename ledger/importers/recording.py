"""Prepared batches, signed and appended. If another import of the same protocol comes between, the batch is looked at
again: what that one recorded already is left out, and the rest is signed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from ledger.application import TRIES, Application
from ledger.chain.hashing import leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.clock import spell
from ledger.errors import Conflict
from ledger.events.base import SignedEvent
from ledger.events.codec import built
from ledger.importers.custody import LogFile
from ledger.importers.ingest import Ingestion, PreparedBatch
from ledger.importers.reading import in_time, seldom_collecting
from ledger.keys.keyring import HoldsKey
from ledger.keys.signing import SignedLine, sign_event
from ledger.storage.append import StaleDecision


class Appended(NamedTuple):
    """A batch that is in the ledger: the position of its opener, and how many uses follow it."""

    position: int
    uses: int


class _Named(msgspec.Struct):
    id: str
    happened_at: str


_named = msgspec.json.Decoder(_Named).decode


@dataclass
class Recording:
    """Writes what an ingestion prepares. `progress` is told the byte offset after each batch."""

    application: Application
    ingestion: Ingestion
    protocol: str
    key: HoldsKey
    progress: Callable[[int], None] = lambda offset: None

    def run(self, source: Path | LogFile) -> Iterator[Appended]:
        """Append the new uses of a file, batch by batch; each is on disk when it is yielded."""
        version = self._version()
        with seldom_collecting():
            for batch in self.ingestion.batches(source):
                self.progress(self.ingestion.offset)
                appended, version = self._append(batch, version)
                if appended:
                    yield appended

    def _version(self) -> int:
        return self.application.store.stream_version(f"{self.protocol}/imports")

    def _append(self, batch: PreparedBatch, version: int) -> tuple[Appended | None, int]:
        """Append one batch, decided at `version` of the imports; give the version after it."""
        for _ in range(TRIES):
            try:
                receipt = self.application.ingest(self.protocol, self._signed(batch), batch.members, version)
            except StaleDecision:
                version = self._version()
                batch = self._without_known(batch)
                if not batch.members:
                    return None, version
                continue
            return Appended(receipt.first, len(batch.members)), version + 1
        raise Conflict("others kept importing", hint="run the same command again", code="ledger.busy")

    def _without_known(self, batch: PreparedBatch) -> PreparedBatch:
        named = [_named(member) for member in batch.members]
        known = self.application.known_uses([(each.happened_at, each.id) for each in named])
        kept = [(each, raw) for each, raw in zip(named, batch.members, strict=True) if each.id not in known]
        self.ingestion.counts.new -= len(batch.members) - len(kept)
        self.ingestion.counts.duplicate += len(batch.members) - len(kept)
        members = [raw for _, raw in kept]
        root = merkle_root([leaf_hash(member) for member in members])
        moments = sorted((each.happened_at for each, _ in kept), key=in_time) or [batch.opener["first"]]
        opener = {
            **batch.opener, "first": moments[0], "last": moments[-1],
            "batch": {"count": max(1, len(members)), "root": root.hex()},
        }  # fmt: skip
        return PreparedBatch(opener, members, root)

    def _signed(self, batch: PreparedBatch) -> SignedLine:
        clock = self.application.clock
        event = built({**batch.opener, "key": self.key.key_id, "stated_at": spell(clock())})
        assert isinstance(event, SignedEvent), "an opener carries the batch's signature"
        return sign_event(event, self.key, self.application.door.origin)
