"""What a verification found: three verdicts, the faults, and what was not checked."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from ledger.chain.hashing import Digest

MOST_FAULTS = 1000
"""Kept and shown of one kind of check; beyond that they are counted."""

_COMPLETENESS = ("completeness.", "highwater.", "checkpoint.beyond", "checkpoint.gone")
_DERIVED = (
    "batch.root", "batch.count", "tree.", "checkpoint.", "completeness.seal", "completeness.head", "completeness.usage",
    "database.", "highwater.",
)  # fmt: skip
_DATABASE = ("database.unreadable", "database.structure")


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
        return "completeness" if self.code.startswith(_COMPLETENESS) else "integrity"

    @property
    def derived(self) -> bool:
        """Whether it shows that something was changed, and not which entry."""
        return self.code.startswith(_DERIVED) or not self.position


class Faults:
    """Faults as they are found: the first MOST_FAULTS are kept, all are counted."""

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self.count = 0
        self.areas: set[str] = set()

    def add(self, code: str, position: int, detail: str) -> None:
        self.extend([Fault(code, position, detail)])

    def extend(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.count += 1
            self.areas.add(fault.area)
            if len(self.kept) < MOST_FAULTS:
                self.kept.append(fault)

    def join(self, other: Faults) -> None:
        """Take in what another check found, with what it only counted."""
        self.kept += other.kept[: max(0, MOST_FAULTS - len(self.kept))]
        self.count += other.count
        self.areas |= other.areas


class Report(NamedTuple):
    """`root` is that of the whole tree; `counts` says how much of what was checked, and how many faults there are."""

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


def verdicts(areas: set[str], *, fresh: Verdict, complete: Verdict) -> dict[str, Verdict]:
    """Integrity fails by any fault of its own; completeness and freshness are `ok` only where they were checked."""
    return {
        "integrity": Verdict.FAILED if "integrity" in areas else Verdict.OK,
        "completeness": Verdict.FAILED if "completeness" in areas else complete,
        "freshness": fresh,
    }


def sorted_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Each once: first what names the entry that is wrong, then what follows from it; in order of position.

    Before all of them a database that cannot read itself: what was not read of it looks like what is not there.
    """

    def rank(fault: Fault) -> tuple[bool, bool, int, str, str]:
        return not fault.code.startswith(_DATABASE), fault.derived, fault.position, fault.code, fault.detail

    return tuple(sorted(set(faults), key=rank))
