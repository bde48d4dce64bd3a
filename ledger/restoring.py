"""Restore: a backup brought back to a place where no ledger is, with every erasure done again before anybody can read.

It is built in a folder beside the place, and moved there last of all:

1. the backup's files are copied, verified, and held against the high-water mark that was left at the place;
2. every erasure is carried out: those that the backup knows of, and those recorded since, from a newer export;
3. `ledger-restored` is recorded, and with it, in the same append, `restore-performed` for each copy of received data
   that came back in it: what was owed on those is owed again;
4. the folder is marked `complete`, and then its files are moved, or loaded into the database server.

If we die before 4, nothing is there, and the same command begins anew; after it, the same command goes on moving.
What is refused before 4 leaves no folder behind: it holds a vault, and the key to it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from ledger.application import Application
from ledger.chain.entry import Entry
from ledger.clock import Clock, now, spell
from ledger.door import Door
from ledger.errors import InputRejected, LedgerError, NotChecked, NotFound, VerificationFailed
from ledger.events.base import SignedEvent
from ledger.events.codec import decoded
from ledger.events.fields import ABSENT
from ledger.events.operations import LedgerRestored
from ledger.ids import new_id
from ledger.keys.keyring import HoldsKey
from ledger.keys.private_file import sync_folder
from ledger.keys.signing import Draft, SignedLine, sign, sign_event
from ledger.place import Place
from ledger.storage.copying import UNFINISHED, check_no_file, copy_file, copy_folder, move_file, move_files
from ledger.storage.highwater import BesideTheMark, HighWater, Mark
from ledger.storage.marks import mark_to_restore_by
from ledger.storage.opening import open_store
from ledger.storage.store import Store
from ledger.storage.transfer import check_free, put_ledger, put_vault
from ledger.storage.vault_keys import kept_in_file
from ledger.verification.run import Asked, verify

CARRIED = ("subject-erased", "legal-hold-placed", "legal-hold-released")
"""Types that are taken from a newer copy: what was erased since, and what allowed or forbade it."""

Signer = Callable[[Path, Door], HoldsKey]
"""Given the folder of keys and the state of the ledger: the operator's key."""
CameBack = Callable[[Store, str, datetime], Sequence[Mapping[str, Any]]]
"""Given the ledger, its operator and the moment: the fields of each `restore-performed` that the operator owes."""


class NotABackup(NotFound):
    """A folder in which a part of a backup is missing."""

    code = "backup.missing"


class MayBringBack(NotChecked):
    """Entries since the backup are lost; among them may be erasures, whose persons would be readable again."""

    code = "restore.erasures"


class Restored(NamedTuple):
    """`size` entries came back, `lost` were acknowledged after them; these erasures were carried out on the way.

    `position` is that of `ledger-restored`, `reopened` those of `restore-performed`.
    """

    size: int
    lost: int
    erased: tuple[int, ...]
    position: int
    reopened: tuple[int, ...] = ()


def restore(
    folder: Path, place: Place, signer: Signer, newer: Iterable[bytes] | None,
    *, came_back: CameBack = lambda *_: (), clock: Clock = now,
) -> Restored | None:  # fmt: skip
    """Bring a backup back to a place where no ledger is; None where a restore that was stopped had only to be moved.

    `newer` are entries of a newer copy, as `ledger export` gives them; an empty list says that nobody has one.
    Raises NotABackup, InTheWay, MayBringBack, VerificationFailed, BesideTheMark.
    """
    staging = place.base.with_name(f".{place.base.name}.restoring")
    if (staging / "complete").exists():
        _moved(staging, place)
        return None
    _check_free(place)
    if staging.exists():
        shutil.rmtree(staging)
    staging.mkdir(mode=0o700)
    try:
        restored = _built(folder, staging, place, signer, newer, came_back, clock)
    except (LedgerError, OSError):
        shutil.rmtree(staging)  # a vault with its key is not left where nobody looks for it
        raise
    _mark_complete(staging)
    _moved(staging, place)
    return restored


def _built(
    folder: Path, staging: Path, place: Place, signer: Signer, newer: Iterable[bytes] | None, came_back: CameBack,
    clock: Clock,
) -> Restored:  # fmt: skip
    """Steps 1 to 3."""
    staged = _staged(folder, staging, place)
    mark = mark_to_restore_by(place)
    size = _checked(staged, mark)
    if mark and mark.size > size and newer is None:
        raise MayBringBack(
            f"entries {size + 1} to {mark.size} were acknowledged after this backup, and may have erased persons",
            hint="give a newer export with --erasures FILE; if nobody has one: --no-newer-copy",
        )
    return _recorded(staged, signer, size, mark, newer or (), came_back, clock)


