"""A log file to batches of uses, ready to be signed and appended; asks for tokens, writes no entry.

- A use's id is HMAC-SHA-256 of (source, record id) under a key of the vault, per protocol, source and year: the same
  record is known again in any later export, and nobody without the key can tell an id from a record.
- `known` must see what was appended: the caller appends each batch before it asks for the next. Then a run that was
  stopped anywhere, and is run again, adds what was missing and nothing twice.
- A repeat with the same content is a duplicate. One with other content is refused and kept: the first one stands.
- What leaves here has no name, no address, no object: tokens, keyed digests and words of closed lists.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from typing import Protocol as Interface

from ledger.chain.hashing import Digest, keyed, leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.errors import LedgerError
from ledger.importers.custody import LogFile
from ledger.importers.importer import Found, Ignored, Importer, Record, Reject
from ledger.importers.members import Author, Draft, draft
from ledger.importers.rejects import Rejects

LARGEST_BATCH = 10_000
_CHUNK = 2_000
REMEMBERED = 100_000
"""Records back, within one run, that a repeat's content is compared with."""
NOBODY = "0" * 32
"""The actor of every use in a rehearsal."""

Known = Callable[[Sequence[tuple[str, str]]], Collection[str]]
"""Given (happened_at, id) of uses, the ids that are recorded already."""


class Secrets(Interface):
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

    @property
    def read(self) -> int:
        return self.new + self.duplicate + self.rejected + self.ignored


