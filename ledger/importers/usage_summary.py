"""The uses of a batch added up, so that a bundle shows access management without a row for each use.

What it proves: the party signed these sums, and together they are as many as the batch that it signed when the log was
read. Not that each row is right: that shows who has the uses, by adding them up again (`check_summary`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from ledger.chain.entry import event_of
from ledger.errors import VerificationFailed
from ledger.events.codec import decoded
from ledger.events.imports import UsageSummarised
from ledger.importers.batches import StoredBatch, imports
from ledger.storage.store import Store

ROWS = 300
"""Rows of one event: it stays below the largest that an entry may have."""
_REFUSED = ("denied", "failed")
_MOST = 2**53 - 1


class _Use(msgspec.Struct, gc=False):
    happened_at: str
    application: str
    outcome: Literal["ok", "denied", "failed", "unknown"]
    actor: str = ""
    dataset: str = ""
    items: int = 1


_use = msgspec.json.Decoder(_Use).decode


class NotItsSummary(VerificationFailed):
    """A summary that its batch does not bear out."""

    code = "usage.summary"


class Summarised(NamedTuple):
    """A batch and what its party added up; no rows where it did not yet."""

    batch: StoredBatch
    parts: tuple[UsageSummarised, ...]

    @property
    def is_whole(self) -> bool:
        numbers = {each.part for each in self.parts}
        # Their number is a party's word: nothing is made as long as that before it is known to be true.
        return bool(numbers) and len(numbers) == self.parts[0].parts and numbers == set(range(1, len(numbers) + 1))


def summarised(store: Store, protocol: str) -> list[Summarised]:
    """Every batch of a protocol with its summary. The last event of each part counts."""
    parts: dict[str, dict[int, UsageSummarised]] = {}
    for row in store.stream_entries(f"{protocol}/imports"):
        event = decoded(event_of(row[4]))
        if isinstance(event, UsageSummarised):
            parts.setdefault(event.summarised, {})[event.part] = event
    batches = [each for each in imports(store, protocol) if isinstance(each, StoredBatch)]
    return [Summarised(each, tuple(_in_order(parts.get(each.opener.id, {})))) for each in batches]


def _in_order(parts: dict[int, UsageSummarised]) -> Iterator[UsageSummarised]:
    return (parts[number] for number in sorted(parts))


def rows(store: Store, batch: StoredBatch) -> list[dict[str, Any]]:
    """The uses of a batch added up, in order of day, application, dataset and actor."""
    sums: dict[tuple[str, str, str, str], list[int]] = {}
    for page in store.pages(batch.entry.position, batch.last):
        for row in page:
            use = _use(event_of(row[4]))
            key = (use.happened_at[:10], use.application, use.dataset, use.actor)
            known = sums.setdefault(key, [0, 0, 0])
            known[0] += 1
            known[1] = min(known[1] + use.items, _MOST)
            known[2] += use.outcome in _REFUSED
    return [_row(key, *sums[key]) for key in sorted(sums)]


def _row(key: tuple[str, str, str, str], uses: int, items: int, refused: int) -> dict[str, Any]:
    day, application, dataset, actor = key
    found: dict[str, Any] = {"day": day, "application": application, "uses": uses, "items": items}
    optional = {"actor": actor, "dataset": dataset, "refused": refused}
    return found | {name: value for name, value in optional.items() if value}


def drafts(batch: StoredBatch, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that state these rows, to be signed by the batch's author."""
    several = [found[at : at + ROWS] for at in range(0, len(found), ROWS)]
    return [
        {
            "type": "usage-summarised", "protocol": batch.opener.protocol, "summarised": batch.opener.id,
            "part": number, "parts": len(several), "rows": list(some), "happened_at": batch.opener.happened_at,
        }
        for number, some in enumerate(several, 1)
    ]  # fmt: skip


def check_summary(store: Store, found: Summarised) -> None:
    """Add the uses up again. Raises NotItsSummary with the first row that differs."""
    stated = [msgspec.to_builtins(row) for part in found.parts for row in part.rows]
    added = rows(store, found.batch)
    for number, (mine, theirs) in enumerate(zip(added, stated, strict=False), 1):
        if mine != theirs:
            _refuse(found, f"row {number} is not what its uses add up to")
    if len(added) != len(stated):
        _refuse(found, "it has more or fewer rows than its uses add up to")


def _refuse(found: Summarised, fact: str) -> None:
    position = found.batch.entry.position
    raise NotItsSummary(
        f"the summary of batch {position}: {fact}", position=position,
        hint="the party corrects it, or explains it: ledger import show",
    )  # fmt: skip
