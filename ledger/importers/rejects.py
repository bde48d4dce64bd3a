"""`<input>.rejects.jsonl`: the lines of a log that could not be read, so that none is lost.

One JSON object a line: `line` (from 1), `offset` (bytes), `code`, `reason`, `raw` (the bytes as they came, base64);
of a line that contradicts a recorded use also `recorded`, that entry's position.

- IT HOLDS PERSONAL DATA, as the log itself does: names, addresses, file names. It is 0600, stays outside the ledger,
  and goes when the log goes.
- It appears complete or not at all, and describes the last import of that file: an import without rejects removes it.
- To mend: correct the lines in the log (or in a copy) and import it again. What was recorded is known by its id and
  counts as duplicate; what was mended is new.
"""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile, mkstemp
from typing import BinaryIO

import msgspec

from ledger.errors import InputRejected
from ledger.importers.custody import LogFile
from ledger.importers.importer import Reject

SUFFIX = ".rejects.jsonl"
REJECTED = b'{"line":'
"""How such a file begins."""


class Rejects:
    """Collects the rejects of one file. Nothing is visible until `finish`; `discard` leaves no trace.

    Where the folder of the log cannot be written to, the file goes to the current folder.
    """

    def __init__(self, log: LogFile) -> None:
        self._log = log
        self._draft: BinaryIO | None = None
        self._path = Path(f"{log.path}{SUFFIX}")

    def add(self, reject: Reject) -> None:
        """Raises InputRejected where no file can be written."""
        try:
            draft = self._draft or self._begin()
            about = {"line": reject.line_number, "offset": reject.offset, "code": reject.code, "reason": reject.reason}
            if reject.recorded is not None:
                about["recorded"] = reject.recorded
            draft.write(msgspec.json.encode(about)[:-1] + b',"raw":"')
            for at in self._log.pieces(reject.offset, reject.length):
                draft.write(b64encode(self._log.piece(at, reject.offset + reject.length)))
            draft.write(b'"}\n')
        except OSError as error:
            raise self._unwritable() from error

    def finish(self) -> Path | None:
        """Put the file in its place, or remove that of an earlier import; its path if there is one."""
        try:
            if self._draft is None:
                if self._path.is_file():
                    self._path.unlink()
                return None
            self._put_in_place(self._draft)
            self.discard()
            return self._path
        except OSError as error:
            raise self._unwritable() from error

    def discard(self) -> None:
        """Forget what was collected; after `finish` this does nothing."""
        if self._draft is not None:
            self._draft.close()
            self._draft = None

    def _begin(self) -> BinaryIO:
        # Without a name until it is whole: if we are killed, no personal data stay behind in a file nobody knows.
        try:
            self._draft = TemporaryFile(dir=self._path.parent)  # noqa: SIM115 - closed by discard
        except OSError:
            self._path = Path.cwd() / self._path.name
            self._draft = TemporaryFile(dir=self._path.parent)  # noqa: SIM115 - closed by discard
        return self._draft

    def _put_in_place(self, draft: BinaryIO) -> None:
        draft.seek(0)
        descriptor, name = mkstemp(prefix=f".{self._path.name}.", dir=self._path.parent)  # mkstemp makes it 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                copyfileobj(draft, file)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _unwritable(self) -> InputRejected:
        return InputRejected(
            "the rejects file cannot be written",
            file=str(self._path),
            hint="copy the log to a folder you can write to, with room for its rejects",
            code="import.rejects",
        )
