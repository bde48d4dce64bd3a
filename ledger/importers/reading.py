"""A log to drafts of uses: all of an import that needs no ledger, so that another process can do it.

Records are taken a few thousand at a time. What is said of the file as a whole (its first and last moment, its
numbering) is gathered here too, of every use in it, known ones included.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from ledger.chain.hashing import Digest, keyed_by
from ledger.importers.importer import Found, Heading, Ignored, Importer, Record, Reject
from ledger.importers.members import Author, Draft, draft
from ledger.importers.numbering import Numbering, Numbers, Run

CHUNK = 2_000

RecordKey = Callable[[str], bytes]
"""The vault's secret for a purpose."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Records make no cycles, and looking for some among the many of a batch costs a tenth of an import."""
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


class Chunk(NamedTuple):
    """What a stretch of a log gave. `offset` is how far it reaches; `first` and `last` are '' where there is no use.

    `numbers` and `runs` come with the last one, and are of the whole file.
    """

    drafts: list[Draft]
    rejects: list[Reject]
    ignored: Counter[str]
    offset: int
    first: str
    last: str
    numbers: Numbers | None
    headings: tuple[Heading, ...] = ()
    runs: tuple[Run, ...] = ()


class Reading:
    """Reads files of one importer, one after the other."""

    def __init__(self, importer: Importer, author: Author, record_key: RecordKey) -> None:
        self.importer, self.author, self.record_key = importer, author, record_key
        self._source = importer.name.encode()
        self._digests: dict[str, Callable[[bytes], Digest]] = {}

    def chunks(self, stream: BinaryIO) -> Iterator[Chunk]:
        """All of a file, in its order. Raises NotThisFormat."""
        numbering = Numbering()
        numbered = True
        drafts: list[Draft] = []
        rejects: list[Reject] = []
        ignored: Counter[str] = Counter()
        headings: list[Heading] = []
        offset = 0
        for each in self.importer.read(stream):
            if isinstance(each, Record):
                drafts.append(self._draft(each))
                numbered = numbered and numbering.take(each.record_id)
            elif isinstance(each, Ignored):
                ignored[each.reason] += 1
            elif isinstance(each, Heading):
                headings.append(each)
            else:
                rejects.append(each)
            if len(drafts) == CHUNK or len(rejects) == CHUNK:
                offset = _end(each, offset)
                yield _chunk(drafts, rejects, ignored, offset, None)._replace(headings=tuple(headings))
                drafts, rejects, ignored, headings = [], [], Counter(), []
        last = _chunk(drafts, rejects, ignored, offset, numbering.numbers())
        yield last._replace(headings=tuple(headings), runs=tuple(numbering.runs()))

    def _draft(self, record: Record) -> Draft:
        keyed = self.keyed(record.happened_at[:4])
        digest = keyed(b"%b\n%b" % (self._source, record.record_id.encode())).hex()
        return draft(record, self.author, digest, keyed(b"ledger/line/v1\n" + record.raw).hex())

    def keyed(self, period: str) -> Callable[[bytes], Digest]:
        """HMAC under the key of a year, or of files."""
        if (found := self._digests.get(period)) is None:
            found = self._digests[period] = keyed_by(self.record_key(self.purpose(period)))
        return found

    def purpose(self, period: str) -> str:
        return f"import/{self.author.protocol}/{self.importer.name}/{period}"


def _end(found: Found, offset: int) -> int:
    return offset if isinstance(found, Ignored) else found.offset


def _chunk(
    drafts: list[Draft], rejects: list[Reject], ignored: Counter[str], offset: int, numbers: Numbers | None
) -> Chunk:  # fmt: skip
    moments = [each.happened_at for each in drafts]
    first, last = (min(moments, key=in_time), max(moments, key=in_time)) if moments else ("", "")
    return Chunk(drafts, rejects, ignored, offset, first, last, numbers)


def in_time(moment: str) -> str:
    """Moments of one zone in order: without its `Z`, a whole second comes before its fractions."""
    return moment.removesuffix("Z")
