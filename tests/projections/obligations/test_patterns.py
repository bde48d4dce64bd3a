"""Recurrence, precedence, prohibition, limit and power, each in a small protocol of our own."""

from __future__ import annotations

import pytest

from projections.obligations.answer import Status
from tests.projections.obligations.small import clause, small, text
from tests.projections.obligations.stories import holding, local, the, under

YEARLY = "pattern: recurrence\nbearer: all\ntowards: others\nfor_each: [policy, plan]\n" + (
    "must: {type: policy-reviewed, where: {document: unit, for: bearer}}\n"
)
ROLLING = clause("yearly", YEARLY + "every: 12 months\nbaseline: in-force")
PRIOR = clause("yearly", YEARLY + "every: 12 months\nbaseline: prior")
BY_YEAR = clause("yearly", YEARLY + "every: calendar year\nbaseline: in-force")
END = clause("end", "defines: end\nupon: {external: Outside}\nfor: all")


def reviewed(story, party: str, at: str, document: str = "policy"):
    story.tell("policy-reviewed", party, at, document=document, for_=[party])


# --- recurrence --------------------------------------------------------------------------------------------------


def test_with_no_review_yet_the_first_is_due_one_period_after_in_force():
    found = the(small(ROLLING).ask("2022-05-01"), "yearly", bearer="ANN", unit="policy")
    assert (found.status, found.opened_at) == (Status.OPEN, local("2021-10-11T12:00"))
    assert found.due == (local("2022-10-11"), local("2022-10-12"))
    assert the(small(ROLLING).ask("2022-10-11"), "yearly", bearer="ANN", unit="policy").overdue_by == "strict"


def test_each_review_closes_one_obligation_and_opens_the_next():
    story = small(ROLLING)
    reviewed(story, "ANN", "2022-05-01T08:00:00Z")
    first, second = sorted(
        under(story.ask("2022-06-01"), "yearly", bearer="ANN", unit="policy"), key=lambda o: o.opened_at
    )
    assert (first.status, second.status) == (Status.FULFILLED, Status.OPEN)
    assert second.due.strict == local("2023-05-01")
    assert second.case != first.case
    assert under(story.ask("2022-06-01"), "yearly", bearer="ANN", unit="plan")[0].status is Status.OPEN


def test_a_late_review_says_by_how_much():
    story = small(ROLLING)
    reviewed(story, "ANN", "2022-10-13T08:00:00Z")
    found = the(story.ask("2022-11-01"), "yearly", bearer="ANN", unit="policy", status="fulfilled-late")
    assert found.overdue_by == "both"
    assert found.late_by == local("2022-10-13T10:00") - local("2022-10-11")


def test_a_review_before_in_force_counts_as_the_last_one():
    story = small(ROLLING)
    reviewed(story, "ANN", "2021-09-01T08:00:00Z")
    assert the(story.ask("2022-05-01"), "yearly", bearer="ANN", unit="policy").due.strict == local("2022-09-01")


def test_a_baseline_of_before_is_due_at_in_force():
    found = the(small(PRIOR).ask("2021-10-12"), "yearly", bearer="ANN", unit="policy")
    assert (found.status, found.due.strict) == (Status.OVERDUE, local("2021-10-11T12:00"))


def test_by_the_calendar_there_is_one_for_each_whole_year():
    story = small(BY_YEAR)
    reviewed(story, "ANN", "2021-11-01T08:00:00Z")
    reviewed(story, "ANN", "2023-02-01T08:00:00Z")
    found = {each.case: each for each in under(story.ask("2023-06-01"), "yearly", bearer="ANN", unit="policy")}
    assert {case: str(each.status) for case, each in found.items()} == {"2022": "overdue", "2023": "fulfilled"}
    assert found["2022"].due == (local("2023-01-01"), local("2023-01-01"))


def test_at_the_end_what_is_unmet_lapses_and_what_was_not_yet_due_is_void():
    story = small(ROLLING, END)
    reviewed(story, "ANN", "2022-09-01T08:00:00Z")
    story.tell("protocol-end-date-recorded", "ANN", "2022-10-01", external="Outside", ends_at="2022-12-31")
    answer = story.ask("2023-01-15")
    assert the(answer, "yearly", bearer="BOB", unit="policy").status is Status.LAPSED
    assert {str(each.status) for each in under(answer, "yearly", bearer="ANN", unit="policy")} == {"fulfilled", "void"}


