"""What an answer is worked out by, beside entries and a moment: this program, and tables of zones and holidays.

An answer that was kept counts only while all of it is the same, for none of it is on record.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from ledger.chain.hashing import sha256_of

_PROGRAM = ("projections.obligations", "projections", "ledger.protocol", "ledger.events", "ledger.clock")
_HOLIDAYS = ("holidays.version",)
_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", re.ASCII)
"""A zone's: it is read from a file that anybody may have written, and names one."""


def basis(zones: Iterable[str]) -> str:
    """A digest of it, for protocols that count days in these zones; empty where the program's files are not at hand."""
    hasher = sha256_of()
    for name in (*_PROGRAM, *_HOLIDAYS):
        files = list(_files(name))
        if not files:
            return ""
        for path in files:
            hasher.update(b"%s\n%d\n" % (path.name.encode(), path.stat().st_size))
            hasher.update(path.read_bytes())
    for zone in sorted(set(zones)):
        hasher.update(zone.encode() + b"\n" + _zone(zone))
    return hasher.digest().hex()


def _files(module: str) -> Iterator[Path]:
    """The module's file; of a package, those directly in it."""
    package, _, name = module.rpartition(".")
    top = find_spec(package.partition(".")[0] or name)
    if top is None or top.origin is None:
        return
    place = Path(top.origin).parent.joinpath(*module.split(".")[1:])
    yield from sorted(place.glob("*.py")) if place.is_dir() else filter(Path.is_file, [place.with_suffix(".py")])


def _zone(name: str) -> bytes:
    """The table of a zone as `zoneinfo` finds it: the system's, else that of the package; empty where none has it."""
    places = [Path(folder, name) for folder in zoneinfo.TZPATH]
    package = find_spec("tzdata")
    if package and package.origin:
        places.append(Path(package.origin).parent / "zoneinfo" / name)
    there = (path for path in places if _NAME.fullmatch(name) and path.is_file())
    return next((path.read_bytes() for path in there), b"")
