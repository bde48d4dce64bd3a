"""A new master key for a vault: everything it hides is hidden again, and every look-up made anew.

Entries hold tokens and commitments, which no key of the vault goes into: the chain is not touched.
"""

from __future__ import annotations

from sqlalchemy import Connection, update

from ledger.storage.vault_base import by
from ledger.storage.vault_cipher import VaultCipher
from ledger.storage.vault_tables import ALIASES, OPENINGS, PERSONS, RECORD_KEYS, VAULT

_A_TIME = 5_000


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
            others.append(_alias(old, new, row.token, row.protocol, wrapped, lookup, shown))
    for some in by(_A_TIME, persons):
        connection.execute(PERSONS.insert(), some)
    for some in by(_A_TIME, others):
        connection.execute(ALIASES.insert(), some)


def _alias(
    old: VaultCipher, new: VaultCipher, token: str, protocol: str, wrapped: bytes, lookup: bytes, shown: bytes
) -> dict[str, str | bytes]:
    from ledger.canonical import decode
    from ledger.subjects.identifiers import Identifier

    identifier = Identifier(**decode(shown))
    found_by = old.lookup(protocol, str(identifier)) == bytes(lookup)
    # How one was written is found by nobody: its look-up only has to be its own.
    fresh = new.lookup(protocol, str(identifier) if found_by else f"\n{identifier.raw}")
    return {"lookup": fresh, "token": token, "content": new.hidden_alias(token, fresh, wrapped, shown)}
