"""What a reader might take for checked, and is not. Said in words that need no other document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledger.chain.policy import NO_QUORUM, Policy
from ledger.keys.keyring import Keyring
from ledger.storage.highwater import Mark
from ledger.verification.authority import Rules
from ledger.verification.signed import vouched
from ledger.verification.whole import Whole


class Checked(NamedTuple):
    """What a verification had to compare with. `checkpoints` are the sizes that the log signed, in order."""

    policy: Policy | None
    mark: Mark | None
    deep: bool
    structure: bool
    checkpoints: tuple[int, ...]


TIME = "when entries were recorded: the time is the operator's word"
VIEWS = "what is kept beside the ledger to answer sooner (--deep): `ledger replay` makes it anew"
SHOWN = 10
"""Entries that are named in one line."""


def not_checked(checked: Checked, rules: Rules, whole: Whole) -> Iterator[str]:
    """A line for each; only what applies to this ledger."""
    if whole.start:
        yield f"entries 1 to {whole.start:,}: not read, only their place in the stored tree was taken (--since)"
        yield "the keys, parties and mandates that they make known: taken as they lie (--since)"
    yield from _tail(checked, whole)
    yield from _keys(checked.policy, rules.keyring)
    yield from rules.unknown()
    yield from _words(whole)
    yield TIME
    if whole.sealed:
        yield "sealed texts and persons: the vault, which can open them, was not looked at"
    if whole.members and not checked.deep:
        yield f"what {whole.members:,} uses say: signed for, but only whose they are was looked at (--deep)"
    if not checked.structure:
        yield "the database's own index pages: with --deep on SQLite, by its administrator on PostgreSQL"
    yield VIEWS
    yield from sorted(whole.unknown_types)


def _words(whole: Whole) -> Iterator[str]:
    """What is no fault, and what a reader must know of the word of some authors."""
    if whole.suspect:
        said = "their key may have been a thief's by then, says its revocation"
        yield f"whose acts {_entries(whole.suspect)} are: {said}"
    if whole.reported:
        yield f"what {_entries(whole.reported)} report of parties that have no key themselves"


def _entries(positions: Sequence[int]) -> str:
    shown = ", ".join(f"{position:,}" for position in positions[:SHOWN])
    more = f" and {len(positions) - SHOWN:,} more" if len(positions) > SHOWN else ""
    return f"{'entry' if len(positions) == 1 else 'entries'} {shown}{more}"


def _tail(checked: Checked, whole: Whole) -> Iterator[str]:
    last = max((size for size in checked.checkpoints if size <= whole.size), default=0)
    if last >= whole.size:
        if checked.mark is None:
            yield f"whether there was an entry after {whole.size:,}: no high-water mark can be read beside the ledger"
        return
    after = f"after {last:,}, the last signed checkpoint" if last else "at all: no checkpoint was signed yet"
    known = "only the high-water mark on this machine says so"
    yield f"whether entries are missing {after}; {known if checked.mark else 'nothing outside the database says so'}"


def _keys(policy: Policy | None, keyring: Keyring) -> Iterator[str]:
    if policy is None:
        yield "whether the keys are the parties' own: give the keys you hold with --policy"
    elif policy.quorum == NO_QUORUM:
        yield "whether other parties saw the same ledger: the policy asks for no cosigner"
    if names := vouched(policy, keyring):
        yield f"whether the keys of {', '.join(names)} are theirs: the operator says so, no policy pins them"
