"""The bytes of a use, spelled without building it first.

A log has millions of records and few words: the parts that hold words are spelled once each, by the encoder of all
events, and kept; what differs from record to record is hex, a number or a moment, and needs no escaping. The order is
that of the keys, and what comes out is what `encode_fast` gives for the same event (a test holds it to that).
"""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple
from zlib import crc32

from ledger.canonical import encode_fast
from ledger.importers.importer import Record

_MOST_WORDS = 4096


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
    outcome: str
    notes: tuple[str, ...] = ()

    def member(self, token: str | None) -> bytes:
        """The event's bytes; `token` stands for the actor, if there is one."""
        actor = f',"actor":"{token}"' if token is not None else ""
        return f"{self.before}{actor}{self.behind}".encode()


class Author(NamedTuple):
    """What is the same in every use of one run."""

    author: str
    protocol: str


_WORDS_OF = (
    "acting_for", "action", "actor_class", "application", "dataset", "employed_by", "factors", "function", "network",
    "object_class", "operation", "outcome", "shared_with",
)  # fmt: skip
"""The fields of a record that hold words."""
_words_of = itemgetter(*map(Record._fields.index, _WORDS_OF))


class _Words(NamedTuple):
    """The words of a use as they stand in its event, between what differs from record to record."""

    before: str
    who: str
    where: str
    what: str
    shared: str
    is_listed: bool


def draft(record: Record, author: Author, digest: str, line: str) -> Draft:
    """A record as a use: `digest` is the keyed digest of its id, `line` that of its bytes, both in hex."""
    before, who, where, what, shared, is_listed = _words(author, _words_of(record))
    items = f',"items":{record.items}' if record.items is not None else ""
    event_id, happened_at, offset = digest[:32], record.happened_at, record.offset
    behind = (
        f'{who},"happened_at":"{happened_at}","id":"{event_id}"{items},"line":"{line}"{where},"offset":{offset}'
        f'{what},"record":"{digest}"{shared},"type":"access-used/1"}}'
    )
    return Draft(
        record.record_id,
        event_id,
        happened_at,
        before,
        behind,
        record.actor,
        crc32(record.content),
        record.line_number,
        offset,
        len(record.raw),
        is_listed,
        record.outcome,
        record.notes,
    )


@lru_cache(maxsize=_MOST_WORDS)
def _words(author: Author, words: tuple[str | None, ...]) -> _Words:
    said = dict(zip(_WORDS_OF, words, strict=True))

    def spelled(*names: str, **others: str) -> str:
        found = {name: said[name] for name in names if said[name] is not None} | others
        return encode_fast(found)[1:-1].decode()

    where = spelled("network", "object_class")
    shared = spelled("shared_with")
    return _Words(
        f"{{{spelled('acting_for', 'action')}",
        "," + spelled("actor_class", "application", "dataset", "employed_by", "factors", "function",
                      author=author.author),
        f",{where}" if where else "",
        "," + spelled("operation", "outcome", protocol=author.protocol),
        f",{shared}" if shared else "",
        not (said["operation"] or "").endswith("other"),
    )  # fmt: skip
