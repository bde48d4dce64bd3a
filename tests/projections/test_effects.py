from __future__ import annotations

from datetime import datetime
from typing import Any

from ledger.events.codec import built, tag_of
from projections.effects import Effect, effect
from tests.projections.obligations.small import clause, small
from tests.projections.obligations.stories import Story, holding, local
from tests.projections.obligations.test_framework import JOIN, LEAVE, SUSPEND, TOWNS, framework
from tests.projections.registers.asking import VLAIO, begun

NOW = datetime.fromisoformat("2022-05-30T09:00:00+00:00")


def tried(story: Story, kind: str, author: str, at: str = "2022-05-30T08:00:00Z", **fields: Any) -> Effect:
    values = {"author": author, "happened_at": at, "id": "ab" * 16, "key": "00" * 32, "protocol": VLAIO,
              "stated_at": at, "type": tag_of(kind), **fields}  # fmt: skip
    return effect(story.projection(), story.state(), built(values), len(story.entries) + 1, NOW)


def test_a_withdrawal_opens_a_deletion_for_each_copy() -> None:
    story = begun()
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    holding(story, "VLAIO", "TBT", "contacts", "data-lake")
    found = tried(story, "party-withdrew", "TBT", party="TBT")
    deletions = [each for each in found.opens if each.clause == "art. 4, sentence 2" and each.bearer == "VLAIO"]
    assert sorted(str(each.unit) for each in deletions) == ["VLAIO/TBT/contacts/data-lake", "VLAIO/TBT/contacts/kris"]


def test_an_effect_in_the_future_is_told_as_of_then() -> None:
    story = begun()
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    found = tried(story, "party-withdrew", "TBT", party="TBT", effective_at="2022-09-01")
    assert found.as_of > NOW
    assert any(each.clause == "art. 4, sentence 2" for each in found.opens)


def test_a_moment_that_lies_ahead_is_told() -> None:
    story = framework()
    values = {"author": "AALST", "happened_at": "2022-12-01", "id": "ab" * 16, "key": "00" * 32, "protocol": "small",
              "stated_at": "2022-12-01T08:00:00Z", "type": tag_of("termination-notice-given"), "to": ["ANN"],
              "received_at": "2022-12-02T08:00:00Z", "party": "AALST"}  # fmt: skip
    found = effect(story.projection(), story.state(), built(values), len(story.entries) + 1, local("2022-12-05"))
    (turn,) = found.turns
    assert (turn.kind, turn.parties, turn.at.earliest) == ("left", ("AALST",), local("2023-03-03"))
    assert turn.at.earliest == found.as_of > found.present


LEFT = clause("delete", "pattern: response\nwhen: {moment: left}\nbearer: others\ntowards: trigger.party\n"
                        "for_each: {holding: {holder: bearer, origin: trigger.party}}\nmust: {copy: deleted}\n"
                        "term: immediately")  # fmt: skip
REVIEW = clause(
    "review",
    "pattern: recurrence\nbearer: {class: TOWN}\ntowards: others\n"
    "must: {type: policy-reviewed, where: {for: bearer}}\nevery: calendar quarter",
)


def test_what_a_notice_opens_in_three_months_is_told_and_what_is_open_in_any_case_is_not() -> None:
    story = small(JOIN, LEAVE, LEFT, REVIEW, extra=TOWNS)
    for party in ("GENT", "AALST"):
        story.tell("party-acceded", "ANN", "2022-01-10T08:00:00Z", party=party, class_="TOWN",
                   effective_at="2022-02-01")  # fmt: skip
        holding(story, "BOB", party, "files", "database")
    values = {"author": "AALST", "happened_at": "2022-12-01", "id": "ab" * 16, "key": "00" * 32, "protocol": "small",
              "stated_at": "2022-12-01T08:00:00Z", "type": tag_of("termination-notice-given"), "to": ["ANN"],
              "received_at": "2022-12-02T08:00:00Z", "party": "AALST"}  # fmt: skip
    found = effect(story.projection(), story.state(), built(values), len(story.entries) + 1, local("2022-12-05"))
    assert {(each.clause, each.opened_at) for each in found.opens} == {("delete", local("2023-03-03"))}
    assert {each.bearer for each in found.opens} == {"ANN", "BOB", "GENT"}
    assert {(each.clause, each.bearer) for each in found.closes} == {("review", "AALST")}


def test_a_report_closes_what_was_open_and_opens_what_follows() -> None:
    story = begun()
    story.tell("incident-detected", "VLAIO", "2022-05-29T08:00:00Z", incident="I-1", leak=True,
               aware_at="2022-05-29T08:00:00Z")  # fmt: skip
    found = tried(story, "breach-notified", "VLAIO", incident="I-1", to=["TBT"], received_at="2022-05-30T08:30:00Z")
    assert [(each.clause, each.counterparty) for each in found.closes] == [("art. 9, sentence 1", ("TBT",))]
    told = {f"art. 9, sentence 1/{each}" for each in "bcde"}
    assert {each.clause for each in found.opens} == told


