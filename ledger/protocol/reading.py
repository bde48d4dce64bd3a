"""Small readers on the tree of a file: words, texts, numbers, lists and the fields of a map.

A reader takes a part of the tree and the context, and gives a typed value or raises Abandoned after noting the
fault. `Fields` reads every field of a map before it gives up, so that all faults are found at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import partial
from typing import TypeVar, cast

from ledger.clock import FIRST_DAY, LAST_DAY, YEARS
from ledger.protocol.document import YAML_1_1_WORDS, Map, Scalar, Seq, Tree
from ledger.protocol.faults import Abandoned, FaultList, near
from ledger.protocol.marks import Mark

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_INT = re.compile(r"[0-9]{1,9}", re.ASCII)
_NUMBER = re.compile(r"[-+]?(0[xo])?[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,79}", re.ASCII)
_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "false": False}


FieldKinds = Callable[[tuple[str, ...], str], bool]
"""What the loader asks of an event catalogue: may a party stand in this field of these types?"""


def _party_anywhere(types: tuple[str, ...], field: str) -> bool:  # noqa: ARG001 - the shape of FieldKinds
    return True


@dataclass(slots=True)
class Context:
    """What readers need to know of the rest of the file."""

    faults: FaultList
    party_ids: frozenset[str] = frozenset()
    class_ids: frozenset[str] = frozenset()
    takes_party: FieldKinds = _party_anywhere
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Interpretation id -> its options."""
    kept: list[object] = field(default_factory=list)
    """Clauses, classes and outsiders that could be read, whatever else is wrong with the file."""

    def keep(self, part: T) -> T:
        self.kept.append(part)
        return part

    def refuse(self, where: Tree | Mark, fact: str, message: str) -> Abandoned:
        return self.faults.refuse(where if isinstance(where, Mark) else where.mark, fact, message)


Reader = Callable[[Tree, Context], T]


def is_plain_null(node: Tree) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in _EMPTY


def scalar(node: Tree, context: Context, what: str = "a word") -> Scalar:
    if not isinstance(node, Scalar):
        raise context.refuse(node, "form", f"here stands {what}, not a {'list' if isinstance(node, Seq) else 'map'}")
    if is_plain_null(node):
        raise context.refuse(node, "empty", f"here stands {what}, not nothing")
    return node


def text(node: Tree, context: Context) -> str:
    """Words of a text, white space made single. What YAML takes for another type must be quoted."""
    found = scalar(node, context, "a text")
    if found.plain and (found.text in _BOOLEANS or _NUMBER.fullmatch(found.text)):
        raise context.refuse(node, "type", f"{found.text} is not a text; put it in quotes")
    words = " ".join(found.text.split())
    if not words:
        raise context.refuse(node, "empty", "here stands a text, not nothing")
    return words


def name(node: Tree, context: Context) -> str:
    """A name of a list, a document, a data set: letters, digits and . _ : / + -, at most 80."""
    word = text(node, context)
    if not _NAME.fullmatch(word):
        way = "; quotes are straight" if word[0] in "\u201c\u201d\u201e\u2018\u2019" else ""
        raise context.refuse(node, "name", f"{word!r} is not a name: letters, digits and . _ : / + -, at most 80{way}")
    return word


def boolean(node: Tree, context: Context) -> bool:
    found = scalar(node, context, "true or false")
    if found.plain and found.text.lower() in YAML_1_1_WORDS:
        raise Abandoned  # that has been noted
    if not found.plain or found.text not in _BOOLEANS:
        raise context.refuse(node, "type", f"{found.text!r} is not true or false")
    return _BOOLEANS[found.text]


def number(node: Tree, context: Context) -> int:
    found = scalar(node, context, "a number")
    if not found.plain or not _INT.fullmatch(found.text) or str(int(found.text)) != found.text:  # 010 is 8 to YAML 1.1
        raise context.refuse(node, "type", f"{found.text!r} is not a whole number")
    return int(found.text)


def day(node: Tree, context: Context) -> date:
    found = scalar(node, context, "a date")
    try:
        if _DATE.fullmatch(found.text):
            given = date.fromisoformat(found.text)
            if not FIRST_DAY <= given <= LAST_DAY:
                raise context.refuse(node, "type", f"{found.text} lies outside {YEARS}; of no date, leave it out")
            return given
    except ValueError:
        pass
    raise context.refuse(node, "type", f"{found.text!r} is not a date; write 2021-10-08")


