"""What is kept beside a ledger, held against its entries: whoever can write that file is found out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.canonical import encode
from ledger.chain.hashing import sha256
from ledger.storage.answers import Answers
from ledger.storage.opening import open_store
from ledger.storage.snapshots import Snapshots
from projections.catalogue import projections
from projections.comparing import odd_views
from projections.last_answer import last_answer
from projections.obligations.projection import ObligationsProjection
from projections.projection import digest_of
from projections.renewal import renew
from projections.runner import follow
from tests.worlds import World

AS_OF = datetime(2022, 6, 15, tzinfo=UTC)


def ask(world: World, as_of: datetime = AS_OF) -> None:
    """As `ledger obligations` does on a large ledger."""
    with (
        open_store(world.place.url) as store, closing(Snapshots(world.place.views)) as snapshots,
        closing(Answers(world.place.views)) as answers,
    ):  # fmt: skip
        folded = follow(store, projections(store.protocol_file), snapshots)
        assert renew(folded[0], last_answer(store, answers), answers, as_of)


def told(world: World) -> list[str]:
    with (
        open_store(world.place.url) as store, closing(Snapshots(world.place.views)) as snapshots,
        closing(Answers(world.place.views)) as answers,
    ):  # fmt: skip
        return [f"{fault.code}: {fault.detail}" for fault in odd_views(store, snapshots, answers)]


def test_what_was_kept_is_what_the_entries_give_also_after_more_was_asked_and_recorded(world: World) -> None:
    assert told(world) == []
    ask(world)
    assert told(world) == []
    world.record(world.signed("TBT", "measure-attested", measure="security-plan"))
    assert told(world) == [], "what was kept of the entries before is still what they give"
    ask(world, AS_OF + timedelta(days=40))
    assert told(world) == []


Rows = sqlite3.Connection


def states_without(rows: Rows, name: str, change: Callable[[Any], Any]) -> None:
    """A state changed by who knows how its digest is made."""
    (state,) = rows.execute("SELECT state FROM snapshot WHERE name = ?", (name,)).fetchone()
    forged = encode(change(json.loads(state)))
    projection = next(each for each in projections(lambda _: b"") if each.name == name)
    values = (forged, digest_of(projection, forged), name)
    rows.execute("UPDATE snapshot SET state = ?, digest = ? WHERE name = ?", values)


def facts_emptied(rows: Rows) -> None:
    states_without(rows, "obligations", lambda state: {**state, "facts": []})


def access_forgotten(rows: Rows) -> None:
    def change(state: Any) -> Any:
        return {key: [] if isinstance(value, list) else {} for key, value in state.items()}

    states_without(rows, "access", change)


def of_another_entry(rows: Rows) -> None:
    rows.execute("UPDATE snapshot SET leaf = zeroblob(32) WHERE name = 'holdings'")


def recorded_earlier(rows: Rows) -> None:
    rows.execute("UPDATE snapshot SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE name = 'holdings'")


def part(rows: Rows, change: Callable[[Any, Any], None]) -> None:
    """The parts of the answer changed, by who knows how their digests are made."""
    for number, about, first in rows.execute("SELECT rowid, about, first FROM answer_part").fetchall():
        says, due = json.loads(about), json.loads(first)
        change(says, due)
        forged = [json.dumps(each).encode() for each in (says, due)]
        values = (*forged, sha256(b"".join(forged)), number)
        rows.execute("UPDATE answer_part SET about = ?, first = ?, digest = ? WHERE rowid = ?", values)


def nothing_is_due(rows: Rows) -> None:
    part(rows, lambda _, due: due.update(obligations=[]))


def holds_for_ever(rows: Rows) -> None:
    part(rows, lambda says, _: says.update(until=None))


def read_nothing(rows: Rows) -> None:
    part(rows, lambda says, _: says.update(read=[]))


def nothing_was_done(rows: Rows) -> None:
    part(rows, lambda says, _: says.pop("closed", None))


def part_taken_away(rows: Rows) -> None:
    rows.execute("DELETE FROM answer_part WHERE name = 'art. 4, sentence 2'")


def protocol_taken_away(rows: Rows) -> None:
    rows.execute("DELETE FROM answer_part WHERE protocol = 'opgroeien-serv-2021'")


def answer_of_another_entry(rows: Rows) -> None:
    rows.execute("UPDATE answer SET leaf = zeroblob(32)")


FORGED = {
    facts_emptied: "views.state: the state kept of obligations is not what entries 1 to 125 give",
    access_forgotten: "views.state: the state kept of access is not what entries 1 to 125 give",
    of_another_entry: "views.state: the state kept of holdings is of another history",
    recorded_earlier: "views.state: the state kept of holdings is not what entries 1 to 125 give",
    nothing_is_due: "views.answer: the answer kept of art. 4, sentence 2 of vlaio-fio-tbt-2021 is not what",
    holds_for_ever: "views.answer: the answer kept of art. 4, sentence 2 of vlaio-fio-tbt-2021 is not what",
    read_nothing: "views.answer: the answer kept of art. 4, sentence 2 of vlaio-fio-tbt-2021 is not what",
    nothing_was_done: "views.answer: the answer kept of art. 4, sentence 2 of vlaio-fio-tbt-2021 is not what",
    part_taken_away: "views.answer: the answer kept of art. 4, sentence 2 of vlaio-fio-tbt-2021 is not what",
    protocol_taken_away: "views.answer: the answer kept of art. 3, sentence 4 of opgroeien-serv-2021 is not what",
    answer_of_another_entry: "views.answer: the answer kept of obligations is of another history",
}


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: forge.__name__)
def test_what_somebody_wrote_there_is_told(world: World, forge: Callable[[Rows], None]) -> None:
    ask(world)
    with closing(sqlite3.connect(world.place.views)) as rows, rows:
        forge(rows)
    found = told(world)
    assert any(each.startswith(FORGED[forge]) for each in found), found


def test_what_nobody_would_use_is_passed_over(world: World) -> None:
    ask(world)
    with closing(sqlite3.connect(world.place.views)) as rows, rows:
        rows.execute("UPDATE snapshot SET state = x'7b7d'")
        rows.execute("UPDATE answer SET by = 'another program'")
    assert told(world) == []


def test_an_answer_without_its_state_is_compared_too(world: World) -> None:
    ask(world)
    with closing(sqlite3.connect(world.place.views)) as rows, rows:
        rows.execute("DELETE FROM snapshot WHERE name = ?", (ObligationsProjection.name,))
        nothing_is_due(rows)
    assert any("art. 4, sentence 2" in each for each in told(world))
