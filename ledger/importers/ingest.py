"""A log file to batches of uses, ready to be signed and appended; asks for tokens, writes no entry.

- A use's id is HMAC-SHA-256 of (source, record id) under a key of the vault, per protocol, source and year: the same
  record is known again in any later export, and nobody without the key can tell an id from a record.
- `known` must see what was appended: the caller appends each batch before it asks for the next. Then a run that was
  stopped anywhere, and is run again, adds what was missing and nothing twice.
- A repeat with the same content is a duplicate. One that says otherwise is refused and kept: the first one stands,
  whether it came in this run or in an earlier one.
- What leaves here has no name, no address, no object: tokens, keyed digests and words of closed lists.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, NamedTuple
from typing import Protocol as Interface

from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.errors import LedgerError
from ledger.importers.conflicts import Half, Names, Recorded, Repeat, contradictions
from ledger.importers.custody import LogFile
from ledger.importers.importer import Importer, Reject
from ledger.importers.members import Author, Draft
from ledger.importers.mending import is_mended
from ledger.importers.numbering import Numbers, Run
from ledger.importers.reading import Chunk, Reading, in_time
from ledger.importers.rejects import Kept, Rejects

LARGEST_BATCH = 10_000
REMEMBERED = 100_000
"""Records back, within one run, that a repeat's content is compared with."""
NOBODY = "0" * 32
"""The actor of every use in a rehearsal."""

Known = Callable[[Sequence[tuple[str, str]]], Collection[str]]
"""Given (happened_at, id) of uses, the ids that are recorded already."""


RecordedUses = Callable[[Sequence[tuple[str, str]]], Mapping[str, Recorded]]
"""The same, with where they stand and what they say."""
Chunks = Callable[[LogFile, Reading], Iterator[Chunk]]
"""How a file is read: here, or by another process."""


class Secrets(Names, Interface):
    """What is asked of the vault (`ledger.subjects.vault.Vault` gives it)."""

    def tokens(self, protocol: str, identifiers: Iterable[str]) -> Mapping[str, str]: ...

    def record_key(self, purpose: str) -> bytes: ...


class Statement(NamedTuple):
    """Who states this log, about which protocol, and when it was read (a moment as events spell it)."""

    author: str
    protocol: str
    read_at: str


class PreparedBatch(NamedTuple):
    """`opener` has every field of `log-batch-ingested/1` but `key` and `stated_at`, which belong to who signs it.

    `members` are the bytes of `access-used/1` events, in file order; `root` is their RFC 6962 root.
    """

    opener: dict[str, Any]
    members: list[bytes]
    root: Digest


@dataclass
class Counts:
    """`new + duplicate + rejected + ignored` is every record of the file. `conflicting` are among the rejected;
    among the new are `unlisted`, whose operation is recorded as `other`, and `ambiguous`, whose local time came twice
    that day: their moment is the date. `reasons` counts rejects and ignored by code.
    """

    new: int = 0
    duplicate: int = 0
    rejected: int = 0
    ignored: int = 0
    conflicting: int = 0
    unlisted: int = 0
    ambiguous: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    """Of the new ones: what a mapping or a directory does not say of them, by word."""

    @property
    def read(self) -> int:
        return self.new + self.duplicate + self.rejected + self.ignored

    def copy(self) -> Counts:
        return replace(self, reasons=Counter(self.reasons), notes=Counter(self.notes))

    def since(self, before: Counts) -> Counts:
        """What was counted after `before` was copied."""
        counted = {each.name: getattr(self, each.name) - getattr(before, each.name) for each in fields(self)}
        return Counts(**counted)


@dataclass
class FileRead:
    """What one file gave. `first` and `last` are of all its uses, known ones too; '' where it has none.

    `digest` is the file's SHA-256, keyed; `contradicted` are the recorded uses that it contradicts, by id; `disputed`
    the ids of those whose record it has twice, with other content. `runs` are its numbers, where all its ids are
    numbers. `mended`: it has rejected lines of a log, not a log.
    """

    digest: Digest
    size: int
    counts: Counts = field(default_factory=Counts)
    first: str = ""
    last: str = ""
    numbers: Numbers | None = None
    runs: tuple[Run, ...] = ()
    mended: bool = False
    contradicted: dict[str, int] = field(default_factory=dict)
    disputed: set[str] = field(default_factory=set)
    whole: bool = False
    """Whether it was read to its end."""

    def take(self, chunk: Chunk) -> None:
        if chunk.first:
            self.first = min(self.first or chunk.first, chunk.first, key=in_time)
            self.last = max(self.last, chunk.last, key=in_time)
        self.numbers, self.runs = chunk.numbers, chunk.runs


