"""Backup and restore: ledger, vault and keys in folders apart, so that they can be kept apart.

    DIR/ledger/  ledger.db ledger.head ledger.policy      entries: no names in them
    DIR/vault/   ledger.vault                             who the tokens are, encrypted
    DIR/keys/    ledger.vault.key ledger.keys/            what opens the vault, and the private keys

The ledger is copied first and the vault after it, for a text is in the vault before its entry is in the ledger. If
somebody was erased between the two copies, both are made again: a vault never lacks what its ledger does not know of.

A restore is built in a folder beside the place, and moved there last of all. Before that, every erasure is carried out:
those that the backup knows of, and those recorded since, from an export of a newer copy.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ledger.application import Application
from ledger.chain.entry import Entry
from ledger.clock import Clock, now, spell
from ledger.door import Door
from ledger.erasing import STREAM
from ledger.errors import Conflict, InputRejected, LedgerError, NotChecked, NotFound, UsageProblem, VerificationFailed
from ledger.events.base import SignedEvent
from ledger.events.codec import decoded
from ledger.events.fields import ABSENT
from ledger.events.operations import LedgerRestored
from ledger.ids import new_id
from ledger.keys.keyring import HoldsKey
from ledger.keys.signing import SignedLine, sign_event
from ledger.place import Place
from ledger.storage.copying import copy_database
from ledger.storage.highwater import BesideTheMark, HighWater, Mark
from ledger.storage.opening import open_store
from ledger.storage.vault_files import key_is_given
from ledger.verification.run import Asked, verify

TRIES = 5
CARRIED = ("subject-erased", "legal-hold-placed", "legal-hold-released")
"""Types that are taken from a newer copy: what was erased since, and what allowed or forbade it."""

Signer = Callable[[Path, Door], HoldsKey]
"""Given the folder of keys and the state of the ledger: the operator's key."""


class NotABackup(NotFound):
    """A folder in which a part of a backup is missing."""

    code = "backup.missing"


class InTheWay(Conflict):
    """A restore never takes the place of files that are there."""

    code = "restore.exists"


class MayBringBack(NotChecked):
    """Entries since the backup are lost; among them may be erasures, whose persons would be readable again."""

    code = "restore.erasures"


class Taken(NamedTuple):
    """A backup: how many entries it holds, and the leaf of the last one."""

    size: int
    leaf: str
    taken_at: str


class Restored(NamedTuple):
    """`size` entries came back, `lost` were acknowledged after them; these erasures were carried out on the way."""

    size: int
    lost: int
    erased: tuple[int, ...]
    position: int


def backup(opened: Application, folder: Path, kept_until: datetime) -> Taken:
    """Copy a ledger that may be written to meanwhile. The vault takes down that the copy exists, until then.

    Raises InTheWay for a folder with something in it, UsageProblem for a ledger on a database server.
    """
    place = opened.place
    if "://" in place.url:
        raise UsageProblem("a ledger in a database server is copied by its own tools", hint=_PG_DUMP)
    if folder.exists() and any(folder.iterdir()):
        raise InTheWay(f"{folder} is not empty", hint="name a new folder")
    at = opened.clock()
    # Noted before it is made: if we die, a copy is announced that is not there, and never the other way round.
    opened.vault.note_copy(at, opened.store.size(), kept_until)
    parts = [folder / name for name in ("ledger", "vault", "keys")]
    for part in parts:
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = _copied(opened, *parts[:2])
    _write(parts[0] / "ledger.head", bytes(mark))
    _copy_file(place.policy, parts[0] / "ledger.policy")
    if not key_is_given():
        _copy_file(place.vault_key, parts[2] / "ledger.vault.key")
    _copy_keys(place.keys, parts[2] / "ledger.keys")
    return Taken(mark.size, mark.leaf.hex(), spell(at))


def _copied(opened: Application, ledger: Path, vault: Path) -> Mark:
    """Copy ledger and vault as of one state of what is erased; the mark of the copy."""
    for _ in range(TRIES):
        copy_database(Path(opened.place.url), ledger / "ledger.db")
        copy_database(opened.place.vault, vault / "ledger.vault")
        with open_store(ledger / "ledger.db") as copy:
            head, erased = copy.head(), copy.stream_version(STREAM)
        if erased == opened.store.stream_version(STREAM):
            return Mark(head.size, head.leaf)
        (ledger / "ledger.db").unlink()
        (vault / "ledger.vault").unlink()
    raise Conflict("persons were erased while the backup was made, again and again", hint="run the same command again")


def restore(
    folder: Path, place: Place, signer: Signer, newer: Iterable[bytes] | None, *, clock: Clock = now
) -> Restored | None:
    """Bring a backup back to a place where no ledger is; None where a restore that was stopped had only to be moved.

    `newer` are entries of a newer copy, as `ledger export` gives them; an empty list says that nobody has one.
    Raises NotABackup, InTheWay, MayBringBack, VerificationFailed, BesideTheMark.
    """
    staging = place.base.with_name(f".{place.base.name}.restoring")
    if (staging / "complete").exists():
        _moved(staging, place)
        return None
    for taken in (Path(place.url), place.vault, place.keys, *((place.vault_key,) if not place.key_file else ())):
        if taken.exists():
            raise InTheWay(f"{taken} is there", hint="move it away first; leave the .head file: it says what is lost")
    if staging.exists():
        shutil.rmtree(staging)
    staging.mkdir(mode=0o700)
    staged = _staged(folder, staging, place)
    mark = HighWater(place.head).read()
    size = _checked(staged, mark)
    if mark and mark.size > size and newer is None:
        raise MayBringBack(
            f"entries {size + 1} to {mark.size} were acknowledged after this backup, and may have erased persons",
            hint="give a newer export with --erasures FILE; if nobody has one: --no-newer-copy",
        )
    restored = _recorded(staged, signer, size, mark, newer or (), clock)
    (staging / "complete").touch()
    _moved(staging, place)
    return restored


