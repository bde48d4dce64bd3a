"""`log-read/1`: what a file gave as a whole, recorded once when it has been read to its end."""

from __future__ import annotations

from typing import Any

from ledger.application import Application, Recorded
from ledger.chain.hashing import keyed
from ledger.clock import spell
from ledger.events.base import SignedEvent
from ledger.events.codec import built
from ledger.events.imports import MOST_CONTRADICTED
from ledger.importers.ingest import FileRead, Statement
from ledger.keys.keyring import HoldsKey
from ledger.keys.signing import sign_event


def record_read(
    application: Application, file: FileRead, source: str, statement: Statement, key: HoldsKey
) -> Recorded | None:  # fmt: skip
    """Record it, unless this very file was read before with the same contradictions: then nothing is written."""
    if not file.whole:
        return None
    about = fields(file, source, statement)
    position = application.position_of(about["id"])
    if position is not None:
        return Recorded(position, "log-read/1", about["id"], False)
    event = built({**about, "key": key.key_id, "stated_at": spell(application.clock())})
    assert isinstance(event, SignedEvent), "it carries a signature of its own"
    return application.record([sign_event(event, key, application.door.origin)])[0]


def fields(file: FileRead, source: str, statement: Statement) -> dict[str, Any]:
    """Every field but `key` and `stated_at`. The id follows from author, source, file and contradictions."""
    counts = file.counts
    contradicted = sorted(file.contradicted)
    about: dict[str, Any] = {
        "author": statement.author, "protocol": statement.protocol, "happened_at": statement.read_at,
        "type": "log-read/1", "source": source, "file": file.digest.hex(), "file_bytes": file.size,
        "new": counts.new, "duplicate": counts.duplicate, "rejected": counts.rejected, "ignored": counts.ignored,
        "id": _id(file, source, statement, contradicted),
    }  # fmt: skip
    if file.first:
        about |= {"first": file.first, "last": file.last}
    if file.numbers is not None:
        about |= file.numbers._asdict()
    if counts.conflicting:
        about["conflicting"] = counts.conflicting
    if contradicted:
        about["contradicted"] = contradicted[:MOST_CONTRADICTED]
    return about


def _id(file: FileRead, source: str, statement: Statement, contradicted: list[str]) -> str:
    """Unguessable, for the file's digest is keyed; the same whenever the same file is read again."""
    parts = ["ledger/read/v1", statement.author, statement.protocol, source, *contradicted]
    return keyed(file.digest, "\n".join(parts).encode()).hex()[:32]
