"""What a verification found: three verdicts, the faults, and what was not checked."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from ledger.chain.hashing import Digest

MOST_FAULTS = 1000
"""Kept and shown; beyond that they are counted."""


class Verdict(StrEnum):
    OK = "ok"
    FAILED = "failed"
    NOT_CHECKED = "not-checked"


class Fault(NamedTuple):
    """One thing that is proven wrong. `position` is 0 where it concerns no single entry."""

    code: str
    position: int
    detail: str

    @property
    def area(self) -> str:
        """Which verdict it fails."""
        return "completeness" if self.code.startswith(("completeness.", "highwater.", "checkpoint.beyond")) else "integrity"


class Report(NamedTuple):
    """`root` is that of the whole tree; `counts` says how much of what was checked."""

    origin: str
    size: int
    root: Digest
    verdicts: dict[str, Verdict]
    faults: tuple[Fault, ...]
    not_checked: tuple[str, ...]
    counts: dict[str, int]

    @property
    def failed(self) -> bool:
        return Verdict.FAILED in self.verdicts.values()


def verdicts(faults: Iterable[Fault], *, fresh: Verdict, complete: Verdict) -> dict[str, Verdict]:
    """Integrity fails by any fault of its own; completeness and freshness are `ok` only where they were checked."""
    areas = {fault.area for fault in faults}
    return {
        "integrity": Verdict.FAILED if "integrity" in areas else Verdict.OK,
        "completeness": Verdict.FAILED if "completeness" in areas else complete,
        "freshness": fresh,
    }


def sorted_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """In order of position, each once."""
    return tuple(sorted(set(faults), key=lambda fault: (fault.position, fault.code, fault.detail)))
