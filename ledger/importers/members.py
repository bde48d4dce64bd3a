"""The bytes of a use, spelled without building it first.

A log has millions of records and few words: the parts that hold words are spelled once each, by the encoder of all
events, and kept; what differs from record to record is hex, a number or a moment, and needs no escaping. The order is
that of the keys, and what comes out is what `encode_fast` gives for the same event (a test holds it to that).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from ledger.canonical import encode_fast
from ledger.importers.importer import Record

_WORDS = 4096


class Draft(NamedTuple):
    """A use without its actor's token, and what is needed to refuse it after all."""

    record_id: str
    event_id: str
    happened_at: str
    before: str
    behind: str
    actor: str | None
    content: int
    line_number: int
    offset: int
    length: int
    is_listed: bool
    notes: tuple[str, ...] = ()

    def member(self, token: str | None) -> bytes:
        """The event's bytes; `token` stands for the actor, if there is one."""
        actor = f',"actor":"{token}"' if token is not None else ""
        return f"{self.before}{actor}{self.behind}".encode()


class Author(NamedTuple):
    """What is the same in every use of one run."""

    author: str
    protocol: str


def draft(record: Record, author: Author, digest: str, line: str) -> Draft:
    """A record as a use: `digest` is the keyed digest of its id, `line` that of its bytes, both in hex."""
    items = f',"items":{record.items}' if record.items is not None else ""
    who = _who(
        record.actor_class, record.application, author.author, record.dataset, record.employed_by, record.factors,
        record.function,
    )  # fmt: skip
    shared = f',"shared_with":"{record.shared_with}"' if record.shared_with is not None else ""
    behind = (
        f'{who},"happened_at":"{record.happened_at}","id":"{digest[:32]}"{items},"line":"{line}"'
        f'{_where(record.network, record.object_class)},"offset":{record.offset}'
        f'{_what(record.operation, record.outcome, author.protocol)},"record":"{digest}"{shared}'
        ',"type":"access-used/1"}'
    )
    return Draft(
        record.record_id,
        digest[:32],
        record.happened_at,
        _action(record.acting_for, record.action),
        behind,
        record.actor,
        crc32(record.content),
        record.line_number,
        record.offset,
        len(record.raw),
        not record.operation.endswith("other"),
        record.notes,
    )


def _spelled(**fields: str | None) -> str:
    """Fields as they stand inside an object, absent ones left out."""
    return encode_fast({name: value for name, value in fields.items() if value is not None})[1:-1].decode()


@lru_cache(maxsize=_WORDS)
def _action(acting_for: str | None, action: str) -> str:
    return f"{{{_spelled(acting_for=acting_for, action=action)}"


@lru_cache(maxsize=_WORDS)
def _who(
    actor_class: str, application: str, author: str, dataset: str | None, employed_by: str | None,
    factors: str | None, function: str | None,
) -> str:  # fmt: skip
    words = _spelled(
        actor_class=actor_class, application=application, author=author, dataset=dataset, employed_by=employed_by,
        factors=factors, function=function,
    )  # fmt: skip
    return f",{words}"


@lru_cache(maxsize=_WORDS)
def _where(network: str | None, object_class: str | None) -> str:
    found = _spelled(network=network, object_class=object_class)
    return f",{found}" if found else ""


@lru_cache(maxsize=_WORDS)
def _what(operation: str, outcome: str, protocol: str) -> str:
    return f",{_spelled(operation=operation, outcome=outcome, protocol=protocol)}"
