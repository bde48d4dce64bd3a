"""Uses as they are compared: by party, actor, application and what they were about, day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from projections.uses import DATED, FIELDS, Days, Key, Uses

_AT = {name: at for at, name in enumerate(FIELDS)}
TOOK_PLACE = frozenset({"ok", "unknown"})
"""Outcomes of a use that took place, or may have."""
DELETING = frozenset({"delete", "soft-delete"})
NO_USE_OF_DATA = frozenset({"sign-in"})


class Use(NamedTuple):
    """What uses of one group have in common; empty where absent. `deleting` ones are a duty as well as a use."""

    party: str
    actor: str
    actor_class: str
    application: str
    dataset: str
    acting_for: str
    employed_by: str
    function: str
    deleting: bool
    dated: bool

    @property
    def acts_for(self) -> str:
        """The party that the use was for, as far as anything says so."""
        return self.acting_for or self.employed_by or self.party


class Where(NamedTuple):
    """Uses of one actor in one place: whose log, who, in which application, of which dataset."""

    party: str
    actor: str
    application: str
    dataset: str


@dataclass(slots=True)
class Group:
    """The uses of one `Use`; `days` has the stretches of each, some of the same day."""

    use: Use
    days: list[Days] = field(default_factory=list)


def party_of(key: Key) -> str:
    """Whose log it is: the party it is stated for, else its author."""
    return key[_AT["on_behalf_of"]].partition(",")[0] or key[_AT["author"]]


def groups(uses: Uses, protocol: str) -> list[Group]:
    """Every use of data that took place, or may have; in order."""
    found: dict[Use, Group] = {}
    for key, days in kept(uses, protocol, lambda key: key[_AT["action"]] not in NO_USE_OF_DATA):
        use = _use(key)
        group = found.get(use)
        if group is None:
            group = found[use] = Group(use)
        group.days.append(days)
    return [found[use] for use in sorted(found)]


def kept(uses: Uses, protocol: str, wanted: Callable[[Key], bool]) -> Iterator[tuple[Key, Days]]:
    """Uses of a protocol that took place and are wanted, in the order of their keys."""
    for key, days in sorted(uses.of(protocol), key=lambda each: each[0]):
        if key[_AT["outcome"]] in TOOK_PLACE and wanted(key):
            yield key, days


def value(key: Key, name: str) -> str:
    return key[_AT[name]]


def _use(key: Key) -> Use:
    return Use(
        party_of(key), key[_AT["actor"]], key[_AT["actor_class"]], key[_AT["application"]], key[_AT["dataset"]],
        key[_AT["acting_for"]], key[_AT["employed_by"]], key[_AT["function"]],
        key[_AT["action"]] in DELETING, key[-1] == DATED,
    )  # fmt: skip
