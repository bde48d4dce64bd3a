"""A directory: for whom each person works, in which capacity and function, from when until when. An HR export.

YAML:
    people:
      - {id: an.voorbeeld@fictief.example, employed_by: VLAIO, function: dossierbehandelaar, from: 2021-10-01}
      - {id: "staff:VLAIO/4711", employed_by: VLAIO, acting_for: FIO, from: 2021-10-01, until: 2022-06-30}
or CSV with these columns (`;` `,` or tab). Days are those of Brussels; `until` is the last day.

The identifiers are read, turned into keyed digests, and forgotten: nothing of this file is stored but the words that
it gives to uses. Nobody is guessed: who is not in it, or not at that moment, or twice with different words, is counted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from ledger.chain.entry import event_of
from ledger.chain.hashing import Digest, keyed, sha256
from ledger.clock import spell, start_of_day
from ledger.errors import InputRejected
from ledger.events.access import FunctionProfileRecorded
from ledger.events.codec import decoded_fast
from ledger.importers.mapping_faults import DirectoryRejected
from ledger.importers.meaning import read_file
from ledger.protocol.document import Map, Scalar, Tree, parse
from ledger.protocol.faults import Abandoned, FaultList
from ledger.protocol.marks import Mark
from ledger.protocol.reading import Context, Fields, many, scalar
from ledger.storage.store import Store
from ledger.subjects.identifiers import Identifier

COLUMNS = ("id", "employed_by", "acting_for", "function", "from", "until")
LARGEST = 64 << 20
"""Bytes of a directory."""


class Capacity(NamedTuple):
    """What a use by a person gets: words that the protocol knows."""

    employed_by: str | None
    acting_for: str | None
    function: str | None


Unplaced = Literal["not-in-directory", "outside-validity", "ambiguous-in-directory"]


class _Interval(NamedTuple):
    """From `start` up to `end`, in UTC as events spell them but without Z: so they compare as text."""

    capacity: Capacity
    first: str
    last: str
    start: str
    end: str

    @classmethod
    def of_days(cls, capacity: Capacity, first: date, last: date) -> _Interval:
        start = _unzoned(first) if first > date.min else "0"
        end = _unzoned(last + timedelta(days=1)) if last < date.max else "A"
        return cls(capacity, first.isoformat(), last.isoformat(), start, end)

    def has(self, happened_at: str) -> bool:
        """Of a moment as events spell it; a date is that day."""
        if len(happened_at) == len("2021-10-31"):
            return self.first <= happened_at <= self.last
        return self.start <= happened_at[:-1] < self.end


def _unzoned(day: date) -> str:
    return spell(start_of_day(day))[:-1]


@dataclass
class Directory:
    """Capacities by the keyed digest of an identifier. `known` gives the vault's token of an identifier, if any."""

    people: Mapping[Digest, list[_Interval]]
    digest: bytes
    _keyed: Callable[[bytes], Digest]
    _found: dict[str, list[_Interval]] = field(default_factory=dict)

    def capacity(self, identifier: str, happened_at: str) -> Capacity | Unplaced:
        """What it says of a person at that moment, or why it says nothing."""
        intervals = self._found.get(identifier)
        if intervals is None:
            if len(self._found) > _REMEMBERED:
                self._found.clear()
            digest = self._keyed(identifier.encode("utf-8", "surrogatepass"))
            intervals = self._found[identifier] = self.people.get(digest, [])
        if not intervals:
            return "not-in-directory"
        found = {each.capacity for each in intervals if each.has(happened_at)}
        if not found:
            return "outside-validity"
        return "ambiguous-in-directory" if len(found) > 1 else found.pop()


_REMEMBERED = 65_536


class Known(NamedTuple):
    """The words that a directory may use: the protocol's parties, and the function profiles on record."""

    parties: Collection[str]
    profiles: Collection[str]


def profiles_on_record(store: Store, protocol: str) -> set[str]:
    """The function profiles that were ever recorded under a protocol."""
    rows = store.stream_entries(f"{protocol}/access")
    events = (decoded_fast(event_of(row[4])) for row in rows)
    return {event.profile for event in events if isinstance(event, FunctionProfileRecorded)}


