"""Who is bound when, who may speak for whom, and what rests while a protocol is suspended."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from projections.obligations.answer import Status, duty, duty_state
from tests.projections.obligations.small import clause, small
from tests.projections.obligations.stories import Story, deleted, holding, local, signed_vlaio, the, under

PROTOCOL = "vlaio-fio-tbt-2021"

SUSPEND = clause("suspend", "pattern: power\nholder: all\nact: {type: protocol-suspended}\n"
                            "effect: {makes: suspended, for: all, at: act.effective_at}")  # fmt: skip
RESUME = clause("resume", "pattern: power\nholder: all\nact: {type: protocol-resumed}\n"
                          "effect: {makes: resumed, for: all, at: act.effective_at}")  # fmt: skip
MONTHLY = clause("monthly", "pattern: recurrence\nbearer: all\ntowards: others\n"
                            "must: {type: policy-reviewed, where: {document: plan, for: bearer}}\n"
                            "every: 1 month")  # fmt: skip
FLOWS = clause("flows", "defines: flows\nflows: [{from: ANN, to: BOB}]")
OUTSIDE = clause("outside", "applies: always\npattern: prohibition\nact: {type: data-communicated}\n"
                            "unless: {all: [{flow: [act.from, act.to]}, {in_force: [act.from, act.to]}]}")  # fmt: skip


def sent(story: Story, at: str, source: str, target: str) -> None:
    story.tell("data-communicated", source, at, from_=source, to=[target], exchange=f"X-{len(story.entries)}",
               origins=[source], datasets=["d"])  # fmt: skip


def test_what_is_sent_before_in_force_or_the_other_way_is_found_and_not_dropped():
    story = small(FLOWS, OUTSIDE)
    sent(story, "2021-10-11T09:30:00Z", "ANN", "BOB")
    sent(story, "2021-10-12T09:30:00Z", "ANN", "BOB")
    sent(story, "2021-10-12T09:30:00Z", "BOB", "ANN")
    assert [each.act.position for each in story.ask("2022-01-01").violations] == [4, 6]


def test_while_suspended_flows_and_recurrences_rest():
    story = small(SUSPEND, RESUME, MONTHLY, FLOWS, OUTSIDE)
    story.tell("protocol-suspended", "ANN", "2021-11-01T08:00:00Z", effective_at="2021-11-01")
    sent(story, "2021-11-20T09:30:00Z", "ANN", "BOB")
    story.tell("protocol-resumed", "ANN", "2021-12-01T08:00:00Z", effective_at="2021-12-01")
    sent(story, "2021-12-02T09:30:00Z", "ANN", "BOB")
    answer = story.ask("2021-12-05")
    assert [each.act.position for each in answer.violations] == [5]
    assert the(answer, "monthly", bearer="ANN").due.strict == local("2021-12-11")
    assert the(answer, "monthly", bearer="ANN").status is Status.OPEN


TOLD = clause("told", "pattern: response\nwhen: {moment: suspended}\nbearer: trigger.party\ntowards: public\n"
                      "must: {type: protocol-published, where: {party: bearer}}\nterm: 10 days")  # fmt: skip
BACK = TOLD.replace("told", "back").replace("suspended", "resumed")


@pytest.mark.parametrize(
    ("begun", "ended"),
    [(("2021-11-01", "2021-11-01"), ("2021-12-01", "2021-12-01")),
     (("2021-11-01", "2021-11-08"), ("2021-12-01", "2021-12-06")),
     (("2021-11-08", "2021-11-01"), ("2021-12-06", "2021-12-01"))],
    ids=["at-one-moment", "a-later-one", "an-earlier-one"],
)  # fmt: skip
def test_a_suspension_begins_and_ends_once_however_many_acts_state_it(begun, ended):
    """And its time is counted once: what a recurrence rested, it is prolonged by."""
    story = small(SUSPEND, RESUME, MONTHLY, TOLD, BACK)
    for party, day, effective in zip(("ANN", "BOB"), ("2021-10-29", "2021-10-30"), begun, strict=True):
        story.tell("protocol-suspended", party, f"{day}T08:00:00Z", effective_at=effective)
    for party, day, effective in zip(("ANN", "BOB"), ("2021-11-20", "2021-11-21"), ended, strict=True):
        story.tell("protocol-resumed", party, f"{day}T08:00:00Z", effective_at=effective)
    answer = story.ask("2021-12-07")
    for address, at in (("told", "2021-11-01"), ("back", "2021-12-01")):
        assert [(each.bearer, each.opened_at) for each in under(answer, address)] == [
            ("ANN", local(at)), ("BOB", local(at)),
        ]  # fmt: skip
    assert the(answer, "monthly", bearer="ANN").due.strict == local("2021-12-11")


def test_a_second_suspension_is_another_and_what_never_rested_is_not_resumed():
    story = small(SUSPEND, RESUME, TOLD, BACK)
    story.tell("protocol-resumed", "ANN", "2021-10-20T08:00:00Z", effective_at="2021-10-20")
    for begun, ended in (("2021-11-01", "2021-12-01"), ("2022-01-10", "2022-02-01")):
        story.tell("protocol-suspended", "ANN", f"{begun}T08:00:00Z", effective_at=begun)
        story.tell("protocol-resumed", "ANN", f"{ended}T08:00:00Z", effective_at=ended)
    answer = story.ask("2022-03-01")
    assert {each.opened_at for each in under(answer, "told")} == {local("2021-11-01"), local("2022-01-10")}
    assert {each.opened_at for each in under(answer, "back")} == {local("2021-12-01"), local("2022-02-01")}


def test_of_two_statements_of_one_suspension_the_one_that_stands_opens():
    story = small(SUSPEND, TOLD)
    wrong = story.tell("protocol-suspended", "ANN", "2021-10-29T08:00:00Z", effective_at="2021-11-01")
    story.tell("protocol-suspended", "BOB", "2021-10-29T09:00:00Z", effective_at="2021-11-01")
    told = story.entries[-1].position
    story.tell("event-retracted", "ANN", "2021-11-02", retracts=wrong)
    found = under(story.ask("2021-11-05"), "told", status="open")
    assert [each.opened_by.position for each in found] == [told] * 2


@pytest.mark.parametrize("effective", [("2022-02-01", "2022-02-01"), ("2022-02-01", "2022-02-10"),
                                       ("2022-02-10", "2022-02-01")])  # fmt: skip
def test_a_body_accedes_once_at_the_earliest_moment_that_is_stated(effective):
    extra = "classes:\n  - {id: TOWN, text: Elke gemeente}\n"
    join = clause("join", "pattern: power\nholder: {class: TOWN}\nact: {type: party-acceded}\n"
                          "effect: {makes: acceded, for: act.party, at: act.effective_at}")  # fmt: skip
    story = small(join, TOLD.replace("suspended", "acceded"), extra=extra)
    for at in effective:
        story.tell("party-acceded", "GENT", "2022-01-10T08:00:00Z", party="GENT", class_="TOWN", effective_at=at)
    assert the(story.ask("2022-03-01"), "told").opened_at == local("2022-02-01")


def test_a_class_of_bodies_may_accede_and_is_bound_from_then():
    extra = "classes:\n  - {id: TOWN, text: Elke gemeente}\n"
    join = clause("join", "pattern: power\nholder: {class: TOWN}\nact: {type: party-acceded}\n"
                          "effect: {makes: acceded, for: act.party, at: act.effective_at}")  # fmt: skip
    publish = clause("publish", "pattern: response\nwhen: {moment: acceded}\nbearer: trigger.party\ntowards: public\n"
                                "must: {type: protocol-published, where: {party: bearer}}\nterm: 10 days")  # fmt: skip
    story = small(join, publish, extra=extra)
    story.tell("party-acceded", "GENT", "2022-01-10T08:00:00Z", party="GENT", class_="TOWN", effective_at="2022-02-01")
    story.tell("party-acceded", "LUIK", "2022-01-10T08:00:00Z", party="LUIK", class_="CITY")
    answer = story.ask("2022-03-01")
    found = the(answer, "publish")
    assert (found.bearer, found.opened_at, found.status) == ("GENT", local("2022-02-01"), Status.OVERDUE)
    assert [each.party for each in answer.void_acts] == ["LUIK"]


def test_a_recorded_mandate_covers_the_types_it_names_while_it_lasts():
    story = small(clause("reply", "pattern: response\nwhen: {type: incident-detected}\ncase: trigger.incident\n"
                                  "bearer: trigger.party\ntowards: others\nmust: {type: breach-assessed, where: "
                                  "{incident: case, party: bearer}}\nterm: immediately"))  # fmt: skip
    story.enrol("ANN")
    story.tell("mandate-recorded", "ANN", "2021-11-01T08:00:00Z", mandate="M-1", to="BOB", acts=["incident-detected"])
    for number, at in enumerate(("2021-10-20T08:00:00Z", "2021-11-20T08:00:00Z", "2022-02-20T08:00:00Z")):
        if number == 2:
            story.tell("mandate-withdrawn", "ANN", "2022-01-01T08:00:00Z", mandate="M-1")
        story.tell("incident-detected", "BOB", at, incident=f"I-{number}", leak=False, on_behalf_of=["ANN"])
    answer = story.ask("2022-03-01")
    assert [(each.bearer, each.case) for each in under(answer, "reply")] == [("ANN", "I-1")]
    assert [each.act.position for each in answer.void_acts] == [6, 9]


def test_a_mandate_that_was_withdrawn_may_be_given_again_under_its_name():
    story = small(MONTHLY)
    story.enrol("ANN")
    mandate = {"mandate": "M-1", "to": "BOB", "acts": ["policy-reviewed"]}
    story.tell("mandate-recorded", "ANN", "2021-11-01T08:00:00Z", **mandate)
    story.tell("mandate-withdrawn", "ANN", "2021-11-10T08:00:00Z", mandate="M-1")
    story.tell("mandate-recorded", "ANN", "2021-12-01T08:00:00Z", **mandate)
    for day in ("2021-11-05", "2021-11-20", "2021-12-05"):
        story.tell("policy-reviewed", "BOB", f"{day}T08:00:00Z", document="plan", for_=["ANN"], on_behalf_of=["ANN"])
    assert [each.act.position for each in story.ask("2022-03-01").void_acts] == [9]


def test_a_mandate_covers_whole_days_from_its_first_to_its_last():
    story = small(MONTHLY)
    story.enrol("ANN")
    story.tell("mandate-recorded", "ANN", "2021-11-01", mandate="M-1", to="BOB", acts=["policy-reviewed"],
               covers_from="2021-12-01", valid_until="2021-12-31")  # fmt: skip
    for day in ("2021-11-30", "2021-12-01", "2021-12-31", "2022-01-01"):
        story.tell("policy-reviewed", "BOB", day, document=day, for_=["ANN"], on_behalf_of=["ANN"])
    assert [each.act.position for each in story.ask("2022-03-01").void_acts] == [6, 9]


def test_a_retraction_that_is_itself_retracted_takes_nothing_out():
    story = small(MONTHLY)
    review = story.tell("policy-reviewed", "ANN", "2021-11-01T08:00:00Z", document="plan", for_=["ANN"])
    first = story.tell("event-retracted", "ANN", "2021-11-02T08:00:00Z", retracts=review)
    assert the(story.ask("2021-11-05"), "monthly", bearer="ANN").due.strict == local("2021-11-11")
    story.tell("event-retracted", "ANN", "2021-11-03T08:00:00Z", retracts=first)
    assert the(story.ask("2021-11-05"), "monthly", bearer="ANN", status="open").due.strict == local("2021-12-01")


def test_only_its_author_retracts_or_corrects_a_statement():
    story = small(MONTHLY)
    review = story.tell("policy-reviewed", "ANN", "2021-11-01T08:00:00Z", document="plan", for_=["ANN"])
    story.tell("event-retracted", "BOB", "2021-11-02T08:00:00Z", retracts=review)
    story.tell("policy-reviewed", "BOB", "2021-11-08T08:00:00Z", document="plan", for_=["ANN"], corrects=review)
    assert the(story.ask("2021-11-09"), "monthly", bearer="ANN", status="open").due.strict == local("2021-12-01")


def test_a_duty_is_partial_while_some_of_its_copies_are_gone():
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    for copy in ("kris", "data-lake"):
        holding(story, "VLAIO", "TBT", "contacts", copy)
    story.tell("party-withdrew", "TBT", "2022-05-31T08:00:00Z", party="TBT")
    deleted(story, "VLAIO", "TBT", "kris", "2022-06-01T08:00:00Z")
    parts = under(story.ask("2022-06-10"), "art. 4, sentence 2", bearer="VLAIO")
    assert len({duty(each) for each in parts}) == 1
    assert duty_state(parts) == "partial"


def test_who_chose_a_reading_is_named_beside_it():
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    chosen = story.tell("interpretation-chosen", "VLAIO", "2022-01-05", interpretation="I-16", option="gone")
    story.tell("party-withdrew", "TBT", "2022-05-31T08:00:00Z", party="TBT")
    found = the(story.ask("2022-06-10"), "art. 4, sentence 2", bearer="VLAIO")
    assert (found.reading, found.chosen_by["I-16"].id) == ({"I-16": "gone"}, chosen)


def test_a_choice_made_later_without_date_changes_nothing_that_is_open():
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    story.tell("party-withdrew", "TBT", "2022-05-31T08:00:00Z", party="TBT")
    story.tell("interpretation-chosen", "VLAIO", "2022-06-05", interpretation="I-16", option="gone")
    found = the(story.ask("2022-06-10"), "art. 4, sentence 2", bearer="VLAIO")
    assert (found.reading, found.chosen_by) == ({"I-16": "retrievable"}, {})


def test_with_the_first_signature_the_protocol_binds_three_days_earlier():
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    sent(story, "2021-10-09T08:00:00Z", "TBT", "VLAIO")
    assert [each.clause for each in story.ask("2021-10-12").violations if each.clause == "art. 1/b"]
    story.tell("interpretation-chosen", "VLAIO", "2021-10-11", interpretation="I-1", option="first", from_="2021-10-08")
    assert not [each for each in story.ask("2021-10-12").violations if each.clause == "art. 1/b"]


def test_a_lasting_duty_is_no_longer_owed_to_who_has_left():
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    story.tell("party-withdrew", "TBT", "2022-05-31T08:00:00Z", party="TBT")
    before = the(story.ask("2022-05-30"), "art. 5, item 2", bearer="VLAIO", unit="plan")
    after = the(story.ask("2022-06-10"), "art. 5, item 2", bearer="VLAIO", unit="plan")
    assert (before.counterparty, after.counterparty) == (("FIO", "TBT"), ("FIO",))
    assert after.id == before.id


def test_an_act_for_several_parties_counts_for_those_that_may():
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    story.tell("protocol-breach-suspected", "VLAIO", "2021-10-14T09:00:00Z", breach="B-1", committed_by="VLAIO")
    story.tell("notice-of-default-received", "VLAIO", "2021-10-15T12:00:00Z", notice="N-1", breach="B-1", to="VLAIO",
               received_at="2021-10-15T12:00:00Z")  # fmt: skip
    story.tell("interpretation-chosen", "VLAIO", "2021-10-15", interpretation="I-2", option="all-acts")
    story.tell("protocol-dissolution-declared", "VLAIO", "2021-12-01T12:00:00Z", notice="N-1",
               on_behalf_of=["VLAIO", "FIO"])  # fmt: skip
    answer = story.ask("2022-01-01")
    assert [each.party for each in answer.void_acts] == ["VLAIO"]
    assert {each.holder for each in answer.powers if each.state == "exercised"} == {"FIO"}
    assert under(answer, "art. 4, sentence 3")