def is_date(node: Tree) -> bool:
    return isinstance(node, Scalar) and bool(_DATE.fullmatch(node.text))


def constant(found: Scalar) -> str | int | bool:
    """A scalar by YAML 1.2: true and false, whole numbers, else the words."""
    if found.plain and found.text in _BOOLEANS:
        return _BOOLEANS[found.text]
    if found.plain and _INT.fullmatch(found.text) and str(int(found.text)) == found.text:
        return int(found.text)
    return found.text


def one_of(words: type[E]) -> Reader[E]:
    """A reader of one word of a closed list."""
    known = [word.value for word in words]

    def read(node: Tree, context: Context) -> E:
        found = scalar(node, context).text
        if found not in known:
            raise context.refuse(node, "word", f"{found!r} does not exist here{near(found, known)}")
        return words(found)

    return read


def many(reader: Reader[T], least: int = 1) -> Reader[tuple[T, ...]]:
    """A reader of a list, in brackets or dashes."""

    def read(node: Tree, context: Context) -> tuple[T, ...]:
        if not isinstance(node, Seq):
            shown = node.text if isinstance(node, Scalar) and not is_plain_null(node) else "…"
            raise context.refuse(node, "form", f"here stands a list; write [{shown}]")
        if len(node.items) < least:
            raise context.refuse(node, "empty", f"this list needs at least {least} item{'s' if least > 1 else ''}")
        return all_of([partial(reader, item, context) for item in node.items])

    return read


def all_of(readings: Collection[Callable[[], T]]) -> tuple[T, ...]:
    """Every reading, or Abandoned once all of them were tried."""
    values = []
    failed = False
    for reading in readings:
        try:
            values.append(reading())
        except Abandoned:
            failed = True
    if failed:
        raise Abandoned
    return tuple(values)


def mapping(node: Tree, context: Context, what: str) -> Map:
    if not isinstance(node, Map):
        raise context.refuse(node, "form", f"here stands {what}, as a map of keys")
    return node


class Fields:
    """The fields of one map. Take each by `need` or `may`, then give the result through `whole`.

    A faulty field gives a stand-in, so that the next ones are read too; `whole` then raises Abandoned.
    """

    def __init__(self, node: Tree, context: Context, what: str) -> None:
        self.map = mapping(node, context, what)
        self.context = context
        self.what = what
        self._asked: list[str] = []
        self._failed = False

    @property
    def mark(self) -> Mark:
        return self.map.mark

    def has(self, key: str) -> bool:
        return key in self.map.items

    def skip(self, *keys: str) -> None:
        """These keys are known here and read elsewhere."""
        self._asked += keys

    def need(self, key: str, reader: Reader[T]) -> T:
        self._asked.append(key)
        if key not in self.map.items:
            self.fail(self.mark, "missing-key", f"{self.what} needs {key}")
            return cast(T, None)
        return self._read(key, reader)

    def may(self, key: str, reader: Reader[T], default: T) -> T:
        self._asked.append(key)
        return self._read(key, reader) if key in self.map.items else default

    def opt(self, key: str, reader: Reader[T]) -> T | None:
        self._asked.append(key)
        return self._read(key, reader) if key in self.map.items else None

    def fail(self, mark: Mark, fact: str, message: str) -> None:
        self.context.faults.note(mark, fact, message)
        self._failed = True

    def abandon(self) -> None:
        """A part of this map, read elsewhere, was faulty."""
        self._failed = True

    def _read(self, key: str, reader: Reader[T]) -> T:
        node = self.map.items[key]
        if isinstance(node, Scalar) and is_plain_null(node):
            node = replace(node, mark=self.map.keys[key])  # of nothing, YAML says the place of what comes next
        try:
            return reader(node, self.context)
        except Abandoned:
            self._failed = True
            return cast(T, None)

    def whole(self, value: T) -> T:
        """The value, if every field was read and no other key stands here."""
        for key in self.map.items.keys() - set(self._asked):
            if key.lower() not in YAML_1_1_WORDS:  # those have been noted
                self.fail(self.map.keys[key], "unknown-key", f"{self.what} has no {key}{near(key, self._asked)}")
            self._failed = True
        if self._failed:
            raise Abandoned
        return value
