"""What the other parties saw: the largest checkpoint that the reader's quorum cosigned.

Only signatures are looked at here; that the ledger still has the root which was cosigned is the whole check's business.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.chain.policy import NO_QUORUM, Policy
from ledger.errors import InputRejected, NotChecked, VerificationFailed
from ledger.storage.store import Store
from ledger.verification.report import Fault, Report, Verdict, sorted_faults


class Agreement(NamedTuple):
    """The size that the quorum cosigned (0: none), by whom and when (POSIX seconds); false cosignatures."""

    size: int
    cosigned: dict[str, int]
    false: tuple[Fault, ...]


def agreement(store: Store, policy: Policy) -> Agreement:
    """Look through the stored checkpoints, the newest edition of the largest first."""
    false: list[Fault] = []
    for size, note in reversed(store.checkpoints()):
        try:
            opened = policy.opened(note)
        except (NotChecked, InputRejected):
            continue
        except VerificationFailed as error:
            false.append(Fault("checkpoint.cosignature", size, f"checkpoint {size}: {error.message}"))
            continue
        return Agreement(size, opened.cosigned, tuple(false))
    return Agreement(0, {}, tuple(false))


def with_agreement(report: Report, store: Store, policy: Policy | None) -> Report:
    """The report with what the other parties saw, where the reader's policy asks for them."""
    if policy is None or policy.quorum == NO_QUORUM:
        return report
    found = agreement(store, policy)
    verdict = Verdict.OK if found.size else Verdict.NOT_CHECKED
    seen = f"entries after {found.size}, the last that quorum {policy.quorum} cosigned"
    unseen = f"whether others saw the same ledger: quorum {policy.quorum} has cosigned no checkpoint of it"
    said = () if found.size == report.size else (f"whether others saw {seen}" if found.size else unseen,)
    return report._replace(
        verdicts={**report.verdicts, "agreement": Verdict.FAILED if found.false else verdict},
        faults=sorted_faults([*report.faults, *found.false]),
        not_checked=(*report.not_checked, *said),
        counts={**report.counts, "faults": report.counts.get("faults", 0) + len(found.false)},
    )
