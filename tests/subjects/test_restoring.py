"""A restore says what came back with it, and is whole or absent wherever it is killed."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cli.commands.restore import _came_back
from ledger import restoring
from ledger.application import Application
from ledger.backup import backup
from ledger.clock import spell
from ledger.errors import LedgerError
from ledger.restoring import Restored, restore
from tests.application.dying import Countdown
from tests.subjects.operated import beside, operated, owed, told
from tests.subjects.persons import AN
from tests.subjects.test_backup import lost, signer
from tests.warm import context
from tests.worlds import V, World

WITHDREW = {"party": "TBT", "effective_at": "2022-07-02"}


@pytest.fixture
def own(tmp_path: Path) -> World:
    return operated(beside(tmp_path / "own"))


def taken(world: World, folder: Path) -> Path:
    with world.open() as ledger:
        backup(ledger, folder, world.moment.replace(year=2023))
    return folder


def brought_back(world: World, folder: Path, newer: list[bytes] | None, *copies: str) -> Restored | None:
    return restore(folder, world.place, signer, newer, came_back=partial(_came_back, copies), clock=world.clock)


def destroyed(world: World, copy: str, at: str) -> int:
    return told(world, "destruction-performed", origin="TBT", datasets=["vragen"], copy=[copy], happened_at=at,
                method="key-destroyed")  # fmt: skip


def test_what_was_destroyed_after_the_backup_is_owed_again_after_its_restore(own: World, tmp_path: Path):
    told(own, "party-withdrew", **WITHDREW)
    folder = taken(own, tmp_path / "backup")
    own.moment = own.moment.replace(day=3)
    destroyed(own, "notities", "2022-07-03T07:00:00Z")
    assert owed(own)["notities"].status == "fulfilled"
    newer = lost(own)
    own.moment = own.moment.replace(day=4)
    restored = brought_back(own, folder, newer)
    assert restored is not None
    assert len(restored.reopened) == 1
    # Its author states the destruction again, as of when it was: the restore came after it.
    destroyed(own, "notities", "2022-07-03T07:00:00Z")
    duty = owed(own)["notities"]
    assert (duty.status, duty.opened_by.position) == ("open", restored.reopened[0])
    assert own.check() == own.size()


def test_a_restore_records_the_copies_that_lie_in_the_ledger_and_those_that_are_named(own: World, tmp_path: Path):
    folder = taken(own, tmp_path / "backup")
    lost(own)
    restored = brought_back(own, folder, None, "KRIS")
    assert restored is not None
    assert restored.reopened == (restored.position + 1, restored.position + 2)
    lines = own.bytes().splitlines()[-3:]
    assert [b'"ledger-restored/1"' in line for line in lines] == [True, False, False]
    assert [b'"restore-performed/1"' in line for line in lines] == [False, True, True]
    assert b'"copy":["KRIS"]' in lines[1]
    assert b'"copy":["notities"]' in lines[2]


def test_a_copy_that_was_destroyed_before_the_backup_does_not_come_back(own: World, tmp_path: Path):
    destroyed(own, "notities", spell(own.clock()))
    folder = taken(own, tmp_path / "backup")
    lost(own)
    restored = brought_back(own, folder, None)
    assert restored is not None
    assert restored.reopened == ()


def test_a_copy_that_nobody_registered_stops_the_restore(own: World, tmp_path: Path):
    folder = taken(own, tmp_path / "backup")
    lost(own)
    with pytest.raises(LedgerError) as found:
        brought_back(own, folder, None, "elders")
    assert (found.value.code, found.value.exit) == ("restore.unknown-copy", 6)
    assert not Path(own.place.url).exists()
    assert brought_back(own, folder, None) is not None


def sweep(own: World, folder: Path, newer: list[bytes], work: Path) -> None:
    """Kill a restore at every moment until it ends alive. Runs in a process without threads, which may fork."""
    killed = 0
    while True:
        world = World(beside(work / f"at-{killed}"), own.moment, own.origin)
        shutil.copy(own.place.head, world.place.head)
        status = _child(world, folder, newer, killed + 1)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        killed += 1
        assert files_with_readable_person(world) == [], "nothing that can be read knows who was erased"
        assert os.waitstatus_to_exitcode(_child(world, folder, newer, 0)) == 0
        assert world.check() == world.size()
        lines = world.bytes().splitlines()
        for name in (b'"ledger-restored/1"', b'"restore-performed/1"'):
            assert sum(name in line for line in lines) == 1
        with world.open() as ledger:
            assert ledger.replayed == []
            assert ledger.vault.known(V, [AN]) == {}
        assert [path.name for path in world.place.base.parent.iterdir() if "restoring" in path.name] == []
        shutil.rmtree(world.place.base.parent)
    (work / "killed").write_text(str(killed), encoding="utf-8")


def files_with_readable_person(world: World) -> list[str]:
    """Of a ledger that is in its place: whether its vault still knows the person."""
    if not Path(world.place.url).exists():
        return []
    with world.open() as ledger:
        return list(ledger.vault.known(V, [AN]))


def _child(world: World, folder: Path, newer: list[bytes], upto: int) -> int:
    child = os.fork()
    if child == 0:
        if upto:
            watched(upto, world.place.base.parent)
        try:
            brought_back(world, folder, newer)
        except BaseException:  # the parent asks how we ended
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


STEPS = (
    (restoring, "_staged"), (restoring, "_checked"), (restoring, "_mark_complete"),
    (restoring, "put_vault"), (restoring, "put_ledger"), (Application, "carry_out_erasures"), (Application, "record"),
    (os, "replace"),
)  # fmt: skip
"""What is inside them is killed elsewhere: transactions in tests/storage, appends in tests/application."""


def watched(upto: int, folder: Path) -> None:
    """After each step of a restore, and each move of a file."""
    countdown = Countdown(upto, folder)
    for where, name in STEPS:
        setattr(where, name, _ticking(countdown, getattr(where, name)))


def _ticking(countdown: Countdown, step: Callable[..., object]) -> Callable[..., object]:
    def ticking(*arguments: object, **options: object) -> object:
        result = step(*arguments, **options)
        countdown.tick()
        return result

    return ticking


def test_a_restore_killed_at_any_moment_is_whole_or_absent_and_can_be_run_again(own: World, tmp_path: Path):
    with own.open() as ledger:
        token = ledger.vault.token(V, AN)
    folder = taken(own, tmp_path / "backup")
    told(own, "subject-erased", tokens=[token], ground="request", decided_by="VLAIO", in_protocol=V)
    newer = own.bytes().splitlines()
    (tmp_path / "work").mkdir()
    parent = context.Process(target=sweep, args=(own, folder, newer, tmp_path / "work"))
    parent.start()
    parent.join()
    assert parent.exitcode == 0
    assert int((tmp_path / "work" / "killed").read_text(encoding="utf-8")) > 10
