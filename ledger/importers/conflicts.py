"""Whether a record that is recorded already says now what it said then.

Compared is what is taken of a record: when, what, by whom, with what result, how many. What an importer never takes (a
name of a file) is in no entry, so a change of it shows in the line's digest only: `ledger import check`.

- The same line says the same. Another line may: exports of one record differ in order, columns and shape.
- What a mapping adds or renames is the importing party's own, and is not compared.
- An operation that was not in our list when it was recorded may be listed now: that is no contradiction.
- Silence about the outcome contradicts nothing, nor does "ok" after silence: a request is logged before its response,
  and an export may end between the two. A refusal or failure after silence does: the ledger has no word of it.
- Where a request and its response are two records (Databricks), each has its own moment, and one may name nobody.
- A person who was erased cannot be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from typing import Protocol as Interface

import msgspec

from ledger.importers.members import Draft


class Recorded(Interface):
    """A use in the ledger: its position, and the bytes of its event."""

    @property
    def position(self) -> int: ...

    @property
    def event(self) -> bytes: ...


class Names(Interface):
    """What is asked of the vault to compare actors."""

    def known(self, protocol: str, identifiers: Iterable[str]) -> Mapping[str, str]: ...

    def holds(self, tokens: Iterable[str]) -> set[str]: ...


class Repeat(NamedTuple):
    """A record that is read again, and the use that it was recorded as."""

    draft: Draft
    recorded: Recorded


class _Said(msgspec.Struct):
    line: str
    happened_at: str
    action: str
    operation: str
    outcome: str
    actor: str = ""
    items: int = 0


_said = msgspec.json.Decoder(_Said).decode


class Half(NamedTuple):
    """What tells a request from the response that says how it went, and whether both are one person's."""

    outcome: str
    actor: str | None

    def belongs_to(self, other: Half) -> bool:
        """Whether one may be the request and one its response: they name one person, or one of them nobody."""
        is_one = not self.actor or not other.actor or self.actor == other.actor
        return is_one and {self.outcome, other.outcome} == {"unknown", "ok"}


def contradictions(repeats: Iterable[Repeat], protocol: str, names: Names, *, in_halves: bool = False) -> list[Repeat]:
    """Those of these repeats that say otherwise now; `in_halves`: a request and its response may be two records."""
    doubtful = [each for each in repeats if not _is_the_same(each)]
    if not doubtful:
        return []
    pairs = [(_said(each.draft.member(None)), _said(each.recorded.event)) for each in doubtful]
    actors = _other_actors(
        [(each.draft.actor or "", then.actor) for each, (_, then) in zip(doubtful, pairs, strict=True)], protocol, names
    )
    return [
        each
        for each, (now, then), is_other in zip(doubtful, pairs, actors, strict=True)
        if now.line != then.line
        and not (in_halves and _is_other_half(each.draft, now, then, is_other))
        and (is_other or _differ(now, then))
    ]


def _is_the_same(repeat: Repeat) -> bool:
    """Whether the event's bytes are those that were recorded, but for the actor's token (the line decides that)."""
    before, behind = repeat.draft.before.encode(), repeat.draft.behind.encode()
    return repeat.recorded.event.startswith(before) and repeat.recorded.event.endswith(behind)


def _differ(now: _Said, then: _Said) -> bool:
    if (now.happened_at, now.items) != (then.happened_at, then.items) or _other_outcome(now.outcome, then.outcome):
        return True
    unlisted = now.operation.endswith("other") or then.operation.endswith("other")
    return not unlisted and (now.operation, now.action) != (then.operation, then.action)


def _is_other_half(draft: Draft, now: _Said, then: _Said, is_other: bool) -> bool:
    """Whether one is the request and one its response: each has a moment of its own."""
    recorded = Half(then.outcome, then.actor if is_other else draft.actor)  # a token, which is nobody's name
    return now.operation == then.operation and Half(now.outcome, draft.actor).belongs_to(recorded)


def _other_outcome(now: str, then: str) -> bool:
    return now not in (then, "unknown") and (then, now) != ("unknown", "ok")


def _other_actors(pairs: Sequence[tuple[str, str]], protocol: str, names: Names) -> list[bool]:
    """Of each name now and token then, whether they are two; where the token stands for nobody, nobody knows."""
    tokens = names.known(protocol, {name for name, _ in pairs if name})
    there = names.holds({token for _, token in pairs if token})
    return [
        bool(name) != bool(token) or (token in there and tokens.get(name) != token)
        for name, token in pairs
    ]  # fmt: skip
