"""The fold: facts of every register but the uses, by protocol. What is due is computed when it is asked.

Known at K is a prefix of the log: fold less. The state holds no computed date, and no bytes of protocol files: it
names their digests, and finds the bytes through the look-up that the projection was made with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from ledger.chain.hashing import sha256
from ledger.clock import parse_recorded, spell_recorded
from ledger.errors import VerificationFailed
from ledger.events.catalogue import types
from ledger.protocol.load import load
from ledger.protocol.model import ProtocolVersion
from projections.obligations.facts import Known
from projections.projection import Fact

Files = Callable[[str], bytes]
"""The bytes of a protocol file by their SHA-256 in hex."""
REGISTERED, ENROLLED = "protocol-version-registered", "key-enrolled"


class OtherFile(VerificationFailed):
    """The bytes of a protocol file are not those that the ledger names."""

    code = "protocol.other-bytes"


@lru_cache(maxsize=256)
def _loaded(data: bytes, digest: str) -> ProtocolVersion:
    """The same bytes are read once: a file takes longer to read than its obligations to compute."""
    return load(data, digest, types())


@dataclass(slots=True)
class State:
    """Facts by protocol, in order of position; and the entry from which each party has a key of its own."""

    files: Files
    facts: dict[str, list[Known]] = field(default_factory=dict)
    keyed: dict[str, int] = field(default_factory=dict)

    def version(self, digest: str) -> ProtocolVersion:
        """The protocol version with this digest. Raises OtherFile, and what the look-up raises."""
        data = self.files(digest)
        if sha256(data).hex() != digest:
            raise OtherFile("the bytes of a protocol file are not those registered", digest=digest)
        return _loaded(data, digest)


class ObligationsProjection:
    """Projection `obligations`. `files` gives a protocol file's bytes by the digest that an entry names."""

    name = "obligations"
    version = 1

    def __init__(self, files: Files) -> None:
        self.files = files

    def reads(self, stream: str) -> bool:
        """Every register of a protocol but its uses; of the ledger itself only its keys."""
        protocol, _, register = stream.partition("/")
        return register == "keys" if protocol == "ledger" else register != "usage"

    def empty(self) -> State:
        return State(self.files)

    def apply(self, state: State, fact: Fact) -> State:
        """Keep one more fact. Raises UnknownType for a type that this version does not know."""
        if not self.reads(fact.stream):
            return state
        fields: dict[str, Any] = msgspec.to_builtins(fact.event)
        kind = str(fields.pop("type")).partition("/")[0]
        if kind == ENROLLED and fields.get("use") == "events":
            state.keyed.setdefault(fields["party"], fact.position)
        protocol = fields.get("protocol")
        if protocol is not None:
            known = Known(fact.position, fact.recorded_at, fact.stream, kind, fields)
            state.facts.setdefault(protocol, []).append(known)
        return state

    def items(self, state: State) -> int:
        """How many facts it keeps."""
        return sum(len(several) for several in state.facts.values())

    def dump(self, state: State) -> Any:
        facts = [
            {
                "event": dict(known.fields),
                "position": known.position,
                "recorded_at": spell_recorded(known.recorded_at),
                "stream": known.stream,
                "type": known.type,
            }
            for _, several in sorted(state.facts.items())
            for known in several
        ]
        return {"facts": facts, "keyed": dict(sorted(state.keyed.items()))}

    def load(self, dumped: Any) -> State:
        state = State(self.files, keyed=dict(dumped["keyed"]))
        for each in dumped["facts"]:
            recorded = parse_recorded(each["recorded_at"])
            known = Known(each["position"], recorded, each["stream"], each["type"], each["event"])
            state.facts.setdefault(each["event"]["protocol"], []).append(known)
        return state