def test_what_is_owed_again_for_each_fact_is_owed_while_that_fact_holds():
    story = small(clause("audit", "pattern: recurrence\nbearer: ANN\ntowards: others\n"
                         "for_each: {fact: {type: processor-engaged, where: {party: bearer}}}\n"
                         "must: {type: policy-reviewed, where: {document: unit.processor, for: bearer}}\n"
                         "every: 6 months"))  # fmt: skip
    engaged = story.tell("processor-engaged", "ANN", "2022-01-31T08:00:00Z", processor="Net-IT")
    found = the(story.ask("2022-07-01"), "audit")
    assert (found.case, found.opened_by.id, found.opened_at) == (engaged, engaged, local("2022-01-31T09:00"))
    assert found.due == (local("2022-07-31"), local("2022-08-01"))
    story.tell("processor-disengaged", "ANN", "2022-07-15T08:00:00Z", processor="Net-IT")
    assert the(story.ask("2022-09-01"), "audit").status is Status.VOID


# --- precedence, prohibition, limit ------------------------------------------------------------------------------

NEEDED = "{type: processing-agreement-signed, where: {party: act.party, processor: act.processor}}"
FIRST = clause("first", f"pattern: precedence\nact: {{type: processor-engaged}}\nneeds: {NEEDED}")


def engaged(story, at: str):
    story.tell("processor-engaged", "ANN", at, processor="Net-IT")


def agreed(story, at: str, **more):
    story.tell("processing-agreement-signed", "ANN", at, agreement="PA-1", processor="Net-IT", **more)


def test_an_act_without_its_prior_is_a_violation_that_nothing_later_cures():
    story = small(FIRST)
    engaged(story, "2021-11-05T08:00:00Z")
    agreed(story, "2021-11-06T08:00:00Z")
    (found,) = story.ask("2022-01-01").violations
    assert (found.clause, found.bearer, found.counterparty, found.certain) == ("first", "ANN", ("BOB",), True)


def test_a_prior_within_the_same_date_leaves_it_undetermined():
    story = small(FIRST)
    agreed(story, "2021-11-05")
    engaged(story, "2021-11-05")
    (found,) = story.ask("2022-01-01").violations
    assert not found.certain
    assert found.missing


def test_a_prior_recorded_after_the_act_counts_and_is_shown_as_recorded_late():
    story = small(FIRST)
    engaged(story, "2021-11-05T08:00:00Z")
    agreed(story, "2021-11-01T08:00:00Z", recorded="2021-12-01")
    answer = story.ask("2022-01-01")
    assert answer.violations == ()
    assert [each.clause for each in answer.findings] == ["first"]
    assert len(story.ask("2022-01-01", known_at="2021-11-20").violations) == 1


def test_an_agreement_that_had_ended_is_no_prior():
    story = small(FIRST)
    agreed(story, "2021-10-20T08:00:00Z")
    story.tell("agreement-ended", "ANN", "2021-11-01T08:00:00Z", agreement="PA-1")
    engaged(story, "2021-11-05T08:00:00Z")
    assert len(story.ask("2022-01-01").violations) == 1


def test_what_is_not_on_an_open_list_is_a_finding():
    listed = "defines: list\nname: known\nitems: [Net-IT]\nopen: {open}"
    act = "pattern: prohibition\nact: {type: processor-engaged, where: {processor: {outside: {list: known}}}}"
    for is_open, violations, findings in (("true", 0, 1), ("false", 1, 0)):
        story = small(clause("list", listed.replace("{open}", is_open)), clause("only", act))
        engaged(story, "2021-11-05T08:00:00Z")
        story.tell("processor-engaged", "ANN", "2021-11-06T08:00:00Z", processor="Other")
        answer = story.ask("2022-01-01")
        assert (len(answer.violations), len(answer.findings)) == (violations, findings)


