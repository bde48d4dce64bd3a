"""The marks of one ledger: the file beside it, and one elsewhere if LEDGER_HEAD says where (a file, or a URL).

Who restores an old copy of the whole folder brings its own mark back with it. One that lies elsewhere stays, so it
should be in hands that the ledger's operator cannot reach: a server of another party that keeps every version.

- A URL is read with GET (404: no mark yet) and set with PUT; the bytes are those of the file.
- What was acknowledged is never lost for a mark's sake: where it cannot be reached, writing goes on, `unreached` says
  so, and the next run tries again.
- A ledger behind or beside either mark is refused, but for one case: a `ledger-restored` in it tells that this very
  stretch was lost. Then the restore is told, and the mark elsewhere is set anew with the next commit.

Writers on one machine set it in their order, under the lock of the file beside. Of writers on several machines the
slower may set it back by what was written meanwhile: it then lags, which is no fault.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ledger.chain.entry import event_of
from ledger.errors import LedgerError, NotChecked
from ledger.events.codec import decoded_fast
from ledger.events.operations import LedgerRestored
from ledger.place import Place
from ledger.remote import NotThere, exchanged, is_url, shown
from ledger.storage.faults import StorageFailed
from ledger.storage.highwater import BesideTheMark, HighWater, MalformedMark, Mark, RolledBack, check
from ledger.storage.reader import Reader

SECONDS = 3.0
"""How long a commit waits for a mark elsewhere."""

OPERATIONS = "ledger/operations"


class Elsewhere(Protocol):
    """A mark that does not lie beside the ledger. `name` is how it may be printed."""

    @property
    def name(self) -> str: ...
    def read(self) -> Mark | None: ...
    def put(self, mark: Mark) -> None: ...


class MarkUnreachable(NotChecked):
    """A mark that is kept elsewhere, and cannot be asked."""

    code = "highwater.unreachable"


class RemoteMark:
    """A mark that a server keeps, at a URL of its own."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def name(self) -> str:
        return shown(self._url)

    def read(self) -> Mark | None:
        """Raises OSError where it cannot be reached, MalformedMark, UsageProblem for an address that is not https."""
        try:
            return Mark.parse(exchanged(self._url, seconds=SECONDS))
        except NotThere:
            return None

    def put(self, mark: Mark) -> None:
        """Raises OSError, UsageProblem."""
        exchanged(self._url, body=bytes(mark), method="PUT", kind="text/plain", seconds=SECONDS)


class FileMark:
    """A mark in a file of another folder: a mounted share, say."""

    def __init__(self, path: Path) -> None:
        self._file = HighWater(path)

    @property
    def name(self) -> str:
        return str(self._file.path)

    def read(self) -> Mark | None:
        try:
            return self._file.read()
        except StorageFailed as error:
            raise OSError(error.message) from error

    def put(self, mark: Mark) -> None:
        try:
            self._file.set(mark)
        except StorageFailed as error:
            raise OSError(error.message) from error


class Marks:
    """Both marks. `unreached` says what could not be asked or set, and is empty where all could.

    `is_down` once the one elsewhere did not answer.
    """

    def __init__(self, beside: HighWater, elsewhere: Elsewhere | None = None) -> None:
        self._beside, self._elsewhere = beside, elsewhere
        self._known: Mark | None = None
        self.is_down = False
        self.unreached = ""

    @classmethod
    def of(cls, place: Place) -> Marks:
        at = place.mark_at
        elsewhere = None if not at else RemoteMark(at) if is_url(at) else FileMark(Path(at))
        return cls(HighWater(place.head), elsewhere)

    def read(self) -> Mark | None:
        """The mark beside the ledger. Raises MalformedMark, StorageFailed."""
        return self._beside.read()

    def unexplained(self, ledger: Reader) -> Mark | None:
        """The mark elsewhere; nothing where there is none, or a recorded restore tells why the ledger is behind it.

        Raises MalformedMark.
        """
        mark = self.read_elsewhere()
        return None if mark is None or _restored(ledger, mark) else mark

    def check(self, ledger: Reader) -> None:
        """Raises RolledBack or BesideTheMark for a ledger that is behind or beside one of them."""
        if mark := self._beside.read():
            check(mark, ledger)
        self.check_elsewhere(ledger)

    def check_elsewhere(self, ledger: Reader) -> None:
        """The same for the mark elsewhere alone."""
        mark = self.read_elsewhere()
        if mark is None:
            return
        try:
            check(mark, ledger)
        except (RolledBack, BesideTheMark) as error:
            if not _restored(ledger, mark):
                assert self._elsewhere is not None
                raise type(error)(
                    f"{error.message}: so says the high-water mark at {self._elsewhere.name}",
                    hint=error.hint, position=mark.size,
                ) from error  # fmt: skip
            self._known = None

    def replace(self, mark: Mark, *, sync: bool = False) -> None:
        """Set both, unless they stand higher already. Raises MalformedMark, StorageFailed for the one beside.

        With `sync`, a mark elsewhere that could not be reached before is tried again.
        """
        self.is_down = self.is_down and not sync
        self._beside.replace(mark, sync=sync, then=self._set_elsewhere)

    def read_elsewhere(self) -> Mark | None:
        """The mark elsewhere, as far as it can be read. Raises MalformedMark."""
        if self._elsewhere is None:
            return None
        try:
            self._known = self._elsewhere.read()
        except OSError as error:
            self._lost(f"cannot be read: {error}")
            return None
        except MalformedMark as error:
            raise MalformedMark(f"{error.message}: {self._elsewhere.name}", hint=error.hint) from error
        if self._known is None:
            self.unreached = f"there is no high-water mark at {self._elsewhere.name} yet; the next commit sets it"
        return self._known

    def _set_elsewhere(self, mark: Mark) -> None:
        if self._elsewhere is None or self.is_down or (self._known and self._known.size >= mark.size):
            return
        try:
            self._elsewhere.put(mark)
        except OSError as error:
            self._lost(f"cannot be set: {error}")
        else:
            self._known, self.unreached = mark, ""

    def _lost(self, fact: str) -> None:
        """Said once, and not tried again in this run: a commit does not wait for a server that is down."""
        assert self._elsewhere is not None
        self.is_down = True
        self.unreached = f"the high-water mark at {self._elsewhere.name} {fact}"


def mark_to_restore_by(place: Place) -> Mark | None:
    """How far the ledger that was lost is known to have reached. Raises MarkUnreachable where that cannot be asked."""
    marks = Marks.of(place)
    found = [mark for mark in (marks.read(), marks.read_elsewhere()) if mark]
    if marks.is_down:
        raise MarkUnreachable(
            marks.unreached,
            hint="a restore says what was lost: restore when the mark can be read, or without LEDGER_HEAD",
        )
    return max(found, key=lambda mark: mark.size, default=None)


def _restored(ledger: Reader, mark: Mark) -> bool:
    """Whether the ledger tells itself that it was restored from before this mark."""
    for row in ledger.stream_entries(OPERATIONS):
        try:
            event = decoded_fast(event_of(row[4]))
        except LedgerError:
            continue
        known = event.last_acknowledged if isinstance(event, LedgerRestored) else 0
        if isinstance(event, LedgerRestored) and isinstance(known, int) and event.size < mark.size <= known:
            return True
    return False
