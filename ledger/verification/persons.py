"""The persons' part of `ledger verify`: each sealed part of the chain held against the vault.

14. Every sealed part is intact, or erased by an entry that says so; and the vault knows whom it speaks of, for who
    is erased takes it along.
15. Every person in the vault opens where it stands, and is looked up by what it says; none was erased by an entry.
    Nothing hangs on the vault's tables that can hide or change what is written there.
16. With `deep`: every person that a log names is known to the vault, or erased by an entry.

Whom another entry names, and the vault does not know, is not proven to be gone: a token may come from elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from ledger.chain.entry import split
from ledger.erasing import STREAM, Replayed, erasures
from ledger.errors import InputRejected, VerificationFailed
from ledger.events.codec import decoded_fast
from ledger.events.fields import Absent
from ledger.storage.store import Store
from ledger.storage.vault_store import VaultStore
from ledger.subjects.sealed import sealed_parts
from ledger.subjects.verdicts import Erased, Part, PartVerdict, part_verdicts
from ledger.verification.report import MOST_FAULTS, Fault, Report, Verdict, sorted_faults

_ACTOR = re.compile(rb'"actor":"([0-9a-f]{32})"')


class Persons(NamedTuple):
    """`counts` are parts by state; `erased_by` says how many parts each erasing entry took.

    `unknown` are persons of whom sealed parts speak, whom the vault does not know: each by the first such entry.
    """

    counts: dict[str, int]
    erased_by: dict[int, int]
    replayed: tuple[int, ...]
    faults: tuple[Fault, ...]
    unknown: dict[str, int]

    @property
    def verdict(self) -> Verdict:
        if self.faults:
            return Verdict.FAILED
        return Verdict.NOT_CHECKED if self.unknown else Verdict.OK


def persons(store: Store, vault: VaultStore, replayed: Sequence[Replayed] = (), *, deep: bool = False) -> Persons:
    """Hold every sealed part against the vault. What is wrong is in the answer, not raised.

    `replayed` are the erasures that opening the vault had still to carry out.
    """
    before = store.stream_version(STREAM)
    found = _judged(store, vault, replayed, deep=deep)
    if found.faults and store.stream_version(STREAM) != before:
        # Somebody was erased between what was read of the chain and what of the vault.
        found = _judged(store, vault, replayed, deep=deep)
    return found


def _judged(store: Store, vault: VaultStore, replayed: Sequence[Replayed], *, deep: bool) -> Persons:
    # The chain first: what is put in the vault is there before its entry is.
    parts = list(_parts(store))
    erased = Erased.of(erasures(store))
    stored = {part.commitment: part for part in vault.parts()}
    counts: Counter[str] = Counter()
    taken: Counter[int] = Counter()
    faults: list[Fault] = []
    last = max((part.position for part in parts if part.sealed.sealed in stored), default=0)
    for found in part_verdicts(parts, erased, stored, vault.place_of):
        counts[found.state] += 1
        if found.state == "erased":
            taken[found.by] += 1
        elif found.state != "intact" and len(faults) < MOST_FAULTS:
            faults.append(_fault(found, last))
    faults += _unlinked([part for part in parts if not erased.by(part.sealed)], stored, vault)
    faults += _spoilt(vault, erased)
    faults += [Fault("database.trigger", 0, f"in the vault: {odd.detail}") for odd in vault.odd_objects()]
    if deep:
        faults += _persons_missing(store, vault, erased)
    late = tuple(each.position for each in replayed if any(each.destroyed))
    unknown = _unknown(parts, vault, erased)
    return Persons(dict(counts), dict(sorted(taken.items())), late, tuple(faults[:MOST_FAULTS]), unknown)


def with_persons(report: Report, found: Persons | None, why_not: str = "") -> Report:
    """The report with the verdict on persons; `why_not` says why the vault was not looked at."""
    said = "sealed texts and persons:"
    others = tuple(each for each in report.not_checked if not each.startswith(said))
    if found is None:
        unchecked = (*others, f"{said} {why_not}") if len(others) < len(report.not_checked) else others
        return report._replace(verdicts={**report.verdicts, "persons": Verdict.NOT_CHECKED}, not_checked=unchecked)
    if found.unknown:
        token, position = next(iter(found.unknown.items()))
        more = f" and {len(found.unknown) - 1} more" if len(found.unknown) > 1 else ""
        why = "the vault does not know them, and no entry erased them; they were taken out of it, or never in it"
        others = (*others, f"{said} who is {token}, of entry {position}{more}: {why}")
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


def _fault(found: PartVerdict, last: int) -> Fault:
    """`last` is the last entry of which the vault holds anything: what is missing after it, an older copy has not."""
    name, position = found.part.field, found.part.position
    why = "tampering" if position < last else f"tampering, or an old copy, as of entry {last} or before, was put back"
    details = {
        "missing": ("sealed.missing", f"what {name} said is gone from the vault, and no entry erased it: {why}"),
        "altered": ("sealed.altered", f"what the vault holds for {name} is not what was sealed: text or blind altered"),
        "swapped": ("sealed.swapped", f"the vault holds for {name} what was sealed in entry {found.other}: swapped"),
        "still-there": ("sealed.not-erased", f"{name} was erased by entry {found.by}, and the vault still holds it"),
    }
    code, detail = details[found.state]
    return Fault(code, position, detail)


def _about(part: Part) -> tuple[str, ...]:
    return () if isinstance(part.sealed.about, Absent) else part.sealed.about


def _unlinked(parts: Iterable[Part], stored: Container[str], vault: VaultStore) -> Iterator[Fault]:
    """Of what the vault holds: whom it is not known to speak of, or is known to and does not."""
    held = [part for part in parts if part.sealed.sealed in stored]
    said = {(token, part.sealed.sealed): part for part in held for token in _about(part)}
    links = vault.links()
    for (token, _), part in said.items():
        if (token, part.sealed.sealed) not in links:
            yield Fault(
                "sealed.unlinked", part.position,
                f"the vault does not know that {part.field} speaks of {token}: erasing them would leave it",
            )  # fmt: skip
    by_commitment = {part.sealed.sealed: part for part in held}
    for token, commitment in sorted(links - said.keys()):
        if other := by_commitment.get(commitment):
            yield Fault(
                "sealed.unlinked", other.position,
                f"the vault says that {other.field} speaks of {token}, and it does not: erasing them would take it",
            )  # fmt: skip


def _spoilt(vault: VaultStore, erased: Erased) -> Iterator[Fault]:
    for token, what in vault.spoilt_persons():
        yield Fault("person.altered", 0, f"{token} is not what it was in the vault: {what}")
    for token in sorted(vault.holds(erased.tokens)):
        by = erased.tokens[token]
        yield Fault("person.not-erased", by, f"{token} was erased by entry {by}, and the vault still holds it")


def _unknown(parts: Iterable[Part], vault: VaultStore, erased: Erased) -> dict[str, int]:
    first: dict[str, int] = {}
    for part in parts:
        for token in _about(part):
            first.setdefault(token, part.position)
    wanted = first.keys() - erased.tokens.keys()
    unknown = wanted - vault.holds(sorted(wanted))
    return {token: position for token, position in first.items() if token in unknown}


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
