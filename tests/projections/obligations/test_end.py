"""The end of the protocol: by its date, by dissolution, at law for one party; and who may bring it about."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from projections.obligations.answer import Status
from tests.projections.obligations.small import clause, small
from tests.projections.obligations.stories import Story, destroyed, holding, local, signed_vlaio, the, under

PROTOCOL = "vlaio-fio-tbt-2021"
DELETE, DESTROY = "art. 4, sentence 2", "art. 4, sentence 3"


@pytest.fixture
def story() -> Story:
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    holding(story, "FIO", "TBT", "contacts", "sharepoint", sender="VLAIO")
    holding(story, "TBT", "VLAIO", "contacts", "laptop")
    return story


def known_units(answer, clause):
    return {str(each.unit) for each in under(answer, clause) if each.unit.kind == "holding"}


def test_the_date_of_the_convenant_obliges_all_to_destroy(story):
    story.tell("protocol-end-date-recorded", "VLAIO", "2021-12-01", external="Convenant", ends_at="2022-12-31")
    answer = story.ask("2023-01-05")
    assert known_units(answer, DESTROY) == {
        "VLAIO/TBT/contacts/kris",
        "FIO/TBT/contacts/sharepoint",
        "TBT/VLAIO/contacts/laptop",
    }
    found = the(answer, DESTROY, unit="TBT/VLAIO/contacts/laptop")
    assert (found.counterparty, found.opened_at) == (("VLAIO",), local("2022-12-31"))
    assert under(story.ask("2022-12-30"), DESTROY) == []


def test_when_the_date_of_the_convenant_moves_the_end_moves(story):
    story.tell("protocol-end-date-recorded", "VLAIO", "2021-12-01", external="Convenant", ends_at="2022-12-31")
    story.tell("protocol-end-date-recorded", "VLAIO", "2022-11-01", external="Convenant", ends_at="2023-12-31")
    assert under(story.ask("2023-01-05"), DESTROY) == []
    assert len(known_units(story.ask("2023-01-05", known_at="2022-10-01"), DESTROY)) == 3
    assert len(known_units(story.ask("2024-01-05"), DESTROY)) == 3


def test_a_deletion_does_not_discharge_destruction_and_a_destruction_discharges_both(story):
    story.tell("protocol-end-date-recorded", "VLAIO", "2021-12-01", external="Convenant", ends_at="2022-12-31")
    story.tell("deletion-performed", "FIO", "2023-01-02", origin="TBT", datasets=["all"], copy=["all"],
               method="soft-delete")  # fmt: skip
    assert the(story.ask("2023-02-01"), DESTROY, unit="FIO/TBT/contacts/sharepoint").status is Status.OPEN
    destroyed(story, "FIO", "TBT", "all", "2023-01-10")
    found = the(story.ask("2023-02-01"), DESTROY, unit="FIO/TBT/contacts/sharepoint")
    assert (found.status, found.closed_at) == (Status.FULFILLED, local("2023-01-10"))


def test_who_left_before_the_end_is_asked_nothing_by_it(story):
    story.tell("protocol-end-date-recorded", "VLAIO", "2021-12-01", external="Convenant", ends_at="2022-12-31")
    story.tell("party-withdrew", "TBT", "2022-05-30T08:15:00Z", party="TBT")
    answer = story.ask("2023-01-05")
    assert {each.bearer for each in under(answer, DESTROY)} == {"VLAIO", "FIO"}
    assert "FIO/TBT/contacts/sharepoint" in known_units(answer, DESTROY)
    assert {each.bearer for each in under(answer, DELETE)} == {"VLAIO", "FIO"}


def test_a_later_end_that_an_earlier_one_overtook_opens_nothing(story):
    story.tell("party-withdrew", "TBT", "2022-05-30T08:15:00Z", party="TBT", effective_at="2022-12-31")
    story.tell("legal-ground-ceased", "TBT", "2022-06-01T08:00:00Z", party="TBT")
    answer = story.ask("2023-01-05")
    assert {each.opened_at for each in under(answer, DELETE)} == {local("2022-06-01T10:00")}


def test_one_end_that_two_acts_bring_about_is_asked_for_once(story):
    story.tell("legal-ground-ceased", "TBT", "2022-06-01T08:00:00Z", party="TBT")
    story.tell("legal-ground-ceased", "TBT", "2022-06-02T08:00:00Z", party="TBT", effective_at="2022-06-01T08:00:00Z")
    story.tell("party-withdrew", "TBT", "2022-06-02T08:00:00Z", party="TBT", effective_at="2022-06-01T08:00:00Z")
    answer = story.ask("2022-06-05")
    assert [str(each.unit) for each in under(answer, DESTROY)].count("TBT/VLAIO/contacts/laptop") == 1
    assert len(under(answer, DELETE)) == len(known_units(answer, DELETE)) == 2


def test_an_end_at_law_for_one_party_is_both_a_leaving_and_an_end_for_it(story):
    story.tell("legal-ground-ceased", "TBT", "2022-06-01T08:00:00Z", party="TBT")
    answer = story.ask("2022-06-05")
    assert known_units(answer, DESTROY) == {"TBT/VLAIO/contacts/laptop"}
    assert known_units(answer, DELETE) == {"VLAIO/TBT/contacts/kris", "FIO/TBT/contacts/sharepoint"}


# --- dissolution: a breach, a notice, thirty days ----------------------------------------------------------------


def in_default(story: Story, received: str | None = "2021-10-15T12:00:00Z") -> None:
    story.tell("protocol-breach-suspected", "VLAIO", "2021-10-14T09:00:00Z", breach="B-1", committed_by="TBT")
    more = {"received_at": received} if received else {}
    story.tell(
        "notice-of-default-received", "TBT", "2021-10-15T12:00:00Z", notice="N-1", breach="B-1", to="TBT", **more
    )


def test_the_power_to_dissolve_waits_for_the_working_day_after_thirty_days(story):
    in_default(story)
    powers = [each for each in story.ask("2021-11-10").powers if each.clause == "art. 8"]
    assert {(each.holder, each.state, each.exercisable_from) for each in powers} == {
        ("VLAIO", "waiting", local("2021-11-16")),
        ("FIO", "waiting", local("2021-11-16")),
    }
    assert {each.state for each in story.ask("2021-11-16").powers if each.clause == "art. 8"} == {"exercisable"}


def test_dissolving_before_its_time_is_void(story):
    in_default(story)
    story.tell("protocol-dissolution-declared", "FIO", "2021-11-15T21:00:00Z", notice="N-1")
    answer = story.ask("2021-12-01")
    assert [(each.party, each.type) for each in answer.void_acts] == [("FIO", "protocol-dissolution-declared")]
    assert "before its time" in answer.void_acts[0].why
    assert under(answer, DESTROY) == []


def test_dissolution_obliges_the_innocent_too(story):
    in_default(story)
    story.tell("protocol-dissolution-declared", "FIO", "2021-11-16T08:00:00Z", notice="N-1")
    answer = story.ask("2021-12-01")
    assert answer.void_acts == ()
    assert {each.bearer for each in under(answer, DESTROY)} == {"VLAIO", "FIO", "TBT"}
    assert {(each.holder, each.state) for each in answer.powers if each.clause == "art. 8"} == {("FIO", "exercised")}


def test_the_defaulter_may_not_use_its_own_breach(story):
    in_default(story)
    story.tell("protocol-dissolution-declared", "TBT", "2021-11-20T08:00:00Z", notice="N-1")
    assert [each.party for each in story.ask("2021-12-01").void_acts] == ["TBT"]


def test_a_cure_in_time_takes_the_power_away_and_a_late_one_does_not(story):
    in_default(story)
    story.tell("breach-remedied", "TBT", "2021-11-14T10:00:00Z", breach="B-1")
    story.tell("protocol-dissolution-declared", "VLAIO", "2021-11-20T08:00:00Z", notice="N-1")
    assert ["cured in time" in each.why for each in story.ask("2021-12-01").void_acts] == [True]
    assert {each.state for each in story.ask("2021-12-01").powers if each.clause == "art. 8"} == {"cured"}


def test_nobody_else_says_that_the_breach_of_the_defaulter_is_mended(story):
    in_default(story)
    story.tell("breach-remedied", "FIO", "2021-11-14T10:00:00Z", breach="B-1")
    assert {each.state for each in story.ask("2021-12-01").powers if each.clause == "art. 8"} == {"exercisable"}


def test_a_late_cure_does_not_undo_the_power(story):
    in_default(story)
    story.tell("breach-remedied", "TBT", "2021-11-16T10:00:00Z", breach="B-1")
    story.tell("protocol-dissolution-declared", "VLAIO", "2021-11-20T08:00:00Z", notice="N-1")
    assert story.ask("2021-12-01").void_acts == ()
    story.tell("interpretation-chosen", "OPERATOR", "2021-11-30", interpretation="I-18", option="undone",
               from_="2021-10-11")  # fmt: skip
    assert len(story.ask("2021-12-01").void_acts) == 1


def test_from_an_unproven_receipt_thirty_days_never_begin(story):
    in_default(story, received=None)
    story.tell("protocol-dissolution-declared", "VLAIO", "2021-12-20T08:00:00Z", notice="N-1")
    answer = story.ask("2022-01-01")
    assert ["never began" in each.why for each in answer.void_acts] == [True]
    assert {each.state for each in answer.powers if each.clause == "art. 8"} == {"undetermined"}


def test_a_ground_under_dispute_leaves_the_act_standing_but_contested(story):
    in_default(story)
    breach = story.entries[-2].event.split(b'"id":"')[1][:32].decode()
    story.tell("dispute-opened", "TBT", "2021-11-01", dispute="D-1", about=[breach])
    story.tell("protocol-dissolution-declared", "VLAIO", "2021-11-20T08:00:00Z", notice="N-1")
    answer = story.ask("2021-12-01")
    assert answer.void_acts == ()
    assert any(each.says.startswith("contested") for each in answer.findings)
    assert all(any(note.startswith("contested") for note in each.notes) for each in under(answer, DESTROY))


def test_an_end_that_was_only_noted_ends_nothing(story):
    story.tell("protocol-ended", "VLAIO", "2022-06-01", cause="other")
    answer = story.ask("2022-07-01")
    assert under(answer, DESTROY) == []
    assert any("protocol-ended" in each.says for each in answer.findings)


@pytest.mark.parametrize(
    ("at", "certain", "duties"),
    [
        ("2022-12-30T12:00:00Z", None, 2),
        ("2022-12-31T12:00:00Z", False, 2),
        ("2022-12-31T22:59:59Z", False, 2),
        ("2022-12-31T23:00:00Z", True, 0),
    ],
)
def test_on_the_date_of_the_end_the_protocol_may_still_bind(story, at, certain, duties):
    story.tell("protocol-end-date-recorded", "VLAIO", "2021-12-01", external="Convenant", ends_at="2022-12-31")
    story.tell("data-communicated", "VLAIO", at, from_="VLAIO", to=["FIO"], exchange="X-1", origins=["VLAIO"],
               datasets=["contacts"])  # fmt: skip
    story.tell("incident-detected", "VLAIO", at, incident="I-1", leak=True, aware_at=at)
    answer = story.ask("2023-01-05")
    found = [each for each in answer.violations if each.clause == "art. 1/b"]
    assert [each.certain for each in found] == ([] if certain is None else [certain])
    assert all("the hour of 2022-12-31" in " ".join(each.missing) for each in found if not each.certain)
    assert len(under(answer, "art. 9, sentence 1")) == duties


def test_who_leaves_with_effect_from_a_date_has_left_when_that_date_begins(story):
    story.tell("party-withdrew", "TBT", "2022-05-30T08:15:00Z", party="TBT", effective_at="2022-06-01")
    story.tell("data-communicated", "TBT", "2022-06-01T08:00:00Z", from_="TBT", to=["FIO"], exchange="X-1",
               origins=["TBT"], datasets=["contacts"])  # fmt: skip
    found = [each.certain for each in story.ask("2022-06-05").violations if each.clause == "art. 1/b"]
    assert found == [True]


def test_the_date_of_an_end_is_the_last_day_on_which_something_is_asked():
    story = small(
        clause("end", "defines: end\nupon: 2022-06-15\nfor: all"),
        clause("daily", "pattern: recurrence\nbearer: ANN\ntowards: BOB\n"
                        "must: {type: data-communicated, where: {from: ANN}}\nevery: calendar working-day"),
        clause("dpo", "pattern: standing\nbearer: ANN\ntowards: BOB\n"
                      "has: {type: measure-attested, where: {party: bearer, measure: dpo}}"),
        clause("review", "pattern: recurrence\nbearer: ANN\ntowards: BOB\nmust: {type: policy-reviewed, "
                         "where: {document: plan}}\nevery: calendar day"),
    )  # fmt: skip
    story.tell("data-communicated", "ANN", "2022-06-15T20:00:00Z", from_="ANN", to=["BOB"], exchange="X",
               origins=["ANN"], datasets=["d"])  # fmt: skip
    during, after = story.ask("2022-06-15T12:00"), story.ask("2022-06-16")
    assert the(during, "dpo").status is Status.OPEN
    assert the(during, "daily", case="2022-06-15").status is Status.OPEN
    assert the(after, "dpo").status is Status.LAPSED
    assert the(after, "daily", case="2022-06-15").status is Status.FULFILLED
    assert the(after, "review", case="2022-06-15").status is Status.LAPSED
    assert under(story.ask("2022-06-20"), "daily", case="2022-06-16") == []
