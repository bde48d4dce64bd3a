"""Two versions of a protocol, compared in words: what a reader of the second must know who knew the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from ledger.protocol.model import Clause, Gap, Interpretation, OpenClass, Party, ProtocolVersion
from ledger.protocol.words import Told

Kind = Literal["added", "removed", "changed"]


class Detail(NamedTuple):
    """One thing that differs; `before` or `after` is empty where it was not there."""

    what: str
    before: str
    after: str


class Change(NamedTuple):
    """What happened to one part: a clause by its address, a party, a reading, or the head of the file."""

    kind: Kind
    part: str
    details: tuple[Detail, ...] = ()


def difference(before: ProtocolVersion, after: ProtocolVersion) -> list[Change]:
    """Every change, the head first, then in the order of the second version, and what was removed last.

    Bodies are compared by what they mean: a clause that is only set otherwise has not changed.
    """
    head = tuple(_differing(before, after, _HEAD))
    changes = [Change("changed", "the head", head)] if head else []
    for name, of, told in _PARTS:
        changes += _parts(name, of(before), of(after), told)
    return changes


def _parts(
    name: str, before: Sequence[Any], after: Sequence[Any], told: dict[str, Callable[[Any], str]]
) -> list[Change]:
    """Parts of one sort, told apart by their id or address."""
    old, new = ({_key(each): each for each in several} for several in (before, after))
    found = []
    for key, part in new.items():
        if key not in old:
            found.append(Change("added", f"{name} {key}", tuple(_only(part, told, after=True))))
        elif details := tuple(_differing(old[key], part, told)):
            found.append(Change("changed", f"{name} {key}", details))
    gone = [key for key in old if key not in new]
    return [*found, *(Change("removed", f"{name} {key}", tuple(_only(old[key], told, after=False))) for key in gone)]


def _key(part: Any) -> str:
    return str(part.address if isinstance(part, Clause | Gap) else part.id)


def _differing(before: Any, after: Any, told: dict[str, Callable[[Any], str]]) -> Iterator[Detail]:
    for what, words in told.items():
        old, new = words(before), words(after)
        if old != new:
            yield Detail(what, old, new)


def _only(part: Any, told: dict[str, Callable[[Any], str]], *, after: bool) -> Iterator[Detail]:
    for what, words in told.items():
        if said := words(part):
            yield Detail(what, "", said) if after else Detail(what, said, "")


# --- what is compared, in words ----------------------------------------------------------------------------------


def _body(clause: Clause) -> str:
    """What the clause does, under each reading that decides about it."""
    said = []
    for variant in clause.variants:
        reading = ", ".join(f"{name} {option}" for name, option in variant.readings.items())
        said.append((f"[{reading}] " if reading else "") + Told().body(variant.body))
    return " ".join(said)


def _under(clause: Clause) -> str:
    return ", ".join(f"{name}: {option}" for name, option in clause.under.items())


def _calendar(version: ProtocolVersion) -> str:
    days = version.calendar
    also = [f"{month:02}-{day:02}" for month, day in days.also]
    return ", ".join([days.zone, days.working_days, f"holidays {days.holidays}", *also])


_HEAD: dict[str, Callable[[ProtocolVersion], str]] = {
    "id": lambda version: version.id,
    "version": lambda version: version.version,
    "title": lambda version: version.title.nl,
    "takes the place of": lambda version: version.amends or "",
    "drawn up": lambda version: str(version.drawn_up or "not dated"),
    "calendar": _calendar,
    "house policy": lambda version: ", ".join(f"{word} {span}" for word, span in sorted(version.house_policy.items())),
    "log retention": lambda version: str(version.log_retention or ""),
}
_CLAUSE: dict[str, Callable[[Clause], str]] = {
    "text": lambda clause: clause.text,
    "title": lambda clause: clause.title.en,
    "meaning": _body,
    "applies": lambda clause: str(clause.applies),
    "only under": _under,
    "takes over": lambda clause: clause.takes_over or "",
    "proof": lambda clause: ", ".join(clause.proof),
}
_PARTY: dict[str, Callable[[Party], str]] = {
    "name": lambda party: party.name,
    "number": lambda party: party.kbo or "",
    "establishment": lambda party: party.establishment or "",
    "signs": lambda party: ", ".join(party.signs),
    "authority": lambda party: party.authority or "",
}
_CLASS: dict[str, Callable[[OpenClass], str]] = {
    "text": lambda each: each.text,
    "authority": lambda each: each.authority or "",
}
_READING: dict[str, Callable[[Interpretation], str]] = {
    "asks": lambda reading: reading.asks,
    "options": lambda reading: ", ".join(reading.options),
    "default": lambda reading: reading.default,
}
_PARTS: tuple[tuple[str, Callable[[ProtocolVersion], Sequence[Any]], dict[str, Callable[[Any], str]]], ...] = (
    ("party", lambda version: version.parties, _PARTY),
    ("class", lambda version: version.classes, _CLASS),
    ("outsider", lambda version: version.outsiders, {"name": lambda each: each.name}),
    ("reading", lambda version: version.interpretations, _READING),
    ("clause", lambda version: version.clauses, _CLAUSE),
    (
        "gap",
        lambda version: version.gaps,
        {"says": lambda gap: gap.says.en, "when": lambda gap: Told().trigger(gap.when)},
    ),
)
