"""What an event would change, told before it is recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from cli import obligation_words as words
from cli.counted import counted
from cli.json_obligations import item
from cli.moments import here
from cli.output import answer, answer_json, say
from ledger.clock import Moment, spell
from projections.effects import Effect
from projections.obligations.answer import Obligation

SHOWN = 12
"""Lines on a screen; --json has every obligation."""


def tell_effect(found: Effect, draft: dict[str, Any], *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        answer_json(_as_json(found, draft))
        return
    told = answer if dry_run else say
    for already in found.already:
        day = already.at.day.isoformat()
        word = "leaves" if already.at.earliest > found.present else "has left"
        told(f"{already.party} {word} already, on {day}, by entry {already.position}")
    for copy in found.unregistered:
        nearest = f"; nearest: {copy.nearest}" if copy.nearest else ""
        told(f"no such holding is registered: {copy.name}{nearest}")
    _tell_opens(found, told)
    _tell_closes(found, told)
    for turn in found.turns:
        told(f"{turn.kind} on {turn.at.day.isoformat()}: {', '.join(turn.parties)}")
    for violation in found.violates:
        word = "would be a violation" if violation.certain else "may be a violation"
        told(f"{word} of {violation.clause}: {words.why(violation.why)}")
    for finding in found.findings:
        told(f"to look at: {finding.says}")
    for act in found.in_vain:
        told(f"would have no effect: {act.type} by {act.party}: {here(act.why)}")


def _counted(word: str, obligations: Sequence[Obligation]) -> str:
    return f"{word} {counted(len(obligations), 'obligation')}:" if obligations else f"{word} no obligations"


def _tell_opens(found: Effect, told: Callable[[str], None]) -> None:
    """What opens at once; then, day by day, what opens when the effect that lies ahead begins."""
    later: dict[str, list[Obligation]] = {}
    for each in sorted(found.opens, key=lambda each: each.opened_at):
        later.setdefault(_ahead(each.opened_at, found), []).append(each)
    for when, several in (later or {"": []}).items():
        told(when + _counted("opens", several))
        _tell_lines(several, told)


def _tell_closes(found: Effect, told: Callable[[str], None]) -> None:
    """What ends by itself when the effect begins has no moment of its own."""
    later: dict[str, list[Obligation]] = {}
    for each in found.closes:
        later.setdefault(_ahead(each.closed_at or found.as_of, found), []).append(each)
    for when, several in sorted(later.items()):
        told(when + _counted("closes", several))
        _tell_lines(several, told)


def _ahead(moment: datetime, found: Effect) -> str:
    return f"on {Moment.at(moment).day.isoformat()} " if moment > found.present else ""


def _tell_lines(obligations: Sequence[Obligation], told: Callable[[str], None]) -> None:
    """Each line once, with how often: a duty of every working day is one line."""
    counts = Counter(map(_line, obligations))
    for line, count in list(counts.items())[:SHOWN]:
        told(line if count == 1 else f"{line}  {count} times")
    rest = sum(list(counts.values())[SHOWN:])
    if rest:
        told(f"  and {rest} more: --dry-run --json")


def _line(each: Obligation) -> str:
    unit = f"  {each.unit}" if each.unit and each.unit.label not in each.counterparty else ""
    return f"  {each.clause}  {each.bearer} -> {', '.join(each.counterparty) or '?'}  ({words.term(each.term)}){unit}"


def _as_json(found: Effect, draft: dict[str, Any]) -> dict[str, Any]:
    return {
        "draft": draft, "as_of": spell(found.as_of),
        "moments": [{"kind": each.kind, "parties": list(each.parties), "at": each.at.text} for each in found.turns],
        "opens": [item(each) for each in found.opens],
        "closes": [item(each) for each in found.closes],
        "violates": [
            {"id": each.id, "clause": each.clause, "why": each.why, "certain": each.certain} for each in found.violates
        ],
        "in_vain": [{"type": each.type, "party": each.party, "why": each.why} for each in found.in_vain],
        "already": [
            {"party": each.party, "at": each.at.text, "position": each.position} for each in found.already
        ],
        "unregistered": [each._asdict() for each in found.unregistered],
        "findings": [{"clause": each.clause, "says": each.says} for each in found.findings],
    }  # fmt: skip
