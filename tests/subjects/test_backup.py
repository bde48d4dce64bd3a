"""Backup while others write; restore that forgets again what was erased, before anybody can read."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import threading
from pathlib import Path
from types import ModuleType

import pytest

from ledger import backup as backups
from ledger import restoring
from ledger.backup import backup
from ledger.chain.hashing import Digest
from ledger.door import Door
from ledger.errors import LedgerError
from ledger.importers.source_store import SourceStore
from ledger.keys.keyring import HoldsKey
from ledger.keys.keystore import KeyStore
from ledger.keys.passphrase import no_passphrase
from ledger.place import Place
from ledger.restoring import Restored, restore
from tests.subjects.persons import AN, erased, files_with, judged, known, said, spelled
from tests.worlds import V, World, copied


def signer(keys: Path, door: Door) -> HoldsKey:
    return KeyStore(keys).newest(door.keyring.operator, "events").opened(no_passphrase)


def taken(world: World, folder: Path) -> Path:
    with world.open() as ledger:
        until = world.moment.replace(year=2023)
        assert backup(ledger, folder, until).size == ledger.store.size()
    return folder


def brought_back(folder: Path, world: World, newer: list[bytes] | None) -> Restored | None:
    return restore(folder, world.place, signer, newer, clock=world.clock)


def lost(world: World) -> list[bytes]:
    """The disk is gone but for the high-water mark; what a newer export had."""
    lines = world.bytes().splitlines()
    for path in world.place.base.parent.iterdir():
        if path.name != "ledger.head":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return lines


def test_a_backup_has_ledger_vault_and_keys_apart_for_their_owner_only(world: World, tmp_path: Path):
    folder = taken(world, tmp_path / "backup")
    assert {path.name for path in folder.iterdir()} == {"ledger", "vault", "keys"}
    assert [path.name for path in (folder / "vault").iterdir()] == ["ledger.vault"]
    assert "ledger.vault.key" in {path.name for path in (folder / "keys").iterdir()}
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_backup_that_is_restored_is_the_same_ledger_and_says_so(world: World, tmp_path: Path):
    token = known(world)
    said(world, token)
    folder, before = taken(world, tmp_path / "backup"), world.bytes()
    lost(world)
    restored = brought_back(folder, world, None)
    assert restored == (127 - 1, 0, (), 127, ())
    assert world.bytes().startswith(before)
    assert b'"ledger-restored/1"' in world.bytes().splitlines()[-1]
    with world.open() as ledger:
        assert ledger.vault.identifier(token) == AN
    assert judged(world).faults == ()


def kept_log(world: World) -> Path:
    with world.open() as ledger, world.place.policy.open("rb") as log:
        sources = SourceStore(world.place.beside(".sources"))
        return sources.keep(log, Digest(b"1" * 32), f"import/{V}/s/2022", ledger.vault.record_key)


def test_kept_logs_that_are_there_already_stay_as_they_are(world: World, tmp_path: Path):
    path = kept_log(world)
    folder, content = taken(world, tmp_path / "backup"), path.read_bytes()
    (path.parent / ".draft").write_bytes(b"half written")
    lost(world)
    path.parent.mkdir()
    other = path.with_name("ab" * 32)
    other.write_bytes(b"kept since")
    brought_back(folder, world, None)
    assert {each.name: each.read_bytes() for each in path.parent.iterdir()} == {
        path.name: content, other.name: b"kept since",
    }  # fmt: skip


def test_what_was_erased_after_the_backup_is_erased_before_anything_can_be_read(world: World, tmp_path: Path):
    token = known(world)
    said(world, token)
    folder = taken(world, tmp_path / "backup")
    said(world, text="daarna", day=2)
    erased(world, token)
    newer = lost(world)
    restored = brought_back(folder, world, newer)
    assert restored is not None
    assert (restored.size, restored.lost, restored.erased) == (126, 2, (127,))
    assert files_with(world, *spelled(AN)) == []
    with world.open() as ledger:
        assert ledger.vault.known(V, [AN]) == {}
    found = judged(world)
    assert (found.faults, found.erased_by) == ((), {127: 1})
    last = world.bytes().splitlines()[-1]
    assert b'"last_acknowledged":128' in last
    assert b'"size":126' in last


def test_entries_lost_since_a_backup_may_hide_erasures_and_that_is_said(world: World, tmp_path: Path):
    folder = taken(world, tmp_path / "backup")
    said(world)
    lost(world)
    with pytest.raises(LedgerError) as found:
        brought_back(folder, world, None)
    assert (found.value.code, found.value.exit) == ("restore.erasures", 9)
    assert not Path(world.place.url).exists()
    restored = brought_back(folder, world, [])
    assert restored is not None
    assert restored.lost == 1


def test_an_erasure_stands_though_a_hold_stood_when_the_backup_was_made(world: World, tmp_path: Path):
    token = known(world)
    hold = {"hold": "H-1", "origin": "VLAIO", "datasets": ["contacts"], "copy": ["all"], "ground": "pending-claim"}
    world.record(world.signed("TBT", "legal-hold-placed", **hold))
    folder = taken(world, tmp_path / "backup")
    world.record(world.signed("TBT", "legal-hold-released", hold="H-1"))
    erased(world, token)
    restored = brought_back(folder, world, lost(world))
    assert restored is not None
    assert restored.erased == (128,)


def test_a_restore_takes_the_place_of_nothing(world: World, tmp_path: Path):
    folder, before = taken(world, tmp_path / "backup"), world.bytes()
    with pytest.raises(LedgerError) as found:
        brought_back(folder, world, None)
    assert (found.value.code, found.value.exit) == ("restore.exists", 7)
    assert world.bytes() == before


def test_a_backup_takes_the_place_of_nothing(world: World, tmp_path: Path):
    folder = taken(world, tmp_path / "backup")
    with pytest.raises(LedgerError) as found:
        taken(world, folder)
    assert found.value.code == "restore.exists"


def test_a_backup_that_was_killed_is_made_anew_by_the_same_command_and_not_restored_from(world: World, tmp_path: Path):
    folder = tmp_path / "backup"
    taken(world, folder)
    (folder / "unfinished").touch()
    (folder / "keys" / "ledger.vault.key").unlink()
    elsewhere = World(Place.named(str(tmp_path / "new" / "ledger.db"), {}))
    elsewhere.place.base.parent.mkdir()
    with pytest.raises(LedgerError, match="never finished"):
        brought_back(folder, elsewhere, [])
    assert list(elsewhere.place.base.parent.iterdir()) == []
    taken(world, folder)
    assert {path.name for path in folder.iterdir()} == {"ledger", "vault", "keys"}
    assert brought_back(folder, elsewhere, []) is not None
    elsewhere.check()


def test_two_backups_into_one_folder_at_once_are_one(world: World, tmp_path: Path, monkeypatch):
    folder, copy = tmp_path / "backup", backups.copy_vault

    def meanwhile(*arguments) -> None:
        with pytest.raises(LedgerError) as found:
            taken(world, folder)
        assert (found.value.code, found.value.exit) == ("backup.running", 7)
        copy(*arguments)

    monkeypatch.setattr(backups, "copy_vault", meanwhile)
    taken(world, folder)
    monkeypatch.undo()
    assert {path.name for path in folder.iterdir()} == {"ledger", "vault", "keys"}
    with pytest.raises(LedgerError) as found:
        taken(world, folder)
    assert found.value.code == "restore.exists"
    assert {path.name for path in folder.iterdir()} == {"ledger", "vault", "keys"}


def test_a_backup_goes_to_a_disk_without_locks_too(world: World, tmp_path: Path, monkeypatch):
    def without(*_) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", without)
    taken(world, tmp_path / "backup")
    assert {path.name for path in (tmp_path / "backup").iterdir()} == {"ledger", "vault", "keys"}


def test_a_backup_that_is_interrupted_leaves_nothing(world: World, tmp_path: Path, monkeypatch):
    def interrupted(*_) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backups, "copy_vault", interrupted)
    with pytest.raises(KeyboardInterrupt):
        taken(world, tmp_path / "backup")
    assert list((tmp_path / "backup").iterdir()) == []


FULL = OSError(errno.ENOSPC, "no space left on device")


@pytest.mark.parametrize("error", [LedgerError("it did not work"), FULL], ids=["ours", "disk"])
@pytest.mark.parametrize("module", [backups, restoring], ids=["backup", "restore"])
def test_what_cannot_be_finished_leaves_no_vault_and_no_key(
    world: World, tmp_path: Path, monkeypatch, module: ModuleType, error: Exception
):
    def fails(*_: object) -> None:
        raise error

    folder = tmp_path / "backup"
    elsewhere = World(Place.named(str(tmp_path / "new" / "ledger.db"), {}))
    elsewhere.place.base.parent.mkdir()
    if module is restoring:
        taken(world, folder)
    monkeypatch.setattr(module, "copy_folder", fails)
    with pytest.raises(type(error)):
        taken(world, folder) if module is backups else brought_back(folder, elsewhere, [])
    assert list((folder if module is backups else elsewhere.place.base.parent).iterdir()) == []


@pytest.mark.parametrize("part", ["ledger/ledger.db", "vault/ledger.vault"])
def test_a_backup_without_a_part_is_not_one(world: World, tmp_path: Path, part: str):
    folder = taken(world, tmp_path / "backup")
    (folder / part).unlink()
    newer = lost(world)
    with pytest.raises(LedgerError) as found:
        brought_back(folder, world, newer)
    assert (found.value.code, found.value.exit) == ("backup.missing", 6)
    shutil.copytree(folder, tmp_path / "unused")
    restore_the_world(world, tmp_path)


def restore_the_world(world: World, tmp_path: Path) -> None:
    """What a test took away is put back, for every world is whole at its end."""
    from cli.demo.telling import build

    shutil.rmtree(world.place.base.parent)
    world.place.base.parent.mkdir()
    build(world.place)


def test_a_backup_that_was_changed_is_refused(world: World, tmp_path: Path):
    from tests.worlds import rewrite

    folder = taken(world, tmp_path / "backup")
    inside = World(Place.named(str(folder / "ledger" / "ledger.db"), {}))
    rewrite(inside, "UPDATE entry SET raw = (SELECT raw FROM entry WHERE position = 90) WHERE position = 91")
    newer = lost(world)
    with pytest.raises(LedgerError) as found:
        brought_back(folder, world, newer)
    assert (found.value.code, found.value.exit) == ("restore.not-whole", 3)
    restore_the_world(world, tmp_path)


def test_a_backup_of_another_history_is_held_against_the_mark(world: World, demo_folder: Path, tmp_path: Path):
    other = copied(demo_folder, tmp_path / "other")
    said(other, text="een ander verhaal")
    said(other, text="en nog een", day=2)
    folder = taken(other, tmp_path / "backup")
    said(world)
    lost(world)
    with pytest.raises(LedgerError) as found:
        brought_back(folder, world, [])
    assert (found.value.code, found.value.exit) == ("highwater.beside", 3)
    restore_the_world(world, tmp_path)


@pytest.mark.parametrize("moves", range(7))
def test_a_restore_stopped_while_files_are_moved_is_gone_on_with(world: World, tmp_path: Path, monkeypatch, moves: int):
    token, log = known(world), kept_log(world)
    folder = taken(world, tmp_path / "backup")
    erased(world, token)
    newer, left = lost(world), [moves]
    replace = os.replace

    def stopped(source: Path, target: Path) -> None:
        if ".restoring" in str(source):
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", stopped)
        with pytest.raises(KeyboardInterrupt):
            brought_back(folder, world, newer)
    assert not Path(world.place.url).exists()
    assert brought_back(folder, world, newer) is None
    assert judged(world).faults == ()
    with world.open() as ledger:
        assert ledger.vault.known(V, [AN]) == {}
    assert [path.name for path in log.parent.iterdir()] == [log.name]
    assert [path.name for path in world.place.base.parent.iterdir() if "restoring" in path.name] == []


def test_a_backup_made_while_others_write_is_whole(world: World, tmp_path: Path):
    lines = [
        world.signed("TBT", "party-withdrew", party="TBT", effective_at=f"2022-08-{1 + day:02}", reason=f"reden {day}")
        for day in range(25)
    ]
    begun = threading.Event()

    def write() -> None:
        with world.open() as ledger:
            for line in lines:
                ledger.record([line])
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    with world.open() as ledger:
        copies = [backup(ledger, tmp_path / f"backup-{number}", world.moment.replace(year=2023)) for number in range(3)]
    writer.join()
    for number, made in enumerate(copies):
        inside = World(Place.named(str(tmp_path / f"backup-{number}/ledger/ledger.db"), {}))
        assert inside.check() == made.size
        shutil.copy(tmp_path / f"backup-{number}/vault/ledger.vault", inside.place.vault)
        shutil.copy(tmp_path / f"backup-{number}/keys/ledger.vault.key", inside.place.vault_key)
        assert judged(inside).faults == ()


def test_an_erasure_between_the_two_copies_makes_both_again(world: World, tmp_path: Path, monkeypatch):
    token, copy, done = known(world), backups.copy_vault, list[Path]()
    said(world, token)

    def erasing_between(source: Path, target: Path) -> None:
        if not done:
            erased(world, token)
        done.append(target)
        copy(source, target)

    monkeypatch.setattr(backups, "copy_vault", erasing_between)
    with world.open() as ledger:
        backup(ledger, tmp_path / "backup", world.moment.replace(year=2023))
    assert len(done) == 2
    for name in ("vault/ledger.vault", "keys/ledger.vault.key"):
        shutil.copy(tmp_path / "backup" / name, tmp_path / "backup" / "ledger")
    inside = World(Place.named(str(tmp_path / "backup/ledger/ledger.db"), {}))
    assert (judged(inside).faults, list(judged(inside).erased_by)) == ((), [127])


def test_a_restore_stopped_before_it_was_complete_begins_again(world: World, tmp_path: Path, monkeypatch):
    token = known(world)
    folder = taken(world, tmp_path / "backup")
    erased(world, token)
    newer = lost(world)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "sign_event", killed)
        with pytest.raises(KeyboardInterrupt):
            brought_back(folder, world, newer)
    assert not Path(world.place.url).exists()
    restored = brought_back(folder, world, newer)
    assert restored is not None
    assert restored.erased == (126,)
