"""A world with persons in it, and what the tests of this folder do to them."""

from __future__ import annotations

import hashlib  # noqa: TID251 - to look for what must not be there
from pathlib import Path
from typing import Any

from ledger.door import door_of
from ledger.erasing import carry_out
from ledger.recorded import Recorded
from ledger.storage.opening import open_store
from ledger.storage.vault_store import VaultStore
from ledger.subjects.identifiers import Identifier
from ledger.verification.persons import Persons, persons
from tests.worlds import V, World

AN, JAN = "an.voorbeeld@fictief.example", "national:85.07.30-033.28"
SAID = "An Voorbeeld liet haar gegevens wissen na een klacht"


def known(world: World, person: str = AN) -> str:
    """The person's token."""
    with world.open() as ledger:
        return ledger.vault.add_person(V, Identifier.guessed(person))


def said(world: World, *tokens: str, text: str = SAID, day: int = 1) -> Recorded:
    """Record a sealed text about these persons."""
    fields = {"party": "TBT", "effective_at": f"2022-08-0{day}"}
    line = world.signed("TBT", "party-withdrew", reason={"value": text, "about": list(tokens)}, **fields)
    return world.record(line)[0]


def erased(world: World, *tokens: str, **fields: Any) -> Recorded:
    """Record that these persons are erased, which erases them."""
    given = {"ground": "request", "decided_by": "VLAIO", "in_protocol": V, **fields}
    about = {"tokens": list(tokens)} if tokens else {}
    return world.record(world.signed("OPERATOR", "subject-erased", None, **about, **given))[0]


def judged(world: World, *, deep: bool = False) -> Persons:
    """What `ledger verify` finds of sealed parts and persons."""
    with open_store(world.place.url) as store:
        vault = VaultStore.open(world.place.vault, world.place.vault_key)
        try:
            replayed = carry_out(store, vault, lambda: door_of(store).keyring)
            return persons(store, vault, replayed, deep=deep)
        finally:
            vault.close()


def codes(found: Persons) -> list[tuple[str, int]]:
    return [(fault.code, fault.position) for fault in found.faults]


def files_with(world: World, *needles: bytes) -> list[tuple[str, bytes]]:
    """Every file of the ledger in which any of these bytes stand: whole file, free pages and all."""
    folder = world.place.base.parent
    contents = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return [(path.name, needle) for path, content in contents.items() for needle in needles if needle in content]


def spelled(text: str) -> list[bytes]:
    """A text as it might be left somewhere: as bytes, in UTF-16, in hex, and as a plain digest."""
    raw = text.encode()
    digest = hashlib.sha256(raw)
    return [raw, text.encode("utf-16-le"), raw.hex().encode(), digest.digest(), digest.hexdigest().encode()]


def copy_of(path: Path) -> bytes:
    return path.read_bytes()
