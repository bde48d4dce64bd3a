"""Tasks shared with another process: each is done once, and their answers come in order."""

from __future__ import annotations

import os
from concurrent.futures import Future

from ledger.verification.tasks import Given, shared, started, taken_back


def where(number: int) -> tuple[int, int]:
    return number, os.getpid()


def test_answers_come_in_the_order_of_the_tasks_whoever_did_them() -> None:
    done = list[int]()

    def here(number: int) -> tuple[int, int]:
        done.append(number)
        return where(number)

    with started(1) as others:
        found = list(shared(here, where, iter(range(200)), others))
    assert [number for number, _ in found] == [*range(200)]
    assert [number for number, process in found if process == os.getpid()] == sorted(done)


def test_a_task_that_nobody_has_begun_is_taken_back_the_last_one_first() -> None:
    given = {number: Given(number, Future[int]()) for number in range(3)}
    given[0].answer.set_running_or_notify_cancel()
    assert [taken_back(given), given.pop(2).task] == [2, 2]
    assert [taken_back(given), given.pop(1).task] == [1, 1]
    assert taken_back(given) is None