class Ingestion:
    """One run of an importer over one or more files. `counts` grow while `batches` is read.

    `rehearsal` asks for no token, writes no rejects file, and remembers all it has seen, for nobody appends.
    """

    def __init__(
        self, importer: Importer, statement: Statement, secrets: Secrets, known: Known, *, rehearsal: bool = False
    ) -> None:
        self._importer, self._statement, self._secrets, self._known = importer, statement, secrets, known
        self._rehearsal = rehearsal
        self._source, self._author = importer.name.encode(), Author(statement.author, statement.protocol)
        self._digests: dict[str, Callable[[bytes], Digest]] = {}
        self._seen: OrderedDict[str, int] = OrderedDict()
        self.counts = Counts()
        self.offset = 0
        """How far the present file has been read, in bytes; for showing progress."""
        self.rejects_path: Path | None = None
        """The rejects file of the last file read, if it has one."""

    def batches(self, source: Path | LogFile) -> Iterator[PreparedBatch]:
        """The new uses of a file, at most LARGEST_BATCH at a time. Append each before asking for the next.

        An open file is closed here. Raises NotFound, InputRejected (NotThisFormat), FileChanged; each names the file.
        """
        with source if isinstance(source, LogFile) else LogFile.open(source) as log:
            rejects = Rejects(log)
            try:
                yield from self._batches(log, rejects)
                self.rejects_path = None if self._rehearsal else rejects.finish()
            except LedgerError as error:
                error.at(file=str(log.path))
                raise
            finally:
                rejects.discard()

    def _batches(self, log: LogFile, rejects: Rejects) -> Iterator[PreparedBatch]:
        members: list[bytes] = []
        moments: list[str] = []
        for drafts in self._chunks(self._importer.read(log.stream), rejects):
            for each, member in self._settled(drafts, rejects):
                members.append(member)
                moments.append(each.happened_at)
                if len(members) == LARGEST_BATCH:
                    yield self._batch(log, members, moments)
                    members, moments = [], []
        log.check_unchanged()
        if members:
            yield self._batch(log, members, moments)

    def _chunks(self, found: Iterator[Found], rejects: Rejects) -> Iterator[list[Draft]]:
        """Drafts of the records, a few thousand at a time; the rest is counted and kept."""
        drafts: list[Draft] = []
        for each in found:
            if isinstance(each, Record):
                drafts.append(self._draft(each))
                if len(drafts) == _CHUNK:
                    self.offset = each.offset
                    yield drafts
                    drafts = []
            elif isinstance(each, Ignored):
                self.counts.ignored += 1
                self.counts.reasons[each.reason] += 1
            else:
                self._refuse(each, rejects)
        yield drafts

    def _draft(self, record: Record) -> Draft:
        keyed = self._keyed(record.happened_at[:4])
        digest = keyed(b"%b\n%b" % (self._source, record.record_id.encode())).hex()
        return draft(record, self._author, digest, keyed(b"ledger/line/v1\n" + record.raw).hex())

    def _settled(self, drafts: list[Draft], rejects: Rejects) -> Iterator[tuple[Draft, bytes]]:
        """Those that are new, with the bytes of their events."""
        first = [draft for draft in drafts if self._is_first(draft, rejects)]
        known = self._known([(draft.happened_at, draft.event_id) for draft in first]) if first else ()
        fresh = [draft for draft in first if draft.event_id not in known]
        self.counts.duplicate += len(first) - len(fresh)
        self.counts.new += len(fresh)
        self.counts.unlisted += sum(not draft.is_listed for draft in fresh)
        self.counts.ambiguous += sum(len(draft.happened_at) == len("2021-10-31") for draft in fresh)
        tokens = self._tokens(sorted({draft.actor for draft in fresh if draft.actor is not None}))
        return ((draft, draft.member(None if draft.actor is None else tokens[draft.actor])) for draft in fresh)

    def _tokens(self, names: list[str]) -> Mapping[str, str]:
        """The vault first: a token without a use is nothing, a use without its token would name nobody for ever."""
        if self._rehearsal or not names:
            return dict.fromkeys(names, NOBODY)
        return self._secrets.tokens(self._statement.protocol, names)

    def _is_first(self, draft: Draft, rejects: Rejects) -> bool:
        """Whether this run has not met the record before; counts it if it has."""
        before = self._seen.get(draft.record_id)
        if before is None:
            self._seen[draft.record_id] = draft.content
            if len(self._seen) > REMEMBERED and not self._rehearsal:
                self._seen.popitem(last=False)
            return True
        if before == draft.content:
            self.counts.duplicate += 1
            return False
        self.counts.conflicting += 1
        reason = "the same Id as an earlier record, with other content"
        self._refuse(Reject(draft.line_number, draft.offset, draft.length, "conflict", reason), rejects)
        return False

    def _refuse(self, reject: Reject, rejects: Rejects) -> None:
        self.counts.rejected += 1
        self.counts.reasons[reject.code] += 1
        if not self._rehearsal:
            rejects.add(reject)

    def _batch(self, log: LogFile, members: list[bytes], moments: list[str]) -> PreparedBatch:
        log.check_unchanged()
        root = merkle_root([leaf_hash(member) for member in members])
        keyed = self._keyed("files")
        source, protocol = self._importer.name, self._statement.protocol
        name = b"\n".join([b"ledger/batch/v1", source.encode(), protocol.encode(), log.digest, root])
        opener = {
            "author": self._statement.author, "batch": {"count": len(members), "root": root.hex()},
            "file": keyed(log.digest).hex(), "file_bytes": log.size, "first": min(moments, key=_in_time),
            "happened_at": self._statement.read_at, "id": keyed(name).hex()[:32],
            "last": max(moments, key=_in_time), "protocol": protocol, "source": source, "type": "log-batch-ingested/1",
        }  # fmt: skip
        return PreparedBatch(opener, members, root)

    def _keyed(self, period: str) -> Callable[[bytes], Digest]:
        """HMAC under the key of a year, or of files."""
        if (found := self._digests.get(period)) is None:
            purpose = f"import/{self._statement.protocol}/{self._importer.name}/{period}"
            found = self._digests[period] = partial(keyed, self._secrets.record_key(purpose))
        return found


def _in_time(moment: str) -> str:
    """Moments of one zone in order: without its `Z`, a whole second comes before its fractions."""
    return moment.removesuffix("Z")
