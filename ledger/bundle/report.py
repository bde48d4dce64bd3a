"""What the check of a bundle found: five verdicts, the faults, and what was not checked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ledger.bundle.manifest import Manifest
from ledger.chain.hashing import Digest

MOST_FAULTS = 1000


class Verdict(StrEnum):
    OK = "ok"
    FAILED = "failed"
    NOT_CHECKED = "not-checked"


AREAS = ("integrity", "completeness", "agreement", "time", "persons")
"""Is it unaltered; is it all of it; did others see the same; since when; do the sealed parts open."""


class Fault(NamedTuple):
    """One thing that is proven wrong. `position` is 0 where it concerns no single entry."""

    code: str
    position: int
    detail: str

    @property
    def area(self) -> str:
        """Which verdict it fails: the first word of its code, integrity where that is none of the others."""
        area = self.code.partition(".")[0]
        return area if area in AREAS else "integrity"


class Findings:
    """What the steps tell while they run."""

    def __init__(self) -> None:
        self._faults: dict[Fault, None] = {}
        self._failed: set[str] = set()
        self.verdicts = dict.fromkeys(AREAS, Verdict.NOT_CHECKED)
        self.not_checked: list[str] = []
        self.wanting: list[str] = []
        """What was asked for and is absent: it makes the answer *could not check*."""
        self.cosigned: dict[str, int] = {}
        self.stamped_at: datetime | None = None

    def fault(self, code: str, position: int, detail: str) -> None:
        """One thing that is proven wrong. So many are kept; each fails its area, whether it is kept or not."""
        fault = Fault(code, position, detail)
        self._failed.add(fault.area)
        if len(self._faults) < MOST_FAULTS:
            self._faults.setdefault(fault)

    @property
    def count(self) -> int:
        return len(self._faults)

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(sorted(self._faults, key=lambda fault: (fault.position, fault.code, fault.detail)))

    def found(self, areas: Iterable[str]) -> bool:
        """Whether a fault was found in one of these areas."""
        return not self._failed.isdisjoint(areas)

    def settled(self) -> dict[str, Verdict]:
        """The verdicts: a fault of its area fails each, whatever a step has said."""
        return {area: Verdict.FAILED if self.found([area]) else self.verdicts[area] for area in AREAS}


class Report(NamedTuple):
    """`digest` is the manifest's; origin, size and root are the checkpoint's.

    `wanting` is what was asked for and is absent; `counts` says how much of what was checked. `cosigned` is when (POSIX
    seconds) each witness of the policy cosigned, `stamped_at` when a trusted authority saw the checkpoint.
    """

    manifest: Manifest
    digest: Digest
    origin: str
    size: int
    root: Digest
    verdicts: dict[str, Verdict]
    faults: tuple[Fault, ...]
    not_checked: tuple[str, ...]
    wanting: tuple[str, ...]
    counts: dict[str, int]
    cosigned: dict[str, int]
    stamped_at: datetime | None

    @property
    def exit(self) -> int:
        """3: something is proven wrong. 9: something asked for is absent. 0: neither."""
        if Verdict.FAILED in self.verdicts.values():
            return 3
        return 9 if self.wanting else 0
