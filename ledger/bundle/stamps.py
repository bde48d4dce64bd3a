"""Since when: the third party's time stamp over the checkpoint, under the roots that the reader holds.

15. The token is over this checkpoint's text, by an authority that chains to one of the roots.
16. Nothing in the bundle was recorded after it; and where the reader asks, it is no older than so long.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from ledger.bundle.report import Findings, Verdict
from ledger.bundle.walk import Walk
from ledger.chain.timestamp import StampsUnsupported, stamped
from ledger.clock import spell
from ledger.errors import KeyProblem, LedgerError


class AskedTime(NamedTuple):
    """The reader's roots (PEM; empty: none), and how old a stamp may be as of `now`."""

    roots: bytes = b""
    max_age: timedelta | None = None
    now: datetime | None = None


def check_time(token: bytes | None, text: str, walk: Walk, asked: AskedTime, findings: Findings) -> datetime | None:
    """When a third party saw this checkpoint, if that is shown."""
    if token is None:
        findings.not_checked.append("since when it exists: no third party stamped this checkpoint")
        if asked.max_age is not None or asked.roots:
            findings.wanting.append("a time stamp in the bundle")
        return None
    if not asked.roots:
        findings.not_checked.append("the time stamp: give the authority's root with --tsa-roots")
        if asked.max_age is not None:
            findings.wanting.append("a root to check the time stamp with (--tsa-roots)")
        return None
    try:
        at = stamped(token, text.encode(), asked.roots).at
    except StampsUnsupported as error:
        findings.not_checked.append(f"the time stamp: {error.message}")
        findings.wanting.append("a program for time stamps")
        return None
    except KeyProblem:
        raise
    except LedgerError as error:
        findings.fault("time.stamp", 0, error.message)
        return None
    findings.verdicts["time"] = Verdict.OK
    _check_order(at, walk, asked, findings)
    return at


def _check_order(at: datetime, walk: Walk, asked: AskedTime, findings: Findings) -> None:
    if walk.recorded_at is not None and walk.recorded_at > at:
        detail = f"recorded at {spell(walk.recorded_at)}, and stamped at {spell(at)}: one clock is false"
        findings.fault("time.after-stamp", walk.positions[-1], detail)
    if asked.max_age is not None and asked.now is not None and asked.now - at > asked.max_age:
        findings.verdicts["time"] = Verdict.NOT_CHECKED
        findings.not_checked.append(f"what happened since {spell(at)}, the time stamp: it is older than was asked")
        findings.wanting.append("a time stamp as young as was asked")
