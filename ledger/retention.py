"""Retention of the ledger's own personal data: staff in logs, and the keys by which log records are known again.

A log of who looked at what is personal data of who looked. After its term the entries stay, and their tokens stand for
nobody: the persons are erased from the vault. The keys of a source's records go when the source's own logs have
expired, for then no record comes again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from ledger.chain.entry import event_of
from ledger.errors import UsageProblem
from ledger.events.codec import decoded_fast
from ledger.events.governance import ProtocolVersionRegistered
from ledger.protocol.load import load
from ledger.protocol.model import LogRetention
from ledger.protocol.terms import Span, TimeUnit
from ledger.storage.store import Store
from ledger.storage.vault_store import VaultStore
from ledger.subjects.holds import tokens_in

MOST_TOKENS = 1_500
"""Persons in one `subject-erased`: an event has 64,000 bytes."""

_SPAN = re.compile(r"([1-9][0-9]{0,3})([dmy])")
_UNITS = {"d": TimeUnit.DAYS, "m": TimeUnit.MONTHS, "y": TimeUnit.YEARS}
_DAYS = {TimeUnit.DAYS: 1, TimeUnit.WEEKS: 7}
_MONTHS = {TimeUnit.MONTHS: 1, TimeUnit.YEARS: 12}
_PURPOSE = re.compile(r"import/(?P<protocol>[^/]+)/(?P<source>[^/]+)/(?P<year>[0-9]{4})")


class Expired(NamedTuple):
    """What is over its term in one protocol: persons, those kept because a register names them, and record keys."""

    tokens: tuple[str, ...]
    kept: tuple[str, ...]
    purposes: tuple[str, ...]


class _Use(msgspec.Struct):
    happened_at: str
    actor: str = ""


_use = msgspec.json.Decoder(_Use).decode


def span(text: str) -> Span:
    """What `90d`, `18m` or `10y` means. Raises UsageProblem."""
    found = _SPAN.fullmatch(text)
    if not found:
        raise UsageProblem(f"{text!r} is not a term", hint="write days, months or years: 90d, 18m, 10y")
    return Span(int(found[1]), _UNITS[found[2]])


def before(kept: Span, moment: datetime) -> date:
    """The day that lies so long before a moment. Raises UsageProblem for what no calendar reaches."""
    today, unit = moment.date(), kept.unit
    if unit in _DAYS:
        return today - timedelta(days=kept.count * _DAYS[unit])
    months = today.year * 12 + today.month - 1 - kept.count * _MONTHS[unit]
    if months < 12:
        raise UsageProblem(f"{kept} is longer than there is a calendar for", hint="write a shorter term")
    first = date(months // 12, months % 12 + 1, 1)
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return min(first + timedelta(days=today.day - 1), following - timedelta(days=1))


def stated(store: Store, protocol: str) -> LogRetention | None:
    """How long the newest registered version of a protocol keeps the users in logs known; None where it says nothing.

    Raises ProtocolRejected where its file cannot be read.
    """
    digest = ""
    for row in store.stream_entries(f"{protocol}/governance"):
        event = decoded_fast(event_of(row[4]))
        if isinstance(event, ProtocolVersionRegistered):
            digest = event.digest
    return load(store.protocol_file(digest), protocol).log_retention if digest else None


def expired(store: Store, vault: VaultStore, protocol: str, uses: date | None, keys: date | None) -> Expired:
    """Staff whose last use lies before `uses`, and record keys of years that ended before `keys`."""
    old: list[str] = []
    kept: list[str] = []
    if uses is not None:
        last = _last_uses(store, protocol)
        over = sorted(token for token, day in last.items() if day < uses.isoformat())
        there = vault.holds(over)
        named = set(_named(store))
        old = [token for token in over if token in there and token not in named]
        kept = [token for token in over if token in there and token in named]
    purposes = [] if keys is None else [each for each in vault.record_purposes() if _is_over(each, protocol, keys)]
    return Expired(tuple(old), tuple(kept), tuple(purposes))


def _last_uses(store: Store, protocol: str) -> dict[str, str]:
    """The day of the last use by each person whom the logs of a protocol name."""
    last: dict[str, str] = {}
    for row in store.stream_entries(f"{protocol}/usage"):
        use = _use(event_of(row[4]))
        if use.actor and use.happened_at[:10] > last.get(use.actor, ""):
            last[use.actor] = use.happened_at[:10]
    return last


def _named(store: Store) -> Iterator[str]:
    """Persons whom another register names: they go by its term, with `ledger subject erase`."""
    for head in store.stream_heads():
        if not head.stream.endswith("/usage") and not head.stream.startswith("ledger/"):
            for row in store.stream_entries(head.stream):
                yield from tokens_in(decoded_fast(event_of(row[4])))


def _is_over(purpose: str, protocol: str, keys: date) -> bool:
    found = _PURPOSE.fullmatch(purpose)
    return found is not None and found["protocol"] == protocol and date(int(found["year"]) + 1, 1, 1) <= keys
