"""The persons' part of `ledger verify`: each sealed part of the chain held against the vault.

14. Every sealed part is intact, or erased by an entry that says so.
15. With `deep`: every person that a log names is known to the vault, or erased by an entry.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.chain.entry import split
from ledger.erasing import Replayed, erasures
from ledger.errors import InputRejected, VerificationFailed
from ledger.events.codec import decoded_fast
from ledger.storage.store import Store
from ledger.storage.vault_store import VaultStore
from ledger.subjects.sealed import sealed_parts
from ledger.subjects.verdicts import Erased, Part, PartVerdict, part_verdicts
from ledger.verification.report import MOST_FAULTS, Fault, Report, Verdict, sorted_faults

_ACTOR = re.compile(rb'"actor":"([0-9a-f]{32})"')


class Persons(NamedTuple):
    """`counts` are parts by state; `erased_by` says how many parts each erasing entry took."""

    counts: dict[str, int]
    erased_by: dict[int, int]
    replayed: tuple[int, ...]
    faults: tuple[Fault, ...]

    @property
    def verdict(self) -> Verdict:
        return Verdict.FAILED if self.faults else Verdict.OK


def persons(store: Store, vault: VaultStore, replayed: Iterable[Replayed] = (), *, deep: bool = False) -> Persons:
    """Hold every sealed part against the vault. What is wrong is in the answer, not raised.

    `replayed` are the erasures that opening the vault had still to carry out.
    """
    # The chain first: what is put in the vault is there before its entry is.
    parts = list(_parts(store))
    erased = Erased.of(erasures(store))
    stored = {part.commitment: part for part in vault.parts()}
    counts: Counter[str] = Counter()
    taken: Counter[int] = Counter()
    faults: list[Fault] = []
    for found in part_verdicts(parts, erased, stored, vault.place_of):
        counts[found.state] += 1
        if found.state == "erased":
            taken[found.by] += 1
        elif found.state != "intact" and len(faults) < MOST_FAULTS:
            faults.append(_fault(found))
    if deep:
        faults += _persons_missing(store, vault, erased)
    late = tuple(each.position for each in replayed if any(each.destroyed))
    return Persons(dict(counts), dict(sorted(taken.items())), late, tuple(faults))


def with_persons(report: Report, found: Persons | None, why_not: str = "") -> Report:
    """The report with the verdict on persons; `why_not` says why the vault was not looked at."""
    said = "sealed texts and persons:"
    others = tuple(each for each in report.not_checked if not each.startswith(said))
    if found is None:
        unchecked = (*others, f"{said} {why_not}") if len(others) < len(report.not_checked) else others
        return report._replace(verdicts={**report.verdicts, "persons": Verdict.NOT_CHECKED}, not_checked=unchecked)
    return report._replace(
        verdicts={**report.verdicts, "persons": found.verdict}, not_checked=others,
        faults=sorted_faults([*report.faults, *found.faults]),
        counts={**report.counts, "faults": report.counts["faults"] + len(found.faults)},
    )  # fmt: skip


def _parts(store: Store) -> Iterator[Part]:
    """The sealed parts of the chain; a member of a batch never has one, so `/usage` is not read."""
    for head in store.stream_heads():
        if head.stream.endswith("/usage"):
            continue
        for position, _, _, _, raw in store.stream_entries(head.stream):
            if b'"sealed":"' not in raw:
                continue
            try:
                event = decoded_fast(split(raw)[0])
            except (InputRejected, VerificationFailed):
                continue  # its bytes are the chain's own fault, told there
            for name, sealed in sealed_parts(event).items():
                yield Part(position, event.id, name, sealed)


def _fault(found: PartVerdict) -> Fault:
    name, position = found.part.field, found.part.position
    details = {
        "missing": ("sealed.missing", f"what {name} said is gone from the vault, and no entry erased it: tampering"),
        "altered": ("sealed.altered", f"what the vault holds for {name} is not what was sealed: text or blind altered"),
        "swapped": ("sealed.swapped", f"the vault holds for {name} what was sealed in entry {found.other}: swapped"),
        "still-there": ("sealed.not-erased", f"{name} was erased by entry {found.by}, and the vault still holds it"),
    }
    code, detail = details[found.state]
    return Fault(code, position, detail)


def _persons_missing(store: Store, vault: VaultStore, erased: Erased) -> Iterator[Fault]:
    """Logs are read beside this vault, so each token in them was once in it; others may come from elsewhere."""
    first: dict[str, int] = {}
    for head in store.stream_heads():
        if head.stream.endswith("/usage"):
            for position, _, _, _, raw in store.stream_entries(head.stream):
                if (found := _ACTOR.search(raw)) and (token := found[1].decode()) not in first:
                    first[token] = position
    gone = first.keys() - erased.tokens.keys()
    for token in sorted(gone - vault.holds(sorted(gone)), key=lambda each: first[each])[:MOST_FAULTS]:
        yield Fault(
            "person.missing", first[token], f"{token} is gone from the vault, and no entry erased it: tampering"
        )
