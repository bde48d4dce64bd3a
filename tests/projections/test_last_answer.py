"""The last answer, kept in a real ledger's look-ups: used where it holds, and never instead of the right one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from ledger.chain.hashing import NO_LEAF
from ledger.replay import BrokenLink
from ledger.storage.answers import Answers, Place
from ledger.storage.opening import open_store
from projections.basis import basis
from projections.last_answer import LastAnswer, last_answer
from projections.obligations.answer import Answer
from projections.obligations.engine import evaluate
from projections.obligations.listing import listing
from projections.obligations.projection import ObligationsProjection
from projections.renewal import renew
from projections.runner import Folded, fold
from tests.worlds import World, rewrite

AS_OF = datetime(2022, 6, 15, tzinfo=UTC)
SOON = AS_OF + timedelta(seconds=1)


@dataclass
class Asking:
    """One ledger and what is kept of its answers."""

    world: World
    answers: Answers

    def read(self, *, rest: bool = True) -> LastAnswer:
        with open_store(self.world.place.url) as store:
            return last_answer(store, self.answers, rest=rest)

    def folded(self) -> Folded:
        with open_store(self.world.place.url) as store:
            files = {digest: store.protocol_file(digest) for digest in store.protocol_files()}
            return fold(store, [ObligationsProjection(files.__getitem__)])[0]

    def renewed(self, as_of: datetime = AS_OF) -> LastAnswer:
        assert renew(self.folded(), self.read(), self.answers, as_of)
        return self.read()

    def whole(self, as_of: datetime = AS_OF) -> Answer:
        return evaluate(self.folded().state, as_of)


@pytest.fixture
def asking(world: World) -> Iterator[Asking]:
    with closing(Answers(world.place.views)) as answers:
        yield Asking(world, answers)


def test_what_is_kept_is_the_answer(asking: Asking):
    last = asking.renewed()
    assert last.at(AS_OF)
    assert last.listing(AS_OF).answer == asking.whole()


def test_a_moment_later_the_same_parts_hold(asking: Asking):
    last = asking.renewed()
    assert last.at(SOON)
    assert last.listing(SOON).answer == asking.whole(SOON)


def test_without_the_rest_what_is_open_is_listed_and_the_rest_is_counted(asking: Asking):
    asking.renewed()
    found, expected = asking.read(rest=False).listing(AS_OF), listing(asking.whole())
    assert found.answer is None
    assert (found.due, found.gaps, found.not_executed) == (expected.due, expected.gaps, expected.not_executed)
    assert found.tally == expected.tally
    assert expected.tally.lines > 10


def test_a_protocol_and_a_clause_are_asked_alone(asking: Asking):
    last, state = asking.renewed(), asking.folded().state
    for protocol in state.facts:
        for clause in ("art. 4", "art. 9, sentence 1", "no such"):
            expected = evaluate(state, AS_OF, protocol=protocol, clause=clause)
            assert last.listing(AS_OF, protocol, clause).answer == expected


def test_once_something_is_recorded_the_last_answer_is_not_current_and_is_renewed_in_part(asking: Asking):
    before = asking.renewed()
    asking.world.record(asking.world.signed("VLAIO", "access-revoked", grant="G-1"))
    assert not asking.read().at(AS_OF)
    after = asking.renewed(SOON)
    assert after.listing(SOON).answer == asking.whole(SOON)
    kept = {(each.protocol, each.name) for each in after.parts if each.about.since == AS_OF}
    assert len(before.parts) // 2 < len(kept) < len(before.parts)


def test_nothing_is_kept_before_the_first_answer(asking: Asking):
    assert asking.read() == LastAnswer(Place(0, NO_LEAF, ""))


def test_before_the_moment_of_the_last_answer_it_is_not_used(asking: Asking):
    assert not asking.renewed().at(AS_OF - timedelta(seconds=1))


def damage(statement: str) -> Callable[[Asking], None]:
    def done(asking: Asking) -> None:
        with closing(sqlite3.connect(asking.world.place.views)) as connection, connection:
            assert connection.execute(statement).rowcount > 0

    return done


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE answer_part SET first = CAST(replace(CAST(first AS TEXT), 'VLAIO', 'VLAI0') AS BLOB)",
        "UPDATE answer_part SET rest = CAST(replace(CAST(rest AS TEXT), 'VLAIO', 'VLAI0') AS BLOB)",
        "UPDATE answer_part SET about = CAST(replace(CAST(about AS TEXT), '2022', '2021') AS BLOB)",
        "UPDATE answer SET by = 'another-program Europe/Brussels'",
        "DELETE FROM answer",
    ],
    ids=["first", "rest", "about", "program", "none"],
)
def test_what_is_damaged_or_of_another_program_is_worked_out_again(asking: Asking, statement: str):
    asking.renewed()
    damage(statement)(asking)
    assert asking.read().parts == ()
    if "DELETE" not in statement:
        assert asking.renewed().listing(AS_OF).answer == asking.whole()


def test_a_history_rewritten_beneath_the_last_answer_is_told(spoilt: World):
    with closing(Answers(spoilt.place.views)) as answers:
        asking = Asking(spoilt, answers)
        asking.renewed()
        rewrite(
            spoilt,
            "UPDATE entry SET raw = CAST(replace(CAST(raw AS TEXT), '2022', '2021') AS BLOB) WHERE position = 125",
        )
        with pytest.raises(BrokenLink, match="entry 125 is no longer the one that was read before"):
            asking.read()


def test_two_who_renew_at_once_do_not_mix_their_parts(asking: Asking):
    slow = asking.read()
    asking.renewed()
    assert not renew(asking.folded(), slow, asking.answers, SOON)
    assert {each.about.since for each in asking.read().parts} == {AS_OF}


def test_tables_and_program_tell_one_basis_from_another():
    assert basis(["Europe/Brussels"]) == basis(["Europe/Brussels"])
    assert basis(["Europe/Brussels"]) != basis(["Europe/Brussels", "Asia/Tokyo"])
    assert len(basis([])) == 64
