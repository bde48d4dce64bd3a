"""Uses are kept by day and judged as they were: within a grant, outside it, or across one of its ends."""

from __future__ import annotations

from typing import Any

import pytest

from projections.obligations.answer import Violation
from tests.projections.obligations.small import clause, small
from tests.projections.obligations.stories import Story

ACTOR, OTHER = "5b" * 16, "6c" * 16
NO_USE_WITHOUT_GRANT = clause(
    "use",
    """
pattern: prohibition
act: {type: access-used, where: {actor_class: person, outcome: ok}}
unless: {type: access-granted, where: {subject: act.actor, application: act.application}}
""",
)


@pytest.fixture
def story() -> Story:
    return small(NO_USE_WITHOUT_GRANT)


def grant(story: Story, at: str = "2021-11-02T08:00:00Z", **more: Any) -> str:
    fields = {"grant": "G-1", "application": "KRIS", "recipient_category": "user", "subject": ACTOR, **more}
    return story.tell("access-granted", "ANN", at, **fields)


def used(story: Story, *moments: str, **more: Any) -> None:
    for at in moments:
        story.use("ANN", at, **{"actor": ACTOR, **more})


def asked(story: Story, as_of: str = "2022-06-01") -> tuple[Violation, ...]:
    answer = story.ask(as_of)
    assert not answer.not_executed
    return answer.violations


def test_uses_within_a_grant_are_allowed(story: Story):
    grant(story)
    used(story, "2021-11-02T08:00:00Z", "2021-11-03T09:00:00Z", "2022-03-04T09:00:00Z")
    assert asked(story) == ()


def test_the_uses_of_a_day_without_a_grant_are_one_violation(story: Story):
    grant(story)
    used(story, "2021-11-01T09:00:00Z", "2021-11-01T11:30:00.25Z", "2021-11-01T10:00:00Z", action="consult")
    used(story, "2021-11-01T12:00:00Z", action="download")
    used(story, "2021-11-02T07:59:59Z", "2021-11-05T08:00:00Z")
    first, second = asked(story)
    assert (first.bearer, first.certain, first.counterparty, first.act.position) == ("ANN", True, ("BOB",), 5)
    assert first.why == "access-used is forbidden: 4 uses, 2021-11-01T09:00:00Z to 2021-11-01T12:00:00Z"
    assert second.why == "access-used is forbidden: 1 use, 2021-11-02T07:59:59Z"
    assert first.id != second.id


@pytest.mark.parametrize(
    "fields",
    [{"actor_class": "service"}, {"outcome": "denied"}, {"outcome": "failed"}],
    ids=["a service", "denied", "failed"],
)
def test_a_use_that_the_clause_does_not_mean_is_not_judged(fields: dict[str, Any], story: Story):
    used(story, "2021-11-01T09:00:00Z", **fields)
    assert asked(story) == ()


def test_a_grant_of_another_application_or_person_allows_nothing(story: Story):
    grant(story, application="CRM")
    grant(story, grant="G-2", subject=OTHER)
    used(story, "2021-11-03T09:00:00Z")
    (found,) = asked(story)
    assert found.certain


def test_a_day_across_the_end_of_a_grant_holds_at_least_one_use_too_late(story: Story):
    grant(story)
    story.tell("access-revoked", "ANN", "2021-11-10T12:00:00Z", grant="G-1")
    used(story, "2021-11-10T09:00:00Z", "2021-11-10T16:00:00Z")
    (found,) = asked(story)
    assert found.certain
    assert found.why.endswith("2 uses, 2021-11-10T09:00:00Z to 2021-11-10T16:00:00Z; at least the last of them")


def test_a_day_across_a_time_without_grant_is_undetermined_and_says_what_would_settle_it(story: Story):
    grant(story)
    story.tell("access-revoked", "ANN", "2021-11-10T12:00:00Z", grant="G-1")
    grant(story, "2021-11-10T13:00:00Z", grant="G-2")
    used(story, "2021-11-10T09:00:00Z", "2021-11-10T11:00:00Z", "2021-11-10T16:00:00Z")
    (found,) = asked(story)
    assert (found.certain, found.missing) == (False, ("which of the uses from entry 7 on came when",))


def test_a_grant_that_ends_on_a_day_of_unknown_hour_leaves_that_day_undetermined(story: Story):
    grant(story)
    story.tell("access-revoked", "ANN", "2021-11-10", grant="G-1")
    used(story, "2021-11-10T09:00:00Z", "2021-11-11T09:00:00Z")
    first, second = asked(story)
    assert (first.certain, second.certain) == (False, True)
    assert first.missing == ("the hour of access-revoked (entry 5)",)


