"""Sealed parts: intact, lawfully erased by an entry, or not disclosed.

9. Each opening fits the sealed part that it names.
10. What an erasure names is not opened, and an erasure is what it says: an entry of `ledger/erasures`.

`openings.jsonl` has one line for each: {"blind":"<hex>","field":"reason","position":12,"value":"..."}
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ledger.bundle.report import Findings, Verdict
from ledger.bundle.walk import SealedPart, Walk
from ledger.canonical import decode, encode
from ledger.errors import InputRejected, LedgerError
from ledger.subjects.sealed import commitment


class BadOpening(InputRejected):
    """A line that is not an opening in its one spelling."""

    code = "bundle.opening"


class Disclosed(NamedTuple):
    """What one sealed part says, and the blind (hex) that ties it to its commitment."""

    position: int
    field: str
    value: Any
    blind: str

    def __bytes__(self) -> bytes:
        return encode(self._asdict())

    @classmethod
    def parse(cls, raw: bytes) -> Disclosed:
        """Raises BadOpening."""
        try:
            value = decode(raw)
            found = cls(**value)
            fits = (
                isinstance(found.field, str) and type(found.position) is int and len(bytes.fromhex(found.blind)) == 32
            )
        except (LedgerError, TypeError, ValueError) as error:
            raise BadOpening("not an opening: position, field, value and blind") from error
        if not fits or found.blind != found.blind.lower():
            raise BadOpening("not an opening: position, field, value and blind")
        return found


def check_persons(lines: Iterable[bytes], walk: Walk, findings: Findings) -> int:
    """Hold the openings against the sealed parts; give how many parts were opened."""
    erased = _erased(walk)
    opened: set[tuple[int, str]] = set()
    for number, line in enumerate(lines, 1):
        try:
            found = Disclosed.parse(line)
        except BadOpening as error:
            findings.fault("persons.malformed", 0, f"line {number} of openings.jsonl is {error.message}")
            continue
        place = (found.position, found.field)
        part = walk.sealed.get(place)
        if part is None:
            findings.fault(
                "persons.no-such-part", found.position, f"an opening for {found.field}, which is not sealed there"
            )
        elif place in opened:
            findings.fault("persons.twice", found.position, f"{found.field} is opened twice")
        elif place in erased:
            detail = f"{found.field} was erased by entry {erased[place]}, and is disclosed here"
            findings.fault("persons.erased-disclosed", found.position, detail)
        elif not _fits(found, part):
            findings.fault(
                "persons.other-value", found.position, f"the opening of {found.field} is not what was sealed"
            )
        else:
            opened.add(place)
    _tell(walk, opened, erased, findings)
    return len(opened)


def _fits(found: Disclosed, sealed: SealedPart) -> bool:
    try:
        return commitment(bytes.fromhex(found.blind), sealed.event, found.field, found.value) == sealed.part.sealed
    except LedgerError:
        return False


def _erased(walk: Walk) -> dict[tuple[int, str], int]:
    """The sealed parts that an erasure covers, and the entry that says so."""
    by_commitment, by_token = dict[str, int](), dict[str, int]()
    for position, event in walk.erasures:
        by_commitment |= dict.fromkeys(event.commitments if isinstance(event.commitments, tuple) else (), position)
        by_token |= dict.fromkeys(event.tokens if isinstance(event.tokens, tuple) else (), position)
    found: dict[tuple[int, str], int] = {}
    for place, (_, part) in walk.sealed.items():
        about = part.about if isinstance(part.about, tuple) else ()
        positions = [by_commitment.get(part.sealed, 0), *(by_token.get(token, 0) for token in about)]
        if by := next((each for each in positions if each), 0):
            found[place] = by
    return found


def _tell(walk: Walk, opened: set[tuple[int, str]], erased: dict[tuple[int, str], int], findings: Findings) -> None:
    closed = len(walk.sealed.keys() - opened - erased.keys())
    if closed:
        findings.not_checked.append(f"what {closed:,} of {len(walk.sealed):,} sealed parts say: they are not disclosed")
    else:
        findings.verdicts["persons"] = Verdict.OK
