"""How soon it is known what is due: from the last answer, after something was recorded, and from nothing.

Example: python -m bench.obligations --entries 1000000
One JSON line; milliseconds of processor time (`_ms`) and by the clock (`_clock_ms`), the least of several rounds.
Nine entries in ten are uses. The others are acts of one protocol: deliveries with receipts, undertakings, grants and
revocations, reviews; one grant in `--faulty` comes without the undertaking that the text asks for.

- `now`: nothing was recorded since the last answer. What is open is read, the rest is counted.
- `all`: the same, and everything else is read too, as `--json` and `--all` do.
- `after_uses`, `after_act`: a batch of 10,000 uses was imported since; one access was revoked since. Reading the
  snapshot and folding what is new is part of it.
- `whole`: every clause is worked out from the folded facts, as it is for a moment in the past.
- `command_clock_ms`: the whole program, `ledger obligations`; `start_clock_ms` is `ledger obligations --help`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench.replay import APPLICATIONS, BATCHED, DAYS, PERSONS, Story
from ledger.storage.answers import Answers
from ledger.storage.append import Row
from ledger.storage.opening import create, open_store
from ledger.storage.snapshots import Snapshots
from ledger.storage.store import Store
from ledger.uncollected import uncollected
from projections.last_answer import last_answer
from projections.obligations.engine import evaluate
from projections.obligations.projection import ObligationsProjection
from projections.renewal import renew
from projections.runner import Folded, follow

AS_OF = datetime(2023, 6, 1, tzinfo=UTC)


class Compliant(Story):
    """A year in which the parties do what they agreed, with one grant in so many that breaks the text."""

    def __init__(self, entries: int, faulty: int) -> None:
        super().__init__(entries)
        self.faulty = faulty

    def beginning(self) -> list[Row]:
        ready = [
            row
            for party in ("TBT", "VLAIO")
            for row in (
                self.act("processing-purpose-recorded", party, 0.9, purpose="support", basis="A6-1-e"),
                self.act("function-profile-recorded", party, 0.9, profile="officer", needs_data=True),
            )
        ]
        return [*super().beginning(), *ready]

    def grants(self) -> list[Row]:
        subjects = [f"{person:032x}" for person in range(PERSONS)]
        undertakings = [self._undertaking("VLAIO", 0.9, subject) for subject in subjects]
        granted = [
            self._granted("VLAIO", 1, f"G-{subject}-{application}", subject, application)
            for subject in subjects
            for application in APPLICATIONS
        ]
        return [*undertakings, *granted]

    def _undertaking(self, party: str, day: float, subject: str) -> Row:
        return self.act("confidentiality-undertaking-signed", party, day, subject=subject)

    def _granted(self, party: str, day: float, grant: str, subject: str, application: str) -> Row:
        return self.act("access-granted", party, day, grant=grant, subject=subject, application=application,
                        recipient_category="user", function_profile="officer", acting_for=party, purpose="support",
                        )  # fmt: skip

    def others(self, first: int, count: int, day: float) -> list[Row]:
        return [self._one(number, day) for number in range(first, first + count)]

    def _one(self, number: int, day: float) -> Row:
        subject, grant = f"{number - number % 10:032x}", f"N-{number - number % 10}"
        match number % 10:
            case 2 if number // 10 % self.faulty:
                return self._undertaking("TBT", day, subject)
            case 3:
                return self._granted("TBT", day, grant, subject, "KRIS")
            case 4:
                return self.act("access-revoked", "TBT", day, grant=grant)
            case 0 | 1 as sent:
                return super().others(number - number % 10 + sent, 1, day)[0]
            case _:
                return self.act("access-reviewed", "VLAIO", day, application="KRIS", outcome="kept")


class Timed:
    """Milliseconds: processor time, and by the clock."""

    def __init__(self, action: Callable[[], object]) -> None:
        clock, cpu = perf_counter(), process_time()
        self.found = action()
        self.cpu, self.clock = (process_time() - cpu) * 1e3, (perf_counter() - clock) * 1e3


def least(action: Callable[[], object], rounds: int = 5) -> Timed:
    return min((Timed(action) for _ in range(rounds)), key=lambda each: each.cpu)


class Asking:
    """One ledger, with its snapshots and last answers."""

    def __init__(self, store: Store, views: Path) -> None:
        self.store, self.snapshots, self.answers = store, Snapshots(views), Answers(views)
        self.projection = ObligationsProjection(store.protocol_file)

    def close(self) -> None:
        self.snapshots.close()
        self.answers.close()

    def folded(self) -> Folded:
        return follow(self.store, [self.projection], self.snapshots)[0]

    def now(self, *, rest: bool = False) -> object:
        found = last_answer(self.store, self.answers, rest=rest)
        if not found.at(AS_OF):
            sys.exit("the last answer does not hold")
        return found.listing(AS_OF)

    def renewed(self) -> object:
        """As `ledger obligations` does it: the last answer, and what may have changed."""
        renew(self.folded(), last_answer(self.store, self.answers), self.answers, AS_OF)
        return self.now()


def timed(path: Path, story: Compliant) -> dict[str, Any]:
    with open_store(path) as store, closing(Asking(store, path.with_suffix(".views"))) as asking:
        asking.folded()
        cases = {
            "first": Timed(asking.renewed),
            "now": least(asking.now),
            "all": least(lambda: asking.now(rest=True), 3),
        }
        found: Any = cases["now"].found
        store.append(story.uses(1 << 30, BATCHED, 2.0 + DAYS))
        cases["after_uses"] = Timed(asking.renewed)
        store.append([story.act("access-revoked", "VLAIO", 3.0 + DAYS, grant=f"G-{1:032x}-KRIS")])
        cases["after_act"] = Timed(asking.renewed)
        state = asking.folded().state
        with uncollected():
            cases["whole"] = Timed(lambda: evaluate(state, AS_OF))
        counted = {"open": len(found.due), "not_open": found.tally.lines, "facts": sum(map(len, state.facts.values()))}
    times = {f"{name}_ms": round(each.cpu, 1) for name, each in cases.items()}
    clocks = {f"{name}_clock_ms": round(each.clock, 1) for name, each in cases.items()}
    return {**counted, **times, **clocks}


def command(path: Path, *words: str) -> float:
    program = [sys.executable, "-c", "from cli.main import main; main()", "--ledger", str(path), *words]
    return least(lambda: subprocess.run(program, stdout=subprocess.DEVNULL, check=True)).clock


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entries", type=int, default=200_000)
    options.add_argument("--faulty", type=int, default=100)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "ledger.db"
        story = Compliant(given.entries, given.faulty)
        with create(path) as store:
            story.tell(store)
            size = store.size()
        answer = {"bench": "obligations", "entries": size, "faulty": given.faulty, **timed(path, story)}
        command(path, "obligations")  # the present: the last answer was for another moment
        answer["command_clock_ms"] = round(command(path, "obligations"), 1)
        answer["start_clock_ms"] = round(command(path, "obligations", "--help"), 1)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