def test_a_limit_counts_apart_for_each_value_and_period():
    story = small(clause("twice", "pattern: limit\nact: {type: data-communicated}\nat_most: 1\nper: [act.to]\n"
                                  "each: calendar month"))  # fmt: skip
    for number, (at, author, to) in enumerate(
        [
            ("2021-11-05", "ANN", "BOB"),
            ("2021-11-20", "ANN", "BOB"),
            ("2021-12-01", "ANN", "BOB"),
            ("2021-11-21", "BOB", "ANN"),
        ]
    ):
        story.tell("data-communicated", author, at, from_=author, to=[to], exchange=f"X-{number}", origins=[author],
                   datasets=["d"])  # fmt: skip
    assert [each.act.position for each in story.ask("2022-01-01").violations] == [5]


# --- versions ----------------------------------------------------------------------------------------------------

TEN = clause("reply", "pattern: response\nwhen: {type: evidence-requested, at: received_at}\ncase: trigger.request\n"
                      "bearer: trigger.to\ntowards: trigger.party\nmust: {type: evidence-provided, where: "
                      "{request: case, party: bearer, to: counterparty}}\nterm: 10 days")  # fmt: skip
TWENTY = TEN.replace("10 days", "20 days").replace("clause: reply", "clause: answer")
AMEND = clause("amend", "pattern: power\nholder: all\njointly: true\nact: {type: protocol-amended}\n"
                        "effect: {makes: amended, for: all, at: act.effective_at}")  # fmt: skip


def amended(second: str):
    story = small(TEN, AMEND)
    story.tell("evidence-requested", "ANN", "2021-11-28T08:00:00Z", request="R-1", to=["BOB"], clauses=["reply"],
               received_at="2021-11-28T08:00:00Z")  # fmt: skip
    story.amend(text(second, AMEND, version="2"), "2", at="2021-11-29")
    story.tell("protocol-amended", "ANN", "2021-11-29T08:00:00Z", version="2", effective_at="2021-12-01")
    return story


def test_an_amendment_counts_once_every_holder_has_stated_it():
    story = amended(TWENTY)
    story.tell("evidence-requested", "ANN", "2021-12-02T08:00:00Z", request="R-2", to=["BOB"], clauses=["reply"],
               received_at="2021-12-02T08:00:00Z")  # fmt: skip
    assert the(story.ask("2021-12-05"), "reply", case="R-2").version == "1"
    story.tell("protocol-amended", "BOB", "2021-11-30T08:00:00Z", version="2", effective_at="2021-12-01")
    answer = story.ask("2021-12-05")
    assert (the(answer, "answer", case="R-2").version, the(answer, "reply", case="R-1").version) == ("2", "1")
    assert answer.void_acts == ()


def test_what_is_open_goes_on_under_a_clause_that_takes_it_over():
    story = amended(TWENTY.replace("  pattern:", "  takes_over: reply\n  pattern:"))
    before = the(story.ask("2021-11-30"), "reply", case="R-1")
    story.tell("protocol-amended", "BOB", "2021-11-30T08:00:00Z", version="2", effective_at="2021-12-01")
    after = the(story.ask("2021-12-05"), "answer", case="R-1")
    assert (after.id, after.opened_at) == (before.id, before.opened_at)
    assert (before.due.strict, after.due.strict) == (local("2021-12-08"), local("2021-12-18"))
    assert after.version == "2"


def test_a_version_that_adds_a_party_makes_it_accede():
    # fmt: off
    joined = clause("welcome", "pattern: response\nwhen: {moment: acceded}\nbearer: others\ntowards: trigger.party\n"
                               "must: {type: evidence-provided, where: {to: trigger.party}}\nterm: 1 month")
    # fmt: on
    story = small(joined, AMEND)
    story.amend(text(joined, AMEND, version="2", parties="  - {id: CAT, name: Cat}\n"), "2", at="2021-11-29")
    for party in ("ANN", "BOB"):
        story.tell("protocol-amended", party, "2021-11-29T08:00:00Z", version="2", effective_at="2021-12-01")
    found = under(story.ask("2021-12-05"), "welcome")
    assert {(each.bearer, each.counterparty) for each in found} == {("ANN", ("CAT",)), ("BOB", ("CAT",))}