def load_directory(path: Path, known: Known, key: bytes) -> Directory:
    """Read a directory, YAML or CSV by its name. `key` is the vault's, for this protocol.

    Raises NotFound, InputRejected, DirectoryRejected with every fault.
    """
    data = read_file(path)
    if len(data) > LARGEST:
        raise InputRejected(f"more than {LARGEST:,} bytes", file=str(path), hint="export only those who have access")
    faults = FaultList()
    digest_of = partial(keyed, key)
    people: dict[Digest, list[_Interval]] = {}
    rows = _yaml if path.suffix.lower() in (".yaml", ".yml") else _csv
    with suppress(Abandoned):
        for identifier, interval in rows(data, faults, known):
            people.setdefault(digest_of(identifier.encode()), []).append(interval)
    if faults.found:
        raise DirectoryRejected(str(path), faults.found)
    return Directory(people, sha256(data), digest_of)


def _yaml(data: bytes, faults: FaultList, known: Known) -> Iterator[tuple[str, _Interval]]:
    fields = Fields(parse(data, faults), Context(faults), "a directory")
    rows = fields.need("people", many(partial(_person, known=known)))
    yield from fields.whole(rows)


def _person(node: Tree, context: Context, known: Known) -> tuple[str, _Interval]:
    fields = Fields(node, context, "a person")
    words = Capacity(
        fields.opt("employed_by", partial(_word, known=known.parties, what="party")),
        fields.opt("acting_for", partial(_word, known=known.parties, what="party")),
        fields.opt("function", partial(_word, known=known.profiles, what="function profile that is on record")),
    )
    found = fields.need("id", _identifier)
    first, last = fields.may("from", _day, date.min), fields.may("until", _day, date.max)
    if not any(fields.has(each) for each in ("employed_by", "acting_for", "function")):
        fields.fail(fields.mark, "missing-key", "a person needs employed_by, acting_for or function")
    if first and last and last < first:
        fields.fail(fields.mark, "order", f"until {last} lies before from {first}")
    found, words, first, last = fields.whole((found, words, first, last))
    return found, _Interval.of_days(words, first, last)


def _word(node: Tree, context: Context, known: Collection[str], what: str) -> str:
    """One of these words. What stands there is not repeated: in a row that slipped it may be a person."""
    found = scalar(node, context, f"a {what}").text
    if found not in known:
        there = ", ".join(sorted(known)) or "none"
        raise context.refuse(node, "word", f"here stands a {what}; known here: {there}")
    return found


def _day(node: Tree, context: Context) -> date:
    with suppress(ValueError):
        text = scalar(node, context, "a date").text
        if len(text) == len("2021-10-08"):
            return date.fromisoformat(text)
    raise context.refuse(node, "type", "here stands a date; write 2021-10-08")


def _identifier(node: Tree, context: Context) -> str:
    """In the spelling of the vault. Nothing that is said of a fault repeats it."""
    try:
        return str(Identifier.guessed(scalar(node, context, "an identifier").text))
    except InputRejected:
        raise context.refuse(node, "identifier", "here stands an account, or KIND:VALUE") from None


def _csv(data: bytes, faults: FaultList, known: Known) -> Iterator[tuple[str, _Interval]]:
    """The same by columns; a row becomes the map that YAML would have."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    header, _, _ = text.partition("\n")
    delimiter = max(";,\t", key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [each.strip().lower() for each in next(rows, [])]
        missing = {"id"} - set(columns)
        unknown = [each for each in columns if each not in COLUMNS]
        if missing or unknown or len(set(columns)) != len(columns):
            says = f"unknown column in the header; known: {', '.join(COLUMNS)}" if unknown else "the header needs id"
            raise faults.refuse(Mark(1, 1), "column", says)
        for row in rows:
            if any(cell.strip() for cell in row):
                with suppress(Abandoned):
                    yield _row(columns, row, Mark(rows.line_num, 1), faults, known)
    except csv.Error:
        raise faults.refuse(Mark(rows.line_num, 1), "csv", "not CSV: a quoted field is not closed") from None


def _row(columns: list[str], row: list[str], mark: Mark, faults: FaultList, known: Known) -> tuple[str, _Interval]:
    if len(row) != len(columns):
        raise faults.refuse(mark, "form", f"{len(row)} fields, and the header has {len(columns)}")
    cells = {key: cell.strip() for key, cell in zip(columns, row, strict=True) if cell.strip()}
    items: dict[str, Tree] = {}
    for key, cell in cells.items():
        local = key in ("from", "until") and cell[2:3] in ("/", "-") and cell[5:6] == cell[2:3]
        items[key] = Scalar(f"{cell[6:10]}-{cell[3:5]}-{cell[:2]}" if local else cell, True, mark)
    return _person(Map(items, dict.fromkeys(items, mark), mark), Context(faults), known)