def test_a_use_by_nobody_who_is_known_is_undetermined(story: Story):
    grant(story)
    used(story, "2021-11-03T09:00:00Z", actor=None)
    (found,) = asked(story)
    assert (found.certain, found.missing) == (False, ("act.actor is not given",))


def test_a_grant_recorded_late_is_judged_by_when_it_happened(story: Story):
    used(story, "2021-11-03T09:00:00Z")
    assert len(asked(story)) == 1
    story.tell("access-granted", "ANN", "2021-11-02T08:00:00Z", recorded="2022-01-10", grant="G-1", subject=ACTOR,
               application="KRIS", recipient_category="user")  # fmt: skip
    assert asked(story) == ()
    assert len(story.ask("2022-06-01", known_at="2022-01-01").violations) == 1


def test_a_revocation_recorded_late_is_judged_by_when_it_happened(story: Story):
    grant(story)
    used(story, "2021-11-20T09:00:00Z")
    assert asked(story) == ()
    story.tell("access-revoked", "ANN", "2021-11-10T12:00:00Z", recorded="2022-01-10", grant="G-1")
    (found,) = asked(story)
    assert found.certain


def test_more_uses_of_a_day_make_no_second_violation_and_keep_its_id(story: Story):
    used(story, "2021-11-03T09:00:00Z")
    (before,) = asked(story)
    used(story, "2021-11-03T08:00:00Z", action="download")
    (after,) = asked(story)
    assert (before.id, before.act) == (after.id, after.act)
    assert "2 uses" in after.why


def test_uses_after_the_moment_asked_about_have_not_happened(story: Story):
    used(story, "2021-11-03T09:00:00Z", "2021-11-03T15:00:00Z", "2021-11-04T09:00:00Z")
    assert story.ask("2021-11-03").violations == ()
    assert len(story.ask("2021-11-04").violations) == 1
    assert len(story.ask("2021-11-05").violations) == 2


def test_a_use_of_which_only_the_day_is_known_is_judged_over_that_day(story: Story):
    grant(story)
    used(story, "2021-11-01", "2021-11-02", "2021-11-03")
    before, on = asked(story)
    assert (before.certain, on.certain) == (True, False)
    assert before.why.endswith("1 use, 2021-11-01")


def test_uses_before_the_protocol_bound_its_author_are_not_judged(story: Story):
    used(story, "2021-10-01T09:00:00Z")
    assert asked(story) == ()


def test_uses_for_another_party_are_its_own_acts(story: Story):
    used(story, "2021-11-03T09:00:00Z", on_behalf_of=["BOB"])
    (found,) = asked(story)
    assert found.bearer == "BOB"


def test_a_precedence_over_uses_asks_what_came_before():
    needs = "needs: {type: application-registered, where: {party: act.party, application: act.application}}"
    story = small(clause("use", f"pattern: precedence\nact: {{type: access-used}}\n{needs}"))
    used(story, "2021-11-03T09:00:00Z")
    story.tell("application-registered", "ANN", "2021-11-03T10:00:00Z", application="KRIS")
    used(story, "2021-11-04T09:00:00Z")
    (found,) = asked(story)
    assert found.why.startswith("access-used without what the clause needs before it: 1 use, 2021-11-03")


def test_an_open_list_gives_a_finding():
    listed = clause("kinds", "defines: list\nname: kinds\nitems: [consult]\nopen: true")
    outside = "act: {type: access-used, where: {action: {outside: {list: kinds}}}}"
    story = small(listed, clause("use", f"pattern: prohibition\n{outside}"))
    used(story, "2021-11-03T09:00:00Z")
    used(story, "2021-11-03T10:00:00Z", action="export")
    answer = story.ask("2022-01-01")
    assert answer.violations == ()
    (found,) = answer.findings
    assert "1 use" in found.says


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("pattern: limit\nact: {type: access-used}\nat_most: 3\nper: [act.happened_at]", "it asks for happened_at"),
        ("pattern: limit\nact: {type: [access-used, access-granted]}\nat_most: 3", "it counts uses together with"),
        ("pattern: prohibition\nact: {type: access-used, where: {operation: Read}}", "it asks for operation"),
        (
            "pattern: prohibition\nact: {type: access-revoked}\nunless: {type: access-used}",
            "it waits for single uses",
        ),
    ],
    ids=["limit by moment", "limit of two types", "field", "condition"],
)
def test_what_cannot_be_judged_by_day_is_listed_with_its_reason(body: str, reason: str):
    (listed,) = small(clause("use", body)).ask("2022-01-01").not_executed
    assert (listed.clause, reason in listed.reason) == ("use", True)
