"""Register `<protocol>/imports`: batches of uses, signed once over their root, and what each log file gave."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from ledger.events.base import ProtocolEvent
from ledger.events.fields import ABSENT, Absent, Batch, Count, EventRef, Flag, Hash, MomentText, Name, PersonToken

MOST_CONTRADICTED = 1_000
Contradicted = Annotated[tuple[EventRef, ...], Meta(min_length=1, max_length=MOST_CONTRADICTED)]
MOST_RUNS = 1_000


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Successive numbers, from `first` to `last`, both among them."""

    first: Count
    last: Count


Runs = Annotated[tuple[Run, ...], Meta(min_length=1, max_length=MOST_RUNS)]


class LogBatchIngested(ProtocolEvent, frozen=True, kw_only=True, tag="log-batch-ingested/1"):
    """An application's log was read; the next `batch.count` entries are its uses.

    `file` is the SHA-256 of the log file blinded with the vault's record key; `first` and `last` are the happening
    times of the uses in this batch. `mapping` and `directory` are the same of the files that said what places and
    persons mean. The rest are the importing party's thresholds, from the mapping: from how many items (`bulk_items`)
    what one actor takes out of an application in a day is bulk; from how many uses (`unusual_least`), and how many
    times that actor's own median of the days before (`unusual_times`), a day is unusual. An author's last batch counts.
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
    mapping: Hash | Absent = ABSENT
    directory: Hash | Absent = ABSENT
    bulk_items: Count | Absent = ABSENT
    unusual_least: Count | Absent = ABSENT
    unusual_times: Count | Absent = ABSENT


class LogRead(ProtocolEvent, frozen=True, kw_only=True, tag="log-read/1"):
    """A log file was read to its end, and each of its records accounted for.

    Every record is new, a duplicate, rejected or ignored, as that reading counted them. `file` is as in its batches;
    `first` and `last` are of all its uses, known ones too, absent where it has none. Where its ids are a numbering,
    `lowest` and `highest` are its ends and `missing` how many numbers between them it does not have; `present` are the
    ones it has, where some are missing, in at most a thousand runs. A file without these ends may have `present` too:
    its numbers among or next to those of the author's logs. A file that is `mended` has rejected lines of a log, after
    somebody corrected them: what it lacks is not missing. `conflicting` of the rejected repeat a record and say
    otherwise; `contradicted` are the uses they contradict, at most a thousand.
    """

    register: ClassVar[str] = "imports"
    example: ClassVar = {
        "source": "m365-audit", "file": "ad" * 32, "file_bytes": 130338, "new": 90, "duplicate": 7, "rejected": 3,
        "ignored": 0, "first": "2026-01-05T08:00:00Z", "last": "2026-01-05T09:00:00Z",
    }  # fmt: skip

    source: Name
    file: Hash
    file_bytes: Count
    new: Count
    duplicate: Count
    rejected: Count
    ignored: Count
    first: MomentText | Absent = ABSENT
    last: MomentText | Absent = ABSENT
    lowest: Count | Absent = ABSENT
    highest: Count | Absent = ABSENT
    missing: Count | Absent = ABSENT
    present: Runs | Absent = ABSENT
    mended: Flag | Absent = ABSENT
    conflicting: Count | Absent = ABSENT
    contradicted: Contradicted | Absent = ABSENT


Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$(?!\n)", extra={"kind": "name"})]


class UsageRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often one actor used one application and dataset on one day (UTC); `refused` of these were denied or failed.

    `items` is how many records or messages they stand for, one each where the log does not say.
    """

    day: Day
    application: Name
    uses: Count
    items: Count
    actor: PersonToken | Absent = ABSENT
    dataset: Name | Absent = ABSENT
    refused: Count | Absent = ABSENT


UsageRows = Annotated[tuple[UsageRow, ...], Meta(min_length=1, max_length=1_000)]


class UsageSummarised(ProtocolEvent, frozen=True, kw_only=True, tag="usage-summarised/1"):
    """A party added up the uses of one of its batches, by day, actor, application and dataset.

    `summarised` is the batch's opener; a summary may have several `parts`, of which this is the `part`th. The uses of
    all parts are as many as the batch counts; that each row is right shows only to who has the uses themselves.
    """

    register: ClassVar[str] = "imports"
    example: ClassVar = {
        "summarised": "0c" * 16, "part": 1, "parts": 1,
        "rows": [{"day": "2026-01-05", "application": "KRIS", "uses": 1, "items": 1, "actor": "7b" * 16}],
    }  # fmt: skip

    summarised: EventRef
    part: Count
    parts: Count
    rows: UsageRows


OF_IMPORTS = ("log-batch-ingested", "log-read")
"""What a key for imports may sign, by name without version."""
