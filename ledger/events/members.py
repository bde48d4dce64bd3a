"""Members of batches read many at a time. The tight loop of `ledger verify --deep`.

A pattern takes longer than all the rest of reading a use, so a member is read by a twin of its type that has none, and
the values are compared with the patterns afterwards: words once for each combination, moments once for each day and
each time of day, digests and tokens all at once. What is not as it should be is left to `codec.decoded`: it says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Literal, NamedTuple, Union, get_type_hints

import msgspec
from msgspec import inspect

from ledger.events.base import MemberEvent
from ledger.events.fields import ABSENT, Absent, is_time_of_day, is_usual_day
from ledger.ids import HEX128_PATTERN, HEX256_PATTERN

_HEX = {HEX128_PATTERN: 32, HEX256_PATTERN: 64}
_SIMPLE = (inspect.StrType, inspect.IntType, inspect.BoolType, inspect.LiteralType)

# Sorted keys come from the twin's own order: without structures inside, that is the one of RFC 8785.
_encode = msgspec.json.Encoder().encode


class _Twin(NamedTuple):
    """A type without its patterns, and what its values must be: `words` have a pattern each, `hexes` a length."""

    decode: Callable[[bytes], Any]
    words: dict[str, re.Pattern[str]]
    hexes: dict[str, int]
    moments: list[str]


class MemberReader:
    """Reads members of one type; keeps the words, days and times that it has found good."""

    def __init__(self, cls: type[MemberEvent]) -> None:
        self.twin = _twin(cls)
        self.named = attrgetter("author", "protocol", *self.twin.words)
        self.words: set[tuple[Any, ...]] = set()
        self.days: set[str] = set()
        self.times: set[str] = set()

    def read(self, events: Sequence[bytes]) -> list[Any] | None:
        """All of them, or None unless each is an event of the type, and every one in its one spelling.

        None is also given for some that are: with evidence, or on a day that not every year has.
        """
        try:
            found = [self.twin.decode(raw) for raw in events]
            same = [_encode(event) for event in found] == events
        except (msgspec.MsgspecError, ValueError):
            return None
        good = same and all(map(bytes.isascii, events)) and self._good_words(found) and self._good_moments(found)
        return found if good and self._good_hexes(found) else None

    def _good_words(self, events: list[Any]) -> bool:
        new = set(map(self.named, events)) - self.words
        patterns = self.twin.words.values()
        good = all(
            value is ABSENT or pattern.search(value)
            for row in new
            for value, pattern in zip(row[2:], patterns, strict=True)
        )
        if good:
            self.words |= new
        return good

    def _good_moments(self, events: list[Any]) -> bool:
        for name in self.twin.moments:
            texts = _present(map(attrgetter(name), events))
            days = {text[:10] for text in texts} - self.days
            times = {text[10:] for text in texts} - self.times
            if not (all(map(is_usual_day, days)) and all(map(is_time_of_day, times))):
                return False
            self.days |= days
            self.times |= times
        return True

    def _good_hexes(self, events: list[Any]) -> bool:
        return all(
            _all_hex(_present(map(attrgetter(name), events)), length) for name, length in self.twin.hexes.items()
        )


def _present(values: Iterable[Any]) -> list[str]:
    return [value for value in values if value is not ABSENT]


def _all_hex(texts: list[str], length: int) -> bool:
    """Whether each has that many digits, in small letters: white space and capitals do not come back the same."""
    joined = "".join(texts)
    try:
        return set(map(len, texts)) <= {length} and bytes.fromhex(joined).hex() == joined
    except ValueError:
        return False


@cache
def _twin(cls: type[MemberEvent]) -> _Twin:
    """Made once for a type. Fields that hold structures are left out, and refused where they occur."""
    tag: Any = Literal[cls.__struct_config__.tag]
    fields: dict[str, tuple[Any, ...]] = {"type": (tag,)}
    twin = _Twin(msgspec.json.decode, {}, {}, [])
    hints, known = get_type_hints(cls, include_extras=True), inspect.type_info(cls)
    assert isinstance(known, inspect.StructType)
    for field in known.fields:
        kind, notes = _bare(field.type)
        hint = hints[field.name]
        if _only_pattern(kind):
            hint = str if field.required else Union[str, Absent]  # noqa: UP007
            if notes.get("kind") == "moment":
                twin.moments.append(field.name)
            elif kind.pattern in _HEX:
                twin.hexes[field.name] = _HEX[kind.pattern]
            else:
                twin.words[field.name] = re.compile(kind.pattern)
        elif not isinstance(_bare(kind.item_type)[0] if isinstance(kind, inspect.VarTupleType) else kind, _SIMPLE):
            continue
        fields[field.name] = (hint,) if field.required else (hint, ABSENT)
    struct = msgspec.defstruct(
        cls.__name__, [(name, *fields[name]) for name in sorted(fields)],
        frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False,
    )  # fmt: skip
    return twin._replace(decode=msgspec.json.Decoder(struct).decode)


def _bare(kind: Any) -> tuple[Any, dict[str, Any]]:
    return (kind.type, kind.extra or {}) if isinstance(kind, inspect.Metadata) else (kind, {})


def _only_pattern(kind: Any) -> bool:
    return isinstance(kind, inspect.StrType) and bool(kind.pattern) and not (kind.min_length or kind.max_length)
