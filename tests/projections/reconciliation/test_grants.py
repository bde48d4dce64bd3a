"""Each use beside the grants of that moment: explained, or found with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from projections.findings import Cause
from tests.projections.obligations.stories import Story
from tests.projections.reconciliation.asking import (
    ACTOR,
    OTHER,
    answer,
    begun,
    findings,
    grant,
    revoke,
    the_only,
    used,
)


@pytest.fixture
def story() -> Story:
    return begun()


def test_a_use_within_a_grant_is_explained(story: Story):
    grant(story)
    used(story, "2021-11-02T08:00:00Z", "2022-03-04T09:00:00Z")
    found = answer(story)
    assert (found.findings, found.uses, found.explained) == ((), 2, 2)


def test_a_use_without_any_grant_says_what_was_looked_for(story: Story):
    grant(story, application="CRM")
    used(story, "2021-11-03T09:00:00Z", "2021-11-03T10:00:00Z")
    found = the_only(story)
    assert (found.cause, found.uses, found.certain_uses, found.entry) == (Cause.NO_GRANT, 2, 2, 5)
    assert (found.first, found.last) == ("2021-11-03T09:00:00Z", "2021-11-03T10:00:00Z")
    assert found.says == (
        "no grant of KRIS to this person was on record for that moment",
        "this person has grants of: CRM",
    )


def test_another_person_and_another_day_are_other_findings(story: Story):
    used(story, "2021-11-03T09:00:00Z", "2021-11-04T09:00:00Z")
    used(story, "2021-11-03T09:00:00Z", actor=OTHER)
    found = findings(story)
    assert len({each.id for each in found}) == 3
    assert [(each.day, each.actor) for each in found] == [
        ("2021-11-03", ACTOR), ("2021-11-03", OTHER), ("2021-11-04", ACTOR),
    ]  # fmt: skip


@pytest.mark.parametrize("application", ["kris", "KRIS", "Kris"])
def test_case_makes_no_other_application(application: str, story: Story):
    grant(story, application=application)
    used(story, "2021-11-03T09:00:00Z")
    assert findings(story) == ()


@pytest.mark.parametrize(
    ("moment", "cause"),
    [
        ("2021-11-02T07:59:59.999999Z", Cause.NO_GRANT),
        ("2021-11-02T08:00:00Z", None),
        ("2021-11-09T07:59:59.999999Z", None),
        ("2021-11-09T08:00:00Z", Cause.GRANT_REVOKED),
    ],
)
def test_a_grant_covers_from_its_moment_up_to_its_revocation(moment: str, cause: Cause | None, story: Story):
    grant(story)
    revoke(story, "2021-11-09T08:00:00Z")
    used(story, moment)
    assert [each.cause for each in findings(story)] == ([cause] if cause else [])


def test_a_revocation_names_the_grant_and_its_end(story: Story):
    grant(story)
    revoke(story, "2021-11-09T08:00:00Z")
    used(story, "2021-11-10T08:00:00Z")
    found = the_only(story)
    assert found.says == ("grant G-1 (entry 4) was revoked as of 2021-11-09T08:00:00Z (entry 5)",)
    assert found.related == (4, 5)


def test_what_ends_on_a_day_covers_that_day(story: Story):
    grant(story, valid_until="2021-11-09")
    used(story, "2021-11-09T20:00:00Z", "2021-11-09T23:00:00Z")
    found = the_only(story)
    assert (found.cause, found.uses) == (Cause.GRANT_EXPIRED, 1)
    assert found.says == ("grant G-1 (entry 4) was valid until 2021-11-09",)


def test_of_a_day_on_which_a_grant_ends_the_two_ends_are_certain(story: Story):
    grant(story)
    revoke(story, "2021-11-09T10:00:00Z")
    used(story, "2021-11-09T09:00:00Z", "2021-11-09T09:30:00Z", "2021-11-09T10:30:00Z", "2021-11-09T11:00:00Z")
    found = answer(story)
    (late,) = found.findings
    assert (late.cause, late.uses, late.certain_uses, found.explained) == (Cause.GRANT_REVOKED, 3, 1, 1)
    assert late.certain


def test_a_grant_within_a_day_leaves_the_first_and_the_last_use_without_it(story: Story):
    grant(story, "2021-11-09T10:00:00Z", valid_until="2021-11-09T11:00:00Z")
    used(story, "2021-11-09T09:00:00Z", "2021-11-09T10:30:00Z", "2021-11-09T12:00:00Z")
    found = {each.cause: (each.uses, each.certain_uses) for each in findings(story)}
    assert found == {Cause.NO_GRANT: (2, 1), Cause.GRANT_EXPIRED: (2, 1)}


def test_a_use_of_which_only_the_date_is_known_is_not_certain_on_the_day_of_an_edge(story: Story):
    grant(story)
    revoke(story, "2021-11-09T10:00:00Z")
    used(story, "2021-11-09")
    found = the_only(story)
    assert (found.uses, found.certain_uses, found.first) == (1, 0, "2021-11-09")
    assert not found.certain


def test_two_grants_one_after_the_other_leave_no_gap(story: Story):
    grant(story, valid_until="2021-11-09T10:00:00Z")
    grant(story, "2021-11-09T10:00:00Z", grant="G-2")
    used(story, "2021-11-09T09:00:00Z", "2021-11-09T09:59:00Z", "2021-11-09T10:00:00Z", "2021-11-09T12:00:00Z")
    found = answer(story)
    assert (found.findings, found.explained) == ((), 4)


def test_a_grant_recorded_after_the_use_explains_it_from_when_it_was_known(story: Story):
    used(story, "2021-11-03T09:00:00Z")
    grant(story, recorded="2022-02-01T08:00:00Z")
    assert findings(story) == ()
    assert the_only(story, known_at="2022-01-31").cause is Cause.NO_GRANT


def test_a_grant_that_was_retracted_explains_nothing(story: Story):
    granted = grant(story)
    used(story, "2021-11-03T09:00:00Z")
    story.tell("event-retracted", "ANN", "2021-12-01", retracts=granted)
    assert the_only(story).cause is Cause.NO_GRANT
    assert findings(story, known_at="2021-11-30") == ()


def test_a_corrected_grant_counts_as_it_was_corrected(story: Story):
    granted = grant(story)
    used(story, "2021-11-20T09:00:00Z")
    grant(story, valid_until="2021-11-09", corrects=granted)
    assert the_only(story).cause is Cause.GRANT_EXPIRED


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"actor": None, "actor_class": "shared-key"}, Cause.NOT_ATTRIBUTABLE),
        ({"actor": None, "actor_class": "unknown"}, Cause.NOT_ATTRIBUTABLE),
        ({"actor": None, "actor_class": "system"}, Cause.SERVICE_ACCOUNT),
        ({"actor": OTHER, "actor_class": "service"}, Cause.SERVICE_ACCOUNT),
        ({"actor": OTHER, "actor_class": "guest"}, Cause.NO_GRANT),
        ({"actor": OTHER, "actor_class": "unknown"}, Cause.NO_GRANT),
    ],
)
def test_a_log_that_names_no_person_is_found_as_such(fields: dict[str, Any], cause: Cause, story: Story):
    grant(story)
    used(story, "2021-11-03T09:00:00Z", **fields)
    assert the_only(story).cause is cause


def test_a_service_account_with_a_grant_is_explained(story: Story):
    grant(story, subject=OTHER, recipient_category="service")
    used(story, "2021-11-03T09:00:00Z", actor=OTHER, actor_class="service")
    assert findings(story) == ()


@pytest.mark.parametrize("fields", [{"outcome": "denied"}, {"outcome": "failed"}, {"action": "sign-in"}])
def test_what_was_no_use_of_data_is_not_judged(fields: dict[str, Any], story: Story):
    used(story, "2021-11-03T09:00:00Z", **fields)
    assert findings(story) == ()


def test_a_use_of_unknown_outcome_is_judged(story: Story):
    used(story, "2021-11-03T09:00:00Z", outcome="unknown")
    assert the_only(story).cause is Cause.NO_GRANT


def test_a_group_that_had_access_leaves_it_open_who_was_in_it(story: Story):
    grant(story, subject=None, group="team-a")
    used(story, "2021-11-03T09:00:00Z")
    found = the_only(story)
    assert (found.cause, found.certain) == (Cause.NO_GRANT, False)
    assert found.says == ("a group had access, and who is in it is not on record: team-a (entry 4)",)


def test_a_group_of_the_function_that_the_directory_gives_explains(story: Story):
    grant(story, subject=None, group="team-a", function_profile="adviser")
    used(story, "2021-11-03T09:00:00Z", function="adviser")
    assert findings(story) == ()


@pytest.mark.parametrize(
    ("granted", "use", "says"),
    [
        ({"datasets": ["contacts"]}, {"dataset": "files"}, "it is for contacts, and not for files"),
        ({"acting_for": "BOB"}, {"acting_for": "ANN"}, "it is for acting for BOB, and the use was for ANN"),
        ({"function_profile": "adviser"}, {"function": "clerk"},
         "it is for the function adviser, and the person's was clerk"),
    ],
)  # fmt: skip
def test_a_use_outside_what_was_granted_says_which(
    granted: dict[str, Any], use: dict[str, Any], says: str, story: Story
):
    grant(story, **granted)
    used(story, "2021-11-03T09:00:00Z", **use)
    found = the_only(story)
    assert (found.cause, found.says) == (Cause.OUTSIDE_PROFILE, (f"grant G-1 (entry 4): {says}",))


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ({"needs_data": False}, "needs no received data"),
        ({"needs_data": True, "datasets": ["contacts"]}, "has contacts, and not files"),
        ({"needs_data": True, "applications": ["CRM"]}, "has CRM, and not KRIS"),
    ],
)
def test_a_profile_counts_from_when_it_was_recorded_so(profile: dict[str, Any], says: str, story: Story):
    grant(story, function_profile="adviser")
    story.tell("function-profile-recorded", "ANN", "2021-11-10", profile="adviser", **profile)
    used(story, "2021-11-09T09:00:00Z", "2021-11-11T09:00:00Z", dataset="files")
    found = the_only(story)
    assert (found.cause, found.day) == (Cause.OUTSIDE_PROFILE, "2021-11-11")
    assert found.says == (f"grant G-1 (entry 4): the profile adviser (entry 5) {says}",)


def test_a_changed_function_leaves_its_old_grant_behind(story: Story):
    grant(story, function_profile="adviser")
    story.tell("function-changed", "ANN", "2021-11-20", subject=ACTOR, function_profile="clerk",
               effective_at="2021-12-01")  # fmt: skip
    used(story, "2021-11-30T09:00:00Z", "2021-12-01T09:00:00Z")
    found = the_only(story)
    assert (found.cause, found.day) == (Cause.OUTSIDE_PROFILE, "2021-12-01")


def test_after_employment_no_earlier_grant_covers(story: Story):
    grant(story)
    story.tell("employment-ended", "ANN", "2021-11-20", subject=ACTOR, effective_at="2021-11-30")
    used(story, "2021-11-30T22:00:00Z", "2021-11-30T23:00:00Z", "2021-12-01T09:00:00Z")
    found = findings(story)
    assert [(each.cause, each.day, each.uses) for each in found] == [
        (Cause.AFTER_EMPLOYMENT, "2021-11-30", 1), (Cause.AFTER_EMPLOYMENT, "2021-12-01", 1),
    ]  # fmt: skip
    grant(story, "2021-12-01T00:00:00Z", grant="G-2")
    assert [each.day for each in findings(story)] == ["2021-11-30"]


def test_the_end_of_work_for_another_party_takes_nothing(story: Story):
    grant(story)
    story.tell("employment-ended", "BOB", "2021-11-20", subject=ACTOR)
    used(story, "2021-12-01T09:00:00Z")
    assert findings(story) == ()
