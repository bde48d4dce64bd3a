"""A log read by another process gives what it gives when it is read here."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from ledger.importers.custody import LogFile
from ledger.importers.importer import NotThisFormat
from ledger.importers.ingest import Ingestion
from ledger.importers.m365_audit import M365Audit
from ledger.importers.reading_apart import ReaderStopped, apart
from tests.importers.logs import STATEMENT, World, audit, json_lines
from tests.importers.products import MAPPING, TABLE_HEADER, table, table_row


def run_apart(world: World, path: Path) -> Ingestion:
    run = Ingestion(world.importer, STATEMENT, world.secrets, world.known, chunks=apart)
    for batch in run.batches(path):
        world.batches.append(batch)
        world.ids |= {json.loads(member)["id"] for member in batch.members}
    return run


def test_two_processes_record_the_same_bytes_as_one(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    lines = json_lines(audit(number % 4_000, UserId="S-1-5-18") for number in range(5_000))
    path.write_text(lines + "garbage\n" + json_lines([audit(4_001, CreationTime="2024-02-29T00:00:00", UserId="")]))
    one, two = World(), World()
    here, there = one.imported(path), run_apart(two, path)
    assert two.batches == one.batches
    assert there.counts == here.counts
    assert there.file == here.file
    assert (there.counts.new, there.counts.duplicate, there.counts.rejected) == (4_001, 1_000, 1)


def test_a_table_goes_to_the_other_process_with_its_mapping(tmp_path: Path) -> None:
    assert MAPPING
    path, world = tmp_path / "log.csv", World(table())
    path.write_text("\n".join([TABLE_HEADER, *(table_row(number) for number in range(1, 6))]))
    assert run_apart(world, path).counts.new == 5


def test_what_is_wrong_with_a_file_is_told_here(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("nothing of the kind\n")
    with pytest.raises(NotThisFormat) as caught:
        run_apart(World(), path)
    assert (caught.value.exit, caught.value.where["file"]) == (5, str(path))
    assert caught.value.hint


class Dying:
    """An importer whose process is killed while it reads."""

    name = "m365-audit"

    def sniff(self, head: bytes) -> str | None:
        return "x"

    def read(self, stream: object) -> object:
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_reader_that_is_killed_is_told_and_nothing_is_counted_as_read(tmp_path: Path) -> None:
    path, world = tmp_path / "log", World()
    path.write_text(json_lines([audit(1)]))
    run = Ingestion(Dying(), STATEMENT, world.secrets, world.known, chunks=apart)  # type: ignore[arg-type]
    with pytest.raises(ReaderStopped) as caught, LogFile.open(path) as log:
        list(run.batches(log))
    assert caught.value.exit == 7
    assert run.file is not None
    assert not run.file.whole


class InterruptedEarly(M365Audit):
    """Ctrl-C comes while the other process is still being given its importer."""

    def __reduce__(self) -> tuple[object, ...]:
        return _interrupted, ()


def _interrupted() -> M365Audit:
    os.kill(os.getpid(), signal.SIGINT)
    return M365Audit()


def test_the_reader_does_not_hear_an_interrupt_from_its_first_moment(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(json_lines([audit(1)]))
    assert run_apart(World(InterruptedEarly()), path).counts.new == 1
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
