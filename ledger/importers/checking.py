"""Is this still the file we saw? The whole file by its keyed digest; if it is another, record by record.

- A record is known by its keyed id, and is the same if its line has the same keyed digest; it may have moved.
- Records that stand in no entry were *added*; uses of the file's batches that it no longer has are *missing*.
- A record that was recorded from another file (an overlapping export) is *elsewhere*, and no fault.
- Where the keys of its period are gone, nothing can be compared: that is *not checked*, and no verdict.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from ledger.chain.hashing import keyed
from ledger.errors import NotChecked
from ledger.importers.batches import StoredBatch, uses
from ledger.importers.conflicts import Names, Repeat, contradictions
from ledger.importers.custody import LogFile
from ledger.importers.importer import Importer
from ledger.importers.members import Author, Draft
from ledger.importers.reading import Reading
from ledger.recorded import RecordedUse
from ledger.storage.store import Store

FILES = "files"
"""The period of the key that file digests are made with."""

Look = Callable[[Sequence[tuple[str, str]]], Mapping[str, RecordedUse]]
"""Given (happened_at, id), the uses that are recorded (`Application.recorded_uses`)."""


class Changed(NamedTuple):
    """A record of the file whose line is another than that of its use; both places.

    `otherwise` is whether what is recorded of it differs; else only its spelling, or what is in no entry, does.
    """

    position: int
    line_number: int
    offset: int
    otherwise: bool


class Added(NamedTuple):
    """A record of the file that is in no entry."""

    line_number: int
    offset: int


class Missing(NamedTuple):
    """A use whose record the file no longer has; `offset` is where it was."""

    position: int
    offset: int


@dataclass
class Comparison:
    """What a file is to the batches that were made of one. `same_bytes`: it is that very file."""

    same_bytes: bool
    same: int = 0
    moved: int = 0
    elsewhere: int = 0
    changed: list[Changed] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)
    unreadable: int = 0

    @property
    def holds(self) -> bool:
        """Whether it has the records that were recorded of it, as they were, and no others."""
        return self.same_bytes or not (self.changed or self.missing or self.added)


class _Line(msgspec.Struct):
    line: str
    offset: int = 0


_line = msgspec.json.Decoder(_Line).decode


class Checking:
    """Compares a file with the batches of one file. `purposes` are the record keys that are still there."""

    def __init__(
        self, store: Store, batches: Sequence[StoredBatch], record_key: Callable[[str], bytes],
        purposes: Iterable[str], recorded: Look, names: Names,
    ) -> None:  # fmt: skip
        self._names = names
        self._store, self._batches, self._key, self._recorded = store, batches, record_key, recorded
        self._purposes = set(purposes)
        opener = batches[0].opener
        self._about = f"import/{opener.protocol}/{opener.source}"
        self._author = Author(opener.author, opener.protocol)
        self._years = range(int(min(each.opener.first for each in batches)[:4]),
                            int(max(each.opener.last for each in batches)[:4]) + 1)  # fmt: skip

    def record_key(self, purpose: str) -> bytes:
        """The key of a purpose, if it is still there; never a new one. Raises NotChecked.

        Of a year in which nothing of this file happened there need not be any: what it says then is in no entry.
        """
        year = purpose.rpartition("/")[2]
        if purpose not in self._purposes and year != FILES and int(year) not in self._years:
            return secrets.token_bytes(32)
        if purpose not in self._purposes:
            raise NotChecked(
                f"the key {purpose} is gone", code="import.key-gone",
                hint="the term of that period is over (ledger retention), or the vault is not the one that imported it",
            )  # fmt: skip
        return self._key(purpose)

    def is_same_file(self, log: LogFile) -> bool:
        """Raises NotChecked where the key of file digests is gone."""
        return keyed(self.record_key(f"{self._about}/{FILES}"), log.digest).hex() == self._batches[0].opener.file

    def compared(self, log: LogFile, importer: Importer) -> Comparison:
        """The whole comparison, in bounded memory but for what differs. Raises NotChecked, NotThisFormat."""
        found = Comparison(self.is_same_file(log))
        if found.same_bytes:
            found.same = sum(each.opener.batch.count for each in self._batches)
            return found
        seen = {each.entry.position: bytearray(each.opener.batch.count) for each in self._batches}
        for chunk in Reading(importer, self._author, self.record_key).chunks(log.stream):
            found.unreadable += len(chunk.rejects)
            self._compare(chunk.drafts, seen, found, in_halves=getattr(importer, "in_halves", False))
        for each in self._batches:
            marks = seen[each.entry.position]
            if 0 in marks:
                found.missing += [
                    Missing(position, use.offset)
                    for position, use in uses(self._store, each)
                    if not marks[position - each.first]
                ]
        return found

    def _compare(self, drafts: list[Draft], seen: dict[int, bytearray], found: Comparison, *, in_halves: bool) -> None:
        recorded = self._recorded([(each.happened_at, each.event_id) for each in drafts])
        repeats = (Repeat(each, recorded[each.event_id]) for each in drafts if each.event_id in recorded)
        against = contradictions(repeats, self._author.protocol, self._names, in_halves=in_halves)
        otherwise = {(each.draft.event_id, each.draft.offset) for each in against}
        for draft in drafts:
            use = recorded.get(draft.event_id)
            if use is None:
                found.added.append(Added(draft.line_number, draft.offset))
                continue
            owner = next((each for each in self._batches if each.first <= use.position <= each.last), None)
            if owner is None:
                found.elsewhere += 1
                continue
            marks, index = seen[owner.entry.position], use.position - owner.first
            then, now = _line(use.event), _line(draft.member(None))
            if then.line == now.line:
                found.same += not marks[index]
                found.moved += not marks[index] and then.offset != now.offset
            elif not marks[index]:
                found.changed.append(Changed(use.position, draft.line_number, draft.offset,
                                             (draft.event_id, draft.offset) in otherwise))  # fmt: skip
            marks[index] = 1
