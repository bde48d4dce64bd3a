"""Register `<protocol>/imports`: batches of uses, signed once over their root."""

from __future__ import annotations

from typing import ClassVar

from ledger.events.base import ProtocolEvent
from ledger.events.fields import Batch, Count, Hash, MomentText, Name


class LogBatchIngested(ProtocolEvent, frozen=True, kw_only=True, tag="log-batch-ingested/1"):
    """An application's log was read; the next `batch.count` entries are its uses.

    `file` is the SHA-256 of the log file blinded with the vault's record key; `first` and `last` are the happening
    times of the uses in this batch.
    """

    register: ClassVar[str] = "imports"
    example: ClassVar = {
        "source": "m365-audit", "file": "ad" * 32, "file_bytes": 130338, "first": "2026-01-05T08:00:00Z",
        "last": "2026-01-05T09:00:00Z", "batch": {"count": 1, "root": "be" * 32},
    }  # fmt: skip

    batch: Batch
    source: Name
    file: Hash
    file_bytes: Count
    first: MomentText
    last: MomentText
