"""A second look for what one pass, in little memory, found only the name of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ledger.storage.inspection import raw_pages
from ledger.storage.store import Store
from ledger.verification.report import Fault
from ledger.verification.whole import Whole

_ID = re.compile(rb'"id":"([0-9a-f]{32})"')


def ids_used_twice(store: Store, whole: Whole, last: int) -> Iterator[Fault]:
    """Where the ids stand that a re-parsed member shares with another event. Reads again only if there are any."""
    again = whole.twice()
    first: dict[str, int] = {}
    if not again:
        return
    for page in raw_pages(store, whole.start, last):
        for position, _, _, _, raw in page:
            for found in set(_ID.findall(raw if isinstance(raw, bytes) else b"")):
                identifier = found.decode()
                if identifier in again and first.setdefault(identifier, position) != position:
                    detail = f"the event id of entry {first[identifier]} is used again"
                    yield Fault("event.id-twice", position, detail)
