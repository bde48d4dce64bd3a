"""The yardstick of `bench.replay`: the `eventsourcing` library's ProjectionRunner over the same kind of events.

Events and view are on PostgreSQL, for the library's recorder on SQLite cannot be subscribed to.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL

from tests.postgres import new_database, running_server

MOMENT = "2022-05-30T08:15:00Z"
CALL = 250
"""Events a save: larger calls hang over a Unix socket, the only door of the PostgreSQL wheel."""


class Log(Aggregate):
    """Uses of one batch, as an aggregate of the library tells them."""

    @event("Used")
    def use(self, author: str, actor: str, application: str, action: str, happened_at: str, line: str) -> None:
        """Nothing is kept in the aggregate itself."""


class Logs(Application[Any]):
    """The library's application, as it comes."""


class Counts(PostgresTrackingRecorder):
    """How many uses, by party and action; committed with the place in the log, event by event."""

    done_at: ClassVar[float] = 0.0

    def __init__(self, datastore: PostgresDatastore, **given: Any) -> None:
        super().__init__(datastore, **given)
        columns = "(author text, action text, uses bigint, PRIMARY KEY (author, action))"
        self.sql_create_statements.append(SQL("CREATE TABLE IF NOT EXISTS counts " + columns).format())

    def count(self, author: str, action: str, tracking: Tracking) -> None:
        more = "ON CONFLICT (author, action) DO UPDATE SET uses = counts.uses + 1"
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(SQL("INSERT INTO counts VALUES (%s, %s, 1) " + more), (author, action))
        Counts.done_at = perf_counter()  # the runner's own wait() looks only every tenth of a second


class Counting(Projection[Counts]):
    """One view, where ours are all of them."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.count(getattr(domain_event, "author", ""), getattr(domain_event, "action", ""), tracking)


def library_rate(events: int) -> float:
    """Events a second, from the runner's start until the view has them all."""
    with running_server() as server:
        url = urlsplit(new_database(server))
        env = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_DBNAME": url.path[1:],
            "POSTGRES_HOST": parse_qs(url.query)["host"][0], "POSTGRES_PORT": "5432", "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD": "unused",
        }  # fmt: skip
        with Logs(env) as logs:
            for first in range(0, events, CALL):
                log = Log()
                for number in range(first, min(first + CALL, events)):
                    log.use(
                        "VLAIO", f"{number % 300:032x}", "KRIS", "consult", "2022-05-30T08:15:00Z", f"{number:064x}"
                    )
                logs.save(log)
            last = logs.recorder.max_notification_id()
        begun = perf_counter()
        runner: Any = ProjectionRunner(
            application_class=Logs, projection_class=Counting, view_class=Counts, env=env
        )  # fmt: skip
        with runner:
            runner.wait(last, timeout=600)
            return float(events / (Counts.done_at - begun))
