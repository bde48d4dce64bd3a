"""What a projection is: a pure fold over verified entries. No clock, no input or output, no vault.

- `apply(state, fact) -> state`; the same entries give the same state, on every engine.
- The moment is an argument of the question, never of the fold: *known at K* is the prefix of the log with
  `recorded_at <= K`; *as of T* is asked of the state.
- State holds facts and the starts of clocks, never computed due dates: holiday and zone tables change.
- A fold that meets a type it does not know stops and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from itertools import islice
from sys import intern
from typing import Any, NamedTuple, Protocol

import msgspec

from ledger.canonical import encode_fast
from ledger.chain.entry import Entry
from ledger.chain.hashing import sha256_of
from ledger.errors import LedgerError, NotChecked, VerificationFailed
from ledger.events.base import Event
from ledger.events.codec import MalformedEvent, UnknownType, decoded, decoded_fast
from ledger.uncollected import uncollected
from projections.uses import Uses


class UnreadableType(NotChecked):
    """An event of a type that this version does not know: a fold that left it out would answer wrongly."""

    code = "event.unknown-type"


_fields = msgspec.json.Decoder(dict[str, Any]).decode
_PART = 50
_SHORT = 32
"""Letters from which on a text is likely to be the only one of its kind: an id, a digest."""


class Known(NamedTuple):
    """One entry as states keep it: `type` without version, `fields` the event's values as JSON has them."""

    position: int
    recorded_at: datetime
    stream: str
    type: str
    fields: Mapping[str, Any]


class Sound(NamedTuple):
    """What a fold needs of an entry whose event was found to be one of the catalogue: it is not checked again."""

    position: int
    recorded_at: datetime
    stream: str
    event: bytes


class Fact:
    """One verified entry, as projections see it. The event is read when first asked for, once for all of them."""

    __slots__ = ("__dict__", "entry")

    def __init__(self, entry: Entry | Sound) -> None:
        self.entry = entry

    @property
    def position(self) -> int:
        return self.entry.position

    @property
    def recorded_at(self) -> datetime:
        return self.entry.recorded_at

    @property
    def stream(self) -> str:
        return self.entry.stream

    @cached_property
    def event(self) -> Event:
        """Raises UnreadableType for a type that this version does not know, VerificationFailed for what is no event."""
        try:
            return decoded_fast(self.entry.event)
        except MalformedEvent as error:
            raise self._unreadable() from error

    @cached_property
    def known(self) -> Known:
        """What a state keeps of it. Raises as `event` does."""
        if not isinstance(self.entry, Sound):
            _ = self.event
        fields: dict[str, Any] = _fields(self.entry.event)
        kind = intern(str(fields.pop("type")).partition("/")[0])
        for name, value in fields.items():  # one text for all entries, where each would bring its own
            if type(value) is str and (len(value) < _SHORT or name == "key"):
                fields[name] = intern(value)
        return Known(self.position, self.recorded_at, intern(self.stream), kind, fields)

    def _unreadable(self) -> LedgerError:
        position = self.position
        try:
            decoded(self.entry.event)
        except UnknownType as error:
            return UnreadableType(error.message, position=position, hint="upgrade `ledger`, which knows newer types")
        except MalformedEvent as error:
            return VerificationFailed(
                f"an entry that is no event: {error}", position=position, code="event.malformed",
                hint="run: ledger verify",
            )  # fmt: skip
        return VerificationFailed("an event in a spelling of its own", position=position, code="event.malformed")


def sound(entry: Entry) -> Entry | Sound:
    """The entry, read once: as it is where its event cannot be read, for whoever folds it to say so."""
    try:
        decoded_fast(entry.event)
    except MalformedEvent:
        return entry
    return Sound(entry.position, entry.recorded_at, entry.stream, entry.event)


class Projection(Protocol):
    """A fold with a name and a version; a change of meaning is a new version."""

    name: str
    version: int

    def reads(self, stream: str) -> bool:
        """Whether entries of this stream matter to it; the others are never decoded for it."""
        ...

    def empty(self) -> Any:
        """The state before entry 1."""
        ...

    def apply(self, state: Any, fact: Fact) -> Any:
        """The state after one more entry. May change and return the same object."""
        ...

    def count(self, state: Any, uses: Uses) -> Any:
        """The state after these uses, whichever way they come: in one piece or several, in any order.

        Asked only of a projection that reads a stream of uses; to `apply` such an entry is to count it.
        """
        ...

    def items(self, state: Any) -> int:
        """How many things the state holds, to show beside its digest."""
        ...

    def dump(self, state: Any) -> Any:
        """The state as canonical JSON values, in an order that does not depend on how it came about.

        What may be long is an iterator in place of a list, so that it is never there as a whole beside the state.
        """
        ...

    def load(self, dumped: Any) -> Any:
        """The inverse of `dump`."""
        ...


@uncollected()
def digest(projection: Projection, state: Any) -> str:
    """SHA-256 in hex over the projection's name, version and state: equal on every engine, or something is wrong."""
    return _digest(projection, _parts(projection.dump(state)))


@uncollected()
def dumped(projection: Projection, state: Any) -> bytes:
    """The state's canonical bytes. What came out of canonical entries needs no second check of each value."""
    return b"".join(_parts(projection.dump(state)))


def digest_of(projection: Projection, state: bytes) -> str:
    """The digest, from the bytes that `dumped` gave."""
    return _digest(projection, [state])


def _digest(projection: Projection, state: Iterable[bytes]) -> str:
    hasher = sha256_of()
    hasher.update(b"[%s,%d," % (encode_fast(projection.name), projection.version))
    for part in state:
        hasher.update(part)
    hasher.update(b"]")
    return hasher.digest().hex()


def _parts(value: Any) -> Iterator[bytes]:
    """The canonical bytes of a value, a part at a time: those of a large state would be as large once more."""
    if isinstance(value, dict):
        for number, name in enumerate(sorted(value)):
            yield (b"," if number else b"{") + encode_fast(name) + b":"
            yield from _parts(value[name])
        yield b"}" if value else b"{}"
    elif isinstance(value, list | Iterator):
        rows, before = iter(value), b"["
        while part := list(islice(rows, _PART)):
            yield before + encode_fast(part)[1:-1]
            before = b","
        yield b"]" if before == b"," else b"[]"
    else:
        yield encode_fast(value)
