"""Load: the entries of an export, or of another ledger, byte for byte in a database where no ledger is.

1. Each line is read strictly, and follows from the one before; a stream's versions have no hole.
2. A file is made of them beside the place, and verified whole: signatures, batches, seals, tree.
3. Only then it comes to its place, or its rows into the database server in one transaction, and the mark is set.

If we die before 3, nothing is there, and the same command begins anew. Neither vault nor keys are brought: what is
loaded can be read, verified and replayed, and nothing can be recorded in it until they lie beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from ledger.canonical import NotCanonical, decode
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import LARGEST_ENTRY, Entry, MalformedEntry
from ledger.chain.hashing import NO_LEAF, sha256
from ledger.chain.note import Note
from ledger.errors import Conflict, InputRejected, LedgerError, NotFound, VerificationFailed
from ledger.place import Place
from ledger.storage.append import StoredRow
from ledger.storage.filling import fill
from ledger.storage.highwater import Mark
from ledger.storage.marks import Marks
from ledger.storage.opening import open_store
from ledger.storage.reader import StoredCheckpoint
from ledger.storage.transfer import check_free, put_ledger
from ledger.verification.report import Fault
from ledger.verification.run import Asked, verify

GONE = "checkpoint.gone"
"""What verifying says of a seal whose checkpoint did not come with the entries: an export has none."""


class NotAnExport(InputRejected):
    """A line that is no entry in its one spelling."""

    code = "load.malformed"


class NotFollowing(VerificationFailed):
    """An entry that does not follow from the one before it, or is missing."""

    code = "load.broken-link"


class Source(NamedTuple):
    """What a ledger is made of: its entries, one a line; protocol files by digest; signed notes."""

    lines: Iterable[bytes]
    files: Mapping[str, bytes]
    notes: Sequence[StoredCheckpoint]


class Loaded(NamedTuple):
    """The new ledger: its size, its root in hex, and seals whose checkpoint did not come with it."""

    size: int
    root: str
    unsealed: tuple[int, ...]


def of_export(lines: Iterable[bytes], files: Iterable[bytes], notes: Iterable[bytes]) -> Source:
    """An export, with protocol files (those of this package are known) and signed notes. Raises InputRejected."""
    known = {sha256(data).hex(): data for data in [*_shipped(), *files]}
    return Source(lines, known, [StoredCheckpoint(Checkpoint.parse(Note.parse(n).text).size, n) for n in notes])


def export_lines(path: Path) -> Iterator[bytes]:
    """The lines of an export, each without its LF. Raises NotAnExport after a last one that has none."""
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(2 * LARGEST_ENTRY), b""), 1):
            yield line.removesuffix(b"\n")
            if not line.endswith(b"\n"):
                raise NotAnExport(
                    "the last line is not ended by a line feed", line=number, file=str(path),
                    hint="the file was cut, or changed in an editor; export again: ledger export > FILE",
                )  # fmt: skip


def load(source: Source, place: Place) -> Loaded:
    """Make the ledger.

    Raises NotAnExport, NotFollowing, VerificationFailed, NotFound, Conflict; then nothing is there.
    """
    try:
        check_free(place.url, place.beside(".loading"))
    except Conflict as error:
        error.hint = (
            "after an interrupted load it is whole: see ledger verify; else move it away, or name another place"
        )
        raise
    if place.head.exists():
        raise Conflict(f"{place.head} is there", hint="it is another ledger's mark: name another place")
    near = place.base if "://" in place.url else Path(place.url)
    draft = near.with_name(f".{near.name}.loading")
    _remove(draft)
    try:
        named: set[str] = set()
        fill(draft, _rows(source.lines, named), {}, source.notes)
        _add_files(draft, source.files, named)
        loaded, mark = _verified(draft)
        put_ledger(draft, place.url)
    finally:
        _remove(draft)
    Marks.of(place).replace(mark, sync=True)
    return loaded


def _rows(lines: Iterable[bytes], named: set[str]) -> Iterator[StoredRow]:
    """Each line as a row; the digests of protocol files that entries name are added to `named`."""
    leaf, versions, position = NO_LEAF, dict[str, int](), 0
    for position, line in enumerate(lines, 1):
        entry, event = _entry(line, position)
        version = versions.get(entry.stream, 0) + 1
        if (entry.position, entry.prev, entry.version) != (position, leaf, version):
            raise NotFollowing(
                f"line {position} is entry {entry.position}, and does not follow from the line before",
                position=position, hint="export again from the whole ledger: ledger export > FILE",
            )  # fmt: skip
        leaf, versions[entry.stream] = entry.leaf, version
        if event["type"].startswith("protocol-version-registered/"):
            named.add(str(event.get("digest")))
        yield position, entry.stream, version, event["type"], line
    if not position:
        raise NotAnExport("there is no entry in it", hint="make one: ledger export > FILE")


def _entry(line: bytes, number: int) -> tuple[Entry, dict[str, str]]:
    try:
        if len(line) > LARGEST_ENTRY:
            raise MalformedEntry("longer than an entry can be")
        entry = Entry.parse(line)
        event = decode(entry.event)
    except (MalformedEntry, NotCanonical) as error:
        raise NotAnExport(f"not an entry: {error.message}", line=number, hint="export again: ledger export") from error
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise NotAnExport("not an entry: its event has no type", line=number, hint="export again: ledger export")
    return entry, event


def _add_files(draft: Path, files: Mapping[str, bytes], named: set[str]) -> None:
    if missing := sorted(named - files.keys()):
        raise NotFound(
            f"the protocol file {missing[0]} that an entry names is not here",
            hint="an export has no protocol files: name it with --protocol FILE", code="load.no-protocol",
        )  # fmt: skip
    with open_store(draft) as store:
        for digest in sorted(named):
            store.add_protocol_file(digest, files[digest])


def _verified(draft: Path) -> tuple[Loaded, Mark]:
    with open_store(draft) as store:
        report = verify(store, str(draft), Asked())
        head = store.head()
    wrong = [fault for fault in report.faults if fault.code != GONE]
    if wrong:
        raise _proven(wrong[0])
    unsealed = tuple(fault.position for fault in report.faults if fault.code == GONE)
    return Loaded(report.size, report.root.hex(), unsealed), Mark(head.size, head.leaf)


def _proven(fault: Fault) -> LedgerError:
    return VerificationFailed(
        fault.detail, code=fault.code, position=fault.position, hint="nothing was loaded; verify where it comes from"
    )


def _shipped() -> list[bytes]:
    return [file.read_bytes() for file in resources.files("protocols").iterdir() if file.name.endswith(".yaml")]


def _remove(draft: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        draft.with_name(draft.name + ending).unlink(missing_ok=True)
