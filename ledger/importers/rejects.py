"""What of a log could not be read, so that nothing is lost: its lines to mend, and why each was rejected.

`<input>.rejected` has the lines (`mending.py`). `<input>.rejects.jsonl` says why: one JSON object a line, with `line`
(from 1) and `offset` (bytes) in the log, `code`, `reason`, `mend_line` (where it begins in the file to mend) and `raw`
(the bytes as they came, base64); of a line that contradicts a recorded use also `recorded`, that entry's position. Its
last line names the file to mend and its SHA-256.

- BOTH HOLD PERSONAL DATA, as the log itself does: names, addresses, file names. They are 0600, stay outside the ledger,
  and go when the log goes.
- They appear complete or not at all, and describe the last import of that log: an import without rejects removes them.
- To mend: correct the lines in `<input>.rejected`, and import that; or correct the log (or a copy) and import it again.
  What was recorded is known by its id and counts as duplicate; what was mended is new.
"""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from ledger.drafts import clear
from ledger.errors import InputRejected
from ledger.importers import mending
from ledger.importers.beside import draft_in, put_in_place
from ledger.importers.custody import LogFile
from ledger.importers.importer import Heading, Reject
from ledger.importers.rejected_lines import RejectedLines

SUFFIX = ".rejects.jsonl"
SUFFIXES = (SUFFIX, mending.SUFFIX)
"""How the names of files end that are no logs of a folder."""
REJECTED = b'{"line":'
"""How a file of reasons begins."""
_SHOWN = 3


class Kept(NamedTuple):
    """What is beside a log now: the reasons, the lines to mend, an earlier file with other lines that we left."""

    reasons: Path | None = None
    lines: Path | None = None
    left: Path | None = None


class _Drafts(NamedTuple):
    reasons: BinaryIO
    lines: BinaryIO
    writer: RejectedLines


class Rejects:
    """Collects the rejects of one file. Nothing is visible until `finish`; `discard` leaves no trace.

    Where the folder of the log cannot be written to, the files go to the current folder. `first` are the first few.
    """

    def __init__(self, log: LogFile) -> None:
        self._log = log
        self._drafts: _Drafts | None = None
        self._name = log.path
        self._headings: list[Heading] = []
        self.first: list[Reject] = []

    def read_under(self, headings: tuple[Heading, ...]) -> None:
        """What stands above lines of the log from now on."""
        for each in headings:
            if not self._headings or self._headings[-1].raw != each.raw:
                self._headings.append(each)

    def add(self, reject: Reject, *, kept: bool = True) -> None:
        """One more; only looked at unless it is to be `kept`. Raises InputRejected where no file can be written."""
        if len(self.first) < _SHOWN:
            self.first.append(reject)
        if not kept:
            return
        try:
            drafts = self._drafts or self._begin()
            self._say_why(reject, drafts.reasons, drafts.writer.add(reject, self._headings))
        except OSError as error:
            raise self._unwritable() from error

    def finish(self) -> Kept:
        """Put the files in their place, or remove those of an earlier import; what is there now."""
        clear(self._name.parent, *(f"{self._name.name}{each}" for each in SUFFIXES))
        try:
            kept = self._removed() if self._drafts is None else self._placed(self._drafts)
        except OSError as error:
            raise self._unwritable() from error
        self.discard()
        return kept

    def discard(self) -> None:
        """Forget what was collected; after `finish` this does nothing."""
        if self._drafts is not None:
            self._drafts.reasons.close()
            self._drafts.lines.close()
            self._drafts = None

    @property
    def _reasons(self) -> Path:
        return self._name.with_name(f"{self._name.name}{SUFFIX}")

    def _begin(self) -> _Drafts:
        try:
            reasons = draft_in(self._name.parent)
        except OSError:
            self._name = Path.cwd() / self._name.name
            reasons = draft_in(self._name.parent)
        lines = draft_in(self._name.parent)
        self._drafts = _Drafts(reasons, lines, RejectedLines(self._log, lines))
        return self._drafts

    def _say_why(self, reject: Reject, draft: BinaryIO, mend_line: int) -> None:
        about = {"line": reject.line_number, "offset": reject.offset, "code": reject.code, "reason": reject.reason}
        if reject.recorded is not None:
            about["recorded"] = reject.recorded
        if not mending.is_mended(self._log.path):
            about["mend_line"] = mend_line
        draft.write(msgspec.json.encode(about)[:-1] + b',"raw":"')
        for at in self._log.pieces(reject.offset, reject.length):
            draft.write(b64encode(self._log.piece(at, reject.offset + reject.length)))
        draft.write(b'"}\n')

    def _placed(self, drafts: _Drafts) -> Kept:
        if mending.is_mended(self._log.path):  # it is mended further where it is
            put_in_place(drafts.reasons, self._reasons)
            return Kept(self._reasons, self._log.path)
        drafts.writer.finish()
        # The lines first: if we stop between the two, they count as changed by somebody, and are never overwritten.
        placed, written = mending.place(drafts.lines, self._name, self._log.path, mending.written(self._reasons))
        drafts.reasons.write(msgspec.json.encode(written) + b"\n")
        put_in_place(drafts.reasons, self._reasons)
        return Kept(self._reasons, placed.path, placed.left)

    def _removed(self) -> Kept:
        placed = mending.Placed(None)
        if not mending.is_mended(self._log.path):
            placed = mending.clear(self._log.path, self._name, mending.written(self._reasons))
        if self._reasons.is_file():  # a folder that can only be read has none, and may not be asked to remove it
            self._reasons.unlink()
        return Kept(left=placed.left)

    def _unwritable(self) -> InputRejected:
        return InputRejected(
            "the rejected lines cannot be written to a file",
            file=str(self._reasons),
            hint="copy the log to a folder you can write to, with room for its rejects",
            code="import.rejects",
        )
