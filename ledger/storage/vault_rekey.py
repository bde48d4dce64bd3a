"""A new master key for a vault: everything it hides is hidden again, and every look-up made anew.

Entries hold tokens and commitments, which no key of the vault goes into: the chain is not touched.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sqlalchemy import Connection, update

from ledger.keys.private_file import read_private, write_private
from ledger.storage.vault_base import by
from ledger.storage.vault_cipher import KEY_BYTES, VaultCipher
from ledger.storage.vault_files import KEY_HINT
from ledger.storage.vault_tables import ALIASES, OPENINGS, PERSONS, RECORD_KEYS, VAULT

_A_TIME = 5_000


def drafted(key_file: Path) -> bytes:
    """A new key, beside the one that counts; or the one a stopped change left there."""
    draft = _draft(key_file)
    if not draft.exists():
        write_private(draft, secrets.token_bytes(KEY_BYTES))
    return read_private(draft, hint=KEY_HINT)


def put_in_place(key_file: Path) -> None:
    os.replace(_draft(key_file), key_file)
    folder = os.open(key_file.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def finished(key_file: Path, check: bytes | None) -> bytes | None:
    """The new key, put in its place, where the vault was brought under it before we died; else None."""
    draft = _draft(key_file)
    if check is None or not draft.is_file():
        return None
    fresh = read_private(draft, hint=KEY_HINT)
    if len(fresh) != KEY_BYTES or VaultCipher(fresh).check != check:
        return None
    put_in_place(key_file)
    return fresh


def wrap_again(connection: Connection, old: VaultCipher, new: VaultCipher) -> None:
    """Every row from under one key to under the other. Raises VaultDamaged where a row does not open."""
    _persons(connection, old, new)
    for table, key, column, place in (
        (OPENINGS, "commitment", "content", "opening/"), (RECORD_KEYS, "purpose", "wrapped", "record-key/"),
    ):  # fmt: skip
        for row in connection.execute(table.select()).all():
            name, stored = getattr(row, key), getattr(row, column)
            fresh = new.hidden(place + name, old.shown(place + name, stored))
            connection.execute(update(table).where(table.c[key] == name).values({column: fresh}))
    connection.execute(update(VAULT).where(VAULT.c.name == "check").values(content=new.check))


def _persons(connection: Connection, old: VaultCipher, new: VaultCipher) -> None:
    """Look-ups are keyed by the master key as well: each person is inserted anew."""
    aliases: dict[str, list[tuple[bytes, bytes]]] = {}
    for alias in connection.execute(ALIASES.select()).all():
        aliases.setdefault(alias.token, []).append((alias.lookup, alias.content))
    connection.execute(ALIASES.delete())
    rows = connection.execute(PERSONS.select()).all()
    connection.execute(PERSONS.delete())
    persons, others = [], []
    for row in rows:
        identifier = old.shown_person(row.token, row.wrapped, row.identifier)
        wrapped, stored = new.hidden_person(row.token, identifier)
        persons.append({
            "lookup": new.lookup(row.protocol, identifier), "token": row.token, "protocol": row.protocol,
            "wrapped": wrapped, "identifier": stored,
        })  # fmt: skip
        for lookup, content in aliases.get(row.token, ()):
            shown = old.shown_alias(row.token, lookup, row.wrapped, content)
            others.append(_alias(new, row.token, row.protocol, wrapped, identifier, shown))
    for some in by(_A_TIME, persons):
        connection.execute(PERSONS.insert(), some)
    for some in by(_A_TIME, others):
        connection.execute(ALIASES.insert(), some)


def _alias(
    new: VaultCipher, token: str, protocol: str, wrapped: bytes, first: str, shown: bytes
) -> dict[str, str | bytes]:
    from ledger.canonical import decode
    from ledger.subjects.identifiers import Identifier

    identifier = Identifier(**decode(shown))
    # How the first one was written is found by nobody: its look-up only has to be its own.
    text = f"\n{identifier.raw}" if str(identifier) == first else str(identifier)
    lookup = new.lookup(protocol, text)
    return {"lookup": lookup, "token": token, "content": new.hidden_alias(token, lookup, wrapped, shown)}


def _draft(key_file: Path) -> Path:
    return key_file.with_name(f"{key_file.name}.new")
