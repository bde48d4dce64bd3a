"""After a party left, after the protocol ended, after the origin of the data left."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from projections.findings import Cause
from tests.projections.obligations.stories import Story, holding, signed_vlaio
from tests.projections.reconciliation.asking import ACTOR, findings, the_only, used

VLAIO = "vlaio-fio-tbt-2021"


@pytest.fixture
def story() -> Story:
    """TBT withdraws from 31 May 2022; VLAIO holds two datasets of TBT, and a person at VLAIO has a grant."""
    story = signed_vlaio(Story.of(VLAIO, shipped()[VLAIO]))
    story.tell("access-granted", "VLAIO", "2021-11-02T08:00:00Z", grant="G-1", application="KRIS", subject=ACTOR,
               recipient_category="user")  # fmt: skip
    holding(story, "VLAIO", "TBT", "vraagtraject", "KRIS")
    holding(story, "VLAIO", "TBT", "subsidiedossier", "KRIS")
    story.tell("party-withdrew", "TBT", "2022-05-30T08:15:00Z", party="TBT", effective_at="2022-05-31")
    return story


def by_vlaio(story: Story, *moments: str, **more: str) -> None:
    for at in moments:
        story.use("VLAIO", at, actor=ACTOR, **more)


def test_data_of_an_origin_that_left_are_used_in_vain_of_a_grant(story: Story):
    by_vlaio(story, "2022-05-30T21:59:00Z", "2022-06-02T09:00:00Z", dataset="vraagtraject")
    found = the_only(story, "2022-07-01")
    assert (found.cause, found.day) == (Cause.AFTER_WITHDRAWAL, "2022-06-02")
    assert found.says == (
        "TBT, the origin of vraagtraject at VLAIO, left on 2022-05-31",
        "no agreement to keep these data is on record",
    )


def test_deleting_what_must_be_deleted_is_no_use_after_the_withdrawal(story: Story):
    by_vlaio(story, "2022-06-02T09:00:00Z", dataset="vraagtraject", action="delete")
    assert the_only(story, "2022-07-01").cause is Cause.UNRECORDED_DELETION


def test_an_agreement_to_keep_them_allows_it_for_its_dataset(story: Story):
    story.tell("retention-agreement-made", "TBT", "2022-06-01T09:00:00Z", agreement="B-1", between=["TBT", "VLAIO"],
               origin="TBT", datasets=["subsidiedossier"],
               evidence=[{"strength": "signed-document", "signed_by": ["TBT", "VLAIO"]}])  # fmt: skip
    by_vlaio(story, "2022-06-02T09:00:00Z", dataset="subsidiedossier")
    by_vlaio(story, "2022-06-02T09:00:00Z", dataset="vraagtraject")
    assert [each.dataset for each in findings(story, "2022-07-01")] == ["vraagtraject"]


def test_a_dataset_that_the_party_collects_itself_is_not_told_apart(story: Story):
    holding(story, "TBT", "VLAIO", "vraagtraject", "SharePoint")
    by_vlaio(story, "2022-06-02T09:00:00Z", dataset="vraagtraject")
    assert findings(story, "2022-07-01") == ()


def test_a_use_for_the_party_that_left_is_after_its_withdrawal(story: Story):
    by_vlaio(story, "2022-05-29T09:00:00Z", "2022-06-02T09:00:00Z", acting_for="TBT")
    found = the_only(story, "2022-07-01")
    assert (found.cause, found.says) == (Cause.AFTER_WITHDRAWAL, ("TBT left on 2022-05-31",))


def test_after_the_protocols_end_no_grant_explains(story: Story):
    story.tell("protocol-end-date-recorded", "VLAIO", "2021-11-03", external="Convenant", ends_at="2022-12-31")
    by_vlaio(story, "2022-12-30T09:00:00Z", "2023-01-02T09:00:00Z")
    found = the_only(story, "2023-02-01")
    assert (found.cause, found.day) == (Cause.AFTER_END, "2023-01-02")


def test_a_withdrawal_that_was_not_known_yet_changes_nothing(story: Story):
    story.entries.pop()
    story.tell("party-withdrew", "TBT", "2022-05-30T08:15:00Z", party="TBT", effective_at="2022-05-31",
               recorded="2022-06-20T08:00:00Z")  # fmt: skip
    story.use("VLAIO", "2022-06-02T09:00:00Z", actor=ACTOR, dataset="vraagtraject")
    assert [each.cause for each in findings(story, "2022-07-01")] == [Cause.AFTER_WITHDRAWAL]
    assert findings(story, "2022-07-01", known_at="2022-06-19") == ()


def test_a_use_that_had_not_happened_yet_is_not_found(story: Story):
    used(story, "2022-06-02T09:00:00Z", dataset="vraagtraject")
    assert findings(story, "2022-06-01") == ()
