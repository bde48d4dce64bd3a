"""What every log format gives: records, lines that are refused, lines that are no record.

- A record is a typed, allow-listed reading of one log line. Nothing of a person is in it but `actor` (the identifier
  that a token will replace) and `raw` (which leaves only as a keyed digest).
- A line that cannot be read is a `Reject`: a place and a reason, never its text. Its bytes are taken from the file.
- Nothing is skipped in silence: what is no use of anything is `Ignored`, with a reason, and counted.
- A `Heading` says what a part of the log needs above it, so that rejected lines can be mended and read alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Literal, NamedTuple
from typing import Protocol as Interface

from ledger.errors import InputRejected
from ledger.events.usage import Action, ActorClass, Factors, SharedWith

Outcome = Literal["ok", "denied", "failed", "unknown"]
Network = Literal["internal", "external", "unknown"]

HEAD = 64 * 1024
"""Bytes at the start of a file from which its shape is told."""
_REST = 1024 * 1024
"""So much more of the line in which they end: a record there may be the first."""


def head_of(stream: BinaryIO) -> bytes:
    """What the shape of a file is told from: its first bytes, and the rest of their last line."""
    head = stream.read(HEAD)
    return head + stream.readline(_REST) if len(head) == HEAD else head


class NotThisFormat(InputRejected):
    """A file that is not a log of the named format."""

    code = "import.format"


class Unreadable(ValueError):
    """A line that is no record. `code` is one word; the text says what is wrong and quotes nothing."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Record(NamedTuple):
    """One line of a log, read. `offset` and `line_number` (from 1) are of its first byte.

    `raw` is the line as it came, without its line end. `content` is the spelling of its parsed values, only for
    telling an exact repeat from a conflicting one. `items` is how many accesses the line stands for, where it says so.
    A `happened_at` that is a date was written as a local time which that day had twice. `object_class` is a word of
    ours. `place` is where the use was (a site, a container, a table) and `target` with whom something was shared, in
    clear: a mapping rule may turn them into a dataset and into `shared_with`, and they never leave. What a mapping
    and a directory add stands in the last fields (`ledger.importers.meaning`), and what is shared with anyone without
    them too; `notes` say what they could not add.
    """

    record_id: str
    raw: bytes
    content: bytes
    line_number: int
    offset: int
    happened_at: str
    application: str
    action: Action
    outcome: Outcome
    operation: str
    actor_class: ActorClass
    actor: str | None = None
    items: int | None = None
    network: Network | None = None
    factors: Factors | None = None
    object_class: str | None = None
    place: str | None = None
    target: str | None = None
    dataset: str | None = None
    employed_by: str | None = None
    acting_for: str | None = None
    function: str | None = None
    shared_with: SharedWith | None = None
    notes: tuple[str, ...] = ()


class Reject(NamedTuple):
    """A line that could not be read. `length` is its bytes, line end included; `code` is one word, for counting.

    `recorded` is the position of the use that it contradicts, if it contradicts one.
    """

    line_number: int
    offset: int
    length: int
    code: str
    reason: str
    recorded: int | None = None


class Ignored(NamedTuple):
    """A line that records no use of anything, and why it is none."""

    reason: str


class Heading(NamedTuple):
    """What must stand before lines of this log for them to be read alone: a header row, `#Fields`, an array's `[`.

    It counts for what stands behind `offset`, up to the next one. It is no record, and is not counted.
    """

    offset: int
    raw: bytes


Found = Record | Reject | Ignored | Heading


class Importer(Interface):
    """One log format, in all its shapes."""

    @property
    def name(self) -> str:
        """The source's name in events."""
        ...

    def sniff(self, head: bytes) -> str | None:
        """The shape of a file that begins with these bytes (of `head_of`); None if it is not this format."""
        ...

    def read(self, stream: BinaryIO) -> Iterator[Found]:
        """Everything in a seekable stream, in file order, in bounded memory. Raises NotThisFormat."""
        ...
