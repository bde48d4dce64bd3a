"""Which event ids the ledger holds, and where: a look-up in `NAME.views`, caught up before each use.

It is derived: lost or doubted, it is made anew from the entries. Members of batches are clustered by the day they
happened on, for random keys in one large table cost most; events with a signature of their own lie in a small table.
A record that comes again with another day must be known too: a filter tells which ids may be there on any day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ledger.chain.entry import split
from ledger.chain.hashing import leaf_hash
from ledger.errors import VerificationFailed
from ledger.storage.append import Receipt, StoredRow
from ledger.storage.faults import Damaged
from ledger.storage.known_filter import KnownFilter
from ledger.storage.reader import Reader
from ledger.storage.views import Views

_A_TIME = 500
_FEW = 100_000
"""Look-ups that are made sooner than a filter over all uses."""
_DAYS = """
WITH RECURSIVE days(day) AS (
  SELECT min(day) FROM known_use UNION ALL SELECT (SELECT min(day) FROM known_use WHERE day > days.day) FROM days
  WHERE days.day IS NOT NULL
) SELECT day FROM days WHERE day IS NOT NULL
"""
"""Each day once: one step into the index a day, however many uses it has."""


class _Named(msgspec.Struct):
    """The two fields of any event that this look-up reads."""

    id: str
    happened_at: str


_decode = msgspec.json.Decoder(_Named).decode


_KNOWN_OF = """
WITH wanted (day, id) AS (VALUES {})
SELECT use.id, use.position FROM wanted CROSS JOIN known_use AS use ON use.day = wanted.day AND use.id = wanted.id
"""
"""Many at once: a statement of its own for each use costs five times as much."""


class KnownIds(Views):
    """The look-up of one ledger."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._filter: KnownFilter | None = None
        self._filtered = 0
        """Up to which position the filter has the uses; another process may have taken down more."""

    def catch_up(self, ledger: Reader) -> None:
        """Read the entries that are new since the last time. Raises Damaged where they have no id."""
        with self.writing():
            position = self._start(ledger)
        for page in ledger.pages(position):
            with self.writing():
                self._take(page)

    @contextmanager
    def turn(self, ledger: Reader) -> Iterator[None]:
        """All ids known, and alone among the writers of this machine until it ends.

        Who decides in here is not overtaken, however long it takes; the others wait. Writers on other machines are
        met by the append itself. If we die in here, what was taken down is read again. Raises Locked, Damaged.
        """
        self.catch_up(ledger)  # the long way first, before others have to wait
        with self.writing():
            for page in ledger.pages(self._start(ledger)):
                self._take(page)
            yield

    def take_appended(self, receipt: Receipt, event_id: str, uses: Iterable[tuple[str, str]]) -> None:
        """Within a turn: what was just appended, one event and its uses by (happened_at, id), need not be read again.

        Where somebody else wrote in between, nothing is taken: the next turn reads all of it.
        """
        if receipt.first == self._reached() + 1:
            days = [
                (moment[:10], bytes.fromhex(each), position)
                for position, (moment, each) in enumerate(uses, start=receipt.first + 1)
            ]
            self._note([(bytes.fromhex(event_id), receipt.first)], days, receipt.last, receipt.leaf)

    def position_of(self, event_id: str) -> int | None:
        """Where an event with a signature of its own stands."""
        sql = "SELECT position FROM known_event WHERE id = ?"
        with self.speaking():
            found = self._connection.execute(sql, (bytes.fromhex(event_id),)).fetchone()
        return int(found[0]) if found else None

    def known_uses(self, named: Sequence[tuple[str, str]]) -> dict[str, int]:
        """Of these uses, by (happened_at, id), those whose id the ledger holds, with the position where it stands.

        Whatever the day is there: a record that comes again with another time has the id it had.
        """
        wanted = sorted((moment[:10], bytes.fromhex(text)) for moment, text in named)
        found: dict[str, int] = {}
        with self.speaking():
            for start in range(0, len(wanted), _A_TIME):
                some = wanted[start : start + _A_TIME]
                sql = _KNOWN_OF.format(", ".join(["(?, ?)"] * len(some)))
                values = [each for pair in some for each in pair]
                found.update((row[0].hex(), row[1]) for row in self._connection.execute(sql, values))
            others = [each for _, each in wanted if not found or each.hex() not in found]
            if others:
                found |= self._on_any_day(self._perhaps(others))
        return found

    def _perhaps(self, ids: list[bytes]) -> list[bytes]:
        """Those of these ids that may be known on some day."""
        run = self._connection.execute
        if self._filter is None or self._filter.full:
            (uses,) = run("SELECT count(*) FROM known_use").fetchone()
            if self._filter is None and len(ids) * len(run(_DAYS).fetchall()) <= min(_FEW, uses):
                return ids
            self._filter, self._filtered = KnownFilter(uses), 0
        if (reached := self._reached()) != self._filtered:
            self._filter.add(row[0] for row in run("SELECT id FROM known_use WHERE position > ?", (self._filtered,)))
            self._filtered = reached
        return self._filter.perhaps(ids)

    def _on_any_day(self, ids: list[bytes]) -> dict[str, int]:
        found: dict[str, int] = {}
        days = [day for (day,) in self._connection.execute(_DAYS)] if ids else []
        for start in range(0, len(ids) if days else 0, _A_TIME):
            some = ids[start : start + _A_TIME]
            marks = ", ".join("?" * len(some))
            sql = f"SELECT id, position FROM known_use WHERE day = ? AND id IN ({marks})"  # noqa: S608
            for day in days:
                found.update((row[0].hex(), row[1]) for row in self._connection.execute(sql, (day, *some)))
        return found

    def among_uses(self, ids: Collection[str]) -> set[str]:
        """Those of these ids that a use has, whatever its day."""
        with self.speaking():
            return set(self._on_any_day(sorted(bytes.fromhex(each) for each in ids)))

    def _reached(self) -> int:
        """The position that was taken down last, by whatever process."""
        with self.speaking():
            found = self._connection.execute("SELECT position FROM known_until").fetchone()
        return int(found[0]) if found else 0

    def _start(self, ledger: Reader) -> int:
        """Where to go on; from the beginning if the entry reached is no longer the one that was read."""
        with self.speaking():
            found = self._connection.execute("SELECT position, leaf FROM known_until").fetchone()
        if found and found[0] <= ledger.size() and leaf_hash(ledger.entry(found[0])) == found[1]:
            return int(found[0])
        self._filter = None
        with self.speaking():
            for table in ("known_until", "known_event", "known_use"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own three names
        return 0

    def _take(self, page: Sequence[StoredRow]) -> None:
        """Take down one page, within a transaction."""
        events: list[tuple[bytes, int]] = []
        uses: list[tuple[str, bytes, int]] = []
        for position, stream, _, _, raw in page:
            identifier, day = _named(position, raw)
            if stream.endswith("/usage"):
                uses.append((day, identifier, position))
            else:
                events.append((identifier, position))
        self._note(events, uses, page[-1][0], leaf_hash(page[-1][4]))

    def _note(
        self, events: list[tuple[bytes, int]], uses: list[tuple[str, bytes, int]], upto: int, leaf: bytes
    ) -> None:  # fmt: skip
        run = self._connection
        if self._filter is not None and self._filtered == self._reached():
            self._filter.add(identifier for _, identifier, _ in uses)
            self._filtered = upto
        with self.speaking():
            run.executemany("INSERT OR IGNORE INTO known_event VALUES (?, ?)", events)
            run.executemany("INSERT OR IGNORE INTO known_use VALUES (?, ?, ?)", sorted(uses))
            run.execute("INSERT OR REPLACE INTO known_until VALUES (1, ?, ?)", (upto, leaf))


def _named(position: int, raw: bytes) -> tuple[bytes, str]:
    """Id and day of the event in an entry."""
    try:
        named = _decode(split(raw)[0])
        return bytes.fromhex(named.id), named.happened_at[:10]
    except (ValueError, VerificationFailed) as error:
        raise Damaged(f"entry {position} holds no event", position=position, hint="run: ledger verify") from error
