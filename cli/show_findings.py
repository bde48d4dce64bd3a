"""Findings for a person at a terminal, in Dutch or in English."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from cli.finding_texts import GAPS, SETTLE, WORDS, of, text
from cli.language import Language
from cli.moments import in_brussels
from cli.output import answer, answer_filled, filled
from ledger.clock import Moment
from projections.findings import OF_USES, Cause, Closing, Finding, Status
from projections.reconciliation.entries import Used
from projections.registers.findings import Answer
from projections.said import count

SHORT = 6
"""Digits of an id on a row: enough for `ledger findings explain`."""
ROWS = 12
"""Rows of one cause that a terminal shows; --all, --json and --csv have every one."""
INDENT = " " * 13
COMMAND = re.compile(r"\bledger [a-z][^;,]*")
"""A command in a sentence: it is copied as one line."""
STATUSES: tuple[Status, ...] = ("open", "reopened", "closed")
OF_NOBODY = (Cause.DELETION_WITHOUT_TRACE, Cause.LOG_GAP)
"""Causes of what is not there: nobody did it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Shows findings in one language."""

    language: Language = "en"

    def show_list(self, answers: Sequence[Answer], kept: Sequence[Finding], as_of: datetime, *, whole: bool) -> None:
        """By protocol and cause, what is open first."""
        for found in answers:
            if not found.uses and not found.findings:
                answer(self._text("no-uses", protocol=found.protocol))
                continue
            self._show_one(found, [each for each in kept if each.protocol == found.protocol], as_of, whole=whole)

    def _show_one(self, found: Answer, mine: Sequence[Finding], as_of: datetime, *, whole: bool) -> None:
        statuses = Counter(each.status for each in mine)
        words = [f"{statuses[each]} {self._text(each)}" for each in STATUSES if statuses[each]]
        counts = ", ".join(words) or self._text("nothing")
        answer(self._text("list", protocol=found.protocol, moment=_local(as_of), counts=counts))
        for cause, several in groupby(sorted(mine, key=_by_cause), key=lambda each: each.cause):
            self._show_cause(cause, list(several), whole=whole)
        answer("")
        numbers = {"uses": found.uses, "judged": found.judged, "explained": found.explained}
        answer_filled(self._text("counted", **{name: count(each) for name, each in numbers.items()}), hanging="  ")
        before = self._text("not-judged")
        for each in found.not_judged:
            answer_filled(str(of(each, self.language)), before, " " * len(before))
        answer("")

    def _show_cause(self, cause: Cause, several: Sequence[Finding], *, whole: bool) -> None:
        answer("")
        answer_filled(f"{cause}: {WORDS[cause][self.language]}", hanging="  ")
        shown = several if whole else several[:ROWS]
        for each in shown:
            answer_filled(self._row(each), "  ", " " * 22)
        if len(several) > len(shown):
            answer(self._text("more", count=count(len(several) - len(shown))))

    def _row(self, each: Finding) -> str:
        reason = f" ({each.closing.reason})" if each.closing else ""
        status = "" if each.status == "open" else f", {self._text(each.status)}{reason}"
        who = self._text("by", who=self._who(each)) if each.cause not in OF_NOBODY else ""
        what = ", ".join(part for part in (each.application, each.dataset) if part)
        uses = f", {self._uses(each)}" if each.uses else ""
        gaps = "".join(f", {GAPS[gap][self.language]}" for gap in each.gaps)
        return f"{each.id[:SHORT]}  {each.day}  {each.party}: {what}{gaps}{who}{uses}{status}"

    def show_explanation(self, each: Finding) -> None:
        """What was looked for, what was there, the arithmetic, and what would settle it."""
        answer(f"{each.id}  {self._text(each.status)}")
        answer_filled(f"{each.cause}: {WORDS[each.cause][self.language]}\n")
        answer("")
        self._line("protocol", each.protocol)
        self._line("log", each.party)
        if each.cause not in OF_NOBODY:
            self._line("who", self._text("person" if each.actor else "no-name", actor=each.actor))
        dataset = each.dataset and self._text("dataset", dataset=each.dataset)
        self._line("where", ", ".join(part for part in (each.application, dataset) if part))
        if each.first:
            self._line("when", self._span(each))
        if each.uses:
            self._line("how-many", self._counted(each))
        if each.cause in OF_USES and each.cause is not Cause.NOT_ATTRIBUTABLE:
            self._line("looked-for", self._text("a-grant", application=each.application))
        for says in each.says:
            self._line("found", str(of(says, self.language)))
        if each.cause is not Cause.LOG_GAP:
            self._line("beside", self._entries(each.related))
        self._show_way_out(each)

    def _show_way_out(self, each: Finding) -> None:
        closing, short = each.closing, each.id[:SHORT]
        if closing is not None:
            self._line("was-closed", self._closed(closing))
            self._line("undo", f"ledger events retract {closing.by.id} \\")  # two lines that a shell takes as they are
            self._line("", f"  --protocol {each.protocol} --as {closing.party}")
        if each.status != "closed":
            self._line("to-settle", SETTLE[each.cause][self.language] if each.cause in SETTLE else "")
            self._line("", self._text("or-close", id=short))
        if each.entry and each.uses:
            self._line("entries", self._text("from-on", entry=each.entry, id=short))
        elif each.cause is Cause.LOG_GAP and each.entry:
            self._line("entries", self._rests_on(each))

    def _closed(self, closing: Closing) -> str:
        said = self._text(
            "closing", reason=closing.reason, party=closing.party, entry=closing.by.position,
            moment=_local(Moment.parse(closing.at).earliest),
        )  # fmt: skip
        return self._text("had-then", closing=said, uses=self._number(closing.uses)) if closing.uses else said

    def show_entries(self, each: Finding, used: Sequence[Used], limit: int) -> None:
        """The uses in a finding, one by one."""
        answer(f"{each.id}  {each.cause}, {each.party}: {each.application}")
        if not each.uses:
            self._show_what_lacks(each)
            return
        for use in used[:limit]:
            answer_filled(self._use(use), "  ", " " * 39)
        if len(used) > limit:
            answer(self._text("more", count=count(len(used) - limit)))
        answer(self._text("one-by-one", uses=self._number(len(used))))
        if used:
            answer(self._text("the-line", entry=used[0].position))

    def _show_what_lacks(self, each: Finding) -> None:
        for says in each.says:
            answer_filled(str(of(says, self.language)), "  ", "    ")
        answer(self._text("no-use"))
        if each.cause is Cause.LOG_GAP and each.entry:
            answer(filled(self._rests_on(each), whole=COMMAND))

    def _rests_on(self, each: Finding) -> str:
        """The files and batches of a gap, and how to see one."""
        positions = sorted({each.entry, each.latest, *each.related})
        return self._text("rests-on", entries=self._entries(positions), entry=each.latest)

    def _entries(self, positions: Sequence[int]) -> str:
        return ", ".join(self._text("entry", entry=position) for position in positions)

    def _use(self, use: Used) -> str:
        event = use.event
        parts = [event.action, f"({event.operation})", event.outcome]
        parts += [self._items(event.items)] if isinstance(event.items, int) else []
        parts += [self._text("to", whom=event.shared_with)] if isinstance(event.shared_with, str) else []
        moment = Moment.parse(event.happened_at)
        when = event.happened_at if moment.is_day else _local(moment.earliest, seconds=True)
        doubt = "" if use.certain else self._text("doubt")
        entry = self._text("entry", entry=f"{use.position:<9,}")
        return f"{entry} {when}  {' '.join(parts)}{doubt}"

    def _who(self, each: Finding) -> str:
        return f"{each.actor[:8]}\N{HORIZONTAL ELLIPSIS}" if each.actor else self._text("nobody")

    def _items(self, items: int) -> str:
        return self._text("item") if items == 1 else self._text("items", count=count(items))

    def _number(self, uses: int) -> str:
        return self._text("use") if uses == 1 else self._text("uses", count=count(uses))

    def _uses(self, each: Finding) -> str:
        if each.certain_uses == each.uses:
            return self._number(each.uses)
        if not each.certain_uses:
            return self._text("perhaps", uses=self._number(each.uses))
        return self._text("range", least=count(each.certain_uses), most=count(each.uses))

    def _span(self, each: Finding) -> str:
        first, last = Moment.parse(each.first), Moment.parse(each.last)
        if first.is_day:
            return self._text("local", day=each.first)
        start = _local(first.earliest)
        return start if first == last else self._text("span", first=start, last=_local(last.earliest))

    def _counted(self, each: Finding) -> str:
        least, most = count(each.certain_uses), count(each.uses)
        if each.certain_uses == each.uses:
            return str(of(most, self.language))
        return self._text("between" if each.certain_uses else "at-most", least=least, most=most)

    def _line(self, name: str, said: str) -> None:
        if said:
            label = self._text(name) if name else ""
            answer(filled(said, f"  {label}".ljust(len(INDENT)) + " ", INDENT + " ", whole=COMMAND))

    def _text(self, name: str, **about: object) -> str:
        return text(name, self.language, **about)


def _by_cause(each: Finding) -> tuple[Any, ...]:
    return (list(Cause).index(each.cause), each.status == "closed", each.day, each.party, each.application, each.id)


def _local(moment: datetime, *, seconds: bool = False) -> str:
    return in_brussels(moment).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
