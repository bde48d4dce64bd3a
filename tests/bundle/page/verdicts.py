"""What each of the two verifiers finds in a bundle, in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ledger.bundle.archive import NotABundle
from ledger.bundle.verify import verify
from ledger.chain.policy import Policy
from tests.bundle.page.browser import Tab


class Found(NamedTuple):
    """Exit code, verdicts, and the codes of the faults, in order."""

    exit: int
    verdicts: dict[str, str]
    codes: list[str]


def by_tool(path: Path, policy: Policy | None) -> Found:
    try:
        report = verify(path, policy)
    except NotABundle as error:
        return Found(error.exit, {}, [error.code])
    verdicts = {name: str(verdict) for name, verdict in report.verdicts.items()}
    return Found(report.exit, verdicts, sorted({fault.code for fault in report.faults}))


def by_page(tab: Tab, path: Path, policy: Policy | None) -> Found:
    file = path.with_name("own.policy")
    file.write_text(str(policy))
    report = tab.check(path, file if policy else None)
    if report["refused"]:
        return Found(report["exit"], {}, [report["refused"]["code"]])
    return Found(report["exit"], report["verdicts"], sorted({fault["code"] for fault in report["faults"]}))
