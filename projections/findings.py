"""What a finding is: something in the logs that the ledger does not explain, for a person to look into.

Computed when it is asked, never stored; only its closing is an event. Other modules give findings of their own by a
function from a view of one protocol (`projections.registers.findings.SOURCES`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from projections.obligations.answer import Cause as Entry
from projections.obligations.identity import identity
from projections.said import Said


class Cause(StrEnum):
    """Why something is found. A use has one of the first nine at most: the first that is true."""

    NOT_ATTRIBUTABLE = "not-attributable"
    """A shared key, or a log that names nobody: no grant can be looked for."""
    AFTER_END = "after-end"
    """After the protocol ended for the party that the use was for."""
    AFTER_WITHDRAWAL = "after-withdrawal"
    """After that party left; or data of an origin that left, without an agreement to keep them."""
    AFTER_EMPLOYMENT = "after-employment"
    OUTSIDE_PROFILE = "outside-profile"
    """A grant was there, for other datasets, another capacity or another function."""
    GRANT_REVOKED = "grant-revoked"
    GRANT_EXPIRED = "grant-expired"
    SERVICE_ACCOUNT = "service-account"
    """A service or system without a grant of its own: the person behind it is not known."""
    NO_GRANT = "no-grant"
    THIRD_PARTY_SHARE = "third-party-share"
    """Shared with somebody who is of no party: a possible disclosure to a third party."""
    BULK_EXPORT = "bulk-export"
    UNUSUAL_COUNT = "unusual-count"
    FIRST_STAGE_ONLY = "first-stage-only"
    """Stated to be deleted for good, or owed, where the log shows only the first stage."""
    UNRECORDED_DELETION = "unrecorded-deletion"
    """Deleted for good in the log, and no deletion is recorded, or a duty to delete it is still open."""
    DELETION_WITHOUT_TRACE = "deletion-without-trace"
    """Stated to be deleted, and not a trace of it in a log that covers that time."""
    LOG_GAP = "log-gap"
    """A log that is silent, incomplete or kept too short."""


class Gap(StrEnum):
    """What is wrong with a log, of a finding that is a LOG_GAP."""

    SILENT_HOURS = "silent-hours"
    NUMBERS_MISSING = "numbers-missing"
    NOTHING_IN_COMMON = "nothing-in-common"
    KEPT_TOO_SHORT = "kept-too-short"
    CLOCK_AHEAD = "clock-ahead"
    CONTRADICTED = "contradicted"


OF_USES = tuple(Cause)[:9]
Status = Literal["open", "closed", "reopened"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """That a party closed it: when it was recorded, why, and how many uses it had then."""

    by: Entry
    party: str
    at: str
    reason: str
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding: of one party, by cause, actor, application, dataset and day; empty where that is not known.

    `day` is a date in UTC. `uses` is how many uses it has at most; `certain_uses` how many it has certainly (less than
    `uses` where a grant began or ended between the first and the last use of a day). `first` and `last` are moments as
    events spell them. `entry` is the position of the first entry it rests on, `related` of those it was compared with;
    `latest` of the last file or batch it rests on, for a finding about a log itself: one that comes after a closing
    opens it again. `gaps` are the kinds of a gap in a log, one or more. `says` are sentences in two languages: what was
    looked for, what was there, the arithmetic.
    """

    protocol: str
    party: str
    cause: Cause
    application: str = ""
    dataset: str = ""
    actor: str = ""
    day: str = ""
    uses: int = 0
    certain_uses: int = 0
    first: str = ""
    last: str = ""
    entry: int = 0
    related: Sequence[int] = ()
    latest: int = 0
    gaps: Sequence[Gap] = ()
    says: Sequence[Said] = ()
    closing: Closing | None = None

    @property
    def id(self) -> str:
        """16 hex digits from what tells it apart: the same whenever and in whatever order the log is read."""
        return identity(
            self.protocol, f"finding:{self.cause}", self.party, self.actor, [self.application, self.dataset, self.day]
        )

    @property
    def certain(self) -> bool:
        """Whether at least one use is in it for certain."""
        return self.certain_uses > 0 or not self.uses

    @property
    def status(self) -> Status:
        if self.closing is None:
            return "open"
        more = self.uses > self.closing.uses or self.latest > self.closing.by.position
        return "reopened" if more else "closed"
