"""Where a vault lies, and its master key: a file of its own, another file, or the environment.

LEDGER_VAULT_KEY        the key itself, 64 hex digits; for containers that get their secrets so
LEDGER_VAULT_KEY_FILE   the path of the key file, where not NAME.vault.key
"""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.pool import QueuePool

from ledger.errors import Conflict, KeyProblem, NotFound
from ledger.keys.private_file import read_private
from ledger.storage.engine import PATIENCE
from ledger.storage.faults import spoken
from ledger.storage.vault_cipher import KEY_BYTES, VaultCipher
from ledger.storage.vault_tables import METADATA, VAULT

KEY_VARIABLE = "LEDGER_VAULT_KEY"
KEY_HINT = "put NAME.vault.key back from where it is kept; without it names are lost, the ledger itself still verifies"
_PRAGMAS = (
    "journal_mode=DELETE", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", "trusted_schema=OFF",
    "cache_size=-32000",
)  # fmt: skip


class NoVault(NotFound):
    code = "vault.missing"


class VaultThere(Conflict):
    """A vault is never made over another."""

    code = "vault.exists"


class VaultKeyProblem(KeyProblem):
    """The vault's key is missing, or is another vault's."""

    code = "vault.key"


def master_key(key_file: Path, environment: Mapping[str, str] = os.environ) -> bytes:
    """32 bytes: from the environment where it is given there, else from the file. Raises VaultKeyProblem."""
    if given := environment.get(KEY_VARIABLE):
        if not re.fullmatch(r"[0-9a-fA-F]{64}", given):
            raise VaultKeyProblem(f"{KEY_VARIABLE} is not {2 * KEY_BYTES} hex digits", hint=KEY_HINT)
        return bytes.fromhex(given)
    try:
        master = read_private(key_file, hint=KEY_HINT)
    except KeyProblem as error:
        raise VaultKeyProblem(f"the vault's key: {error.message}", hint=KEY_HINT).at(**error.where) from error
    if len(master) != KEY_BYTES:
        raise VaultKeyProblem(f"a vault key has {KEY_BYTES} bytes", file=str(key_file), hint=KEY_HINT)
    return master


def key_is_given(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment holds the key, so that no file is asked for it."""
    return bool(environment.get(KEY_VARIABLE))


def fill(engine: Engine, cipher: VaultCipher) -> None:
    """Make an empty vault's tables; closes the engine. Raises VaultThere."""
    try:
        with spoken(), engine.begin() as connection:
            if inspect(connection).has_table(VAULT.name):
                raise VaultThere("there is a vault already", hint="name another database")
            METADATA.create_all(connection)
            connection.execute(VAULT.insert().values(name="check", content=cipher.check))
    finally:
        engine.dispose()


def make_file(path: Path, cipher: VaultCipher) -> None:
    """A file that is a whole vault from the moment it has its name, 0600 all along."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(draft)) as new:
            # Counts before the first table is made, or never: pages that an erasure leaves free can be given back.
            new.executescript("PRAGMA auto_vacuum=INCREMENTAL; CREATE TABLE first (x); DROP TABLE first")
        fill(engine(draft), cipher)
        os.link(draft, path)
    except FileExistsError as error:
        raise VaultThere("there is a vault already", file=str(path), hint="name another") from error
    except OSError as error:
        raise NoVault(f"cannot be made: {error.strerror}", file=str(path), hint="check the folder") from error
    finally:
        draft.unlink(missing_ok=True)


def engine(place: Path | URL) -> Engine:
    """What opens the vault. Errors never repeat the values that were given to a statement."""
    if isinstance(place, URL):
        return create_engine(place, pool_pre_ping=True, hide_parameters=True)
    uri = f"file:{quote(str(place.absolute()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, timeout=PATIENCE, isolation_level=None, check_same_thread=False, uri=True)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    made = create_engine("sqlite://", creator=connect, poolclass=QueuePool, hide_parameters=True)

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        # Deferred, a transaction that reads and then writes fails at once when another writer came between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made
