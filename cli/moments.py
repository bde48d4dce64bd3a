"""Moments as a person reads them: on the clock of Brussels."""

from __future__ import annotations

import re
from datetime import datetime

from ledger.clock import BRUSSELS

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", re.ASCII)


def at_minute(moment: datetime) -> str:
    """`2022-05-31 10:15`."""
    return moment.astimezone(BRUSSELS).strftime("%Y-%m-%d %H:%M")


def in_brussels(moment: datetime) -> datetime:
    """On its clock; where that is beyond the calendar, as it is."""
    try:
        return moment.astimezone(BRUSSELS)
    except OverflowError:
        return moment


def exclusive_end(moment: datetime) -> str:
    """The first instant that is too late: a date where that is the midnight which begins it, else with its hour."""
    return at_minute(moment).removesuffix(" 00:00")


def here(text: str) -> str:
    """The same text, with each instant in it (`2022-05-31T08:15:00Z`) as `at_minute` gives it; a date stays one."""
    return _INSTANT.sub(_at_minute, text)


def _at_minute(found: re.Match[str]) -> str:
    try:
        return at_minute(datetime.fromisoformat(found[0]))
    except (ValueError, OverflowError):  # a name that only looks like one
        return found[0]
