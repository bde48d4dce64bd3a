"""Findings for a person at a terminal, and for a program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from cli.output import answer, answer_filled
from ledger.clock import BRUSSELS, Moment, spell
from projections.findings import OF_USES, Cause, Finding
from projections.reconciliation.entries import Used
from projections.registers.findings import Answer

SHORT = 6
"""Digits of an id on a row: enough for `ledger findings explain`."""
ROWS = 12
"""Rows of one cause that a terminal shows; --all, --json and --csv have every one."""
INDENT = " " * 13

WORDS = {
    Cause.NOT_ATTRIBUTABLE: "used without a name: a shared key, or a log that names nobody",
    Cause.AFTER_END: "used after the protocol ended",
    Cause.AFTER_WITHDRAWAL: "used after a party left",
    Cause.AFTER_EMPLOYMENT: "used after the person's employment ended",
    Cause.OUTSIDE_PROFILE: "a grant was there, but not for this use",
    Cause.GRANT_REVOKED: "used after the grant was revoked",
    Cause.GRANT_EXPIRED: "used after the grant expired",
    Cause.SERVICE_ACCOUNT: "used by a service or system without a grant",
    Cause.NO_GRANT: "used without a grant",
    Cause.THIRD_PARTY_SHARE: "shared with others than the parties",
    Cause.BULK_EXPORT: "much taken out in one day",
    Cause.UNUSUAL_COUNT: "far more uses than this person usually has",
    Cause.FIRST_STAGE_ONLY: "stated as deleted for good, or owed; the log shows its first stage",
    Cause.UNRECORDED_DELETION: "deleted for good in the log; no deletion on record, or not all that is owed",
    Cause.DELETION_WITHOUT_TRACE: "stated as deleted; the log shows nothing of it",
    Cause.LOG_GAP: "a log is silent, incomplete or kept too short",
}
OF_NOBODY = (Cause.DELETION_WITHOUT_TRACE, Cause.LOG_GAP)
"""Causes of what is not there: nobody did it."""
SETTLE = {
    Cause.NO_GRANT: "record the grant, if there was one: ledger access grant",
    Cause.GRANT_REVOKED: "is access really closed there? If it was renewed: ledger access grant",
    Cause.GRANT_EXPIRED: "if it was renewed: ledger access grant",
    Cause.OUTSIDE_PROFILE: "record the grant or profile that was meant: ledger staff record-profile",
    Cause.AFTER_EMPLOYMENT: "is the account closed? ledger access revoke; a leak: ledger incident detect",
    Cause.THIRD_PARTY_SHARE: "a disclosure: ledger disclosure make; a leak: ledger incident detect",
    Cause.BULK_EXPORT: "ask what it was for; a leak: ledger incident detect",
    Cause.UNUSUAL_COUNT: "ask what it was for; a leak: ledger incident detect",
    Cause.FIRST_STAGE_ONLY: "empty the recycle bins, and verify: ledger holding verify-deletion",
    Cause.UNRECORDED_DELETION: "record it: ledger holding delete, or ledger holding destroy",
    Cause.DELETION_WITHOUT_TRACE: "is it gone? If so, say who saw it: ledger holding verify-deletion",
    Cause.SERVICE_ACCOUNT: "record who answers for the account: ledger access grant",
    Cause.NOT_ATTRIBUTABLE: "replace the shared key by accounts of persons",
}


def show_list(answers: Sequence[Answer], kept: Sequence[Finding], as_of: datetime, *, whole: bool) -> None:
    """By protocol and cause, what is open first."""
    for found in answers:
        mine = [each for each in kept if each.protocol == found.protocol]
        if not found.uses and not found.findings:
            answer(f"{found.protocol}: no uses are imported\n")
            continue
        counts = Counter(each.status for each in mine)
        words = [f"{counts[status]} {status}" for status in ("open", "reopened", "closed") if counts[status]]
        answer(f"{found.protocol}, as of {_local(as_of)}: {', '.join(words) or 'nothing found'}")
        for cause, several in groupby(sorted(mine, key=_by_cause), key=lambda each: each.cause):
            _show_cause(cause, list(several), whole=whole)
        answer("")
        answer_filled(
            f"{found.uses:,} uses counted; {found.judged:,} of data, and not refused; {found.explained:,} of those are "
            "explained by what is on record", hanging="  ",
        )  # fmt: skip
        for each in found.not_judged:
            answer_filled(each, "Not judged: ", " " * 12)
        answer("")


def _by_cause(each: Finding) -> tuple[Any, ...]:
    return (list(Cause).index(each.cause), each.status == "closed", each.day, each.party, each.application, each.id)


def _show_cause(cause: Cause, several: Sequence[Finding], *, whole: bool) -> None:
    answer("")
    answer_filled(f"{cause}: {WORDS[cause]}", hanging="  ")
    shown = several if whole else several[:ROWS]
    for each in shown:
        reason = f" ({each.closing.reason})" if each.closing else ""
        status = "" if each.status == "open" else f", {each.status}{reason}"
        who = f", by {_who(each)}" if each.cause not in OF_NOBODY else ""
        what = ", ".join(part for part in (each.application, each.dataset) if part)
        uses = f", {_uses(each)}" if each.uses else ""
        answer_filled(f"{each.id[:SHORT]}  {each.day}  {each.party}: {what}{who}{uses}{status}", "  ", " " * 22)
    if len(several) > len(shown):
        answer(f"  and {len(several) - len(shown)} more: --all")


def _who(each: Finding) -> str:
    return f"{each.actor[:8]}\N{HORIZONTAL ELLIPSIS}" if each.actor else "nobody named"


def _uses(each: Finding) -> str:
    if each.certain_uses == each.uses:
        return f"{each.uses:,} use{'s' if each.uses != 1 else ''}"
    if not each.certain_uses:
        return f"perhaps {each.uses:,} use{'s' if each.uses != 1 else ''}"
    return f"{each.certain_uses:,} to {each.uses:,} uses"


def show_explanation(each: Finding) -> None:
    """What was looked for, what was there, the arithmetic, and what would settle it."""
    answer(f"{each.id}  {each.status}")
    answer_filled(f"{each.cause}: {WORDS[each.cause]}\n")
    answer("")
    _line("protocol", each.protocol)
    _line("log of", each.party)
    if each.cause not in OF_NOBODY:
        _line("who", f"person {each.actor}; who that is: ledger subject show" if each.actor else "nobody is named")
    _line("where", ", ".join(part for part in (each.application, each.dataset and f"dataset {each.dataset}") if part))
    if each.first:
        _line("when", _span(each))
    if each.uses:
        _line("how many", _counted(each))
    if each.cause in OF_USES and each.cause not in (Cause.NOT_ATTRIBUTABLE,):
        _line("looked for", f"a grant of {each.application} to this person, valid at the moment of each use")
    for says in each.says:
        _line("found", says)
    _line("beside", ", ".join(f"entry {position}" for position in each.related))
    closing = each.closing
    if closing is not None:
        said = f"{closing.reason}, by {closing.party}, entry {closing.by.position}, {_local_text(closing.at)}"
        _line("closed", f"{said}; it had {closing.uses:,} use{'s' if closing.uses != 1 else ''} then")
    if each.status != "closed":
        _line("to settle", SETTLE.get(each.cause, ""))
        _line("", f"or say why it is settled: ledger findings close {each.id[:SHORT]} --reason WORD")
    if each.entry:
        _line("entries", f"from {each.entry} on; each of them: ledger findings show {each.id[:SHORT]}")


def _span(each: Finding) -> str:
    first, last = Moment.parse(each.first), Moment.parse(each.last)
    if first.is_day:
        return f"{each.first}; the log gives a local time that this day had twice"
    start = _local(first.earliest)
    return start if first == last else f"{start} to {_local(last.earliest)}"


def _counted(each: Finding) -> str:
    if each.certain_uses == each.uses:
        return f"{each.uses:,}"
    if each.certain_uses:
        return (f"at least {each.certain_uses:,}, at most {each.uses:,}: what is on record changed between the first "
                "and the last use of that day")  # fmt: skip
    return f"at most {each.uses:,}, and perhaps none"


def show_entries(each: Finding, used: Sequence[Used], limit: int) -> None:
    answer(f"{each.id}  {each.cause}, {each.party}: {each.application}")
    for use in used[:limit]:
        event = use.event
        parts = [event.action, f"({event.operation})", event.outcome]
        parts += [f"{event.items:,} items"] if isinstance(event.items, int) else []
        parts += [f"to {event.shared_with}"] if isinstance(event.shared_with, str) else []
        moment = Moment.parse(event.happened_at)
        when = event.happened_at if moment.is_day else _local(moment.earliest, seconds=True)
        doubt = "" if use.certain else "  perhaps"
        answer_filled(f"entry {use.position:<9,} {when}  {' '.join(parts)}{doubt}", "  ", " " * 39)
    if len(used) > limit:
        answer(f"  and {len(used) - limit:,} more: --all")
    answer(f"{len(used):,} use{'s' if len(used) != 1 else ''}, counted one by one")


def _line(name: str, text: str) -> None:
    if text:
        answer_filled(text, f"  {name}".ljust(len(INDENT)) + " ", INDENT + " ")


def _local(moment: datetime, *, seconds: bool = False) -> str:
    return moment.astimezone(BRUSSELS).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def _local_text(text: str) -> str:
    return _local(Moment.parse(text).earliest)


def finding_json(each: Finding) -> dict[str, Any]:
    closing = each.closing
    return {
        "id": each.id, "protocol": each.protocol, "status": each.status, "cause": str(each.cause),
        "party": each.party, "day": each.day or None, "application": each.application or None,
        "dataset": each.dataset or None, "actor": each.actor or None, "uses": each.uses,
        "certain_uses": each.certain_uses, "first": each.first or None, "last": each.last or None,
        "entry": each.entry or None, "related": list(each.related), "says": list(each.says),
        "closing": None if closing is None else {
            "position": closing.by.position, "id": closing.by.id, "party": closing.party, "at": closing.at,
            "reason": closing.reason, "uses": closing.uses,
        },
    }  # fmt: skip


def list_json(
    answers: Sequence[Answer], kept: Sequence[Finding], as_of: datetime, known_at: datetime | None
) -> dict[str, Any]:
    return {
        "as_of": spell(as_of), "known_at": spell(known_at) if known_at else None,
        "items": [finding_json(each) for each in kept],
        "protocols": [
            {"protocol": each.protocol, "uses": each.uses, "judged": each.judged, "explained": each.explained,
             "not_judged": list(each.not_judged)}
            for each in answers
        ],
    }  # fmt: skip
