"""What registers share: they fold the same facts as the obligations, and read them as they stood at a moment."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from ledger.clock import Moment
from projections.obligations.answer import Answer, Obligation
from projections.obligations.engine import evaluate, world_of
from projections.obligations.facts import Fact, Facts
from projections.obligations.projection import ObligationsProjection, State
from projections.obligations.world import World
from projections.registers.register import Row


@dataclass
class View:
    """One protocol at one moment: its facts, its life and, where it is asked, what is due under its clauses."""

    state: State
    protocol: str
    world: World
    as_of: datetime

    @property
    def facts(self) -> Facts:
        return self.world.facts

    @cached_property
    def answer(self) -> Answer:
        return evaluate(self.state, self.as_of, protocol=self.protocol)

    def duties(self, case: str) -> list[Obligation]:
        """What this matter opened, in the engine's order: what is open comes first."""
        return [each for each in self.answer.obligations if each.case == case]

    def waiting_on(self, case: str) -> list[str]:
        """Who still has to do something in this matter, and under which clause (R13)."""
        return list(dict.fromkeys(f"{each.bearer} ({each.clause})" for each in self.duties(case) if each.is_open))

    def violations(self, *facts: Fact) -> list[str]:
        """The clauses that one of these acts broke; those that something is missing for are marked so."""
        acts = {fact.cause for fact in facts}
        found = [each for each in self.answer.violations if each.act in acts]
        return list(dict.fromkeys(each.clause if each.certain else f"{each.clause} (undetermined)" for each in found))


class FactsRegister(ObligationsProjection):
    """A register over the facts of some streams: `registers` names them, none means all but the uses."""

    registers: ClassVar[frozenset[str]] = frozenset()
    counts_uses = False
    columns: tuple[str, ...] = ()

    def reads(self, stream: str) -> bool:
        protocol, _, register = stream.partition("/")
        if protocol == "ledger" or not self.registers:
            return super().reads(stream)
        return register in self.registers

    def rows(self, state: State, as_of: datetime) -> Sequence[Row]:
        """By protocol, each in the register's own order."""
        found: list[Row] = []
        for name in sorted(state.facts):
            world = world_of(state, name, as_of)
            if world is not None:
                found += self.rows_of(View(state, name, world, as_of))
        return found

    @abstractmethod
    def rows_of(self, view: View) -> Iterable[Row]:
        """The rows of one protocol."""


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """As they happened; of one moment, as they were recorded."""
    return sorted(facts, key=lambda fact: (fact.happened.earliest, fact.position))


def text(fact: Fact, name: str) -> str:
    """A field with one value, or nothing where it is absent."""
    return str(next(iter(fact.values(name)), ""))


def texts(fact: Fact, name: str) -> list[str]:
    return [str(value) for value in fact.values(name)]


def strength(fact: Fact) -> str:
    """What kinds of proof its author has; without any it is a statement."""
    kinds = [str(each["strength"]) for each in fact.fields.get("evidence", ())]
    return ", ".join(dict.fromkeys(kinds)) or "statement"


def late_days(fact: Fact) -> int | str:
    """Whole days from the happening to the recording; nothing for what was recorded within a day."""
    days = (fact.recorded_at - fact.happened.latest).days
    return days if days > 0 else ""


def before(first: Moment | None, second: Moment | None) -> str:
    """Whether the first came before the second: yes, no, or unknown where a moment, or its order, is."""
    if first is None or second is None:
        return "unknown"
    if first.latest <= second.earliest:
        return "yes"
    return "no" if first.earliest > second.earliest and first.earliest >= second.latest else "unknown"


def both(*words: str) -> str:
    """Yes if all are, no if one is not, else unknown."""
    return "no" if "no" in words else "yes" if set(words) == {"yes"} else "unknown"


def elapsed(start: Moment, end: Moment) -> str:
    """How long it took: hours under two days where both hours are known, else days."""
    if start.is_day or end.is_day:
        days = (end.day - start.day).days
        return "the same day" if days == 0 else f"{days} day{'s' if abs(days) != 1 else ''}"
    hours = int((end.earliest - start.earliest).total_seconds() // 3600)
    return f"{hours} h" if abs(hours) < 48 else f"{hours // 24} days"
