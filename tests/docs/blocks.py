"""The fenced blocks of the documentation, by the name in the comment above them.

    <!-- run: NAME -->           a block that is executed: by a test, or by `.ci/run`
    <!-- example: NAME -->       a block whose content a test computes again
    <!-- not run: WHY -->        a block of commands that is shown only

`python -m tests.docs.blocks FILE NAME` prints one; `.ci/run` executes the README's commands this way, with nothing
installed yet, so this file uses the standard library alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(
    r"(?:^<!-- (?P<kind>run|example|not run): (?P<name>[^\n]+) -->\n)?"
    r"^(?P<indent> *)```(?P<language>[a-z]*)\n(?P<code>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """One fenced block. `kind` and `name` are empty where no comment stands above it."""

    kind: str
    name: str
    language: str
    code: str


def blocks(file: Path) -> Iterator[Block]:
    for found in _BLOCK.finditer(file.read_text(encoding="utf-8")):
        yield Block(found["kind"] or "", found["name"] or "", found["language"], found["code"])


def block(file: Path, name: str) -> Block:
    """The one block of that name. Raises LookupError where there is none, or more than one."""
    found = [each for each in blocks(file) if each.name == name]
    if len(found) != 1:
        raise LookupError(f"{file}: {len(found)} blocks are called {name}")
    return found[0]


def documents() -> list[Path]:
    """Every page that is written for readers of the project."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


if __name__ == "__main__":
    sys.stdout.write(block(Path(sys.argv[1]), sys.argv[2]).code)
