"""Evidence on request, corrections in both directions, breaches: who is waited for, since when."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from projections.obligations.answer import Status
from tests.projections.obligations.small import clause, small
from tests.projections.obligations.stories import Story, holding, local, signed_vlaio, the, under

PROTOCOL = "vlaio-fio-tbt-2021"


@pytest.fixture
def story() -> Story:
    return signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))


# --- evidence ----------------------------------------------------------------------------------------------------


def with_policy(text: bytes) -> bytes:
    return text.replace(b"\ninterpretations:", b"\nhouse_policy: {on-request: 14 days}\n\ninterpretations:", 1)


def asked(story: Story) -> None:
    story.tell("evidence-requested", "TBT", "2022-02-01T09:00:00Z", request="R-1", to=["VLAIO", "FIO"],
               clauses=["art. 5, item 2"], received_at="2022-02-01T09:00:05Z")  # fmt: skip


def test_evidence_is_owed_by_each_party_that_was_asked_and_has_no_date(story):
    asked(story)
    found = under(story.ask("2022-03-01"), "art. 5, sentence 4")
    assert {(each.bearer, each.counterparty, each.case, str(each.status)) for each in found} == {
        ("VLAIO", ("TBT",), "R-1", "open"),
        ("FIO", ("TBT",), "R-1", "open"),
    }
    assert {(each.due, each.policy_due, each.term) for each in found} == {(None, None, "on-request")}


def test_evidence_given_after_months_is_not_late_where_the_text_counts_no_days(story):
    asked(story)
    story.tell("evidence-provided", "VLAIO", "2022-06-01T09:00:00Z", request="R-1", to=["TBT"])
    found = the(story.ask("2022-07-01"), "art. 5, sentence 4", bearer="VLAIO")
    assert (found.status, found.late_by) == (Status.FULFILLED, None)
    assert the(story.ask("2022-07-01"), "art. 5, sentence 4", bearer="FIO").status is Status.OPEN


def test_a_house_policy_stands_beside_the_clause_and_never_as_its_deadline():
    story = signed_vlaio(Story.of(PROTOCOL, with_policy(shipped()[PROTOCOL])))
    asked(story)
    before = the(story.ask("2022-03-01"), "art. 5, sentence 4", bearer="VLAIO")
    assert (before.status, before.overdue_by, before.due) == (Status.OVERDUE, "policy", None)
    assert before.policy_due == local("2022-02-15")
    story.tell("evidence-provided", "VLAIO", "2022-02-20T09:00:00Z", request="R-1", to=["TBT"])
    after = the(story.ask("2022-03-01"), "art. 5, sentence 4", bearer="VLAIO")
    assert (after.status, after.overdue_by) == (Status.FULFILLED_LATE, "policy")


def test_a_receipt_may_be_confirmed_by_each_addressee_for_itself(story):
    request = story.tell("evidence-requested", "TBT", "2022-02-01T09:00:00Z", request="R-1", to=["VLAIO", "FIO"],
                         clauses=["art. 5, item 2"])  # fmt: skip
    story.tell("receipt-confirmed", "FIO", "2022-02-03T09:00:00Z", received=request, received_at="2022-02-03T08:00:00Z")
    answer = story.ask("2022-03-01")
    fio, vlaio = (the(answer, "art. 5, sentence 4", bearer=party) for party in ("FIO", "VLAIO"))
    assert (fio.status, fio.opened_at) == (Status.OPEN, local("2022-02-03T09:00"))
    assert (vlaio.status, vlaio.missing) == (Status.UNDETERMINED, ("received_at of evidence-requested (entry 4)",))


# --- corrections -------------------------------------------------------------------------------------------------


def test_the_source_finds_an_error_and_tells_everybody(story):
    story.tell("data-error-found", "VLAIO", "2022-03-01T09:30:00Z", error="E-1", origin="VLAIO", dataset="contacts",
               kind="outdated", found_at="2022-03-01T09:30:00Z")  # fmt: skip
    answer = story.ask("2022-03-05")
    assert {(each.bearer, each.counterparty) for each in under(answer, "art. 7, sentence 1")} == {
        ("VLAIO", ("TBT",)),
        ("VLAIO", ("FIO",)),
    }
    assert under(answer, "art. 7, sentence 3") == []
    story.tell("data-error-reported", "VLAIO", "2022-03-02T09:00:00Z", error="E-1", to=["TBT"], found_by="VLAIO",
               origin="VLAIO", dataset="contacts", received_at="2022-03-02T09:00:00Z")  # fmt: skip
    waiting = under(story.ask("2022-03-05"), "art. 7, sentence 1", status="open")
    assert [each.counterparty for each in waiting] == [("FIO",)]


def test_the_recipients_of_the_report_apply_it_in_every_copy(story):
    for copy in ("kris", "data-lake"):
        holding(story, "TBT", "VLAIO", "contacts", copy)
    holding(story, "TBT", "VLAIO", "subsidies", "kris")
    story.tell("data-error-reported", "VLAIO", "2022-03-02T09:00:00Z", error="E-1", to=["TBT"], found_by="VLAIO",
               origin="VLAIO", dataset="contacts", received_at="2022-03-02T09:00:00Z")  # fmt: skip
    clause = "art. 7, sentence 2"
    assert {str(each.unit) for each in under(story.ask("2022-03-05"), clause)} == {
        "TBT/VLAIO/contacts/kris",
        "TBT/VLAIO/contacts/data-lake",
    }
    story.tell("correction-applied", "TBT", "2022-03-04T09:00:00Z", error="E-1", copy=["kris"])
    assert the(story.ask("2022-03-05"), clause, status="open").unit.fields["copy"] == "data-lake"
    story.tell("correction-applied", "TBT", "2022-03-04T10:00:00Z", error="E-1", copy=["all"])
    assert under(story.ask("2022-03-05"), clause, status="open") == []


def recipient_found(story: Story) -> None:
    story.tell("data-error-found", "TBT", "2022-03-01T09:30:00Z", error="E-2", origin="VLAIO", dataset="contacts",
               kind="wrong", found_at="2022-03-01T09:30:00Z")  # fmt: skip
    story.tell("data-error-reported", "TBT", "2022-03-02T09:00:00Z", error="E-2", to=["VLAIO"], found_by="TBT",
               origin="VLAIO", dataset="contacts", received_at="2022-03-02T09:00:00Z")  # fmt: skip


def test_a_recipient_tells_the_source_which_instructs_everybody(story):
    recipient_found(story)
    answer = story.ask("2022-03-05")
    assert the(answer, "art. 7, sentence 3").status is Status.FULFILLED
    assert under(answer, "art. 7, sentence 1") == []
    assert {(each.bearer, each.counterparty) for each in under(answer, "art. 7, sentence 4")} == {
        ("VLAIO", ("FIO",)),
        ("VLAIO", ("TBT",)),
    }
    story.tell("correction-investigated", "VLAIO", "2022-03-08T09:00:00Z", error="E-2", outcome="rejected")
    assert {str(each.status) for each in under(story.ask("2022-03-10"), "art. 7, sentence 4")} == {"waived"}


def test_all_apply_what_the_source_instructs_the_source_too(story):
    holding(story, "VLAIO", "VLAIO", "contacts", "kris")
    holding(story, "FIO", "VLAIO", "contacts", "sharepoint")
    holding(story, "TBT", "VLAIO", "contacts", "laptop")
    recipient_found(story)
    story.tell("correction-instructed", "VLAIO", "2022-03-08T09:00:00Z", error="E-2", to=["FIO", "TBT"], found_by="TBT",
               origin="VLAIO", dataset="contacts", measure="change", received_at="2022-03-08T09:00:00Z")  # fmt: skip
    found = under(story.ask("2022-03-10"), "art. 7, sentence 5")
    assert {each.bearer for each in found} == {"VLAIO", "FIO", "TBT"}
    assert {each.term for each in found} == {"reasonable"}
    assert {str(each.status) for each in under(story.ask("2022-03-10"), "art. 7, sentence 4")} == {"fulfilled"}


def test_a_reasonable_term_gets_the_date_that_was_agreed(story):
    holding(story, "TBT", "VLAIO", "contacts", "kris")
    story.tell("data-error-reported", "VLAIO", "2022-03-02T09:00:00Z", error="E-1", to=["TBT"], found_by="VLAIO",
               origin="VLAIO", dataset="contacts", received_at="2022-03-02T09:00:00Z")  # fmt: skip
    story.tell("reasonable-term-agreed", "TBT", "2022-03-03", case="E-1", between=["TBT", "VLAIO"], due_at="2022-03-31")
    found = the(story.ask("2022-04-02"), "art. 7, sentence 2")
    assert (found.status, found.overdue_by) == (Status.OVERDUE, "both")
    assert found.due == (local("2022-04-01"), local("2022-04-01"))


# --- breaches ----------------------------------------------------------------------------------------------------


def leak(story: Story, party: str = "VLAIO") -> None:
    story.tell("incident-detected", party, "2021-10-29T14:00:00Z", incident="I-1", leak=True,
               aware_at="2021-10-29T14:00:00Z")  # fmt: skip


def test_a_leak_is_told_to_the_others_and_apart_from_that_to_the_authority_within_72_hours(story):
    leak(story)
    answer = story.ask("2021-11-01T12:00")
    assert {each.counterparty for each in under(answer, "art. 9, sentence 1")} == {("FIO",), ("TBT",)}
    assert {each.term for each in under(answer, "art. 9, sentence 1")} == {"without-undue-delay"}
    notice = the(answer, "AVG 33(1)")
    assert (notice.layer, notice.counterparty, notice.status) == ("law", ("VTC",), Status.OPEN)
    assert notice.due == (local("2021-11-01T15:00"), local("2021-11-01T15:00"))
    late = the(story.ask("2021-11-01T15:00"), "AVG 33(1)")
    assert (late.status, late.overdue_by) == (Status.OVERDUE, "both")


def test_which_authority_supervises_tbt_is_not_known_and_shown_as_a_gap(story):
    leak(story, "TBT")
    answer = story.ask("2021-11-02")
    notice = the(answer, "AVG 33(1)/b")
    assert (notice.status, notice.counterparty) == (Status.UNDETERMINED, ())
    assert notice.missing == ("which authority supervises TBT",)
    assert [each.gap for each in answer.gaps] == ["AVG 33(1)/b"]


def test_an_assessment_waives_the_notice_for_the_pair_it_names(story):
    leak(story)
    story.tell("breach-assessed", "VLAIO", "2021-10-30T09:00:00Z", incident="I-1", no_impact_on=["FIO"],
               impact_on=["VLAIO", "TBT"], risk="unlikely")  # fmt: skip
    answer = story.ask("2021-11-02")
    assert {(each.counterparty, str(each.status)) for each in under(answer, "art. 9, sentence 1")} == {
        (("FIO",), "waived"),
        (("TBT",), "open"),
    }
    assert the(answer, "AVG 33(1)").status is Status.WAIVED


@pytest.mark.parametrize("notices", [[["TBT"]], [["TBT"], ["FIO"]], [["TBT", "FIO"]]])
@pytest.mark.parametrize(("teller", "told"), [("/b", "/d"), ("/c", "/e")])
def test_who_told_of_a_leak_and_who_was_told_owe_each_other_and_nobody_else(story, teller, told, notices):
    leak(story)
    for to in notices:
        story.tell("breach-notified", "VLAIO", "2022-02-10T10:00:00Z", incident="I-1", to=to,
                   received_at="2022-02-10T10:00:00Z")  # fmt: skip
    found = [
        (each.bearer, each.counterparty)
        for clause in (teller, told)
        for each in under(story.ask("2022-02-12"), f"art. 9, sentence 1{clause}")
    ]
    others = {party for to in notices for party in to}
    assert sorted(found) == sorted([("VLAIO", (each,)) for each in others] + [(each, ("VLAIO",)) for each in others])


def test_a_later_assessment_takes_the_place_of_the_first_and_the_duty_runs_again(story):
    leak(story)
    story.tell("breach-assessed", "VLAIO", "2021-10-30T09:00:00Z", incident="I-1", risk="unlikely")
    story.tell("breach-assessed", "VLAIO", "2021-11-05T09:00:00Z", incident="I-1", risk="high")
    found = the(story.ask("2021-11-06"), "AVG 33(1)")
    assert found.status is Status.OPEN
    assert found.due.strict == local("2021-11-08T10:00")


# --- publication -------------------------------------------------------------------------------------------------


def test_each_party_publishes_for_itself_from_the_last_signature(story):
    story.tell("protocol-published", "VLAIO", "2021-10-20", url="https://www.vlaio.be/protocol.pdf")
    answer = story.ask("2021-11-01")
    assert {(each.bearer, str(each.status)) for each in under(answer, "recital E")} == {
        ("VLAIO", "fulfilled"),
        ("FIO", "open"),
        ("TBT", "open"),
    }
    assert {each.counterparty for each in under(answer, "recital E")} == {("public",)}
    assert {each.layer for each in under(answer, "decreet 18.07.2008 art. 8, §1")} == {"law"}


def test_what_still_keeps_a_version_from_entering_into_force_is_told():
    story = Story.of(PROTOCOL, shipped()[PROTOCOL])
    story.tell("protocol-signed", "VLAIO", "2021-10-08T18:53:08Z", version="1", office="administrateur-generaal",
               on_behalf_of=["VLAIO", "FIO"])  # fmt: skip
    story.tell("protocol-signed", "TBT", "2021-10-11T17:34:13Z", version="1", office="voorzitter")
    told = [each.says for each in story.ask("2022-01-01").findings]
    assert told == [
        "version 1 is not in force: not signed by TBT (algemeen-directeur)",
        "signed for TBT as voorzitter; the text asks for algemeen-directeur",
    ]
    story.tell("protocol-signed", "TBT", "2021-10-12T17:34:13Z", version="1", office="algemeen-directeur")
    assert story.ask("2022-01-01").findings == ()


@pytest.mark.parametrize("reading", ["last", "first"])
def test_one_missing_signature_is_no_signing(reading):
    story = Story.of(PROTOCOL, shipped()[PROTOCOL])
    story.tell("interpretation-chosen", "OPERATOR", "2021-10-01", interpretation="I-1", option=reading)
    story.tell("protocol-signed", "VLAIO", "2021-10-08T18:53:08Z", version="1", office="administrateur-generaal")
    story.tell("protocol-signed", "TBT", "2021-10-11T17:34:13Z", version="1", office="algemeen-directeur")
    answer = story.ask("2021-11-01")
    assert answer.obligations == ()
    says = "version 1 is not in force: not signed by FIO (administrateur-generaal)"
    assert [each.says for each in answer.findings if each.clause == "art. 13, sentence 1"] == [says]


def test_a_clause_without_pattern_is_listed_and_never_skipped():
    (listed,) = small(clause("words", "proof: [dpo-advice-given]")).ask("2022-01-01").not_executed
    assert (listed.clause, listed.reason) == ("words", "the file gives it no pattern and no definition")
