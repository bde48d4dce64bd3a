"""One append: what is asked, what it must still find true, and the rows it becomes. Pure; the writers do the SQL.

Appends are chained while they are written: position, version, `prev` and `recorded_at` are given under the lock, by
the one function `chained`, whichever database will keep the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ledger.chain.entry import LARGEST_EVENT, envelope_middle, spliced_around
from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.merkle import KEEP_LEVEL, Node, Tree
from ledger.clock import Clock, spell_recorded
from ledger.errors import Conflict, InputRejected, LedgerError

BATCH = ""
"""The signature of a batch's member: becomes `batch:<position of the first row of this append>`."""

StoredRow = tuple[int, str, int, str, bytes]
"""position, stream, version, type, raw: a row of the entry table, as the driver gives it."""

# Spliced into JSON unread, so neither may hold a quote, a backslash or a control character.
_PLAIN = re.compile(r"[ !#-\[\]-~]{1,200}", re.ASCII)


class StaleDecision(Conflict):
    """A stream, or the ledger, has moved since the decision to append was taken. Nothing was written."""

    code = "ledger.stale-decision"


class Row(NamedTuple):
    """One event to append. `event` is its author's bytes; `signature` is `ed25519:...` or BATCH."""

    stream: str
    type: str
    event: bytes
    signature: str


class Receipt(NamedTuple):
    """Where an append came to stand: its first and last position, the last one's leaf hash, and when."""

    first: int
    last: int
    leaf: Digest
    recorded_at: datetime


@dataclass(frozen=True)
class Append:
    """What a caller asks to be written whole, or not at all.

    `expecting` names the streams the decision was read from, with their versions (0: no such stream); `at` the size of
    the ledger it was read at. `versions` are given only at the eventsourcing seam. `checkpoint(size, root)` gives the
    signed note over the ledger as it stands after this append, kept in the same transaction; so are `files`, by digest.
    """

    rows: Sequence[Row]
    expecting: Mapping[str, int] = field(default_factory=dict)
    at: int | None = None
    versions: Sequence[int] | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    checkpoint: Callable[[int, Digest], bytes] | None = None

    @property
    def is_one(self) -> bool:
        """Whether it is a single row and nothing beside it."""
        return len(self.rows) == 1 and not self.files and self.checkpoint is None

    def __post_init__(self) -> None:
        """Raises InputRejected or LedgerError for what no state of the ledger would allow. Runs outside the lock."""
        if not self.rows:
            raise LedgerError("an append needs at least one event", code="storage.empty-append")
        if max(len(row.event) for row in self.rows) > LARGEST_EVENT:
            raise InputRejected(
                f"an event is longer than {LARGEST_EVENT} bytes",
                hint="keep the text outside and name its digest",
                code="entry.too-large",
            )
        for text in {row.stream for row in self.rows} | {row.signature for row in self.rows if row.signature}:
            if not _PLAIN.fullmatch(text):
                raise InputRejected("a stream's name or signature is not plain ASCII", code="entry.envelope")


@dataclass
class Tip:
    """What the next entry follows from, and the stream versions learned since it was read.

    Kept between appends: that others have written meanwhile shows by a position that is taken.
    """

    size: int
    leaf: Digest
    tree: Tree
    recorded_at: str
    version_in_store: Callable[[str], int]
    versions: dict[str, int] = field(default_factory=dict)

    @property
    def fills_node(self) -> bool:
        """Whether the next entry completes a subtree whose root is kept."""
        return (self.size + 1) % (1 << KEEP_LEVEL) == 0

    def copy(self) -> Tip:
        """The same tip, to go back to where an append that was planned does not come to be written."""
        return Tip(self.size, self.leaf, self.tree.copy(), self.recorded_at, self.version_in_store)

    def version(self, stream: str) -> int:
        """The stream's version at this tip; 0 if there is none."""
        if stream not in self.versions:
            self.versions[stream] = self.version_in_store(stream)
        return self.versions[stream]


@dataclass
class Written:
    """The rows that one transaction will write."""

    entries: list[StoredRow] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[tuple[int, bytes]] = field(default_factory=list)


def check_still_true(append: Append, tip: Tip) -> None:
    """Raises StaleDecision if what the append was decided on has moved."""
    if append.at is not None and append.at != tip.size:
        raise _stale("the ledger", append.at, tip.size)
    for stream, version in append.expecting.items():
        if tip.version(stream) != version:
            raise _stale(stream, version, tip.version(stream))


def _stale(what: str, expected: int, found: int) -> StaleDecision:
    return StaleDecision(
        f"{what} has moved from {expected} to {found} since this was decided",
        hint="run the same command again: it decides on the newest entries",
    )


def chained(append: Append, tip: Tip, clock: Clock, written: Written) -> Receipt:
    """Add the append's rows to `written` and move `tip` past them. Raises StaleDecision before either is touched."""
    if append.at is not None or append.expecting:
        check_still_true(append, tip)
    first = tip.size + 1
    # A slow clock repeats the last time: what is recorded later never carries an earlier time.
    recorded = max(spell_recorded(clock()), tip.recorded_at)
    leaves = _entries(append.rows, _numbered(append, tip), tip, recorded, written)
    written.nodes += tip.tree.extend(leaves)
    tip.size, tip.leaf, tip.recorded_at = first + len(leaves) - 1, leaves[-1], recorded
    if append.files:
        written.files.update(append.files)
    if append.checkpoint is not None:
        written.notes.append((tip.size, append.checkpoint(tip.size, tip.tree.root())))
    return Receipt(first, tip.size, tip.leaf, datetime.fromisoformat(recorded))


def _entries(rows: Sequence[Row], versions: Sequence[int], tip: Tip, recorded: str, written: Written) -> list[Digest]:
    """Splice and hash each row after the one before it; give the leaves. The tight loop of bulk appends."""
    leaf, member, leaves, entries = tip.leaf, f"batch:{tip.size + 1}", list[Digest](), written.entries
    before, middle = ("", ""), b""
    for position, ((stream, kind, event, signature), version) in enumerate(
        zip(rows, versions, strict=True), tip.size + 1
    ):
        if before != (stream, signature):
            before, middle = (stream, signature), envelope_middle(recorded, signature or member, stream)
        raw = spliced_around(event, position, leaf, middle, version)
        leaf = leaf_hash(raw)
        leaves.append(leaf)
        entries.append((position, stream, version, kind, raw))
    return leaves


def _numbered(append: Append, tip: Tip) -> Sequence[int]:
    """Each row's version."""
    known, numbers = tip.versions, list[int]()
    if append.versions is not None:
        for (stream, _, _, _), version in zip(append.rows, append.versions, strict=True):
            known[stream] = max(tip.version(stream), version)
        return append.versions
    for stream, _, _, _ in append.rows:
        version = (known[stream] if stream in known else tip.version(stream)) + 1
        known[stream] = version
        numbers.append(version)
    return numbers


Outcome = Receipt | StaleDecision
"""What became of one append among several that share a transaction."""


def planned(appends: Sequence[Append], tip: Tip, clock: Clock) -> tuple[list[Outcome], Written]:
    """All appends in turn on one tip: a stale one is refused alone. Anything else raised spoils the tip."""
    outcomes: list[Outcome] = []
    written = Written()
    for append in appends:
        try:
            outcomes.append(chained(append, tip, clock, written))
        except StaleDecision as refusal:
            outcomes.append(refusal)
    return outcomes, written
