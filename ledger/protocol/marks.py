"""Where in the file something was written: every part of a protocol remembers its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Mark(NamedTuple):
    """A place in a protocol file; both count from 1, and 0 means: not read from a file."""

    line: int = 0
    column: int = 0


NOWHERE = Mark()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Something written in a protocol file. Two nodes that say the same are equal, wherever they stand."""

    mark: Mark = field(default=NOWHERE, compare=False, repr=False)
