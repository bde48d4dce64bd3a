"""Numbers that a log lacks, in its files or between them, and that no other file of it brought since.

- Each number that is missing is told once, with the first file that lacks it: a log that grows, or is exported again,
  does not lack it twice.
- Where a numbering begins again with the year, the files of another year bring nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.importers.numbering import merged
from projections.obligations.facts import Fact
from projections.said import Said, count, said, several

SHOWN = 5
"""Missing numbers, or stretches of them, that are named."""

NUMBERING = frozenset({"lowest", "highest", "missing"})
"""What a file says of its numbers: one that says a part of it only is as one without."""

Stretch = tuple[int, int]
"""The first and last of successive numbers."""
ByYear = Mapping[int, Sequence[Stretch]]
"""Numbers that are there, by the years of the files that have them."""


class Lack(NamedTuple):
    """What a file lacks, or what is missing between it and the one before it (`other`, which is then given)."""

    read: Fact
    says: Said
    other: Fact | None = None


def lacking(reads: Sequence[Fact]) -> Iterator[Lack]:
    """What is missing in the files of one log, read in this order."""
    there = _there_by_year(reads)
    numbered = [each for each in reads if each.fields.keys() >= NUMBERING]
    told: list[Stretch] = []
    for each in numbered:
        if each.fields["missing"]:
            yield from _within(each, there, told)
    yield from _between(numbered, there)


def _within(read: Fact, there: ByYear, told: list[Stretch]) -> Iterator[Lack]:
    """What one file lacks; the numbers go to `told`."""
    lowest, highest, missing = (read.fields[name] for name in ("lowest", "highest", "missing"))
    gaps = list(_without((lowest, highest), [*_of_years(there, read), *told]))
    left = min(missing, _size(gaps))
    if not left:
        return
    says = said("numbers", lowest=lowest, highest=highest, missing=left)
    if "present" in read.fields:  # else it is not known which
        told += gaps
        says = said("numbers-named", numbers=says, which=_named(gaps))
    if rejected := read.fields["rejected"]:
        says = said("numbers-rejected", numbers=says, rejected=rejected)
    yield Lack(read, says)


def _between(numbered: Iterable[Fact], there: ByYear) -> Iterator[Lack]:
    """What is missing between two files that follow each other."""
    furthest: Fact | None = None
    for each in sorted(numbered, key=lambda read: (read.fields["lowest"], read.fields["highest"])):
        if furthest is not None:
            first, last = furthest.fields["highest"], each.fields["lowest"]
            gaps = list(_without((first + 1, last - 1), _of_years(there, furthest, each)))
            if left := _size(gaps):
                says = said("numbers-between", first=first, last=last, missing=left)
                yield Lack(each, said("numbers-named", numbers=says, which=_named(gaps)), furthest)
        if furthest is None or each.fields["highest"] > furthest.fields["highest"]:
            furthest = each


def _there_by_year(reads: Iterable[Fact]) -> ByYear:
    """The numbers of which it is known that a file has them."""
    found: dict[int, list[Stretch]] = {}
    for each in reads:
        for year in _years(each):
            found.setdefault(year, []).extend(_there(each))
    return {year: merged(sorted(stretches)) for year, stretches in found.items()}


def _there(read: Fact) -> list[Stretch]:
    if "present" in read.fields:
        return [(run["first"], run["last"]) for run in read.fields["present"]]
    whole = read.fields.keys() >= NUMBERING and read.fields["missing"] == 0
    return [(read.fields["lowest"], read.fields["highest"])] if whole else []


def _years(read: Fact) -> range:
    """In which its uses were."""
    if not read.fields.keys() >= {"first", "last"}:
        return range(0)
    return range(int(str(read.fields["first"])[:4]), int(str(read.fields["last"])[:4]) + 1)


def _of_years(there: ByYear, *reads: Fact) -> list[Stretch]:
    return [each for year in {year for read in reads for year in _years(read)} for each in there.get(year, ())]


def _without(span: Stretch, taken: Iterable[Stretch]) -> Iterator[Stretch]:
    """What is left of a stretch, in order."""
    at, upto = span
    for first, last in sorted(taken):
        if first > upto:
            break
        if first > at:
            yield at, first - 1
        at = max(at, last + 1)
    if at <= upto:
        yield at, upto


def _size(stretches: Iterable[Stretch]) -> int:
    return sum(last - first + 1 for first, last in stretches)


def _named(stretches: Sequence[Stretch]) -> Said:
    named = [
        said("number-run", first=first, last=last) if last > first else Said.of(str(first), str(first))
        for first, last in stretches[:SHOWN]
    ]
    if len(stretches) > SHOWN:
        named.append(said("number-more", more=count(_size(stretches[SHOWN:]))))
    return several(named)
