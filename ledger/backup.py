"""Backup: ledger, vault and keys in folders apart, so that they can be kept apart.

    DIR/ledger/  ledger.db ledger.head ledger.policy ledger.stamps/   entries: no names in them
    DIR/vault/   ledger.vault ledger.sources/             who the tokens are, and the logs that are kept; encrypted
    DIR/keys/    ledger.vault.key ledger.keys/            what opens the vault, and the private keys

Ledger and vault are SQLite files in it, wherever they lie themselves. The ledger is copied first and the vault after
it, for a text is in the vault before its entry is in the ledger; kept logs come between, for they are there before they
are recorded as read, and after their key is in the vault. If somebody was erased between the copies, all are made
again: a vault never lacks what its ledger does not know of.

While it is made, a file `unfinished` is in DIR, locked: if we die, the same command begins anew, and nobody restores
from it; while we live, nobody else begins there.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ledger.application import Application
from ledger.clock import spell
from ledger.erasing import STREAM
from ledger.errors import Conflict
from ledger.keys.private_file import sync_folder
from ledger.storage.copying import UNFINISHED, InTheWay, copy_file, copy_folder, write_file
from ledger.storage.highwater import Mark
from ledger.storage.opening import open_store
from ledger.storage.transfer import copy_ledger, copy_vault
from ledger.storage.vault_keys import kept_in_file

TRIES = 5
PARTS = ("ledger", "vault", "keys")


class Taken(NamedTuple):
    """A backup: how many entries it holds, the leaf of the last one, and how many kept logs."""

    size: int
    leaf: str
    taken_at: str
    sources: int


def backup(opened: Application, folder: Path, kept_until: datetime) -> Taken:
    """Copy a ledger that may be written to meanwhile. The vault takes down that the copy exists, until then.

    Raises InTheWay for a folder with something in it, and where another backup is being made in it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        at = opened.clock()
        # Noted before it is made: if we die, a copy is announced that is not there, and never the other way round.
        opened.vault.note_copy(at, opened.store.size(), kept_until)
        _clear(folder)
        try:
            mark = _made(opened, folder)
        except BaseException:
            _clear(folder)  # a vault with its key is not left where nobody looks for it
            raise
    sync_folder(folder)
    sources = folder / "vault" / "ledger.sources"
    return Taken(mark.size, mark.leaf.hex(), spell(at), len(list(sources.iterdir())) if sources.is_dir() else 0)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the file `unfinished`, which says that what lies here is no backup yet. Raises InTheWay."""
    # Made in an empty folder only: beside a backup it would say that it is none.
    made = not any(folder.iterdir())
    try:
        held = os.open(folder / UNFINISHED, os.O_RDWR | (os.O_CREAT | os.O_EXCL if made else 0), 0o600)
    except FileNotFoundError as error:
        raise _not_empty(folder) from error
    except FileExistsError as error:
        raise _running(folder) from error
    try:
        _hold(held, folder, made)
        sync_folder(folder)
        try:
            yield
        finally:
            (folder / UNFINISHED).unlink()
    finally:
        os.close(held)


def _hold(held: int, folder: Path, made: bool) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _running(folder) from error
    except OSError:
        pass  # no locks on this disk: a share, say; two at once would not see each other
    # Between our look and our lock, another backup may have come to its end here.
    if made and os.listdir(folder) != [UNFINISHED]:
        (folder / UNFINISHED).unlink()
        raise _not_empty(folder)
    if not os.fstat(held).st_nlink:
        raise _not_empty(folder)


def _not_empty(folder: Path) -> InTheWay:
    whole = {path.name for path in folder.iterdir()} == set(PARTS)
    fact = f"there is a whole backup in {folder}" if whole else f"{folder} is not empty"
    return InTheWay(fact, hint="name a new folder for another one" if whole else "name a new folder")


def _running(folder: Path) -> InTheWay:
    fact = f"another backup is being made in {folder}"
    return InTheWay(fact, hint="wait for it, or name another folder", code="backup.running")


def _clear(folder: Path) -> None:
    for name in PARTS:
        if (folder / name).exists():
            shutil.rmtree(folder / name)


def _made(opened: Application, folder: Path) -> Mark:
    """The three parts, whole and on disk; the mark of the ledger in them."""
    place = opened.place
    parts = [folder / name for name in PARTS]
    for part in parts:
        part.mkdir(mode=0o700)
    mark = _copied(opened, *parts[:2])
    write_file(parts[0] / "ledger.head", bytes(mark))
    copy_file(place.policy, parts[0] / "ledger.policy")
    if kept_in_file():
        copy_file(place.vault_key, parts[2] / "ledger.vault.key")
    copy_folder(place.keys, parts[2] / "ledger.keys")
    copy_folder(place.beside(".stamps"), parts[0] / "ledger.stamps")
    for part in (*parts, folder):
        sync_folder(part)
    return mark


def _copied(opened: Application, ledger: Path, vault: Path) -> Mark:
    """Copy ledger and vault as of one state of what is erased; the mark of the copy."""
    for _ in range(TRIES):
        copy_ledger(opened.place.url, ledger / "ledger.db")
        copy_folder(opened.place.beside(".sources"), vault / "ledger.sources")
        copy_vault(opened.place.vault, vault / "ledger.vault")
        with open_store(ledger / "ledger.db") as copy:
            head, erased = copy.head(), copy.stream_version(STREAM)
        if erased == opened.store.stream_version(STREAM):
            return Mark(head.size, head.leaf)
        (ledger / "ledger.db").unlink()
        (vault / "ledger.vault").unlink()
    raise Conflict("persons were erased while the backup was made, again and again", hint="run the same command again")