def _check_free(place: Place) -> None:
    """Raise InTheWay, or VaultThere, for what is there already."""
    check_free(place.url, place.vault)
    for taken in (place.keys, *(() if place.key_file else (place.vault_key,))):
        check_no_file(taken)


def _staged(folder: Path, staging: Path, place: Place) -> Place:
    """The backup's files, copied to where nobody reads them yet."""
    if (folder / UNFINISHED).exists():
        raise NotABackup(f"the backup in {folder} was never finished", hint="take another one")
    wanted = {"ledger/ledger.db": True, "vault/ledger.vault": True, "ledger/ledger.head": False,
              "ledger/ledger.policy": False, "keys/ledger.vault.key": False}  # fmt: skip
    elsewhere = not kept_in_file() or bool(place.key_file and place.key_file.exists())
    if elsewhere:
        del wanted["keys/ledger.vault.key"]  # it is kept elsewhere, and is there still
    for name, needed in wanted.items():
        source = folder / name
        if needed and not source.is_file():
            raise NotABackup(f"there is no {source}", hint="put ledger, vault and keys of one backup in one folder")
        copy_file(source, staging / source.name)
    copy_folder(folder / "keys" / "ledger.keys", staging / "ledger.keys")
    copy_folder(folder / "ledger" / "ledger.stamps", staging / "ledger.stamps")
    copy_folder(folder / "vault" / "ledger.sources", staging / "ledger.sources")
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
    staged: Place, signer: Signer, size: int, mark: Mark | None, newer: Iterable[bytes], came_back: CameBack,
    clock: Clock,
) -> Restored:  # fmt: skip
    """Carry out what was erased since, and record that the ledger, and what was in it, was restored."""
    with Application.open(staged, clock=clock) as opened:
        erased = [each.position for each in opened.replayed if any(each.destroyed)]
        lines = _carried(newer, opened)
        if lines:
            recorded = opened.record(lines, numbers=[0] * len(lines))
            erased += [each.position for each in recorded if each.type.startswith("subject-erased/") and each.new]
        key, at = signer(staged.keys, opened.door), clock()
        moment = spell(at)
        event = LedgerRestored(
            author=key.party, happened_at=moment, id=new_id(), key=key.key_id, stated_at=moment, size=size,
            last_acknowledged=mark.size if mark else ABSENT,
        )  # fmt: skip
        first = sign_event(event, key, opened.door.origin)
        # In one append: a ledger that says it was restored says also what came back with it.
        copies = [_copy(fields, key, opened, moment) for fields in came_back(opened.store, key.party, at)]
        last, *others = opened.record([first, *copies])
    lost = max(0, mark.size - size) if mark else 0
    return Restored(size, lost, tuple(erased), last.position, tuple(each.position for each in others))


def _copy(fields: Mapping[str, Any], key: HoldsKey, opened: Application, moment: str) -> SignedLine:
    draft = Draft.parse({"type": "restore-performed", "id": new_id(), "happened_at": moment, **fields})
    return sign(draft, key, opened.door.origin, opened.clock)


def _carried(newer: Iterable[bytes], opened: Application) -> Sequence[SignedLine]:
    """Of the entries of a newer copy: those that say what was erased, which this one does not have."""
    found = []
    for number, raw in enumerate(newer, 1):
        try:
            entry = Entry.parse(raw)  # every line: of a file that is no export, nothing would be erased
            if not any(name.encode() in raw for name in CARRIED):
                continue
            event = decoded(entry.event)
        except LedgerError as error:
            raise InputRejected(
                f"not an entry of a ledger: {error.message}", line=number, hint="give what `ledger export` wrote"
            ) from error
        carried = isinstance(event, SignedEvent) and event.type.partition("/")[0] in CARRIED
        if carried and isinstance(event, SignedEvent) and opened.position_of(event.id) is None:
            found.append(SignedLine(entry.event, entry.signature, (), event))
    return found


def _mark_complete(staging: Path) -> None:
    (staging / "complete").touch()
    sync_folder(staging)


def _moved(staging: Path, place: Place) -> None:
    """Put everything in its place; the ledger itself last, for without it nothing is read."""
    place.views.unlink(missing_ok=True)
    files = {"ledger.keys": place.keys, "ledger.vault.key": place.vault_key, "ledger.policy": place.policy,
             "ledger.head": place.head, "ledger.stamps": place.beside(".stamps")}  # fmt: skip
    for name, target in files.items():
        if (staging / name).exists() and not (name in ("ledger.policy", "ledger.stamps") and target.exists()):
            move_file(staging / name, target)
    if (staging / "ledger.sources").exists():
        move_files(staging / "ledger.sources", place.beside(".sources"))
    put_vault(staging / "ledger.vault", place.vault)
    put_ledger(staging / "ledger.db", place.url)
    shutil.rmtree(staging)
