"""Uses are counted as text, and gathered as numbers: what is no moment is told by then, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.canonical import encode
from ledger.events.usage import AccessUsed
from projections.counting import Counter, NoMoment, gather
from projections.uses import Uses

USE = {
    **AccessUsed.example, "type": "access-used/1", "author": "VLAIO", "protocol": "p", "id": "0f" * 16,
    "actor": "0a" * 16, "actor_class": "person", "application": "KRIS", "action": "consult", "outcome": "ok",
}  # fmt: skip


def gathered(*moments: str, **fields: object) -> Uses:
    counter, uses = Counter(), Uses()
    counter.count(5, [encode({**USE, **fields, "happened_at": moment}) for moment in moments])
    gather(uses, counter.taken())
    return uses


@pytest.mark.parametrize(
    "text",
    ["", "T", "yesterday", "2022-02-30T08:00:00Z", "2022-06-02T25:00:00Z", "2022-06-02T08:61:00Z", "2022-06-02T08Z",
     "2022-06-02T08:15:0xZ", "2022-06-02 08:15:00Z"],
)  # fmt: skip
def test_a_use_that_did_not_happen_at_a_moment_is_named_by_its_position(text: str):
    with pytest.raises(NoMoment, match="did not happen at a moment") as found:
        gathered(text)
    assert found.value.where == {"position": 5}


def test_a_whole_second_comes_before_its_fractions():
    uses = gathered("2022-06-02T08:15:00.5Z", "2022-06-02T08:15:00Z", "2022-06-02T08:15:00.25Z", items=3)
    (days,) = uses.kept.values()
    (stretch,) = days.between(datetime(2022, 6, 2, tzinfo=UTC), datetime(2022, 6, 2, tzinfo=UTC))
    assert stretch.first == datetime(2022, 6, 2, 8, 15, tzinfo=UTC)
    assert stretch.last == datetime(2022, 6, 2, 8, 15, 0, 500_000, tzinfo=UTC)
    assert (stretch.uses, stretch.position, stretch.items) == (3, 5, 9)


def test_days_that_come_and_go_are_each_counted_once():
    uses = gathered("2022-06-02T08:15:00Z", "2022-06-03T09:00:00Z", "2022-06-02T10:00:00Z", "2022-06-02")
    whole, dated = sorted(uses.kept.values(), key=len, reverse=True)
    assert [row[3] for row in whole.rows()] == [2, 1]
    assert [row[3] for row in dated.rows()] == [1]
    ((log, by_hour),) = uses.hours.of("p")
    assert log.application == "KRIS"
    assert list(by_hour.values()) == [1, 1, 1]
