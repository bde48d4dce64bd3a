"""Opgroeien to SERV: one year from receipt, once, by encrypted e-mail; and only one of them may end it."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from projections.obligations.answer import Status
from tests.projections.obligations.stories import Story, destroyed, holding, local, signed_serv, the, under

PROTOCOL = "opgroeien-serv-2021"
KEEP = "art. 3, sentence 4"
DATA = {"datasets": ["organisers"], "origins": ["OPGROEIEN"]}


@pytest.fixture
def story() -> Story:
    story = signed_serv(Story.of(PROTOCOL, shipped()[PROTOCOL], begins="2021-03-01"))
    story.tell("data-communicated", "OPGROEIEN", "2021-03-22T08:55:00Z", from_="OPGROEIEN", to=["SERV"], exchange="X-1",
               **DATA, categories=["naam"], channel="email", encrypted=True)  # fmt: skip
    story.tell("data-received", "SERV", "2021-03-22T09:00:00Z", from_="OPGROEIEN", to="SERV", exchange="X-1",
               **DATA, received_at="2021-03-22T09:00:00Z", copy=["mailbox"])  # fmt: skip
    holding(story, "SERV", "OPGROEIEN", "organisers", "key-table", at="2021-03-25", exchange="X-1")
    return story


def test_a_year_runs_from_receipt_with_a_strict_and_a_lenient_end(story):
    found = the(story.ask("2021-06-01"), KEEP, unit="SERV/OPGROEIEN/organisers/mailbox/X-1")
    assert found.status is Status.OPEN
    assert (found.bearer, found.counterparty, found.case) == ("SERV", ("OPGROEIEN",), "X-1")
    assert found.due == (local("2022-03-22"), local("2022-03-23"))
    assert found.term.startswith("1 year")
    assert found.policy_due is None


@pytest.mark.parametrize(
    ("as_of", "status", "by"),
    [("2022-03-21T23:59", "open", None), ("2022-03-22", "overdue", "strict"), ("2022-03-23", "overdue", "both")],
)
def test_it_is_judged_by_the_strict_end_and_says_when_only_that_has_passed(story, as_of, status, by):
    found = the(story.ask(as_of), KEEP, unit="SERV/OPGROEIEN/organisers/mailbox/X-1")
    assert (str(found.status), found.overdue_by) == (status, by)


def test_every_copy_is_an_obligation_of_the_same_case(story):
    destroyed(story, "SERV", "OPGROEIEN", "mailbox", "2022-03-01T10:00:00Z")
    destroyed(story, "SERV", "OPGROEIEN", "key-table", "2022-03-30T10:00:00Z")
    answer = story.ask("2022-04-10")
    mailbox = the(answer, KEEP, unit="SERV/OPGROEIEN/organisers/mailbox/X-1")
    table = the(answer, KEEP, unit="SERV/OPGROEIEN/organisers/key-table/X-1")
    assert (mailbox.status, mailbox.late_by) == (Status.FULFILLED, None)
    assert (table.status, table.overdue_by) == (Status.FULFILLED_LATE, "both")
    assert table.late_by == local("2022-03-30T12:00") - local("2022-03-22")


def test_a_soft_delete_does_not_destroy(story):
    story.tell("deletion-performed", "SERV", "2022-03-01", origin="OPGROEIEN", datasets=["all"], copy=["all"],
               method="soft-delete")  # fmt: skip
    assert {str(each.status) for each in under(story.ask("2022-04-10"), KEEP)} == {"overdue"}


def test_a_backup_that_ages_out_does_not_move_a_counted_end(story):
    story.tell("backup-expiry-recorded", "SERV", "2022-03-01", origin="OPGROEIEN", datasets=["all"], copy="mailbox",
               expires_at="2022-06-30")  # fmt: skip
    before = the(story.ask("2022-03-10"), KEEP, unit="SERV/OPGROEIEN/organisers/mailbox/X-1")
    after = the(story.ask("2022-04-10"), KEEP, unit="SERV/OPGROEIEN/organisers/mailbox/X-1")
    assert (before.status, after.status) == (Status.DEFERRED, Status.OVERDUE)


def test_a_second_delivery_has_its_own_clock(story):
    story.tell("data-received", "SERV", "2021-05-03T09:00:00Z", from_="OPGROEIEN", to="SERV", exchange="X-2",
               **DATA, received_at="2021-05-03T09:00:00Z", copy=["share"])  # fmt: skip
    found = the(story.ask("2021-06-01"), KEEP, unit="SERV/OPGROEIEN/organisers/share/X-2")
    assert found.due == (local("2022-05-03"), local("2022-05-04"))


def test_an_unproven_receipt_leaves_it_undetermined(story):
    story.tell("data-received", "SERV", "2021-05-03T09:00:00Z", from_="OPGROEIEN", to="SERV", exchange="X-2",
               **DATA, copy=["share"])  # fmt: skip
    found = the(story.ask("2023-06-01"), KEEP, unit="SERV/OPGROEIEN/organisers/share/X-2")
    assert found.status is Status.UNDETERMINED
    assert any(each.startswith("received_at of data-received") for each in found.missing)
    assert found.due is None


def test_a_delivery_without_named_copies_asks_serv_to_declare():
    story = signed_serv(Story.of(PROTOCOL, shipped()[PROTOCOL], begins="2021-03-01"))
    story.tell("data-received", "SERV", "2021-03-22T09:00:00Z", from_="OPGROEIEN", to="SERV", exchange="X-1",
               **DATA, received_at="2021-03-22T09:00:00Z")  # fmt: skip
    assert the(story.ask("2021-06-01"), KEEP).unit.kind == "undeclared"
    holding(story, "SERV", "OPGROEIEN", "organisers", "share", at="2021-04-01", exchange="X-1")
    assert [str(each.unit) for each in under(story.ask("2021-06-01"), KEEP)] == ["SERV/OPGROEIEN/organisers/share/X-1"]


def test_data_asked_for_once_is_communicated_once(story):
    story.tell("data-communicated", "OPGROEIEN", "2021-05-03T08:55:00Z", from_="OPGROEIEN", to=["SERV"], exchange="X-2",
               **DATA, categories=["naam"], channel="email", encrypted=True)  # fmt: skip
    over = [each for each in story.ask("2021-06-01").violations if each.clause == "art. 5"]
    assert [(each.act.position, each.certain) for each in over] == [(len(story.entries), True)]
    assert over[0].bearer == "OPGROEIEN"


def test_a_delivery_that_is_not_said_to_be_encrypted_is_not_encrypted(story):
    story.tell("data-communicated", "OPGROEIEN", "2021-05-03T08:55:00Z", from_="OPGROEIEN", to=["SERV"], exchange="X-2",
               **DATA, categories=["naam", "nationality"], channel="email")  # fmt: skip
    found = {each.clause for each in story.ask("2021-06-01").violations if each.act.position == len(story.entries)}
    assert {"art. 6, sentence 1", "art. 3, table/b", "art. 5"} <= found
    assert "art. 6, sentence 1/b" not in found


def test_what_flows_the_other_way_or_too_early_is_flagged(story):
    story.tell("data-communicated", "SERV", "2021-04-03T08:55:00Z", from_="SERV", to=["OPGROEIEN"], exchange="X-3",
               **DATA, channel="email", encrypted=True)  # fmt: skip
    story.tell("data-communicated", "OPGROEIEN", "2021-03-17T08:55:00Z", from_="OPGROEIEN", to=["SERV"], exchange="X-0",
               **DATA, channel="email", encrypted=True, recorded="2021-04-05")  # fmt: skip
    found = [each for each in story.ask("2021-06-01").violations if each.clause == "art. 1/b"]
    assert [each.act.position for each in found] == [len(story.entries), len(story.entries) - 1]
    assert all(each.certain for each in found)


def test_only_opgroeien_ends_it_and_only_upon_a_breach(story):
    story.tell("protocol-breach-suspected", "OPGROEIEN", "2021-06-01T09:00:00Z", breach="B-1", committed_by="SERV")
    story.tell("protocol-terminated-unilaterally", "SERV", "2021-06-02T09:00:00Z", breach="B-1", to=["OPGROEIEN"],
               received_at="2021-06-02T09:00:00Z")  # fmt: skip
    refused = story.ask("2021-07-01")
    assert [(each.type, each.party) for each in refused.void_acts] == [("protocol-terminated-unilaterally", "SERV")]
    assert [each.state for each in refused.powers if each.clause == "art. 8"] == ["exercisable"]
    story.tell("protocol-terminated-unilaterally", "OPGROEIEN", "2021-06-03T09:00:00Z", breach="B-1", to=["SERV"],
               received_at="2021-06-04T09:00:00Z")  # fmt: skip
    ended = story.ask("2021-07-01")
    assert [(each.state, each.holder) for each in ended.powers if each.clause == "art. 8"] == [
        ("exercised", "OPGROEIEN")
    ]
    assert {each.gap for each in ended.gaps} == {"art. 6, sentence 1", "art. 8"}
    assert {each.status for each in under(ended, KEEP)} == {Status.OPEN}


def test_a_termination_for_a_breach_that_nobody_recorded_is_void(story):
    story.tell("protocol-terminated-unilaterally", "OPGROEIEN", "2021-06-03T09:00:00Z", breach="B-9", to=["SERV"],
               received_at="2021-06-04T09:00:00Z")  # fmt: skip
    (found,) = story.ask("2021-07-01").void_acts
    assert (found.party, found.why) == ("OPGROEIEN", "art. 8 gives it only upon what did not happen")


def test_a_month_counts_from_the_finding_although_the_report_opens_the_duty(story):
    story.tell("data-error-found", "SERV", "2021-05-03T09:00:00Z", error="E-1", origin="OPGROEIEN", kind="wrong",
               found_at="2021-05-03T09:00:00Z")  # fmt: skip
    story.tell("data-error-reported", "SERV", "2021-05-10T09:00:00Z", error="E-1", to=["OPGROEIEN"], found_by="SERV",
               origin="OPGROEIEN", found_at="2021-05-03T09:00:00Z", received_at="2021-05-10T09:00:00Z")  # fmt: skip
    answer = story.ask("2021-06-10")
    reported, handled = the(answer, "art. 7"), the(answer, "art. 7/b")
    assert reported.status is Status.FULFILLED
    assert (handled.opened_at, handled.due) == (local("2021-05-10T11:00"), (local("2021-06-03"), local("2021-06-04")))
    assert (handled.bearer, handled.status) == ("OPGROEIEN", Status.OVERDUE)


def test_a_reference_of_the_text_that_leads_nowhere_is_told_where_it_matters(story):
    story.tell("access-granted", "SERV", "2021-03-23", grant="G", application="survey", recipient_category="user",
               group="g", department="stichting-innovatie-arbeid")  # fmt: skip
    told = {each.gap: each.nl for each in story.ask("2021-06-01").gaps}
    assert told.keys() == {"art. 4, sentence 1", "art. 6, sentence 1"}
    assert "artikel 2, 2°" in told["art. 4, sentence 1"]
    story.tell("protocol-breach-suspected", "OPGROEIEN", "2021-06-01T09:00:00Z", breach="B-1", committed_by="SERV")
    story.tell("protocol-terminated-unilaterally", "OPGROEIEN", "2021-06-03T09:00:00Z", breach="B-1", to=["SERV"],
               received_at="2021-06-03T09:00:00Z")  # fmt: skip
    assert any("artikel 5, 2°" in each.nl for each in story.ask("2021-07-01").gaps)
