from __future__ import annotations

import pytest

from projections.registers.exchanges import ExchangesRegister
from tests.projections.obligations.stories import Story
from tests.projections.registers.asking import begun, row, rows


def sent(story: Story, at: str, author: str = "TBT", to: str = "VLAIO") -> Story:
    story.tell("data-communicated", author, at, exchange=f"X-{at[:10]}", from_=author, to=[to], origins=[author],
               datasets=["contacts"], encrypted=True, channel="api")  # fmt: skip
    return story


@pytest.mark.parametrize(
    ("at", "outside"),
    [
        ("2021-10-10T09:00:00Z", ["before in-force"]),
        ("2021-10-12T09:00:00Z", []),
        ("2022-05-30T21:59:59Z", []),
        ("2022-06-01T09:00:00Z", ["after the exit of TBT"]),
    ],
)
def test_an_exchange_is_inside_or_outside_the_time_that_both_sides_were_bound(at: str, outside: list[str]) -> None:
    story = begun()
    story.tell("party-withdrew", "TBT", "2022-05-30T08:00:00Z", party="TBT", effective_at="2022-05-31")
    found = row(sent(story, at), ExchangesRegister, "2022-07-01")
    assert found["outside"] == outside
    assert (found["from"], found["to"], found["encrypted"]) == (["TBT"], ["VLAIO"], "yes")


def test_an_exit_that_was_recorded_later_moves_the_exchange_outside_from_then_on() -> None:
    story = sent(begun(), "2022-06-01T09:00:00Z")
    story.tell("party-withdrew", "TBT", "2022-05-31", recorded="2022-06-20T09:00:00Z", party="TBT")
    assert row(story, ExchangesRegister, "2022-06-15", "2022-06-15")["outside"] == []
    assert row(story, ExchangesRegister, "2022-06-15")["outside"] == ["after the exit of TBT"]


def test_a_register_asked_of_an_earlier_day_holds_what_had_happened_by_then() -> None:
    story = sent(sent(begun(), "2021-11-01T09:00:00Z"), "2021-12-01T09:00:00Z")
    assert [each["exchange"] for each in rows(story, ExchangesRegister, "2021-11-15")] == ["X-2021-11-01"]


def test_a_correction_changes_the_row_and_not_its_entry() -> None:
    story = begun()
    first = story.tell("data-received", "VLAIO", "2021-11-01", exchange="X-1", from_="TBT", to="VLAIO", origins=["TBT"],
                       datasets=["contacts"])  # fmt: skip
    before = row(story, ExchangesRegister, "2022-01-01")
    story.tell("data-received", "VLAIO", "2021-11-01", recorded="2021-12-24T09:00:00Z", exchange="X-1", from_="TBT",
               to="VLAIO", origins=["TBT", "FIO"], datasets=["contacts"], corrects=first)  # fmt: skip
    after = row(story, ExchangesRegister, "2022-01-01")
    assert (before["origins"], after["origins"]) == (["TBT"], ["TBT", "FIO"])
    assert before["entry"] == after["entry"]
    assert row(story, ExchangesRegister, "2022-01-01", "2021-12-01")["origins"] == ["TBT"]