def _staged(folder: Path, staging: Path, place: Place) -> Place:
    """The backup's files, copied to where nobody reads them yet."""
    wanted = {"ledger/ledger.db": True, "vault/ledger.vault": True, "ledger/ledger.head": False,
              "ledger/ledger.policy": False, "keys/ledger.vault.key": False}  # fmt: skip
    if place.key_file and place.key_file.exists():
        del wanted["keys/ledger.vault.key"]  # it is kept elsewhere, and is there still
    for name, needed in wanted.items():
        source = folder / name
        if needed and not source.is_file():
            raise NotABackup(f"there is no {source}", hint="put ledger, vault and keys of one backup in one folder")
        _copy_file(source, staging / source.name)
    _copy_keys(folder / "keys" / "ledger.keys", staging / "ledger.keys")
    key = staging / "ledger.vault.key"
    return Place(str(staging / "ledger.db"), staging / "ledger", None if key.exists() else place.key_file)


def _checked(staged: Place, mark: Mark | None) -> int:
    """The size of the backup, which verifies and does not contradict the mark that was left at the place."""
    with open_store(staged.url) as store:
        report = verify(store, staged.url, Asked(head=HighWater(staged.head), processes=1))
        if report.failed:
            first = report.faults[0]
            raise VerificationFailed(
                f"the backup is not whole: {first.detail}", position=first.position, hint="take another backup",
                code="restore.not-whole",
            )  # fmt: skip
        if mark and 0 < mark.size <= report.size and Entry.parse(store.entry(mark.size)).leaf != mark.leaf:
            raise BesideTheMark(
                f"entry {mark.size} of the backup is not the one that the high-water mark knows", position=mark.size,
                hint="it is the backup of another ledger, or its history was changed",
            )  # fmt: skip
        return report.size


def _recorded(
    staged: Place, signer: Signer, size: int, mark: Mark | None, newer: Iterable[bytes], clock: Clock
) -> Restored:
    """Carry out what was erased since, and record that the ledger was restored."""
    with Application.open(staged, clock=clock) as opened:
        erased = [each.position for each in opened.replayed if any(each.destroyed)]
        lines = _carried(newer, opened)
        if lines:
            recorded = opened.record(lines, numbers=[0] * len(lines))
            erased += [each.position for each in recorded if each.type.startswith("subject-erased/") and each.new]
        key, moment = signer(staged.keys, opened.door), spell(clock())
        event = LedgerRestored(
            author=key.party, happened_at=moment, id=new_id(), key=key.key_id, stated_at=moment, size=size,
            last_acknowledged=mark.size if mark else ABSENT,
        )  # fmt: skip
        (last,) = opened.record([sign_event(event, key, opened.door.origin)])
    return Restored(size, max(0, mark.size - size) if mark else 0, tuple(erased), last.position)


def _carried(newer: Iterable[bytes], opened: Application) -> Sequence[SignedLine]:
    """Of the entries of a newer copy: those that say what was erased, which this one does not have."""
    found = []
    for number, raw in enumerate(newer, 1):
        if not any(name.encode() in raw for name in CARRIED):
            continue
        try:
            entry = Entry.parse(raw)
            event = decoded(entry.event)
        except LedgerError as error:
            raise InputRejected(
                f"not an entry of a ledger: {error.message}", line=number, hint="give what `ledger export` wrote"
            ) from error
        carried = isinstance(event, SignedEvent) and event.type.partition("/")[0] in CARRIED
        if carried and isinstance(event, SignedEvent) and opened.position_of(event.id) is None:
            found.append(SignedLine(entry.event, entry.signature, (), event))
    return found


def _moved(staging: Path, place: Place) -> None:
    """Put the files in their place; the ledger itself last, for without it nothing is read."""
    targets = {
        "ledger.keys": place.keys, "ledger.vault.key": place.vault_key, "ledger.vault": place.vault,
        "ledger.policy": place.policy, "ledger.head": place.head, "ledger.db": Path(place.url),
    }  # fmt: skip
    place.views.unlink(missing_ok=True)
    for name, target in targets.items():
        if (staging / name).exists() and not (name == "ledger.policy" and target.exists()):
            os.replace(staging / name, target)
    shutil.rmtree(staging)


def _copy_keys(source: Path, target: Path) -> None:
    if source.is_dir():
        target.mkdir(mode=0o700, exist_ok=True)
        for file in sorted(source.iterdir()):
            _copy_file(file, target / file.name)


def _copy_file(source: Path, target: Path) -> None:
    if source.is_file():
        _write(target, source.read_bytes())


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


_PG_DUMP = "pg_dump --snapshot for the ledger, then the files beside it with cp: see docs/privacy.md"
