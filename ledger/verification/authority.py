"""Who might state what: the door's own rules, asked again of each entry that has a signature of its own.

What they are asked under is read first, as the keys are: the governance registers, by their stream column. The pass
over all entries then shows that no such event stands elsewhere, and that these rows are themselves chained and signed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, get_args

from ledger.chain.entry import Entry
from ledger.chain.hashing import sha256
from ledger.errors import InputRejected, LedgerError
from ledger.events.base import Event, ProtocolEvent, SignedEvent
from ledger.events.codec import decoded
from ledger.events.governance import ProtocolVersionRegistered
from ledger.keys.keyring import Keyring
from ledger.parties import Governing, Known, UnknownFile, judged, version_of
from ledger.storage.faults import NOT_READ
from ledger.storage.inspection import Beside, raw_of_types
from ledger.storage.store import Store
from ledger.verification.report import Fault, Faults

_NOBODY = Known()
_TYPES = tuple(str(each.__struct_config__.tag) for each in (*get_args(Governing), ProtocolVersionRegistered))


class Life(NamedTuple):
    """One protocol: its readings after each of these entries, in order; None from where it cannot be known."""

    positions: tuple[int, ...]
    known: tuple[tuple[Known, ...] | None, ...]

    def before(self, position: int) -> tuple[Known, ...] | None:
        """What an entry at this position is judged by."""
        at = bisect_left(self.positions, position)
        return self.known[at - 1] if at else (_NOBODY,)

    def then(self, position: int, known: Known | None) -> Life:
        readings = None if known is None else tuple(map(_bare, known.readings))
        return Life((*self.positions, position), (*self.known, readings))


def _bare(known: Known) -> Known:
    return replace(known, versions=(), stated=(), now=None)


_UNBORN = Life((), ())


@dataclass(frozen=True)
class Rules:
    """What authority is judged by, at any position of the ledger. Goes to other processes: no file is in it."""

    keyring: Keyring = field(default_factory=Keyring)
    lives: Mapping[str, Life] = field(default_factory=dict)

    def check(self, event: SignedEvent, position: int) -> tuple[bool, list[Fault]]:
        """Whether it reports the act of another, and what is wrong. For an event whose signature holds."""
        readings: tuple[Known, ...] = (_NOBODY,)
        if isinstance(event, ProtocolEvent):
            before = self.lives.get(event.protocol, _UNBORN).before(position)
            if before is None:
                return False, []
            readings = before
            if not readings[-1].asked_by(event).parties:
                detail = f"no version of {event.protocol} is registered before this entry"
                return False, [Fault("protocol.unknown", position, detail)]
        try:
            standing = judged(event, self.keyring, position, readings)
        except InputRejected as error:
            return False, [Fault(error.code, position, error.message)]
        return standing.how == "reported", []

    def unknown(self) -> Iterator[str]:
        """What could not be judged."""
        for protocol, life in sorted(self.lives.items()):
            if None in life.known:
                position = life.positions[life.known.index(None)]
                yield f"who might state what for {protocol} after entry {position}: its protocol file cannot be used"


def read_rules(store: Store, beside: Beside, keyring: Keyring) -> tuple[Rules, Faults]:
    """Read the governance registers up to `beside.last`. A version that its file does not bear out is a fault."""
    lives, faults = dict[str, Life](), Faults()
    files = {
        digest: data
        for digest, data in beside.protocol_file
        if isinstance(data, bytes) and sha256(data).hex() == digest
    }
    for stream in [name for name, _ in beside.streams if isinstance(name, str) and name.endswith("/governance")]:
        life, known = _UNBORN, _NOBODY
        for position, event in _events(store, stream, beside.last):
            after = _after(known, position, event, files, faults)
            if after is not known:
                life = life.then(position, after)
            if after is None:
                break
            known = after
        lives[stream.partition("/")[0]] = life
    return Rules(keyring, lives), faults


def _after(known: Known, position: int, event: Event, files: Mapping[str, bytes], faults: Faults) -> Known | None:
    if isinstance(event, Governing):
        return known.after(event)
    if not isinstance(event, ProtocolVersionRegistered):
        return known
    if event.digest not in files:
        return None  # told as a file that is gone or was changed
    try:
        return known.with_version(version_of(event, files))
    except UnknownFile as error:
        faults.add("protocol.other-file", position, error.message)
    except LedgerError as error:
        faults.add(
            "protocol.unusable", position, f"the protocol file that it registers cannot be read: {error.message}"
        )
    return None


def _events(store: Store, stream: str, last: int) -> Iterator[tuple[int, Event]]:
    """What can be read of a register; what cannot is told where every entry is read."""
    try:
        rows = raw_of_types(store, stream, _TYPES)
    except NOT_READ:
        raise
    except LedgerError:
        return
    for position, _, _, _, raw in rows:
        if isinstance(position, int) and position <= last and isinstance(raw, bytes):
            try:
                yield position, decoded(Entry.parse(raw).event)
            except LedgerError:
                continue
