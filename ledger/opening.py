"""A new ledger: keys, vault, store, policy, and entry 1.

Keys and vault come first and entry 1 last: if we die on the way, the same command goes on from there, and a ledger
that has its first entry is never opened twice.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from ledger.chain.entry import signed_bytes, spell_signature
from ledger.clock import Clock, now, spell
from ledger.errors import Conflict, InputRejected
from ledger.events.base import stream_of
from ledger.events.codec import encoded
from ledger.events.keys import LedgerOpened
from ledger.ids import is_party, new_id
from ledger.keys.keystore import KeyPair, KeyStore
from ledger.keys.passphrase import Passphrase
from ledger.keys.private_file import write_private
from ledger.keys.signing import Random
from ledger.place import Place
from ledger.storage.append import Row
from ledger.storage.highwater import Mark
from ledger.storage.lost import open_there, reached
from ledger.storage.marks import Marks
from ledger.storage.opening import create, open_store
from ledger.storage.store import Store
from ledger.storage.vault_store import VaultStore, VaultThere

DEFAULT_OPERATOR = "OPERATOR"
_ORIGIN = re.compile(r"[a-z0-9][a-z0-9./_-]{2,127}", re.ASCII)


@dataclass(frozen=True)
class Opening:
    """How a ledger is opened. `seeds` are (events, log) seeds of 32 bytes, for the demo's keys in clear."""

    operator: str
    origin: str
    passphrase: Passphrase
    seeds: tuple[bytes, bytes] | None = None
    clock: Clock = now
    ids: Callable[[], str] = new_id
    random: Random = secrets.token_bytes


def new_origin(operator: str) -> str:
    """A name that no other ledger has: an event signed for one can then never be moved to another."""
    return f"ledger.invalid/{operator.lower().replace('_', '-')}-{secrets.token_hex(8)}"


def open_ledger(place: Place, opening: Opening) -> LedgerOpened:
    """Make the ledger and its files.

    Raises Conflict if it is there already, Lost where one with entries was there, InputRejected for a bad name.
    """
    _check_names(opening)
    if not opening.seeds:
        opening.passphrase()  # asked first: without one there is nothing to make
    store = _store(place, opening.clock)
    with store:
        if store.size():
            raise Conflict(
                f"there is a ledger at {place.shown}", code="ledger.exists",
                hint="after an interrupted init: it is whole, go on with it; else name another place with --ledger",
            )  # fmt: skip
        events, log = _keys(place, opening)
        _vault(place, opening)
        event = _event(opening, events, log)
        raw = encoded(event)
        row = Row(stream_of(event), event.type, raw, spell_signature(events.sign(signed_bytes(opening.origin, raw))))
        _write_policy(place, opening.operator, events, log)
        receipt = store.append([row], at=0)
        Marks.of(place).replace(Mark(receipt.last, receipt.leaf), sync=True)
        return event


def _vault(place: Place, opening: Opening) -> None:
    """Make the vault, or know again the one of an opening that was stopped half way: it must open with our key."""
    try:
        made = VaultStore.create(place.vault, place.vault_key, random=opening.random, clock=opening.clock)
    except VaultThere:
        made = VaultStore.open(place.vault, place.vault_key)
    made.close()


def _check_names(opening: Opening) -> None:
    if not is_party(opening.operator):
        raise InputRejected(
            f"{opening.operator!r} is not a party id",
            hint="letters, digits, - and _, a letter first",
            code="init.party",
        )
    if not _ORIGIN.fullmatch(opening.origin):
        raise InputRejected(
            f"{opening.origin!r} is not an origin", code="init.origin",
            hint="a URL without its scheme, in small letters: ledger.example.org/exchanges",
        )  # fmt: skip


def _store(place: Place, clock: Clock) -> Store:
    if reached(place):
        return open_there(place, clock=clock)  # refused as lost, or as there already: none is made in its place
    try:
        return create(place.url, clock=clock)
    except Conflict:
        # Made by a command that was stopped before entry 1; a complete ledger is refused by who asks its size.
        return open_store(place.url, clock=clock)


def _keys(place: Place, opening: Opening) -> tuple[KeyPair, KeyPair]:
    store, operator = KeyStore(place.keys), opening.operator
    if opening.seeds:
        events = store.create_in_clear(operator, "events", seed=opening.seeds[0])
        return events, store.create_in_clear(operator, "log", seed=opening.seeds[1], name=opening.origin)
    return (
        _key(store, opening, "events", f"{operator}/events"),
        _key(store, opening, "log", opening.origin),
    )


def _key(store: KeyStore, opening: Opening, use: str, name: str) -> KeyPair:
    """The key of an opening that was stopped half way, else a new one."""
    for file in store.files(opening.operator):
        if file.use == use and file.vkey.name == name:
            return file.opened(opening.passphrase)
    another = any(file.use == use for file in store.files(opening.operator))
    return store.create(
        opening.operator, "log" if use == "log" else "events", opening.passphrase, name=name, another=another
    )


def _event(opening: Opening, events: KeyPair, log: KeyPair) -> LedgerOpened:
    moment = spell(opening.clock())
    return LedgerOpened(
        author=opening.operator, happened_at=moment, id=opening.ids(), key=events.key_id, stated_at=moment,
        origin=opening.origin, operator=opening.operator, log_key=log.public.hex(), operator_key=events.public.hex(),
    )  # fmt: skip


def _write_policy(place: Place, operator: str, events: KeyPair, log: KeyPair) -> None:
    text = (
        "# Whose keys this machine trusts. An auditor writes this file with keys given by the parties themselves.\n"
        f"log {log.vkey}\nquorum none\nparty {operator} {events.vkey}\n"
    )
    if place.policy.exists():
        os.unlink(place.policy)
    write_private(place.policy, text.encode())
