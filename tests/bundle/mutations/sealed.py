"""What can be done to the sealed parts that are opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ledger.bundle.manifest import OPENINGS
from ledger.canonical import encode_fast
from tests.bundle.forge import (
    GROUNDS,
    REASON,
    Forge,
    disclosed,
    good,
    honest,
    members,
    rewritten,
)
from tests.bundle.mutations.mutation import MUTATIONS, Mutation


def _opening(code: str, *lines: Callable[[Forge], bytes]) -> Mutation:
    def make(folder: Path) -> Path:
        forge = honest()
        path = good(folder)
        return rewritten(path, {**members(path), OPENINGS: b"".join(line(forge) + b"\n" for line in lines)})

    return Mutation(make, code, 3, -1)


MUTATIONS |= {
    "opening with another value": _opening(
        "persons.other-value", lambda forge: bytes(disclosed(forge, REASON)._replace(value="Iets anders"))
    ),
    "opening with another blind": _opening(
        "persons.other-value", lambda forge: bytes(disclosed(forge, REASON)._replace(blind="22" * 32))
    ),
    "opening of another entry": _opening(
        "persons.no-such-part", lambda forge: bytes(disclosed(forge, REASON)._replace(position=1))
    ),
    "opening twice": _opening(
        "persons.twice", lambda forge: bytes(disclosed(forge, REASON)), lambda forge: bytes(disclosed(forge, REASON))
    ),
    "erased part that is disclosed": _opening(
        "persons.erased-disclosed", lambda forge: bytes(disclosed(forge, GROUNDS, 1))
    ),
    "opening with a field too many": _opening(
        "persons.malformed", lambda forge: encode_fast({**disclosed(forge, REASON)._asdict(), "why": "x"})
    ),
}
