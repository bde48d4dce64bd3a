"""The keys of a ledger, read first: every other signature is checked under them.

The rows are found by their stream column; the pass over all entries then shows that no key event stands elsewhere and
that these rows are themselves chained and signed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.chain.entry import Entry
from ledger.chain.note import VerifierKey
from ledger.errors import LedgerError
from ledger.events.base import Event
from ledger.events.codec import decoded
from ledger.events.keys import LedgerOpened
from ledger.keys.keyring import Keyring
from ledger.storage.inspection import raw_stream
from ledger.storage.store import Store
from ledger.verification.events import KeyLife
from ledger.verification.report import Fault


@dataclass
class KeyHistory:
    """What the key events say, and what is wrong with them."""

    keyring: Keyring = field(default_factory=Keyring)
    log_key: VerifierKey | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.keyring.origin

    @property
    def operator(self) -> str:
        return self.keyring.operator

    @property
    def keys(self) -> dict[str, KeyLife]:
        return {
            key.key_id: KeyLife(
                key.public, key.party, key.use, key.enrolled_at, key.revoked_at or 0, self.keyring.vouched(key.key_id)
            )
            for key in self.keyring.keys.values()
        }


def key_history(store: Store) -> KeyHistory:
    """Read `ledger/keys`. An event that cannot be read or does not follow is a fault, and changes no key."""
    history = KeyHistory()
    for position, _, _, _, raw in raw_stream(store, "ledger/keys"):
        try:
            event = decoded(Entry.parse(raw).event)
            history.keyring = history.keyring.apply(position, event)
            _keep_log_key(history, event)
        except (LedgerError, TypeError) as error:
            message = error.message if isinstance(error, LedgerError) else "not an entry"
            history.faults.append(Fault("key.history", position, f"this key event does not hold: {message}"))
    if history.log_key is None:
        history.faults.append(Fault("key.no-opening", 1, "entry 1 does not open this ledger: no key can be known"))
    return history


def _keep_log_key(history: KeyHistory, event: Event) -> None:
    if isinstance(event, LedgerOpened):
        history.log_key = VerifierKey(event.origin, bytes.fromhex(event.log_key))
