"""At most so many uses: counted by local day or month, from stretches of UTC days."""

from __future__ import annotations

from typing import Any

import pytest

from projections.obligations.answer import Violation
from tests.projections.obligations.small import clause, small, text
from tests.projections.obligations.stories import Story

ACTOR, OTHER = "5b" * 16, "6c" * 16
TWO_A_DAY = clause(
    "few",
    """
pattern: limit
act: {type: access-used, where: {action: export}}
at_most: 2
per: [act.actor]
each: calendar day
""",
)


def used(story: Story, *moments: str, **more: Any) -> None:
    for at in moments:
        story.use("ANN", at, **{"actor": ACTOR, "action": "export", **more})


def asked(story: Story, as_of: str = "2022-06-01") -> tuple[Violation, ...]:
    answer = story.ask(as_of)
    assert not answer.not_executed
    return answer.violations


@pytest.fixture
def story() -> Story:
    return small(TWO_A_DAY)


def test_as_many_uses_as_allowed_are_no_violation(story: Story):
    used(story, "2021-11-03T09:00:00Z", "2021-11-03T10:00:00Z", "2021-11-04T09:00:00Z", "2021-11-04T10:00:00Z")
    assert asked(story) == ()


def test_one_more_on_a_day_is_one_violation_that_tells_how_many(story: Story):
    used(story, "2021-11-03T09:00:00Z", "2021-11-03T10:00:00Z", "2021-11-03T11:00:00Z", "2021-11-03T12:00:00Z")
    (found,) = asked(story)
    assert (found.certain, found.bearer, found.counterparty) == (True, "ANN", ("BOB",))
    assert found.why == "access-used 4 times in 2021-11-03, at most 2"


def test_each_actor_is_counted_apart(story: Story):
    used(story, "2021-11-03T09:00:00Z", "2021-11-03T10:00:00Z")
    used(story, "2021-11-03T11:00:00Z", "2021-11-03T12:00:00Z", actor=OTHER)
    assert asked(story) == ()


def test_uses_that_differ_in_what_the_clause_does_not_ask_for_count_together(story: Story):
    for application in ("KRIS", "CRM", "MAGDA"):
        used(story, "2021-11-03T09:00:00Z", application=application)
    (found,) = asked(story)
    assert found.certain


def test_uses_that_the_clause_does_not_mean_are_not_counted(story: Story):
    used(story, "2021-11-03T09:00:00Z", "2021-11-03T10:00:00Z", "2021-11-03T11:00:00Z", action="consult")
    assert asked(story) == ()


def test_the_day_is_the_local_one_and_not_that_of_utc(story: Story):
    used(story, "2021-11-03T23:10:00Z", "2021-11-04T08:00:00Z", "2021-11-04T09:00:00Z")
    (found,) = asked(story)
    assert (found.certain, found.why) == (True, "access-used 3 times in 2021-11-04, at most 2")


def test_a_stretch_across_local_midnight_leaves_open_how_many_and_says_what_would_settle_it(story: Story):
    used(story, *(f"2021-11-03T{hour}:00:00Z" for hour in ("20", "21", "22", "23")))
    found, next_day = asked(story)
    assert (found.certain, found.why) == (False, "access-used 1 to 3 times in 2021-11-03, at most 2")
    assert next_day.why == "access-used 1 to 3 times in 2021-11-04, at most 2"
    assert found.missing == ("which of the uses from entry 4 on came when",)


def test_a_use_whose_actor_is_unknown_may_be_of_the_one_that_the_clause_names():
    named = small(clause("few", f"""
pattern: limit
act: {{type: access-used, where: {{actor: "{ACTOR}"}}}}
at_most: 1
"""))  # fmt: skip
    used(named, "2021-11-03T09:00:00Z", "2021-12-03T09:00:00Z", actor=None)
    assert all(not each.certain for each in asked(named))


def test_without_a_period_all_uses_count_together():
    story = small(clause("few", "pattern: limit\nact: {type: access-used}\nat_most: 2"))
    used(story, "2021-11-03T09:00:00Z", "2021-12-03T09:00:00Z", "2022-01-03T09:00:00Z")
    assert asked(story, "2021-12-31") == ()
    (found,) = asked(story)
    assert (found.why, found.at.isoformat()) == ("access-used 3 times, at most 2", "2022-01-03T09:00:00+00:00")


def test_a_month_counts_its_days_together_and_uses_of_which_only_the_day_is_known():
    story = small(clause("few", "pattern: limit\nact: {type: access-used}\nat_most: 2\neach: calendar month"))
    used(story, "2021-11-30T12:00:00Z", "2021-12-01", "2021-12-02T09:00:00Z", "2021-12-31")
    (found,) = asked(story)
    assert (found.certain, found.why) == (True, "access-used 3 times in 2021-12, at most 2")


def test_uses_before_the_protocol_binds_are_not_counted(story: Story):
    used(story, "2021-10-10T07:00:00Z", "2021-10-10T08:00:00Z", "2021-10-10T12:00:00Z", "2021-10-11T13:00:00Z")
    assert asked(story) == ()


def test_how_many_of_the_first_day_came_after_the_last_signature_is_not_known(story: Story):
    used(story, "2021-10-11T07:00:00Z", "2021-10-11T08:00:00Z", "2021-10-11T12:00:00Z", "2021-10-11T13:00:00Z")
    (found,) = asked(story)
    assert (found.certain, found.why) == (False, "access-used 1 to 3 times in 2021-10-11, at most 2")


def test_the_id_stays_when_more_uses_of_that_day_are_imported(story: Story):
    used(story, "2021-11-03T09:00:00Z", "2021-11-03T10:00:00Z", "2021-11-03T11:00:00Z")
    (before,) = asked(story)
    used(story, "2021-11-03T08:00:00Z")
    (after,) = asked(story)
    assert (before.id, after.why) == (after.id, "access-used 4 times in 2021-11-03, at most 2")


def test_a_later_version_counts_only_what_happened_under_it(story: Story):
    used(story, "2021-11-03T09:00:00Z", "2021-11-03T10:00:00Z", "2021-11-03T11:00:00Z")
    story.amend(text(TWO_A_DAY.replace("at_most: 2", "at_most: 5"), version="2"), "2")
    for party in ("ANN", "BOB"):
        story.tell("protocol-signed", party, "2021-12-01T10:00:00Z", version="2", office="head")
    used(story, "2021-12-03T09:00:00Z", "2021-12-03T10:00:00Z", "2021-12-03T11:00:00Z")
    assert [each.version for each in asked(story)] == ["1"]
