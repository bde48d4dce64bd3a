"""The library's own cases for a recorder, and its own projection runner, over a ledger."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from uuid import uuid4

import msgspec
import pytest
from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, JSONTranscoder, Mapper, StoredEvent, Tracking
from eventsourcing.popo import POPOTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.tests import persistence

from ledger.storage.opening import create, open_store
from ledger.storage.reader import Missing
from ledger.storage.recorder import LedgerFactory, LedgerRecorder
from ledger.storage.store import Store
from tests.storage.owner import as_owner, disarm
from tests.storage.rows import batch, single


class OverALedger:
    """Gives the library's cases a ledger of their own."""

    url: str
    made: LedgerRecorder

    def create_recorder(self) -> LedgerRecorder:
        self.made = LedgerRecorder(create(self.url))
        return self.made

    def tearDown(self) -> None:
        for thread in threading.enumerate():
            if "read_continuously" in thread.name:  # the library's case leaves its readers running
                thread.join()
        self.made.close()


class OnSqlite(OverALedger):
    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.url = str(tmp_path / "demo.db")


class OnPostgres(OverALedger):
    @pytest.fixture(autouse=True)
    def _place(self, postgres_url: str) -> None:
        self.url = postgres_url


class RecorderCases(persistence.ApplicationRecorderTestCase[LedgerRecorder]):
    INITIAL_VERSION = 0

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestLibraryCasesOnSqlite(OnSqlite, RecorderCases):
    pass


class TestLibraryCasesOnPostgres(OnPostgres, RecorderCases):
    pass


class TestNotificationsDoNotInterleaveOnSqlite(OnSqlite, persistence.NonInterleavingNotificationIDsBaseCase):
    pass


class TestNotificationsDoNotInterleaveOnPostgres(OnPostgres, persistence.NonInterleavingNotificationIDsBaseCase):
    pass


del RecorderCases


def stored(version: int, state: bytes, stream: Any = "demo") -> StoredEvent:
    return StoredEvent(originator_id=stream, originator_version=version, topic="t", state=state)


@pytest.mark.parametrize("state", [b"", b"\x00\xff", b'","position":1,"prev":"', b'{"event":{}}'])
def test_any_bytes_come_back_as_they_went_in(store: Store, state: bytes):
    recorder = LedgerRecorder(store)
    recorder.insert_events([stored(0, state)])
    assert [event.state for event in recorder.select_events("demo")] == [state]
    assert [notification.state for notification in recorder.select_notifications(1, 9)] == [state]


def test_a_version_that_is_taken_leaves_nothing_of_its_batch(store: Store):
    recorder = LedgerRecorder(store)
    recorder.insert_events([stored(1, b"a"), stored(7, b"b"), stored(3, b"c")])
    with pytest.raises(IntegrityError):
        recorder.insert_events([stored(8, b"d"), stored(3, b"e")])
    assert [event.originator_version for event in recorder.select_events("demo")] == [1, 3, 7]
    assert (store.stream_version("demo"), recorder.max_notification_id()) == (7, 3)


def test_what_the_ledger_appends_is_a_notification(store: Store):
    recorder = LedgerRecorder(store)
    store.append(single())
    recorder.insert_events([stored(0, b"state", uuid4())])
    store.append(batch(3))
    found = recorder.select_notifications(None, 10, topics=["access-granted/1", "log-batch-ingested/1"])
    assert [(each.id, each.originator_id) for each in found] == [(1, "demo/access"), (3, "demo/imports")]


def test_notifications_do_not_step_over_a_hole(store: Store, url: str):
    recorder = LedgerRecorder(store)
    store.append(batch(5))
    disarm(url, "entry")
    as_owner(url, "DELETE FROM entry WHERE position = 3")
    with pytest.raises(Missing):
        recorder.select_notifications(1, 5)


class Granted(NamedTuple):
    originator_id: str
    originator_version: int
    number: int


class ClosedMapper(Mapper[str]):
    """Topics from a closed list: nothing is imported because a row says so."""

    def to_domain_event(self, stored_event: StoredEvent) -> Granted:
        assert stored_event.topic == "access-granted/1"
        event = msgspec.json.decode(stored_event.state)
        return Granted(str(stored_event.originator_id), stored_event.originator_version, int(event["id"], 16))


class Register(Application[str]):
    env: ClassVar[dict[str, str]] = {"PERSISTENCE_MODULE": "ledger.storage.recorder:LedgerFactory"}

    def construct_mapper(self) -> Mapper[str]:
        return ClosedMapper(transcoder=JSONTranscoder())


class Sums(POPOTrackingRecorder):
    total = 0

    def add(self, number: int, tracking: Tracking) -> None:
        with self._database_lock:
            self._assert_tracking_uniqueness(tracking)
            self._insert_tracking(tracking)
            self.total += number


class Summing(Projection[Sums]):
    topics = ("access-granted/1",)

    def process_event(self, domain_event: Granted, tracking: Tracking) -> None:
        self.view.add(domain_event.number, tracking)


def test_the_librarys_own_projection_runner_follows_a_ledger(store: Store, url: str):
    store.append(single(1))
    store.append(batch(5))
    runner: Any = ProjectionRunner(
        application_class=Register, projection_class=Summing, view_class=Sums, env={"LEDGER_URL": url}
    )
    with runner:
        last = store.append(single(20)).last
        runner.wait(last, timeout=10)
        assert runner.projection.view.total == 21
        assert runner.app.recorder.max_notification_id() == last == 7


def test_a_follower_of_a_ledger_that_is_gone_is_told(url: str):
    create(url).close()
    recorder = LedgerRecorder(open_store(url))
    with recorder.subscribe() as subscription:
        as_owner(url, "DROP TABLE entry")
        with pytest.raises(Exception, match=r"ledger|database"):
            next(subscription)
    recorder.close()


def test_a_factory_keeps_nothing_but_entries(url: str):
    create(url).close()
    factory = LedgerFactory({"LEDGER_URL": url})
    for construct in (factory.aggregate_recorder, factory.tracking_recorder, factory.process_recorder):
        with pytest.raises(NotImplementedError):
            construct()
    factory.close()
