"""`ledger verify`: the numbered steps of `segment` and `whole` over a store, on as many cores as it is worth.

10. Tree nodes and protocol files are those of the entries.
11. Every checkpoint that the log signed is kept; each stands on a seal, and each seal has one.
12. The keys are the ones that the reader's policy pins, or were enrolled by those.
13. The high-water mark, kept outside the database, is reached.

What lies beside the entries is read first, at one moment; entries up to that moment never change. So a ledger may be
verified while others write to it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ledger.chain.policy import Policy
from ledger.events.governance import ProtocolVersionRegistered
from ledger.storage.faults import StorageFailed
from ledger.storage.highwater import HighWater, MalformedMark, Mark
from ledger.storage.inspection import Beside, next_position, raw_beside
from ledger.storage.marks import Marks
from ledger.storage.store import Store
from ledger.verification import index
from ledger.verification.again import ids_used_twice
from ledger.verification.authority import Rules, read_rules
from ledger.verification.events import Keys
from ledger.verification.found import Found
from ledger.verification.keys import KeyHistory, key_history
from ledger.verification.report import Fault, Faults, Report, Verdict, sorted_faults, verdicts
from ledger.verification.signed import checkpoint_faults, mark_faults, policy_faults, promises
from ledger.verification.since import Beginning, beginning
from ledger.verification.tasks import Others, Task, check, check_elsewhere, shared, started
from ledger.verification.unchecked import Checked, not_checked
from ledger.verification.whole import BITS, Whole

WORTH_PROCESSES = 250_000
"""Uses that one process reads while others start; a signature of its own costs as much as SIGNATURE of them."""
SIGNATURE = 40
STRUCTURE_UPTO = 100_000
"""Entries up to which the database's own structure is checked without being asked: it reads everything once more."""

Progress = Callable[[int, int], None]
"""Told how many entries of how many have been read."""


@dataclass(frozen=True)
class Asked:
    """How much to check, and against what. `head` holds the high-water mark, if there is one.

    `since` is the first position that must be read: what lies before is taken from the stored tree.
    """

    policy: Policy | None = None
    head: HighWater | Marks | None = None
    deep: bool = False
    since: int = 1
    processes: int = 2
    bits: int = BITS
    progress: Progress = lambda done, total: None


def verify(store: Store, url: str, asked: Asked) -> Report:
    """Check the whole ledger. What is wrong is in the report, not raised; raises Locked, NotFound.

    `url` opens the same ledger again, for the other processes.
    """
    marks, faults = _marks(asked, store)
    beside = raw_beside(store)
    if asked.processes < 2 or not _worth_processes(beside, deep=asked.deep):
        return _verified(store, url, asked, marks, faults, beside, None)
    with started(asked.processes - 1) as others:
        return _verified(store, url, asked, marks, faults, beside, others)


def _verified(
    store: Store,
    url: str,
    asked: Asked,
    marks: tuple[Mark | None, Mark | None],
    faults: Faults,
    beside: Beside,
    others: Others | None,
) -> Report:
    begin = beginning(store, beside, asked.since, asked.bits)
    history = key_history(store, beside.last)
    rules, unfounded = read_rules(store, beside, history.keyring)
    promised, false = promises(beside.checkpoint, history, beside.last)
    faults.extend(chain(begin.faults, false))
    faults.join(history.faults)
    faults.join(unfounded)
    whole, seals, named = Whole(asked.bits, begin.start), set[int](), dict[str, int]()
    sizes = sorted({promise.checkpoint.size for promise in promised})
    tasks = _tasks(store, url, asked, (history.keys, rules), beside, begin, sizes)
    for found in _segments(store, others, tasks):
        faults.extend(index.node_faults(store, found.nodes))
        seals |= {single.position for single in found.singles if single.event and single.event.register == "seals"}
        named |= _named_files(found)
        whole.add(found)
        asked.progress(whole.size, beside.last)
    whole.finish()
    faults.extend(_index_faults(store, asked, beside, whole, named))
    faults.extend(checkpoint_faults(promised, whole, frozenset(seals)))
    faults.extend(policy_faults(asked.policy, history, whole.signers) if asked.policy else [])
    for each in marks:
        faults.extend(mark_faults(each, whole, store) if each else [])
    faults.extend(ids_used_twice(store, whole, beside.last) if asked.deep else [])
    checked = Checked(asked.policy, marks[0], asked.deep, _structure(store, asked, beside), tuple(sizes))
    return _report(history, rules, whole, faults, checked)


