"""Segments as pieces of work: checked here, or shared with other processes, and given back in their order.

This process works too: it has begun before the others have started, and is not waited for by them.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from threading import Thread
from typing import Generic, NamedTuple, TypeVar

from ledger.chain.merkle import Tree
from ledger.interrupts import without_interrupts
from ledger.storage.inspection import RawStretch
from ledger.storage.opening import open_store
from ledger.storage.store import Store
from ledger.uncollected import uncollected
from ledger.verification.authority import Rules
from ledger.verification.events import EventCheck, Keys
from ledger.verification.found import Found
from ledger.verification.segment import check_segment

AHEAD = 4
"""Segments that wait for each other process, so that it never waits for us: we may have much to do with each answer."""


class Task(NamedTuple):
    """One segment, as it is handed to another process. `tree` packs what lies before `after` in it."""

    url: str
    after: int
    upto: int
    sizes: tuple[int, ...]
    keys: Keys
    rules: Rules
    deep: bool
    tree: tuple[int, bytes]


T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Given(Generic[T, R]):
    """A task that another process has."""

    task: T
    answer: Future[R]


def check(store: Store, task: Task) -> Found:
    """Check one segment in this process."""
    events = EventCheck(task.keys, task.rules, deep=task.deep)
    with store.held() as rows, uncollected():
        stretch = RawStretch(rows, task.after, task.upto, postgres=store.is_postgres)
        return check_segment(stretch, task.sizes, events, Tree.unpack(*task.tree))


@lru_cache(maxsize=1)
def _opened(url: str) -> Store:
    # Kept open until the process ends with its last task.
    return open_store(url)


def check_elsewhere(task: Task) -> Found:
    return check(_opened(task.url), task)


@dataclass(frozen=True)
class Others:
    """Other processes, and how many."""

    pool: ProcessPoolExecutor
    count: int


@contextmanager
def started(count: int) -> Iterator[Others]:
    """Other processes that begin to start now: it takes them a while, in which this one reads what all of them need."""
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_end_with_parent)
    try:
        with without_interrupts():
            for _ in range(count):
                pool.submit(_imported)
        yield Others(pool, count)
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """Another process waits for tasks for ever: who is killed cannot tell it that none will come."""
    Thread(target=_ended_with_parent, daemon=True).start()


def _ended_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _imported() -> None:
    """Whoever runs this has loaded this module, and what it needs."""


def shared(here: Callable[[T], R], there: Callable[[T], R], tasks: Iterator[T], with_: Others) -> Iterator[R]:
    """Do all tasks, `here` and (`there`) in the other processes; what they give comes in the order of the tasks.

    If the others are killed, for lack of memory perhaps, this process goes on alone.
    """
    waiting, given, done, due = deque(enumerate(tasks)), dict[int, Given[T, R]](), dict[int, R](), 0
    pool, others = with_.pool, with_.count
    while waiting or given:
        while waiting and len(given) < AHEAD * others:
            number, task = waiting.popleft()
            given[number] = Given(task, _submitted(pool, there, task))
        if waiting:
            number, task = waiting.popleft()
            done[number] = here(task)
        elif (back := taken_back(given)) is not None:
            done[back] = here(given.pop(back).task)
        else:
            wait([each.answer for each in given.values()], return_when=FIRST_COMPLETED)
        for number in [number for number, each in given.items() if each.answer.done()]:
            each = given.pop(number)
            if isinstance(each.answer.exception(), BrokenProcessPool):
                done[number], others = here(each.task), 0
            else:
                done[number] = each.answer.result()
        while due in done:
            yield done.pop(due)
            due += 1


def taken_back(given: dict[int, Given[T, R]]) -> int | None:
    """The number of a task that no other process has begun, and now none will."""
    return next((number for number in reversed(given) if given[number].answer.cancel()), None)


def _submitted(pool: ProcessPoolExecutor, there: Callable[[T], R], task: T) -> Future[R]:
    try:
        with without_interrupts():  # it may start another process
            return pool.submit(there, task)
    except BrokenProcessPool as error:
        broken: Future[R] = Future()
        broken.set_exception(error)
        return broken
