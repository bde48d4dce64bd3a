"""Timing two or more ways of doing one thing in turn, so that a noisy minute hits all of them alike.

Single figures of a shared machine mean little; the ratio of two cases of one run does. One JSON line per comparison.
"""

from __future__ import annotations

import gc
import json
import statistics
from collections.abc import Callable
from time import perf_counter
from typing import Any

Timed = Callable[[], float]
"""Does the thing once and gives the seconds that counted."""


def seconds(action: Callable[[], object]) -> float:
    start = perf_counter()
    action()
    return perf_counter() - start


def rounds_of(cases: dict[str, Timed], rounds: int) -> dict[str, list[float]]:
    """Seconds of each case in each round; one round before them does not count."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(rounds + 1):
        for name, case in cases.items():
            gc.collect()
            gc.disable()
            try:
                spent = case()
            finally:
                gc.enable()
            if turn:
                times[name].append(spent)
    return times


def by_turns(cases: dict[str, Callable[[int], object]], rounds: int, operations: int) -> dict[str, list[float]]:
    """As `rounds_of`, but operation by operation in turn: one flush to disk may take several times as long as another.

    Each case is given the number of the operation.
    """
    times: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(rounds + 1):
        spent = dict.fromkeys(cases, 0.0)
        for number in range(turn * operations, (turn + 1) * operations):
            for name, case in cases.items():
                start = perf_counter()
                case(number)
                spent[name] += perf_counter() - start
        for name, each in spent.items():
            if turn:
                times[name].append(each)
    return times


def spread(times: list[float], operations: int) -> dict[str, float]:
    """Microseconds an operation: minimum, median, maximum."""
    each = sorted(time / operations * 1e6 for time in times)
    return {"min": round(each[0], 2), "median": round(statistics.median(each), 2), "max": round(each[-1], 2)}


def report(cases: dict[str, Timed], *, rounds: int, operations: int, must: float, **about: Any) -> None:
    """Run `ours` against `baseline` (and any others beside them) and print the line."""
    tell(rounds_of(cases, rounds), rounds=rounds, operations=operations, must=must, **about)


def tell(times: dict[str, list[float]], *, rounds: int, operations: int, must: float, **about: Any) -> None:
    """Print the line of what was timed."""
    found: dict[str, Any] = {name: spread(spent, operations) for name, spent in times.items()}
    ratio = statistics.median(times["ours"]) / statistics.median(times["baseline"])
    print(
        json.dumps(
            {
                **about,
                "rounds": rounds,
                "operations": operations,
                "us_each": found,
                "ratio": round(ratio, 3),
                "must": must,
                "reached": ratio <= must,
            }
        ),
        flush=True,
    )
