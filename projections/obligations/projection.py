"""The fold: facts of every register by protocol, and uses by day. What is due is computed when it is asked.

Known at K is a prefix of the log: fold less. The state holds no computed date, and no bytes of protocol files: it
names their digests, and finds the bytes through the look-up that the projection was made with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ledger.chain.hashing import sha256
from ledger.clock import parse_recorded, spell_recorded
from ledger.errors import VerificationFailed
from ledger.events.catalogue import types
from ledger.protocol.load import load
from ledger.protocol.model import ProtocolVersion
from projections.counting import use_of
from projections.projection import Fact, Known
from projections.uses import Uses

Files = Callable[[str], bytes]
"""The bytes of a protocol file by their SHA-256 in hex."""
REGISTERED, ENROLLED, USED = "protocol-version-registered", "key-enrolled", "access-used"
USAGE = "usage"
SUMMARISED = "usage-summarised"
"""Uses added up once more for who has not got them: not kept, for the uses themselves are."""
# What is recorded in one append has one time.
_spelled, _read = lru_cache(maxsize=1024)(spell_recorded), lru_cache(maxsize=1024)(parse_recorded)


class OtherFile(VerificationFailed):
    """The bytes of a protocol file are not those that the ledger names."""

    code = "protocol.other-bytes"


@lru_cache(maxsize=256)
def _loaded(data: bytes, digest: str) -> ProtocolVersion:
    """The same bytes are read once: a file takes longer to read than its obligations to compute."""
    return load(data, digest, types())


@dataclass(slots=True)
class State:
    """Facts by protocol, in order of position; and the entry from which each party has a key of its own.

    `uses` is None in a state that does not count them: clauses about uses are then not executed.
    """

    files: Files
    facts: dict[str, list[Known]] = field(default_factory=dict)
    keyed: dict[str, int] = field(default_factory=dict)
    uses: Uses | None = None

    def version(self, digest: str) -> ProtocolVersion:
        """The protocol version with this digest. Raises OtherFile, and what the look-up raises."""
        data = self.files(digest)
        if sha256(data).hex() != digest:
            raise OtherFile("the bytes of a protocol file are not those registered", digest=digest)
        return _loaded(data, digest)


class ObligationsProjection:
    """Projection `obligations`. `files` gives a protocol file's bytes by the digest that an entry names."""

    name = "obligations"
    version = 4
    counts_uses = True

    def __init__(self, files: Files) -> None:
        self.files = files
        self._reads: dict[str, bool] = {}

    def reads(self, stream: str) -> bool:
        """Every register of a protocol; of the ledger itself only its keys."""
        protocol, _, register = stream.partition("/")
        return register == "keys" if protocol == "ledger" else register != USAGE or self.counts_uses

    def empty(self) -> State:
        return State(self.files, uses=Uses() if self.counts_uses else None)

    def apply(self, state: State, fact: Fact) -> State:
        """Keep one more fact. Raises UnreadableType for a type that this version does not know."""
        stream = fact.stream
        if stream not in self._reads:
            self._reads[stream] = self.reads(stream)
        if not self._reads[stream]:
            return state
        known = fact.known
        if known.type == SUMMARISED:
            return state
        if known.type == USED:
            return self.count(state, use_of(fact.position, fact.entry.event))
        if known.type == ENROLLED and known.fields.get("use") == "events":
            state.keyed.setdefault(known.fields["party"], fact.position)
        protocol = known.fields.get("protocol")
        if protocol is not None:
            state.facts.setdefault(protocol, []).append(known)
        return state

    def count(self, state: State, uses: Uses) -> State:
        """Add uses to the stretches of their days."""
        if state.uses is not None:
            state.uses.add(uses)
        return state

    def items(self, state: State) -> int:
        """How many facts it keeps, and stretches of uses."""
        return sum(len(several) for several in state.facts.values()) + (state.uses.stretches() if state.uses else 0)

    def dump(self, state: State) -> Any:
        facts = (
            {
                "event": known.fields,
                "position": known.position,
                "recorded_at": _spelled(known.recorded_at),
                "stream": known.stream,
                "type": known.type,
            }
            for _, several in sorted(state.facts.items())
            for known in several
        )
        dumped = {"facts": facts, "keyed": dict(sorted(state.keyed.items()))}
        return dumped if state.uses is None else {**dumped, "uses": state.uses.dump()}

    def load(self, dumped: Any) -> State:
        state = State(self.files, keyed=dict(dumped["keyed"]))
        if self.counts_uses:
            state.uses = Uses.load(dumped["uses"])
        for each in dumped["facts"]:
            recorded, event = _read(each["recorded_at"]), each["event"]
            known = Known(each["position"], recorded, each["stream"], each["type"], event)
            state.facts.setdefault(event["protocol"], []).append(known)
        return state
