"""One run of `ledger import FORMAT`: what was asked, done file by file, and told at the end."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.counted import counted
from cli.import_progress import import_progress
from cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from ledger.application import Application
    from ledger.errors import LedgerError
    from ledger.events.keys import KeyUse
    from ledger.importers.custody import LogFile
    from ledger.importers.importer import Importer
    from ledger.importers.ingest import Chunks, Counts, Ingestion, Statement
    from ledger.keys.keystore import KeyPair

BATCH_USES: tuple[KeyUse, ...] = ("imports", "events")
"""Uses of a key that may sign a batch, the narrower first."""
NOTES = {
    "no-dataset": "in a place that the mapping gives no dataset",
    "not-in-directory": "by somebody who is not in the directory",
    "outside-validity": "by somebody whose time in the directory had not begun, or was over",
    "ambiguous-in-directory": "by somebody of whom the directory says two things at once",
}
"""What a mapping and a directory do not say of uses: nothing is guessed."""
LARGE = 16 << 20
"""Bytes from which a log is worth a second process, unless somebody says otherwise."""


@dataclass
class ImportRun:
    """The ledger that is written to, by whom, and what was read into it so far."""

    ctx: click.Context
    opened: Application
    importer: Importer
    statement: Statement
    processes: int | None = None
    keep: bool = False
    rehearsal: bool = False
    told: list[dict[str, Any]] = field(default_factory=list)
    passed_over: list[LedgerError] = field(default_factory=list)
    _key: KeyPair | None = None

    def __post_init__(self) -> None:
        from ledger.importers.ingest import Ingestion
        from ledger.importers.rehearsal import Rehearsal

        vault = Rehearsal(self.opened.vault) if self.rehearsal else self.opened.vault
        self.ingestion: Ingestion = Ingestion(
            self.importer, self.statement, vault, self.opened.known_uses, rehearsal=self.rehearsal,
            recorded=self.opened.recorded_uses, chunks=self._chunks(),
        )  # fmt: skip

    def anew(self) -> ImportRun:
        """The same, read now, with nothing counted yet."""
        from ledger.clock import spell

        statement = self.statement._replace(read_at=spell(self.opened.clock()))
        return replace(self, statement=statement, told=[], passed_over=[], _key=self.key)

    @property
    def counts(self) -> Counts:
        return self.ingestion.counts

    @property
    def key(self) -> KeyPair:
        """The key that signs the batches: an imports key before an events key."""
        if self._key is None:
            door, party = self.opened.door, self.statement.author
            use: KeyUse = "imports" if session.key_files(self.ctx, party, "imports", door) else "events"
            self._key = session.key(self.ctx, party, use, door)
        return self._key

    def _chunks(self) -> Chunks:
        from ledger.importers.ingest import here
        from ledger.importers.reading_apart import apart

        def chosen(log: LogFile, reading: Any) -> Any:
            several = (
                (log.size >= LARGE and (os.cpu_count() or 1) > 1) if self.processes is None else self.processes > 1
            )
            return apart(log, reading) if several else here(log, reading)

        return chosen

    def take(self, log: LogFile) -> dict[str, Any]:
        """Read one file; what it gave, for the answer. Each batch is on disk before the next is read."""
        positions: list[int] = []
        before = self.counts.new
        with log, import_progress(log.path.name) as tell:
            read = self.counts.read
            self.ingestion.tell = lambda offset: tell(self.counts.read - read, offset, log.size)
            try:
                if self.rehearsal:
                    for _ in self.ingestion.batches(log):
                        pass
                else:
                    self._record(log, positions)
            except KeyboardInterrupt:
                whole = counted(len(positions), "whole batch", "whole batches")
                say(f"in the ledger, which stays whole: {whole} of {log.path}")
                raise
            new = self.counts.new - before
            given = {"file": str(log.path), "batches": positions, "new": new, **self._rejected()}
            if not self.rehearsal:
                given |= self._file_facts(log)
        self.told.append(given)
        return given

    def _rejected(self) -> dict[str, Any]:
        """Where the rejected lines are, and the first few of them by their place: nothing of what they say."""
        kept, first = self.ingestion.kept, self.ingestion.first_rejects
        found = {"rejects_file": kept.reasons, "mend_file": kept.lines, "left_file": kept.left}
        return {
            **{name: str(path) if path else None for name, path in found.items()},
            "first_rejects": [
                {"line": each.line_number, "offset": each.offset, "reason": each.reason} for each in first
            ],
        }

    def _record(self, log: LogFile, positions: list[int]) -> None:
        from ledger.importers.recording import Recording

        recording = Recording(self.opened, self.ingestion, self.statement.protocol, self.key)
        for appended in recording.run(log):
            positions.append(appended.position)

    def _file_facts(self, log: LogFile) -> dict[str, Any]:
        """Record what the file gave as a whole, and keep it if that was asked."""
        from ledger.importers.log_reads import record_read

        file = self.ingestion.file
        assert file is not None, "a file was read"
        kept = None
        if self.keep:
            kept = str(self._kept(log))
        recorded = record_read(self.opened, file, self.importer.name, self.statement, self.key)
        contradicted = sorted(file.contradicted.values())
        return {"read": recorded.position if recorded else None, "contradicted": contradicted, "kept": kept}

    def _kept(self, log: LogFile) -> Path:
        from ledger.importers.source_store import SourceStore

        file = self.ingestion.file
        assert file is not None, "a file was read"
        purpose = self.ingestion.reading.purpose(file.last[:4] or "files")
        place = session.place(self.ctx).beside(".sources")
        return SourceStore(place).keep(log.stream, file.digest, purpose, self.opened.vault.record_key)


def party(ctx: click.Context, opened: Application, protocol: str, named: str | None) -> str:
    """Who states the log: who was named, or the only party with a key here. Raises UsageProblem."""
    from ledger.errors import UsageProblem

    if named is not None:
        return named
    parties = opened.door.protocols[protocol].parties
    candidates = sorted(party for party in parties if _may_sign(ctx, opened, party))
    if len(candidates) != 1:
        raise UsageProblem(
            "who states this log?", hint=f"--party is one of: {', '.join(candidates or sorted(parties))}"
        )
    return candidates[0]


def _may_sign(ctx: click.Context, opened: Application, party: str) -> bool:
    door = opened.door
    return any(session.key_files(ctx, party, use, door) for use in BATCH_USES)


def tell(run: ImportRun, *, as_json: bool) -> None:
    """What the run gave, in words or as one JSON document."""
    counts, dry_run = run.counts, run.rehearsal
    if as_json:
        answer_json({
            "dry_run": dry_run, "new": counts.new, "duplicate": counts.duplicate, "rejected": counts.rejected,
            "ignored": counts.ignored, "conflicting": counts.conflicting, "unlisted": counts.unlisted,
            "ambiguous": counts.ambiguous, "reasons": dict(counts.reasons), "notes": dict(counts.notes),
            "files": run.told, "passed_over": [_passed_over(each) for each in run.passed_over],
            "size": run.opened.store.size(),
        })  # fmt: skip
        return
    answer(f"{'would be ' if dry_run else ''}new {counts.new:,}  duplicate {counts.duplicate:,}  "
           f"rejected {counts.rejected:,}  ignored {counts.ignored:,}")  # fmt: skip
    for reason, count in counts.reasons.most_common():
        answer(f"  {count:>7,} {reason}")
    for note, count in counts.notes.most_common():
        say(f"{counted(count, 'new use is', 'new uses are')} {NOTES[note]}")
    if counts.ambiguous:
        times = counted(counts.ambiguous, "local time that its day had", "local times that their day had")
        say(f"{times} twice: recorded by the date")
    for each in run.told:
        tell_file(each)
    for error in run.passed_over:
        tell_passed_over(error)
    if not dry_run:
        answer(f"log size {run.opened.store.size():,}")


def _passed_over(error: LedgerError) -> dict[str, Any]:
    return {"file": str(error.where.get("file", "")), "code": error.code, "reason": error.message}


def tell_passed_over(error: LedgerError) -> None:
    """A file that is no log of this format, by name, and what to do with it."""
    say(f"passed over: {error}" + (f"; {error.hint}" if error.hint else ""))


def tell_file(told: dict[str, Any]) -> None:
    """What is to be done about one file."""
    if told.get("contradicted"):
        shown = ", ".join(str(position) for position in told["contradicted"][:10])
        say(f"{told['file']} contradicts what was recorded before, in entries {shown}: look at both; the first stands")
    for each in told["first_rejects"]:
        say(f"{told['file']}, line {each['line']}, offset {each['offset']:,}: {each['reason']}")
    if told["mend_file"] == told["file"]:
        say(f"mend them in {told['file']}, and import it again; the reasons: {told['rejects_file']}")
    elif told["mend_file"]:
        say(f"the lines are in {told['mend_file']}: mend them there, and import that file as this one")
        say(f"all reasons, line by line, are in {told['rejects_file']}")
    if told["left_file"]:
        say(f"{told['left_file']} has other lines than were rejected now, and is left as it is")
