"""Since when: the third party's time stamp over the checkpoint, under the roots that the reader holds.

15. The token is over this checkpoint's text, by an authority that chains to one of the roots; each renewal is over
    that text and the token before it, and was made before the certificate of that one ended.
16. Nothing in the bundle was recorded after it; and where the reader asks, it is no older than so long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from ledger.bundle.report import Findings, Verdict
from ledger.bundle.walk import Walk
from ledger.chain.timestamp import Stamp, StampsUnsupported, renewed_text, stamped
from ledger.clock import spell
from ledger.errors import KeyProblem, LedgerError

MOST_RENEWALS = 99
_RENEWAL = re.compile(r"renewal/([1-9][0-9]?)\.tsr", re.ASCII)


def renewal_name(number: int) -> str:
    return f"renewal/{number}.tsr"


def renewal_names() -> list[str]:
    """The names that renewals may have, in their order."""
    return [renewal_name(number) for number in range(1, MOST_RENEWALS + 1)]


def renewal_number(name: str) -> int | None:
    """Which renewal a member of this name is; nothing for any other name."""
    found = _RENEWAL.fullmatch(name)
    return int(found[1]) if found else None


class AskedTime(NamedTuple):
    """The reader's roots (PEM; empty: none), and how old a stamp may be as of `now`."""

    roots: bytes = b""
    max_age: timedelta | None = None
    now: datetime | None = None


def check_time(
    tokens: Sequence[tuple[str, bytes]], text: str, walk: Walk, asked: AskedTime, findings: Findings
) -> None:
    """When a third party saw this checkpoint, if that is shown. `tokens`: the stamp and its renewals, by member."""
    if not tokens:
        findings.not_checked.append("since when it exists: no third party stamped this checkpoint")
        if asked.max_age is not None or asked.roots:
            findings.wanting.append("a time stamp in the bundle")
        return
    if not asked.roots:
        findings.not_checked.append("the time stamp: give the authority's root with --tsa-roots")
        if asked.max_age is not None:
            findings.wanting.append("a root to check the time stamp with (--tsa-roots)")
        return
    try:
        stamps = _held(tokens, text.encode(), asked.roots, findings)
    except StampsUnsupported as error:
        findings.not_checked.append(f"the time stamp: {error.message}")
        findings.wanting.append("a program for time stamps")
        return
    if not stamps:
        return
    findings.verdicts["time"] = Verdict.OK
    findings.stamped_at = stamps[0].at
    check_carried(stamps, asked, findings)
    _check_order(stamps[0].at, walk, asked, findings)


def _held(tokens: Sequence[tuple[str, bytes]], text: bytes, roots: bytes, findings: Findings) -> list[Stamp]:
    """The stamps, once each is known to hold; nothing, with a fault, where one does not."""
    stamps: list[Stamp] = []
    before = b""
    for name, token in tokens:
        try:
            stamps.append(stamped(token, renewed_text(text, before) if before else text, roots))
        except (StampsUnsupported, KeyProblem):
            raise
        except LedgerError as error:
            findings.fault("time.stamp", 0, f"{name}: {error.message}")
            return []
        before = token
    return stamps


def check_carried(stamps: Sequence[Stamp], asked: AskedTime, findings: Findings) -> None:
    """Whether each stamp was carried on while its certificate lasted, and the last one still does."""
    for number, (old, new) in enumerate(pairwise(stamps), 1):
        if not old.at <= new.at <= old.ends:
            detail = f"{renewal_name(number)} is of {spell(new.at)}, and what it carries on was made at "
            findings.fault("time.renewal", 0, f"{detail}{spell(old.at)}, under a certificate until {spell(old.ends)}")
    if asked.now is not None and asked.now > stamps[-1].ends:
        findings.verdicts["time"] = Verdict.NOT_CHECKED
        findings.not_checked.append(
            f"the time stamp: its certificate ended at {spell(stamps[-1].ends)}, and no later stamp carries it on"
        )
        findings.wanting.append("a time stamp whose certificate lasts, or a renewal of it")


def _check_order(at: datetime, walk: Walk, asked: AskedTime, findings: Findings) -> None:
    if walk.recorded_at is not None and walk.recorded_at > at:
        detail = f"recorded at {spell(walk.recorded_at)}, and stamped at {spell(at)}: one clock is false"
        findings.fault("time.after-stamp", walk.positions[-1], detail)
    if asked.max_age is not None and asked.now is not None and asked.now - at > asked.max_age:
        findings.verdicts["time"] = Verdict.NOT_CHECKED
        findings.not_checked.append(f"what happened since {spell(at)}, the time stamp: it is older than was asked")
        findings.wanting.append("a time stamp as young as was asked")
