"""The catalogue of docs/threats.md: what each name does to a good bundle, and the fault that must be told.

Three hands: one that has the file only (`container`, `member`), one that also makes the manifest fit (`content`), and
an operator with every key but the witness's who writes the whole ledger anew (`ledger`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tests.bundle.forge import (
    Forge,
    good,
    members,
    rewritten,
)

Parts = dict[str, bytes]
Make = Callable[[Path], Path]
"""Writes the mutated bundle into a folder, and gives its path."""

MUTATIONS: dict[str, Mutation] = {}


class Mutation(NamedTuple):
    """`code` is the fault, `exit` what `ledger evidence verify` ends with, `position` the entry, where it names one."""

    make: Make
    code: str
    exit: int
    position: int


@dataclass
class Kind:
    """A decorator that files a mutation under its function's name."""

    into: Callable[[Callable[[Any], Any]], Make]
    exit: int = 3

    def __call__(self, code: str, *, position: int = -1, exit: int | None = None) -> Callable[[Any], Any]:
        def file(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
            name = function.__name__.replace("_", " ")
            MUTATIONS[name] = Mutation(self.into(function), code, self.exit if exit is None else exit, position)
            return function

        return file


def _of_bytes(function: Callable[[bytes], bytes]) -> Make:
    def make(folder: Path) -> Path:
        path = good(folder)
        path.write_bytes(function(path.read_bytes()))
        return path

    return make


def _of_parts(*, relist: bool) -> Callable[[Callable[[Parts], Parts]], Make]:
    def into(function: Callable[[Parts], Parts]) -> Make:
        def make(folder: Path) -> Path:
            path = good(folder)
            return rewritten(path, function(members(path)), relist=relist)

        return make

    return into


def _of_ledger(function: Callable[[], Forge]) -> Make:
    return lambda folder: function().bundle(folder / "b.zip")


container = Kind(_of_bytes, 5)
member = Kind(_of_parts(relist=False))
content = Kind(_of_parts(relist=True))
ledger = Kind(_of_ledger)
path_of = Kind(lambda function: function)
