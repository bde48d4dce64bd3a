"""`log-read/1`: what a file gave as a whole, recorded once when it has been read to its end.

Of mended lines, and of files too small to be a numbering, only those numbers are told that lie among or next to those
of a log of their author: an id that is a number is no numbering for that, and may be a person's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ledger.application import Application
from ledger.chain.hashing import keyed
from ledger.clock import spell
from ledger.events.base import SignedEvent
from ledger.events.codec import built
from ledger.events.imports import MOST_CONTRADICTED, MOST_RUNS
from ledger.importers.batches import StoredRead, imports
from ledger.importers.ingest import FileRead, Statement
from ledger.importers.numbering import Run, merged
from ledger.keys.keyring import HoldsKey
from ledger.keys.signing import sign_event
from ledger.recorded import Recorded
from ledger.storage.store import Store


def record_read(
    application: Application, file: FileRead, source: str, statement: Statement, key: HoldsKey
) -> Recorded | None:  # fmt: skip
    """Record it, unless this very file was read before with the same contradictions: then nothing is written."""
    if not file.whole:
        return None
    about = fields(file, source, statement) | _numbers(application.store, file, source, statement)
    position = application.position_of(about["id"])
    if position is not None:
        return Recorded(position, "log-read/1", about["id"], False)
    event = built({**about, "key": key.key_id, "stated_at": spell(application.clock())})
    assert isinstance(event, SignedEvent), "it carries a signature of its own"
    return application.record([sign_event(event, key, application.door.origin)])[0]


def fields(file: FileRead, source: str, statement: Statement) -> dict[str, Any]:
    """Every field but `key` and `stated_at`. The id follows from author, source, file and contradictions."""
    counts = file.counts
    contradicted = sorted({*file.contradicted, *file.disputed})
    about: dict[str, Any] = {
        "author": statement.author, "protocol": statement.protocol, "happened_at": statement.read_at,
        "type": "log-read/1", "source": source, "file": file.digest.hex(), "file_bytes": file.size,
        "new": counts.new, "duplicate": counts.duplicate, "rejected": counts.rejected, "ignored": counts.ignored,
        "id": _id(file, source, statement, contradicted),
    }  # fmt: skip
    if file.first:
        about |= {"first": file.first, "last": file.last}
    if counts.conflicting:
        about["conflicting"] = counts.conflicting
    if contradicted:
        about["contradicted"] = contradicted[:MOST_CONTRADICTED]
    return about


def _numbers(store: Store, file: FileRead, source: str, statement: Statement) -> dict[str, Any]:
    """What is told of its numbering, or of numbers that belong to one."""
    about: dict[str, Any] = {"mended": True} if file.mended else {}
    runs = file.runs
    if file.numbers is not None:
        about |= file.numbers._asdict()
        runs = runs if file.numbers.missing else ()
    elif runs:
        runs = tuple(_within(runs, list(_ranges(store, source, statement))))
    if 0 < len(runs) <= MOST_RUNS:
        about["present"] = [run._asdict() for run in runs]
    return about


def _ranges(store: Store, source: str, statement: Statement) -> Iterator[Run]:
    """Where this author's logs of this source have numbers, with those next to them and of lines rejected at an end."""
    for each in imports(store, statement.protocol):
        if not isinstance(each, StoredRead) or (each.event.source, each.event.author) != (source, statement.author):
            continue
        beyond = each.event.rejected + 1
        lowest, highest, present = each.event.lowest, each.event.highest, each.event.present
        if isinstance(lowest, int) and isinstance(highest, int):
            yield Run(max(0, lowest - beyond), highest + beyond)
        elif isinstance(present, tuple):
            yield from (Run(max(0, run.first - beyond), run.last + beyond) for run in present)


def _within(runs: Iterable[Run], ranges: Iterable[Run]) -> list[Run]:
    """The parts of runs that lie in one of these ranges."""
    return merged(sorted(
        (max(run.first, each.first), min(run.last, each.last))
        for run in runs for each in ranges if max(run.first, each.first) <= min(run.last, each.last)
    ))  # fmt: skip


def _id(file: FileRead, source: str, statement: Statement, contradicted: list[str]) -> str:
    """Unguessable, for the file's digest is keyed; the same whenever the same file is read again."""
    parts = ["ledger/read/v1", statement.author, statement.protocol, source, *contradicted]
    return keyed(file.digest, "\n".join(parts).encode()).hex()[:32]