def _marks(asked: Asked, store: Store) -> tuple[tuple[Mark | None, Mark | None], Faults]:
    """The mark beside the ledger, and one elsewhere. Read before the ledger: one set meanwhile would be ahead of it."""
    faults, head = Faults(), asked.head

    def read(mark: Callable[[], Mark | None]) -> Mark | None:
        try:
            return mark()
        except MalformedMark as error:
            faults.add(error.code, 0, error.message)
        except StorageFailed:  # one that this reader may not open is told as not checked
            pass
        return None

    beside = read(head.read) if head else None
    return (beside, read(lambda: head.unexplained(store)) if isinstance(head, Marks) else None), faults


def _tasks(
    store: Store,
    url: str,
    asked: Asked,
    held: tuple[Keys, Rules],
    beside: Beside,
    begin: Beginning,
    sizes: Sequence[int],
) -> Iterator[Task]:
    """One for each segment that has rows."""
    after, tree = begin.start.size, (begin.tree.size, begin.tree.pack())
    while after < beside.last:
        upto = min(((after >> asked.bits) + 1) << asked.bits, beside.last)
        wanted = tuple(sizes[bisect_right(sizes, after) : bisect_right(sizes, upto)])
        yield Task(url, after, upto, wanted, *held, asked.deep, tree)
        after, tree = upto, (0, b"")
        if beside.entries != beside.last:  # holes: one may be wider than a ledger can be
            behind = next_position(store, after)
            after = max(after, (behind - 1) >> asked.bits << asked.bits) if behind else beside.last


def _segments(store: Store, others: Others | None, tasks: Iterator[Task]) -> Iterator[Found]:
    if others is None:
        return (check(store, task) for task in tasks)
    return shared(lambda task: check(store, task), check_elsewhere, tasks, others)


def _worth_processes(beside: Beside, *, deep: bool) -> bool:
    """With `deep`, a use costs nearly twice as much."""
    uses = sum(
        version
        for name, version in beside.streams
        if isinstance(version, int) and isinstance(name, str) and name.endswith("/usage")
    )
    return (1 + deep) * uses + SIGNATURE * max(0, beside.entries - uses) >= WORTH_PROCESSES


def _named_files(found: Found) -> dict[str, int]:
    return {
        single.event.digest: single.position
        for single in found.singles
        if isinstance(single.event, ProtocolVersionRegistered)
    }


def _structure(store: Store, asked: Asked, beside: Beside) -> bool:
    """Whether the database's own structure is checked."""
    return not store.is_postgres and (asked.deep or beside.entries <= STRUCTURE_UPTO)


def _index_faults(store: Store, asked: Asked, beside: Beside, whole: Whole, named: dict[str, int]) -> Iterator[Fault]:
    yield from index.row_faults(beside, whole)
    yield from index.layout_faults(beside, whole)
    yield from index.node_faults(store, index.upper_nodes(whole.roots, whole.size, asked.bits))
    yield from index.node_count_faults(beside, whole.size)
    yield from index.file_faults(beside, named)
    yield from index.object_faults(store)
    if _structure(store, asked, beside):
        yield from index.database_faults(store)


def _report(history: KeyHistory, rules: Rules, whole: Whole, faults: Faults, checked: Checked) -> Report:
    anchored = bool(checked.checkpoints or checked.mark)
    found = verdicts(
        faults.areas | whole.faults.areas,
        fresh=Verdict.NOT_CHECKED,
        complete=Verdict.OK if anchored and not whole.start else Verdict.NOT_CHECKED,
    )
    counts = {
        "entries": whole.count, "uses": whole.members, "streams": len(whole.streams),
        "checkpoints": len(checked.checkpoints), "faults": faults.count + whole.faults.count,
    }  # fmt: skip
    root = whole.root(whole.size)
    assert root is not None
    return Report(
        history.keyring.origin, whole.size, root, found, sorted_faults([*whole.faults.kept, *faults.kept]),
        tuple(not_checked(checked, rules, whole)), counts,
    )  # fmt: skip