def here(log: LogFile, reading: Reading) -> Iterator[Chunk]:
    """Read a file in this process."""
    return reading.chunks(log.stream)


class Ingestion:
    """One run of an importer over one or more files. `counts` grow while `batches` is read.

    `rehearsal` asks for no token, writes no rejects file, and remembers all it has seen, for nobody appends. With
    `recorded`, what is known already is compared with what is recorded. `chunks` reads the files.
    """

    def __init__(
        self, importer: Importer, statement: Statement, secrets: Secrets, known: Known, *, rehearsal: bool = False,
        recorded: RecordedUses | None = None, chunks: Chunks = here,
    ) -> None:  # fmt: skip
        self._importer, self._statement, self._secrets, self._known = importer, statement, secrets, known
        self._rehearsal, self._recorded, self._read_chunks = rehearsal, recorded, chunks
        author = Author(statement.author, statement.protocol)
        self.reading = Reading(importer, author, secrets.record_key)
        self._in_halves = getattr(importer, "in_halves", False)
        self._seen: OrderedDict[str, tuple[int, str, Half]] = OrderedDict()
        self.counts = Counts()
        self.offset = 0
        """How far the present file has been read, in bytes."""
        self.tell: Callable[[int], None] = lambda offset: None
        """Told that offset every few thousand records, for showing progress."""
        self.kept = Kept()
        """What is beside the last file read, if it has rejects."""
        self.first_rejects: list[Reject] = []
        """The first few rejects of the last file read."""
        self.file: FileRead | None = None
        """What the present file gave, or the last one."""

    def batches(self, source: Path | LogFile) -> Iterator[PreparedBatch]:
        """The new uses of a file, at most LARGEST_BATCH at a time. Append each before asking for the next.

        A file that is given open stays open. Raises NotFound, InputRejected (NotThisFormat), FileChanged; each names
        the file.
        """
        with nullcontext(source) if isinstance(source, LogFile) else LogFile.open(source) as log:
            rejects = Rejects(log)
            try:
                yield from self._batches(log, rejects)
                self.kept = Kept() if self._rehearsal else rejects.finish()
                self.first_rejects = rejects.first
            except LedgerError as error:
                error.at(file=str(log.path))
                raise
            finally:
                rejects.discard()

    def _batches(self, log: LogFile, rejects: Rejects) -> Iterator[PreparedBatch]:
        before = self.counts.copy()
        self.file = FileRead(self.reading.keyed("files")(log.digest), log.size)
        members: list[bytes] = []
        moments: list[str] = []
        for chunk in self._read_chunks(log, self.reading):
            for each, member in self._taken(chunk, self.file, rejects):
                members.append(member)
                moments.append(each.happened_at)
                if len(members) == LARGEST_BATCH:
                    yield self._batch(log, members, moments)
                    members, moments = [], []
            self.offset = chunk.offset
            self.tell(self.offset)
        log.check_unchanged()
        if members:
            yield self._batch(log, members, moments)
        if is_mended(log.path):  # lines from anywhere in a log: what is not among them is not missing
            self.file.numbers, self.file.mended = None, True
        self.file.counts, self.file.whole = self.counts.since(before), True

    def _taken(self, chunk: Chunk, file: FileRead, rejects: Rejects) -> Iterator[tuple[Draft, bytes]]:
        """The uses of a chunk that are new, with the bytes of their events; the rest is counted and kept."""
        file.take(chunk)
        rejects.read_under(chunk.headings)
        self.counts.ignored += chunk.ignored.total()
        self.counts.reasons += chunk.ignored
        for each in chunk.rejects:
            self._refuse(each, rejects)
        return self._settled(chunk.drafts, file, rejects)

    def _settled(self, drafts: list[Draft], file: FileRead, rejects: Rejects) -> Iterator[tuple[Draft, bytes]]:
        first = [draft for draft in drafts if self._is_first(draft, file, rejects)]
        fresh = self._fresh(first, file, rejects) if first else []
        self.counts.new += len(fresh)
        self.counts.unlisted += sum(not draft.is_listed for draft in fresh)
        self.counts.ambiguous += sum(len(draft.happened_at) == len("2021-10-31") for draft in fresh)
        self.counts.notes.update(note for draft in fresh for note in draft.notes)
        tokens = self._tokens(sorted({draft.actor for draft in fresh if draft.actor is not None}))
        return ((draft, draft.member(None if draft.actor is None else tokens[draft.actor])) for draft in fresh)

    def _fresh(self, drafts: list[Draft], file: FileRead, rejects: Rejects) -> list[Draft]:
        """Those that are not recorded; the others are counted, and refused where they contradict what is recorded."""
        named = [(draft.happened_at, draft.event_id) for draft in drafts]
        if self._recorded is None:
            known = self._known(named)
            fresh = [draft for draft in drafts if draft.event_id not in known]
            self.counts.duplicate += len(drafts) - len(fresh)
            return fresh
        if not (recorded := self._recorded(named)):
            return drafts
        fresh = [draft for draft in drafts if draft.event_id not in recorded]
        repeats = (Repeat(draft, recorded[draft.event_id]) for draft in drafts if draft.event_id in recorded)
        against = contradictions(repeats, self._statement.protocol, self._secrets, in_halves=self._in_halves)
        self.counts.duplicate += len(drafts) - len(fresh) - len(against)
        for draft, use in against:
            file.contradicted[draft.event_id] = use.position
            self._contradict(draft, f"the same id as the use in entry {use.position}, which says otherwise", rejects,
                             use.position)  # fmt: skip
        return fresh

    def _tokens(self, names: list[str]) -> Mapping[str, str]:
        """The vault first: a token without a use is nothing, a use without its token would name nobody for ever."""
        if self._rehearsal or not names:
            return dict.fromkeys(names, NOBODY)
        return self._secrets.tokens(self._statement.protocol, names)

    def _is_first(self, draft: Draft, file: FileRead, rejects: Rejects) -> bool:
        """Whether this run has not met the record before; counts it if it has."""
        before, half = self._seen.get(draft.record_id), Half(draft.outcome, draft.actor)
        if before is None:
            # A rehearsal forgets nothing, and records nothing that could name a use.
            self._seen[draft.record_id] = (draft.content, "" if self._rehearsal else draft.event_id, half)
            if len(self._seen) > REMEMBERED and not self._rehearsal:
                self._seen.popitem(last=False)
            return True
        content, event_id, other = before
        if content == draft.content or (self._in_halves and half.belongs_to(other)):
            self.counts.duplicate += 1
            return False
        file.disputed.add(event_id)
        self._contradict(draft, "the same Id as an earlier record, with other content", rejects)
        return False

    def _contradict(self, draft: Draft, reason: str, rejects: Rejects, recorded: int | None = None) -> None:
        self.counts.conflicting += 1
        self._refuse(Reject(draft.line_number, draft.offset, draft.length, "conflict", reason, recorded), rejects)

    def _refuse(self, reject: Reject, rejects: Rejects) -> None:
        self.counts.rejected += 1
        self.counts.reasons[reject.code] += 1
        rejects.add(reject, kept=not self._rehearsal)

    def _batch(self, log: LogFile, members: list[bytes], moments: list[str]) -> PreparedBatch:
        log.check_unchanged()
        root = merkle_root([leaf_hash(member) for member in members])
        keyed = self.reading.keyed("files")
        source, protocol = self._importer.name, self._statement.protocol
        name = b"\n".join([b"ledger/batch/v1", source.encode(), protocol.encode(), log.digest, root])
        opener = {
            **getattr(self._importer, "stated", {}),
            "author": self._statement.author, "batch": {"count": len(members), "root": root.hex()},
            "file": keyed(log.digest).hex(), "file_bytes": log.size, "first": min(moments, key=in_time),
            "happened_at": self._statement.read_at, "id": keyed(name).hex()[:32],
            "last": max(moments, key=in_time), "protocol": protocol, "source": source, "type": "log-batch-ingested/1",
        }  # fmt: skip
        return PreparedBatch(opener, members, root)
