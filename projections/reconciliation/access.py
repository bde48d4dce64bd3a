"""Who had access when: grants, ends of employment, functions and profiles, by person.

A moment of which only the day is known counts in the person's favour: what is granted on a day holds from its start,
what is revoked on a day ends with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from projections.obligations.facts import Fact, Facts, parsed
from projections.obligations.validity import end


class Grant(NamedTuple):
    """A grant from `start` up to `end` (None: it goes on); `ended_by` is None where it expired by its own date."""

    fact: Fact
    application: str
    start: datetime
    end: datetime | None
    ended_by: Fact | None

    def has(self, instant: datetime) -> bool:
        return self.start <= instant and (self.end is None or instant < self.end)

    @property
    def name(self) -> str:
        return str(self.fact.fields["grant"])


class Since(NamedTuple):
    """That something holds from a moment on, by a fact."""

    start: datetime
    fact: Fact


@dataclass(slots=True)
class Access:
    """Everything on record about access under one protocol."""

    grants: dict[str, list[Grant]]
    groups: list[Grant]
    left: dict[str, list[Since]]
    functions: dict[str, list[Since]]
    profiles: dict[tuple[str, str], list[Since]]

    @classmethod
    def of(cls, facts: Facts) -> Access:
        personal: dict[str, list[Grant]] = {}
        groups: list[Grant] = []
        for fact in facts.of("access-granted"):
            grant = _grant(facts, fact)
            if "subject" in fact.fields:
                personal.setdefault(fact.fields["subject"], []).append(grant)
            else:
                groups.append(grant)
        profiles: dict[tuple[str, str], list[Since]] = {}
        for fact in facts.of("function-profile-recorded"):
            for party in fact.parties:
                profiles.setdefault((party, fact.fields["profile"]), []).append(Since(fact.happened.earliest, fact))
        return cls(
            personal, groups, _by_subject(facts, "employment-ended", late=True),
            _by_subject(facts, "function-changed"), {key: _in_order(each) for key, each in profiles.items()},
        )  # fmt: skip

    def edges(self, actor: str, application: str) -> set[datetime]:
        """The moments at which what is on record about this actor and application changes."""
        grants = [*self.grants.get(actor, ()), *self.groups]
        found = {each.start for each in grants} | {each.end for each in grants if each.end is not None}
        for several in (self.left.get(actor, ()), self.functions.get(actor, ()), *self.profiles.values()):
            found |= {each.start for each in several}
        return found


def last(several: Iterable[Since], instant: datetime) -> Fact | None:
    """What held at that moment: the last that had begun."""
    found = None
    for each in several:
        if each.start <= instant:
            found = each.fact
    return found


def same(one: str, other: str) -> bool:
    """Whether two names of an application are the same: case makes no difference."""
    return one.casefold() == other.casefold()


def _grant(facts: Facts, fact: Fact) -> Grant:
    start = parsed(fact.fields["covers_from"]) if "covers_from" in fact.fields else fact.happened
    ended = end(facts, fact)
    return Grant(
        fact, fact.fields["application"], start.earliest, ended.certain if ended else None, ended.by if ended else None
    )  # fmt: skip


def _by_subject(facts: Facts, kind: str, *, late: bool = False) -> dict[str, list[Since]]:
    found: dict[str, list[Since]] = {}
    for fact in facts.of(kind):
        moment = facts.moment(fact, "effective_at") or fact.happened
        start = moment.latest if late else moment.earliest
        found.setdefault(fact.fields["subject"], []).append(Since(start, fact))
    return {subject: _in_order(several) for subject, several in found.items()}


def _in_order(several: Sequence[Since]) -> list[Since]:
    return sorted(several, key=lambda each: (each.start, each.fact.position))
