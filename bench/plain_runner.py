"""The yardstick of `bench.replay`: the `eventsourcing` library's ProjectionRunner over the same kind of events.

All in memory, its fastest store that can be subscribed to: a view on disk, as ours is, takes it several times as long.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any, ClassVar

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.popo import POPOTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner


class Log(Aggregate):
    """Uses of one batch, as an aggregate of the library tells them."""

    @event("Used")
    def use(self, author: str, actor: str, application: str, action: str, happened_at: str, line: str) -> None:
        """Nothing is kept in the aggregate itself."""


class Logs(Application[Any]):
    """The library's application, as it comes."""


class Counts(POPOTrackingRecorder):
    """How many uses, by party and action."""

    done_at: ClassVar[float] = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[tuple[str, str], int] = {}

    def count(self, author: str, action: str, tracking: Tracking) -> None:
        with self._database_lock:
            self._assert_tracking_uniqueness(tracking)
            self._insert_tracking(tracking)
            self.counts[(author, action)] = self.counts.get((author, action), 0) + 1
        Counts.done_at = perf_counter()  # the runner's own wait() looks only every tenth of a second


class Counting(Projection[Counts]):
    """One view, where ours are all of them."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.count(getattr(domain_event, "author", ""), getattr(domain_event, "action", ""), tracking)


def library_rate(events: int) -> float:
    """Events a second, from their being there until the view has them all."""
    runner: Any = ProjectionRunner(application_class=Logs, projection_class=Counting, view_class=Counts, env={})
    with runner:
        log = Log()
        for number in range(events):
            log.use("VLAIO", f"{number % 300:032x}", "KRIS", "consult", "2022-05-30T08:15:00Z", f"{number:064x}")
        begun = perf_counter()
        last = runner.app.save(log)[-1].notification.id
        runner.wait(last, timeout=600)
        return float(events / (Counts.done_at - begun))