def test_three_months_notice_ends_at_the_lenient_end():
    # fmt: off
    leave = clause("leave", "pattern: power\nholder: all\nact: {type: termination-notice-given}\n"
                            "effect: {makes: left, for: act.party, at: 3 months from act.received_at}")
    erase = clause("erase", "pattern: response\nwhen: {moment: left}\nbearer: others\ntowards: trigger.party\n"
                            "for_each: {holding: {holder: bearer, origin: trigger.party}}\nmust: {copy: deleted}\n"
                            "term: immediately")
    # fmt: on
    story = small(leave, erase)
    holding(story, "BOB", "ANN", "d", "c")
    story.tell(
        "termination-notice-given", "ANN", "2022-01-15T08:00:00Z", to=["BOB"], received_at="2022-01-15T09:00:00Z"
    )
    assert under(story.ask("2022-04-15T23:00"), "erase") == []
    assert the(story.ask("2022-04-16"), "erase").opened_at == local("2022-04-16")


# --- cases -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("restarts", "due"), [("true", "2027-02-01"), ("false", "2027-01-10")])
def test_with_restarts_the_last_trigger_of_a_case_starts_the_clock(restarts, due):
    dossier = clause("dossier", "pattern: response\nwhen: {type: dossier-closed}\ncase: trigger.dossier\n"
                                f"restarts: {restarts}\nbearer: trigger.party\ntowards: others\nfor_each: "
                                "{holding: {holder: bearer, records: case}}\nmust: {copy: destroyed}\nterm: 5 years\n"
                                "unless: {type: dossier-reopened, where: {dossier: case}}")  # fmt: skip
    story = small(dossier)
    holding(story, "ANN", "BOB", "d", "c", records="DS-1")
    story.tell("dossier-closed", "ANN", "2022-01-10T08:00:00Z", dossier="DS-1")
    assert the(story.ask("2022-01-15"), "dossier").due.strict == local("2027-01-10")
    if restarts == "true":
        story.tell("dossier-reopened", "ANN", "2022-01-20T08:00:00Z", dossier="DS-1")
        assert the(story.ask("2022-01-25"), "dossier").status is Status.WAIVED
    story.tell("dossier-closed", "ANN", "2022-02-01T08:00:00Z", dossier="DS-1")
    assert the(story.ask("2022-02-05"), "dossier").due.strict == local(due)


def test_what_is_not_declared_counts_from_the_last_closing_too():
    dossier = clause("dossier", "pattern: response\nwhen: {type: dossier-closed}\ncase: trigger.dossier\n"
                                "restarts: true\nbearer: BOB\ntowards: ANN\nfor_each: "
                                "{holding: {holder: bearer, origin: ANN, records: case}}\nmust: {copy: destroyed}\n"
                                "term: 5 years")  # fmt: skip
    story = small(dossier)
    story.tell("dossier-closed", "ANN", "2022-01-10T08:00:00Z", dossier="DS-1")
    story.tell("dossier-closed", "ANN", "2022-02-01T08:00:00Z", dossier="DS-1")
    found = the(story.ask("2022-02-05"), "dossier")
    assert (found.unit.kind, found.opened_at, found.due.strict) == (
        "undeclared", local("2022-02-01T09:00"), local("2027-02-01"),
    )  # fmt: skip


def test_an_investigation_that_confirms_takes_the_place_of_one_that_rejected():
    mend = clause("mend", "pattern: response\nwhen: {type: data-error-reported, at: received_at}\ncase: trigger.error\n"
                          "bearer: trigger.to\ntowards: trigger.party\nmust: {type: correction-applied, where: "
                          "{error: case, party: bearer}}\nterm: 10 working-days\nunless: {type: correction-"
                          "investigated, where: {error: case, party: bearer, outcome: rejected}}")  # fmt: skip
    story = small(mend)
    story.tell("data-error-reported", "ANN", "2024-03-22T08:00:00Z", error="E", origin="BOB", found_by="ANN",
               to=["BOB"], received_at="2024-03-22T08:00:00Z")  # fmt: skip
    story.tell("correction-investigated", "BOB", "2024-03-25T08:00:00Z", error="E", outcome="rejected")
    assert the(story.ask("2024-03-26"), "mend").status is Status.WAIVED
    story.tell("correction-investigated", "BOB", "2024-03-27T08:00:00Z", error="E", outcome="confirmed")
    found = the(story.ask("2024-04-09"), "mend")
    assert (found.status, found.due.strict) == (Status.OPEN, local("2024-04-11"))  # Easter Monday is none of the ten


