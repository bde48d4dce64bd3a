"""Deletions in a log beside deletions on record, and beside duties to delete."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from projections.findings import Cause, Finding
from tests.projections.obligations.stories import Story, deleted, destroyed, holding, signed_vlaio
from tests.projections.reconciliation.asking import ACTOR, OTHER, begun, findings, grant, the_only, used

VLAIO = "vlaio-fio-tbt-2021"


@pytest.fixture
def story() -> Story:
    story = begun()
    grant(story)
    return story


@pytest.fixture
def owing() -> Story:
    """TBT left on 31 May 2022, so VLAIO must delete what it has of TBT: vraagtraject in KRIS, and another dataset."""
    story = signed_vlaio(Story.of(VLAIO, shipped()[VLAIO]))
    holding(story, "VLAIO", "TBT", "vraagtraject", "database", app="KRIS")
    holding(story, "VLAIO", "TBT", "subsidiedossier", "database", app="KRIS")
    story.tell("party-withdrew", "TBT", "2022-05-30T08:15:00Z", party="TBT", effective_at="2022-05-31")
    return story


def by_vlaio(story: Story, *moments: str, action: str, dataset: str = "vraagtraject", **more: str) -> None:
    for at in moments:
        story.use("VLAIO", at, action=action, **{"dataset": dataset, "actor": ACTOR, **more})


def of_deletion(story: Story, as_of: str = "2022-08-01") -> list[Finding]:
    wanted = (Cause.UNRECORDED_DELETION, Cause.FIRST_STAGE_ONLY, Cause.DELETION_WITHOUT_TRACE)
    return [each for each in findings(story, as_of) if each.cause in wanted]


# --- beside what is on record ------------------------------------------------------------------------------------


def test_a_deletion_for_good_that_nobody_recorded_is_found(story: Story):
    used(story, "2021-12-03T09:00:00Z", action="delete", dataset="contacts")
    found = the_only(story)
    assert (found.cause, found.dataset) == (Cause.UNRECORDED_DELETION, "contacts")


def test_a_deletion_on_record_explains_it(story: Story):
    used(story, "2021-12-03T09:00:00Z", action="delete", dataset="contacts")
    destroyed(story, "ANN", "BOB", "KRIS", "2021-12-20", dataset="contacts")
    assert findings(story) == ()


def test_a_deletion_in_a_place_of_no_dataset_is_not_judged(story: Story):
    used(story, "2021-12-03T09:00:00Z", action="delete")
    assert findings(story) == ()


def test_a_first_stage_is_no_destruction(story: Story):
    used(story, "2021-12-03T09:00:00Z", action="soft-delete", dataset="contacts")
    destroyed(story, "ANN", "BOB", "KRIS", "2021-12-05", dataset="contacts")
    found = the_only(story)
    assert found.cause is Cause.FIRST_STAGE_ONLY
    assert found.says[0] == "entry 6 states contacts deleted for good (overwritten)"
    used(story, "2021-12-04T09:00:00Z", action="delete", dataset="contacts")
    assert findings(story) == ()


def test_two_statements_about_the_same_first_stage_count_its_uses_once(story: Story):
    used(story, "2021-12-03T09:00:00Z", "2021-12-03T10:00:00Z", action="soft-delete", dataset="contacts")
    for day in ("2021-12-05", "2021-12-06"):
        destroyed(story, "ANN", "BOB", "KRIS", day, dataset="contacts")
    found = the_only(story)
    assert (found.uses, found.certain_uses, found.related) == (2, 2, (7, 8))
    assert [each.partition(" states ")[0] for each in found.says[:2]] == ["entry 7", "entry 8"]


# --- beside what is owed -----------------------------------------------------------------------------------------

OWED = (
    "art. 4, sentence 2 asks VLAIO to delete VLAIO/TBT/vraagtraject/database since 2022-05-31, and nothing says it did"
)


def test_a_deletion_for_good_that_a_duty_asks_for_names_the_duty(owing: Story):
    by_vlaio(owing, "2022-06-02T09:00:00Z", action="delete")
    (found,) = of_deletion(owing)
    assert (found.cause, found.uses, found.related) == (Cause.UNRECORDED_DELETION, 1, (6,))
    assert found.says == (
        "the log shows vraagtraject deleted for good",
        "no deletion of it by VLAIO is on record within 30 days",
        f"{OWED}: is it done?",
    )
    destroyed(owing, "VLAIO", "TBT", "database", "2022-06-02", dataset="vraagtraject")
    assert of_deletion(owing) == []


def test_a_statement_about_another_copy_leaves_the_duty_asking(owing: Story):
    holding(owing, "VLAIO", "TBT", "vraagtraject", "mailbox")
    by_vlaio(owing, "2022-06-02T09:00:00Z", action="delete")
    destroyed(owing, "VLAIO", "TBT", "mailbox", "2022-06-02", dataset="vraagtraject")
    (found,) = of_deletion(owing)
    assert found.says == ("the log shows vraagtraject deleted for good", f"{OWED}: is it done?")


def test_a_soft_delete_where_deletion_is_owed_is_its_first_stage(owing: Story):
    by_vlaio(owing, "2022-06-02T09:00:00Z", "2022-06-03T09:00:00Z", action="soft-delete")
    (found,) = of_deletion(owing)
    assert (found.cause, found.day, found.uses) == (Cause.FIRST_STAGE_ONLY, "2022-06-02", 2)
    assert found.says == (OWED, "the log shows its first stage, which can be undone: that is no destruction")
    by_vlaio(owing, "2022-06-05T09:00:00Z", action="delete", actor=OTHER)
    (found,) = of_deletion(owing)
    assert found.cause is Cause.UNRECORDED_DELETION


def test_uses_that_a_statement_claims_are_in_one_finding(owing: Story):
    holding(owing, "VLAIO", "TBT", "vraagtraject", "mailbox")
    by_vlaio(owing, "2022-06-02T09:00:00Z", action="soft-delete")
    destroyed(owing, "VLAIO", "TBT", "mailbox", "2022-06-02", dataset="vraagtraject")
    (found,) = of_deletion(owing)
    assert (found.cause, found.uses) == (Cause.FIRST_STAGE_ONLY, 1)
    assert "(overwritten)" in found.says[0]


@pytest.mark.parametrize(
    "about",
    [
        {"at": "2022-05-20T09:00:00Z"},
        {"application": "SharePoint"},
        {"dataset": "contacten"},
        {"action": "modify"},
    ],
    ids=["before it was owed", "elsewhere", "another dataset", "no deletion"],
)
def test_what_a_duty_does_not_concern_is_no_first_stage_of_it(about: dict[str, str], owing: Story):
    fields = {"at": "2022-06-02T09:00:00Z", "action": "soft-delete", **about}
    by_vlaio(owing, fields.pop("at"), **fields)
    assert of_deletion(owing) == []


def test_what_the_party_collects_itself_is_not_told_apart_from_what_it_owes(owing: Story):
    holding(owing, "FIO", "VLAIO", "vraagtraject", "database")
    by_vlaio(owing, "2022-06-02T09:00:00Z", action="soft-delete")
    assert of_deletion(owing) == []


# --- without a trace ---------------------------------------------------------------------------------------------


@pytest.fixture
def covered() -> Story:
    """ANN has contacts of BOB in KRIS, whose log goes from November to March."""
    story = begun()
    grant(story)
    holding(story, "ANN", "BOB", "contacts", "database", app="kris")
    used(story, "2021-11-03T09:00:00Z", "2022-03-01T09:00:00Z", dataset="contacts")
    return story


def state(story: Story, at: str = "2021-12-15") -> None:
    deleted(story, "ANN", "BOB", "database", at, dataset="contacts")


def test_a_stated_deletion_that_the_log_of_its_application_does_not_show_is_found(covered: Story):
    state(covered)
    found = the_only(covered)
    assert (found.cause, found.application, found.dataset) == (Cause.DELETION_WITHOUT_TRACE, "kris", "contacts")
    assert (found.day, found.entry, found.uses, found.certain) == ("2021-12-15", 8, 0, True)
    assert found.says == (
        "entry 8 states contacts deleted (hard-delete) on 2021-12-15",
        "the log of kris goes from 2021-11-03 to 2022-03-01, and shows no deletion of it within 30 days",
    )


@pytest.mark.parametrize(
    "use",
    [
        {"dataset": "contacts", "action": "delete"},
        {"dataset": "contacts", "action": "soft-delete"},
        {"action": "delete"},
    ],
    ids=["for good", "first stage", "in a place of no dataset"],
)
def test_any_deletion_near_it_is_a_trace(use: dict[str, str], covered: Story):
    state(covered)
    used(covered, "2021-12-03T09:00:00Z", **use)
    assert Cause.DELETION_WITHOUT_TRACE not in [each.cause for each in findings(covered)]


@pytest.mark.parametrize("at", ["2021-11-20", "2022-02-20"])
def test_a_log_that_does_not_cover_the_time_says_nothing_of_a_deletion(at: str, covered: Story):
    state(covered, at)
    assert findings(covered) == ()


def test_a_log_says_nothing_of_a_copy_that_lies_elsewhere_or_of_a_method_it_would_not_show(covered: Story):
    holding(covered, "ANN", "BOB", "contacts", "mailbox", app="Outlook")
    holding(covered, "ANN", "BOB", "contacts", "paper")
    for copy in ("mailbox", "paper"):
        deleted(covered, "ANN", "BOB", copy, "2021-12-15", dataset="contacts")
    covered.tell("destruction-performed", "ANN", "2021-12-15", origin="BOB", datasets=["contacts"], copy=["database"],
                 method="key-destroyed")  # fmt: skip
    assert findings(covered) == ()
