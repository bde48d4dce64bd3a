"""Bytes -> a tree of maps, sequences and scalars with their places. The one door for protocol files.

- UTF-8, at most 1 MiB, 40 levels deep and 100,000 parts; one document, without directives.
- No anchors, aliases or tags: a file says what it says, once.
- A key stands once in its map, and is plain text.
- `on`, `off`, `yes`, `no` without quotes are refused: YAML 1.1 reads them as true and false.
- No character that turns the direction of a line: a reader would see another text than the ledger reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from ledger.protocol.faults import Abandoned, FaultList
from ledger.protocol.marks import Mark

MAX_BYTES = 1 << 20
MAX_DEPTH = 40
MAX_PARTS = 100_000
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""The bidirectional embeddings, overrides and isolates of Unicode ("Trojan source", CVE-2021-42574)."""
YAML_1_1_WORDS = frozenset({"on", "off", "yes", "no", "y", "n"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A word as written; `plain` is without quotes."""

    text: str
    plain: bool
    mark: Mark


@dataclass(frozen=True, slots=True)
class Seq:
    items: tuple[Tree, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Map:
    """`keys` holds the place of each key."""

    items: dict[str, Tree]
    keys: dict[str, Mark]
    mark: Mark


Tree = Scalar | Seq | Map


def parse(data: bytes, faults: FaultList) -> Tree:
    """The tree of a file. Raises Abandoned, with the faults noted, unless there is one document."""
    text = _decoded(data, faults)
    for found in TURNING.finditer(text):
        _note_turning(faults, _place(text, found.start()), found.group())
    try:
        builder = _Builder(_events(text), faults)
        return builder.document()
    except Abandoned:
        raise
    except MarkedYAMLError as error:
        mark = _mark(error.problem_mark or error.context_mark)
        raise faults.refuse(mark, "yaml", f"not YAML: {_told(error.problem or error.context)}") from None
    except Exception as error:  # others' parser, fed with anything: whatever it raises is a fault
        mark = _place(text, getattr(error, "position", 0))
        reason = getattr(error, "reason", type(error).__name__)
        raise faults.refuse(mark, "yaml", f"not YAML: {_one_line(reason)}") from None


def _decoded(data: bytes, faults: FaultList) -> str:
    if len(data) > MAX_BYTES:
        raise faults.refuse(Mark(1, 1), "size", f"the file has {len(data)} bytes, at most {MAX_BYTES} are read")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise faults.refuse(_place(before, len(before)), "encoding", "not UTF-8") from None


def _note_turning(faults: FaultList, mark: Mark, character: str) -> None:
    name = f"U+{ord(character):04X}"
    faults.note(mark, "direction", f"{name} turns the direction of the text, so that it reads otherwise; remove it")


def _place(text: str, position: Any) -> Mark:
    before = text[: position if isinstance(position, int) else 0]
    return Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _one_line(text: object) -> str:
    return " ".join(str(text or "unreadable").split())[:200]


_WAYS_OUT = {
    "mapping values are not allowed": "a text with a colon stands in quotes, or on the lines after >-",
    "character '\\t'": "indent with spaces, no tabs",
    "that cannot start any token": "a text that begins with this character stands in quotes",
}


def _told(problem: object) -> str:
    """What the parser says, and what to do where it is a slip that many make."""
    words = _one_line(problem)
    way = next((way for part, way in _WAYS_OUT.items() if part in words), "")
    return f"{words}; {way}" if way else words


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1) if mark is not None else Mark(1, 1)


def _events(text: str) -> Iterator[Any]:
    events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
    return events


class _Builder:
    """Builds the tree from the parser's events, within bounds."""

    def __init__(self, events: Iterator[Any], faults: FaultList) -> None:
        self._events = events
        self._faults = faults
        self._parts = 0

    def document(self) -> Tree:
        tree: Tree | None = None
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if tree is not None:
                    raise self._faults.refuse(_mark(event.start_mark), "yaml", "a second document")
                if event.version or event.tags:
                    raise self._faults.refuse(_mark(event.start_mark), "yaml", "a directive; write none")
                tree = self._node(next(self._events), 1)
        if tree is None:
            raise self._faults.refuse(Mark(1, 1), "yaml", "the file is empty")
        return tree

    def _node(self, event: Any, depth: int) -> Tree:
        self._check_bounds(event, depth)
        kind = type(event).__name__
        if kind == "MappingStartEvent":
            return self._map(event, depth)
        if kind == "SequenceStartEvent":
            return self._seq(event, depth)
        return self._scalar(event)

    def _check_bounds(self, event: Any, depth: int) -> None:
        mark = _mark(event.start_mark)
        self._parts += 1
        if depth > MAX_DEPTH or self._parts > MAX_PARTS:
            raise self._faults.refuse(mark, "size", f"deeper than {MAX_DEPTH} levels, or more than {MAX_PARTS} parts")
        if type(event).__name__ == "AliasEvent" or event.anchor is not None:
            raise self._faults.refuse(mark, "alias", "an anchor or alias; write it out")
        if getattr(event, "tag", None) is not None:
            raise self._faults.refuse(mark, "tag", "a YAML tag; write none")

    def _scalar(self, event: Any) -> Scalar:
        scalar = Scalar(event.value, event.style in (None, ""), _mark(event.start_mark))
        if scalar.plain and scalar.text.lower() in YAML_1_1_WORDS:
            message = f"{scalar.text} is read as a boolean by YAML 1.1; use another word, or quotes in a text"
            self._faults.note(scalar.mark, "yaml-1.1", message)
        escaped = TURNING.search(scalar.text) if event.style == '"' else None
        if escaped and not any(fault.code == "protocol.direction" for fault in self._faults.found):
            _note_turning(self._faults, scalar.mark, escaped.group())
        return scalar

    def _seq(self, start: Any, depth: int) -> Seq:
        items = []
        while type(event := next(self._events)).__name__ != "SequenceEndEvent":
            items.append(self._node(event, depth + 1))
        return Seq(tuple(items), _mark(start.start_mark))

    def _map(self, start: Any, depth: int) -> Map:
        items: dict[str, Tree] = {}
        keys: dict[str, Mark] = {}
        while type(event := next(self._events)).__name__ != "MappingEndEvent":
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                self._faults.note(key.mark, "key", "a key is a word")
            elif key.text in items:
                self._faults.note(key.mark, "duplicate-key", f"{key.text} stands twice in this map")
            else:
                items[key.text], keys[key.text] = value, key.mark
        return Map(items, keys, _mark(start.start_mark))
