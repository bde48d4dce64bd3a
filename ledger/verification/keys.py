"""The keys of a ledger, read first: every other signature is checked under them.

The rows are found by their stream column; the pass over all entries then shows that no key event stands elsewhere and
that these rows are themselves chained and signed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.chain.entry import Entry, MalformedEntry
from ledger.chain.note import VerifierKey
from ledger.errors import LedgerError
from ledger.events.codec import decoded
from ledger.keys.keyring import Keyring
from ledger.storage.faults import NOT_READ
from ledger.storage.inspection import raw_stream
from ledger.storage.store import Store
from ledger.verification.events import KeyLife, Keys
from ledger.verification.report import Faults


@dataclass
class KeyHistory:
    """What the key events say, and what is wrong with them."""

    keyring: Keyring = field(default_factory=Keyring)
    faults: Faults = field(default_factory=Faults)

    @property
    def keys(self) -> Keys:
        lives = {
            key.key_id: KeyLife(key.public, key.party, key.use, key.enrolled_at, key.revoked_at or 0)
            for key in self.keyring.keys.values()
        }
        return Keys(self.keyring.origin, self.keyring.operator, lives)

    def log_keys(self, size: int | None = None) -> list[VerifierKey]:
        """The keys that sign checkpoints: those that count at this size, or all there ever were."""
        return [
            VerifierKey(self.keyring.origin, key.public)
            for key in self.keyring.keys.values()
            if key.use == "log" and (size is None or key.valid_at(size))
        ]


def key_history(store: Store, last: int) -> KeyHistory:
    """Read `ledger/keys` up to entry `last`. An event that cannot be read or does not follow is a fault."""
    history = KeyHistory()
    try:
        rows = raw_stream(store, "ledger/keys")
    except NOT_READ:
        raise
    except LedgerError as error:
        history.faults.add("key.history", 0, f"the key events cannot be read: {error.message}")
        rows = []
    for position, _, _, _, raw in rows:
        if not isinstance(position, int) or position > last:
            continue
        try:
            if not isinstance(raw, bytes):
                raise MalformedEntry("not an entry")
            history.keyring = history.keyring.apply(position, decoded(Entry.parse(raw).event))
        except LedgerError as error:
            history.faults.add("key.history", position, f"this key event does not hold: {error.message}")
    if not history.keyring.keys:
        why = "entry 1 does not open this ledger: no key can be known"
        if not last:
            why = "it has no entry: all were taken away, or `ledger init` was interrupted and is to be run again"
        history.faults.add("key.no-opening", 1, why)
    return history
