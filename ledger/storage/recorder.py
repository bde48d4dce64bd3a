"""The seam to the `eventsourcing` library (9.5): its recorder interface on our store, so its runners work on a ledger.

The recorder is opaque: it splices whatever bytes it is given into an entry and slices them out again. Such an entry is
`unsigned`, which no verifier accepts: what the ledger itself states enters through `Store.append`, by the door.
Version 10 of the library changes every name used here; this file is where that will be met.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    InfrastructureFactory,
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    StoredEvent,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType

from ledger.chain.entry import split
from ledger.errors import LedgerError
from ledger.storage.append import Append, Row
from ledger.storage.faults import VersionTaken
from ledger.storage.opening import open_store
from ledger.storage.reader import missing
from ledger.storage.store import Store

UNSIGNED = "unsigned"
POLL_EVERY = 0.02
"""Seconds between two looks at the head by a subscription."""


class LedgerRecorder(ApplicationRecorder):
    """A store as the library sees one. A stream is an originator, a position a notification id, a type a topic."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        """Append events under the versions they bring. Raises IntegrityError if a stream has one of them already."""
        if not stored_events:
            return []
        rows = [Row(str(event.originator_id), event.topic, event.state, UNSIGNED) for event in stored_events]
        versions = [event.originator_version for event in stored_events]
        try:
            receipt = self.store.write(Append(rows, versions=versions))
        except VersionTaken as error:
            raise IntegrityError(str(error)) from error
        return list(range(receipt.first, receipt.last + 1))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        sql, given = "SELECT version, type, raw FROM entry WHERE stream = ?", [str(originator_id)]
        numbers: list[int] = []
        for condition, number in ((" AND version > ?", gt), (" AND version <= ?", lte)):
            if number is not None:
                sql, numbers = sql + condition, [*numbers, number]
        sql += " ORDER BY version" + (" DESC" if desc else "")
        if limit is not None:
            sql, numbers = sql + " LIMIT ?", [*numbers, limit]
        return [
            StoredEvent(originator_id=originator_id, originator_version=version, topic=topic, state=split(raw)[0])
            for version, topic, raw in self.store.rows(sql, [*given, *numbers])
        ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Notifications in order. Without `topics` they are gapless from the start; raises Missing at a hole."""
        after = 0 if start is None else max(start - 1 if inclusive_of_start else start, 0)
        sql = "SELECT position, stream, version, type, raw FROM entry WHERE position > ?"
        given: list[Any] = [after]
        if stop is not None:
            sql, given = sql + " AND position <= ?", [*given, stop]
        if topics:
            sql, given = sql + f" AND type IN ({', '.join('?' * len(topics))})", [*given, *topics]
        rows = self.store.rows(sql + " ORDER BY position LIMIT ?", [*given, limit])
        if rows and not topics and rows[-1][0] != after + len(rows):
            raise missing(rows, after)
        return [
            Notification(
                id=position,
                originator_id=_originator(stream),
                originator_version=version,
                topic=topic,
                state=split(raw)[0],
            )
            for position, stream, version, topic, raw in rows
        ]

    def max_notification_id(self) -> int | None:
        return self.store.size() or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> PollingSubscription:
        return PollingSubscription(self, gt, topics)

    def close(self) -> None:
        self.store.close()


def _originator(stream: str) -> UUID | str:
    """The library's ids are UUIDs or texts; a ledger's own streams have a slash, which no UUID has."""
    if "/" not in stream and len(stream) == 36:
        try:
            return UUID(stream)
        except ValueError:
            pass
    return stream


class PollingSubscription(ListenNotifySubscription[LedgerRecorder]):
    """Follows a ledger by looking at its head, on any database; the library's own thread then reads what is new."""

    def __init__(self, recorder: LedgerRecorder, gt: int | None, topics: Sequence[str]) -> None:
        self._stopped = threading.Event()
        super().__init__(recorder, gt, topics)
        self._poll_thread = threading.Thread(target=self._poll, daemon=True)
        self._poll_thread.start()

    def stop(self) -> None:
        super().stop()
        self._stopped.set()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        self._poll_thread.join()

    def _poll(self) -> None:
        seen = 0
        while not self._stopped.wait(POLL_EVERY):
            try:
                size = self._recorder.store.size()
            except LedgerError as error:
                if not self._has_been_stopped:
                    self._thread_error = error  # the library raises it to who reads the subscription
                    self.stop()
                return
            if size > seen:
                seen = size
                self._has_been_notified.set()


class LedgerFactory(InfrastructureFactory[TrackingRecorder]):
    """What a library `Application` is made of: PERSISTENCE_MODULE names this class, LEDGER_URL an existing ledger.

    Give it a mapper with a closed list of topics: the library's own imports whatever a row's topic names.
    """

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self._recorder = LedgerRecorder(open_store(self.env.get("LEDGER_URL") or ""))

    def application_recorder(self) -> LedgerRecorder:
        return self._recorder

    def aggregate_recorder(self, purpose: str = "events") -> LedgerRecorder:
        raise NotImplementedError(f"a ledger keeps no {purpose} beside its entries")

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        raise NotImplementedError("projections keep their own place, outside the ledger")

    def process_recorder(self) -> Any:
        raise NotImplementedError("projections keep their own place, outside the ledger")

    def close(self) -> None:
        self._recorder.close()