def test_a_forbidden_act_is_told_before_it_is_recorded() -> None:
    found = tried(begun(), "publication-made", "VLAIO", publication="P-1", origins=["TBT"])
    assert {"art. 3, sentence 4", "art. 3, sentence 5"} <= {each.clause for each in found.violates}
    assert found.opens == ()


def test_an_act_that_nobody_may_state_is_told_to_be_in_vain() -> None:
    found = tried(begun(), "protocol-dissolution-declared", "TBT", notice="N-1")
    assert [(each.type, each.party) for each in found.in_vain] == [("protocol-dissolution-declared", "TBT")]


def test_what_takes_back_or_corrects_what_it_cannot_is_told_to_be_in_vain() -> None:
    story = begun()
    error = story.tell("incident-detected", "TBT", "2022-05-02T08:00:00Z", incident="I-1", leak=True)
    place = f"entry {len(story.entries)} is incident-detected of TBT"
    for author, target, why in (("VLAIO", error, [place]), ("TBT", error, []),
                                ("TBT", "cd" * 16, [f"no act of this protocol has the id {'cd' * 16}"])):  # fmt: skip
        found = tried(story, "event-retracted", author, retracts=target)
        assert [each.why for each in found.in_vain] == why
    found = tried(story, "breach-notified", "TBT", incident="I-1", to=["VLAIO"], corrects=error)
    assert [each.why for each in found.in_vain] == [place]


def test_a_notice_of_which_no_receipt_is_known_is_told_to_have_no_effect_yet() -> None:
    story = framework()
    values = {"author": "AALST", "happened_at": "2022-12-01", "id": "ab" * 16, "key": "00" * 32, "protocol": "small",
              "stated_at": "2022-12-01T08:00:00Z", "type": tag_of("termination-notice-given"), "to": ["ANN"],
              "party": "AALST"}  # fmt: skip
    found = effect(story.projection(), story.state(), built(values), len(story.entries) + 1, local("2022-12-05"))
    assert (found.turns, found.opens) == ((), ())
    assert [each.says.partition(" (")[0] for each in found.findings] == [
        "no effect is proven yet: received_at of termination-notice-given"
    ]


def test_periods_that_rest_in_a_suspension_are_told_to_close() -> None:
    daily = clause("daily", "pattern: recurrence\nbearer: ANN\ntowards: BOB\nmust: {type: data-communicated}\n"
                            "every: calendar month")  # fmt: skip
    story = small(daily, SUSPEND)
    values = {"author": "ANN", "happened_at": "2021-12-01", "id": "ab" * 16, "key": "00" * 32, "protocol": "small",
              "stated_at": "2021-12-01T08:00:00Z", "type": tag_of("protocol-suspended")}  # fmt: skip
    found = effect(story.projection(), story.state(), built(values), len(story.entries) + 1, local("2022-02-05"))
    assert sorted(each.opened_at for each in found.closes)[0] == local("2021-12-01")
    assert found.opens == ()


def test_the_receipt_that_a_notice_waited_for_is_told_to_make_the_end() -> None:
    story = framework()
    notice = story.tell("termination-notice-given", "AALST", "2022-12-01T08:00:00Z", to=["ANN"])
    values = {"author": "ANN", "happened_at": "2022-12-02T08:00:00Z", "id": "ab" * 16, "key": "00" * 32,
              "protocol": "small", "stated_at": "2022-12-02T08:00:00Z", "type": tag_of("receipt-confirmed"),
              "received": notice, "received_at": "2022-12-02T08:00:00Z"}  # fmt: skip
    found = effect(story.projection(), story.state(), built(values), len(story.entries) + 1, local("2022-12-05"))
    assert [(turn.kind, turn.parties, turn.at.earliest) for turn in found.turns] == [
        ("left", ("AALST",), local("2023-03-03"))
    ]


def test_a_party_that_leaves_already_is_told_with_its_entry() -> None:
    story = begun()
    assert tried(story, "party-withdrew", "TBT", party="TBT").already == ()
    story.tell("party-withdrew", "TBT", "2022-05-20", party="TBT", effective_at="2022-06-30")
    (found,) = tried(story, "party-withdrew", "TBT", party="TBT", effective_at="2022-07-31").already
    assert (found.party, found.at.text, found.position) == ("TBT", "2022-06-30", len(story.entries))
    assert tried(story, "party-withdrew", "VLAIO", party="VLAIO").already == ()


def test_a_copy_that_nobody_registered_is_told_with_the_nearest() -> None:
    story = begun()
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    holding(story, "VLAIO", "TBT", "contacts", "data-lake")

    def missed(copy: list[str], datasets: list[str]) -> list[tuple[str, str]]:
        found = tried(story, "deletion-performed", "VLAIO", origin="TBT", datasets=datasets, copy=copy, method="other")
        return [tuple(each) for each in found.unregistered]

    assert missed(["data-lake", "kris"], ["contacts"]) == []
    assert missed(["all"], ["all"]) == []
    assert missed(["data-lak"], ["contacts"]) == [("VLAIO/TBT/contacts/data-lak", "VLAIO/TBT/contacts/data-lake")]
    assert missed(["kris"], ["contact"]) == [("VLAIO/TBT/contact/kris", "VLAIO/TBT/contacts/kris")]
