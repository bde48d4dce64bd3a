"""`ledger verify`: the numbered steps of `segment` and `whole` over a store, on as many cores as it is worth.

10. Nodes, stream heads, head row and protocol files are those of the entries.
11. Every checkpoint that the log signed is kept; each stands on a seal.
12. The keys are the ones that the reader's policy pins.
13. The high-water mark, kept outside the database, is reached.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import NamedTuple

from ledger.chain.policy import Policy
from ledger.errors import LedgerError
from ledger.events.governance import ProtocolVersionRegistered
from ledger.storage.highwater import Mark, check
from ledger.storage.inspection import raw_entries, raw_head
from ledger.storage.opening import open_store
from ledger.storage.store import Store
from ledger.verification.events import EventCheck, KeyLife
from ledger.verification.index import file_faults, head_faults, node_faults, stream_head_faults, upper_nodes
from ledger.verification.keys import KeyHistory, key_history
from ledger.verification.report import Fault, Report, Verdict, sorted_faults, verdicts
from ledger.verification.segment import SIZE, Found, check_segment
from ledger.verification.signed import Promise, checkpoint_faults, policy_faults, promises, vouched
from ledger.verification.whole import Whole

WORTH_PROCESSES = 4 * SIZE
"""Entries below which one process is faster than starting others."""

Progress = Callable[[int, int], None]
"""Told how many entries of how many have been read."""


@dataclass(frozen=True)
class Asked:
    """How much to check, and against what. `mark` is the high-water mark, if there is one."""

    policy: Policy | None = None
    mark: Mark | None = None
    deep: bool = False
    max_age: bool = False
    processes: int = 2
    progress: Progress = lambda done, total: None


class Task(NamedTuple):
    """One segment, as it is handed to another process."""

    url: str
    after: int
    upto: int
    sizes: tuple[int, ...]
    origin: str
    keys: dict[str, KeyLife]
    deep: bool


def verify(store: Store, url: str, asked: Asked) -> Report:
    """Check the whole ledger. What is wrong is in the report, not raised; Damaged is, where nothing can be read.

    `url` opens the same ledger again, for the other processes.
    """
    history = key_history(store)
    head = raw_head(store)
    total = max(int(head.size), head.last) if head else 0
    promised, faults = promises(store.checkpoints(), history.log_key) if history.log_key else ([], [])
    faults += history.faults
    whole, seals, named = Whole(), set[int](), dict[str, int]()
    for found in _segments(store, url, asked, history, total, promised):
        faults += node_faults(store, found.nodes)
        seals |= {single.position for single in found.singles if single.event and single.event.register == "seals"}
        named |= _named_files(found)
        whole.add(found)
        asked.progress(whole.size, total)
    whole.finish()
    faults += [*whole.faults, *head_faults(head, whole), *stream_head_faults(store, whole.streams)]
    faults += [*node_faults(store, upper_nodes(whole.roots, whole.size)), *file_faults(store, named)]
    faults += checkpoint_faults(promised, whole, frozenset(seals))
    faults += _outside_faults(store, asked, history)
    return _report(asked, history, whole, faults, promised)


def _segments(
    store: Store, url: str, asked: Asked, history: KeyHistory, total: int, promised: list[Promise]
) -> Iterator[Found]:
    sizes = [promise.checkpoint.size for promise in promised]
    tasks = [
        Task(url, after, min(after + SIZE, total), tuple(n - after for n in sizes if after < n <= after + SIZE),
             history.origin, history.keys, asked.deep)
        for after in range(0, total, SIZE)
    ]  # fmt: skip
    if asked.processes < 2 or total < WORTH_PROCESSES:
        yield from (_check(store, task) for task in tasks)
        return
    with ProcessPoolExecutor(asked.processes, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_check_elsewhere, tasks)


def _check(store: Store, task: Task) -> Found:
    events = EventCheck(task.origin, task.keys, deep=task.deep)
    return check_segment(task.after, raw_entries(store, task.after, task.upto), task.sizes, events)


def _check_elsewhere(task: Task) -> Found:
    with closing(open_store(task.url)) as store:
        return _check(store, task)


def _named_files(found: Found) -> dict[str, int]:
    return {
        single.event.digest: single.position
        for single in found.singles
        if isinstance(single.event, ProtocolVersionRegistered)
    }


def _outside_faults(store: Store, asked: Asked, history: KeyHistory) -> Iterator[Fault]:
    """What is kept outside the database: the reader's policy and the high-water mark."""
    if asked.policy and history.log_key:
        yield from policy_faults(asked.policy, history.log_key, history.keys)
    if asked.mark:
        try:
            check(asked.mark, store)
        except LedgerError as error:
            yield Fault(error.code, asked.mark.size, error.message)


def _report(asked: Asked, history: KeyHistory, whole: Whole, faults: list[Fault], promised: list[Promise]) -> Report:
    anchored = bool(promised or asked.mark)
    found = verdicts(
        faults, fresh=Verdict.NOT_CHECKED, complete=Verdict.OK if anchored else Verdict.NOT_CHECKED
    )
    counts = {"entries": whole.size, "uses": whole.members, "streams": len(whole.streams), "checkpoints": len(promised)}
    return Report(
        history.origin, whole.size, whole.root(whole.size) or whole.leaf, found, sorted_faults(faults),
        tuple(_not_checked(asked, history, whole, promised)), counts,
    )  # fmt: skip


def _not_checked(asked: Asked, history: KeyHistory, whole: Whole, promised: list[Promise]) -> Iterator[str]:
    """Everything that a reader might take for checked, and is not."""
    last = max((promise.checkpoint.size for promise in promised), default=0)
    if last < whole.size:
        yield f"whether entries after the last checkpoint ({last}) are all: only the high-water mark on this disk says so"
    if asked.policy is None:
        yield "whether the keys are the parties' own: give the keys you hold with --policy"
    elif asked.policy.quorum == "none":
        yield "whether other parties saw the same ledger: the policy asks for no cosigner"
    if names := vouched(asked.policy, history.keys, history.operator):
        yield f"the keys of {', '.join(names)}: the operator vouches for them, the policy pins none"
    yield "when it was recorded: no time stamp by a third party"
    yield "sealed parts: whether the vault still opens them"
    if whole.members and not asked.deep:
        yield f"the fields inside {whole.members:,} uses: covered by their batches' signatures, not read (--deep)"
    yield from sorted(whole.unknown_types)