def test_early_performance_counts_where_the_clause_says_so():
    body = ("pattern: response\nwhen: {type: incident-detected}\nbearer: trigger.party\ntowards: others\n"
            "must: {type: breach-assessed, where: {party: bearer}}\nterm: 3 working-days\n")  # fmt: skip
    for more, status in (("early: true", Status.FULFILLED), ("early: false", Status.OPEN)):
        story = small(clause("assess", body + more))
        story.tell("breach-assessed", "ANN", "2022-01-01T08:00:00Z", incident="I-1", risk="high")
        story.tell("incident-detected", "ANN", "2022-01-03T08:00:00Z", incident="I-1", leak=True)
        assert the(story.ask("2022-01-04"), "assess").status is status


def test_two_things_within_one_date_have_no_order_so_the_duty_stays_open():
    body = ("pattern: response\nwhen: {type: incident-detected}\nbearer: trigger.party\ntowards: others\n"
            "must: {type: breach-assessed, where: {party: bearer}}\nterm: 3 working-days")  # fmt: skip
    story = small(clause("assess", body))
    story.tell("incident-detected", "ANN", "2022-01-03", incident="I-1", leak=True)
    story.tell("breach-assessed", "ANN", "2022-01-03", incident="I-1", risk="high")
    found = the(story.ask("2022-01-05"), "assess")
    assert found.status is Status.OPEN
    assert any("order" in each for each in found.missing)


def test_a_disputed_discharge_leaves_the_duty_open_until_the_dispute_is_closed():
    story = small(TEN)
    story.tell("evidence-requested", "ANN", "2021-11-28T08:00:00Z", request="R-1", to=["BOB"], clauses=["reply"],
               received_at="2021-11-28T08:00:00Z")  # fmt: skip
    given = story.tell("evidence-provided", "BOB", "2021-12-01T08:00:00Z", request="R-1", to=["ANN"])
    story.tell("dispute-opened", "ANN", "2021-12-02T08:00:00Z", dispute="D-1", about=[given])
    found = the(story.ask("2021-12-05"), "reply")
    assert (found.status, found.missing) == (Status.OPEN, ("the dispute about evidence-provided (entry 5)",))
    story.tell("dispute-closed", "ANN", "2021-12-06T08:00:00Z", dispute="D-1", outcome="settled")
    assert the(story.ask("2021-12-07"), "reply").status is Status.FULFILLED


def test_clauses_that_exist_under_another_reading_ask_nothing():
    extra = "interpretations:\n  - {id: I-1, asks: welk, options: [short, long], default: short}\n"
    choosing = TEN.replace("term: 10 days", "term: {choice: I-1, short: 10 days, long: 1 month}")
    only_long = TEN.replace("clause: reply", "clause: other").replace("  pattern:", "  under: {I-1: long}\n  pattern:")
    story = small(choosing, only_long, extra=extra)
    for number, at in enumerate(("2021-11-01T08:00:00Z", "2021-12-01T08:00:00Z")):
        story.tell(
            "evidence-requested", "ANN", at, request=f"R-{number}", to=["BOB"], clauses=["reply"], received_at=at
        )
    story.tell("interpretation-chosen", "ANN", "2021-11-15T08:00:00Z", interpretation="I-1", option="long")
    answer = story.ask("2021-12-05")
    assert {each.case: each.term for each in under(answer, "reply")} == {"R-0": "10 days", "R-1": "1 month"}
    assert [each.case for each in under(answer, "other")] == ["R-1"]
    assert the(answer, "reply", case="R-1").reading == {"I-1": "long"}
