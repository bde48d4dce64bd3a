"""Bytes -> a tree of maps, sequences and scalars with their places. The one door for protocol files.

- UTF-8, at most 1 MiB, 40 levels deep and 100,000 parts; one document, without directives.
- No anchors, aliases or tags: a file says what it says, once. Each is told, and none is followed.
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
from ledger.protocol.slips import UNREAD, mark_of, not_utf8, odd_space, place, slips

MAX_BYTES = 1 << 20
TOO_MUCH = f"at most {MAX_BYTES:,} are read; it holds the sentences of one text, and nothing else"
MAX_DEPTH = 40
MAX_PARTS = 100_000
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""The bidirectional embeddings, overrides and isolates of Unicode ("Trojan source", CVE-2021-42574)."""
ONE_FILE = "a file holds one version: take the line --- and what follows it away"
NO_BOOLEAN = "write true or false, another word, or quotes in a text"
NEW_PART = "clause"
"""The key that begins a part: where it stands twice in a map, a dash is missing, and what follows stands twice too."""
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
        _note_turning(faults, place(text, found.start()), found.group())
    try:
        builder = _Builder(_events(text), faults)
        return builder.document()
    except Abandoned:
        raise
    except MarkedYAMLError as error:
        for each in slips(error, text):
            faults.note(each.mark, "yaml", each.says)
        raise Abandoned from None
    except Exception as error:  # others' parser, fed with anything: whatever it raises is a fault
        mark = place(text, getattr(error, "position", 0))
        reason = getattr(error, "reason", type(error).__name__)
        raise faults.refuse(mark, "yaml", f"not YAML: {' '.join(str(reason).split())}{UNREAD}") from None


def _decoded(data: bytes, faults: FaultList) -> str:
    if len(data) > MAX_BYTES:
        raise faults.refuse(Mark(1, 1), "size", f"the file has {len(data):,} bytes, {TOO_MUCH}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise faults.refuse(place(before, len(before)), "encoding", not_utf8(data)) from None


def _note_turning(faults: FaultList, mark: Mark, character: str) -> None:
    name = f"U+{ord(character):04X}"
    faults.note(mark, "direction", f"{name} turns the direction of the text, so that it reads otherwise; remove it")


def _events(text: str) -> Iterator[Any]:
    events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
    return events


class _Builder:
    """Builds the tree from the parser's events, within bounds."""

    def __init__(self, events: Iterator[Any], faults: FaultList) -> None:
        self._events = events
        self._faults = faults
        self._parts = 0
        self._refused = False
        self._aliased = 0

    def document(self) -> Tree:
        tree: Tree | None = None
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if tree is not None:
                    raise self._faults.refuse(mark_of(event.start_mark), "yaml", f"a second document; {ONE_FILE}")
                if event.version or event.tags:
                    raise self._faults.refuse(mark_of(event.start_mark), "yaml", "a directive; write none")
                tree = self._node(next(self._events), 1)
        if tree is None:
            raise self._faults.refuse(Mark(1, 1), "yaml", "the file is empty")
        if self._refused:
            raise Abandoned
        return tree

    def _node(self, event: Any, depth: int) -> Tree:
        self._check_bounds(event, depth)
        kind = type(event).__name__
        if self._is_refused(event):
            self._refused = True
        if kind == "AliasEvent":
            return Scalar("", False, mark_of(event.start_mark))
        if kind == "MappingStartEvent":
            return self._map(event, depth)
        if kind == "SequenceStartEvent":
            return self._seq(event, depth)
        return self._scalar(event)

    def _check_bounds(self, event: Any, depth: int) -> None:
        mark = mark_of(event.start_mark)
        self._parts += 1
        if depth > MAX_DEPTH or self._parts > MAX_PARTS:
            raise self._faults.refuse(mark, "size", f"deeper than {MAX_DEPTH} levels, or more than {MAX_PARTS} parts")

    def _is_refused(self, event: Any) -> bool:
        """Whether it is a form of YAML that no protocol has; the rest is looked through for more, and not followed."""
        mark = mark_of(event.start_mark)
        if event.anchor is not None:
            if mark.line != self._aliased:  # one to a line is enough
                self._faults.note(mark, "alias", "an anchor or alias; write out what it stands for")
            self._aliased = mark.line
            return True
        if getattr(event, "tag", None) is not None:
            self._faults.note(mark, "tag", "a YAML tag; write none")
            return True
        return False

    def _scalar(self, event: Any) -> Scalar:
        scalar = Scalar(event.value, event.style in (None, ""), mark_of(event.start_mark))
        if scalar.plain and scalar.text.lower() in YAML_1_1_WORDS:
            message = f"{scalar.text} is read as a boolean by YAML 1.1; {NO_BOOLEAN}"
            self._faults.note(scalar.mark, "yaml-1.1", message)
        escaped = TURNING.search(scalar.text) if event.style == '"' else None
        if escaped and not any(fault.code == "protocol.direction" for fault in self._faults.found):
            _note_turning(self._faults, scalar.mark, escaped.group())
        return scalar

    def _seq(self, start: Any, depth: int) -> Seq:
        items = []
        while type(event := next(self._events)).__name__ != "SequenceEndEvent":
            items.append(self._node(event, depth + 1))
        return Seq(tuple(items), mark_of(start.start_mark))

    def _map(self, start: Any, depth: int) -> Map:
        items: dict[str, Tree] = {}
        keys: dict[str, Mark] = {}
        new_part = False
        while type(event := next(self._events)).__name__ != "MappingEndEvent":
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                self._faults.note(key.mark, "key", "a key is a word")
            elif key.plain and odd_space(key.text):
                self._faults.note(key.mark, "yaml", odd_space(key.text))
            elif key.text in items:
                if not new_part:
                    self._note_twice(key, keys[key.text])
                new_part = new_part or key.text == NEW_PART
            else:
                items[key.text], keys[key.text] = value, key.mark
        return Map(items, keys, mark_of(start.start_mark))

    def _note_twice(self, key: Scalar, first: Mark) -> None:
        way = "a new clause begins with a dash: - clause:" if key.text == NEW_PART else "keep one of the two"
        message = f"{key.text} stands twice in this map, first in line {first.line}; {way}"
        self._faults.note(key.mark, "duplicate-key", message)
