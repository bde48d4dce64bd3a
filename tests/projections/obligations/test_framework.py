"""A framework protocol: members of a class come and go, each file ends by itself, parties act jointly, texts change."""

from __future__ import annotations

import pytest

from projections.obligations.answer import Due, Status
from projections.obligations.engine import world_of
from tests.projections.obligations.small import clause, small, text
from tests.projections.obligations.stories import Story, holding, local, the, under

TOWNS = "classes:\n  - {id: TOWN, text: Elke gemeente}\n"
JOIN = clause("join", "pattern: power\nholder: {class: TOWN}\nact: {type: party-acceded}\n"
                      "effect: {makes: acceded, for: act.party, at: act.effective_at}")  # fmt: skip
LEAVE = clause("leave", "pattern: power\nholder: {class: TOWN}\nact: {type: termination-notice-given}\n"
                        "effect: {makes: left, for: act.party, at: 3 months from act.received_at}")  # fmt: skip
WARN = clause("warn", "pattern: response\nwhen: {type: incident-detected, at: aware_at}\ncase: trigger.incident\n"
                      "bearer: trigger.party\nfor_each: {party: {class: TOWN}}\ntowards: unit\nmust: {type: "
                      "breach-notified, where: {incident: case, party: bearer, to: counterparty}}\n"
                      "term: 24 hours")  # fmt: skip
KEEP = clause("keep", "applies: survives\npattern: response\nwhen: {type: dossier-closed}\ncase: trigger.dossier\n"
                      "restarts: true\nbearer: BOB\ntowards: ANN\n"
                      "for_each: {holding: {holder: bearer, records: case}}\nmust: {copy: destroyed}\nterm: 5 years\n"
                      "unless: {type: dossier-reopened, where: {dossier: case}}")  # fmt: skip
SUSPEND = clause("suspend", "pattern: power\nholder: all\nact: {type: protocol-suspended}\n"
                            "effect: {makes: suspended, for: all, at: act.effective_at}")  # fmt: skip
RESUME = clause("resume", "pattern: power\nholder: all\njointly: true\nact: {type: protocol-resumed}\n"
                          "effect: {makes: resumed, for: all, at: act.effective_at}")  # fmt: skip
QUARTERLY = clause("review", "pattern: recurrence\nbearer: all\ntowards: others\n"
                             "must: {type: policy-reviewed, where: {document: plan, for: bearer}}\n"
                             "every: 3 months")  # fmt: skip


DAILY = clause("daily", "pattern: recurrence\nbearer: ANN\nfor_each: {party: {class: TOWN}}\ntowards: unit\n"
                        "must: {type: data-communicated, where: {from: ANN, to: unit}}\n"
                        "every: calendar working-day")  # fmt: skip
AUDIT = clause("audit", "pattern: recurrence\nbearer: ANN\ntowards: {class: TOWN}\nmust: {type: policy-reviewed, "
                        "where: {document: audit, for: bearer}}\nevery: calendar year")  # fmt: skip
LISTED = clause("listed", "pattern: standing\nbearer: ANN\ntowards: {class: TOWN}\n"
                          "has: {type: measure-attested, where: {party: bearer, measure: dpo}}")  # fmt: skip


def framework(*clauses: str) -> Story:
    """Ghent joins on 1 February 2022 and gives notice, received on 30 November; Aalst joins on 1 June."""
    story = small(JOIN, LEAVE, *(clauses or (WARN,)), extra=TOWNS)
    for party, at in (("GENT", "2022-02-01"), ("AALST", "2022-06-01")):
        story.tell("party-acceded", "ANN", "2022-01-10T08:00:00Z", party=party, class_="TOWN", effective_at=at)
    story.tell("termination-notice-given", "GENT", "2022-11-28T08:00:00Z", to=["ANN"],
               received_at="2022-11-30T08:00:00Z")  # fmt: skip
    return story


def test_a_duty_to_each_member_reaches_those_who_were_bound_then():
    story = framework()
    moments = ("2022-02-15T08:00:00Z", "2022-07-01T08:00:00Z", "2023-03-02T08:00:00Z")
    for number, at in enumerate(moments):
        story.tell("incident-detected", "ANN", at, incident=f"I-{number}", leak=True, aware_at=at)
    found = sorted((each.case, each.counterparty[0]) for each in under(story.ask("2023-04-01"), "warn"))
    assert found == [("I-0", "GENT"), ("I-1", "AALST"), ("I-1", "GENT"), ("I-2", "AALST")]


@pytest.mark.parametrize(("towards", "also"), [("{class: TOWN}", set()), ("others", {"BOB"})])
def test_what_survives_is_owed_to_a_member_that_left_and_to_none_before_it_joined(towards, also):
    story = framework(f"{WARN.replace('{class: TOWN}', towards)}  applies: survives\n")
    for number, at in enumerate(("2022-01-20T08:00:00Z", "2022-02-15T08:00:00Z", "2023-03-02T08:00:00Z")):
        story.tell("incident-detected", "ANN", at, incident=f"I-{number}", leak=True, aware_at=at)
    found = under(story.ask("2023-04-01"), "warn")
    owed = {case: {each.counterparty[0] for each in found if each.case == case} for case in ("I-0", "I-1", "I-2")}
    assert owed == {"I-0": also, "I-1": {"GENT"} | also, "I-2": {"GENT", "AALST"} | also}


def test_what_survives_binds_a_member_from_its_accession_on():
    secret = clause("secret", "applies: survives\npattern: prohibition\nact: {type: onward-disclosure-made}")
    story = framework(secret)
    for number, at in enumerate(("2022-01-20T08:00:00Z", "2022-02-15T08:00:00Z", "2023-03-02T08:00:00Z")):
        story.tell("onward-disclosure-made", "GENT", at, disclosure=f"O-{number}", recipient="X", datasets=["d"],
                   recipient_kind="third-party", origins=["ANN"])  # fmt: skip
    assert [each.at for each in story.ask("2023-04-01").violations] == [
        local("2022-02-15T09:00"),
        local("2023-03-02T09:00"),
    ]


def test_a_member_is_owed_the_daily_delivery_from_the_day_it_joins_until_the_day_it_leaves():
    days = {each.case for each in under(framework(DAILY).ask("2023-04-01"), "daily", unit="GENT")}
    assert (min(days), max(days)) == ("2022-02-01", "2023-02-28")
    assert "2022-07-21" not in days  # a holiday
    found = the(framework(DAILY).ask("2022-06-02"), "daily", unit="AALST", case="2022-06-01")
    assert (found.status, found.opened_by.position) == (Status.OVERDUE, 5)  # it owes its opening to the accession


def test_a_member_that_leaves_and_comes_back_is_owed_nothing_in_between():
    story = framework(DAILY)
    story.tell("party-acceded", "ANN", "2023-05-01T08:00:00Z", party="GENT", class_="TOWN", effective_at="2023-05-02")
    days = sorted(each.case for each in under(story.ask("2023-05-10"), "daily", unit="GENT"))
    assert days[days.index("2023-02-28") + 1] == "2023-05-02"


def test_who_begins_alone_owes_from_the_day_that_somebody_is_there_to_owe_it_to():
    story = framework(AUDIT, LISTED)
    assert [*under(story.ask("2022-01-20"), "audit"), *under(story.ask("2022-01-20"), "listed")] == []
    assert the(story.ask("2022-03-01"), "audit", case="2022").counterparty == ("GENT",)
    assert the(story.ask("2022-07-01"), "listed").counterparty == ("GENT", "AALST")
    story.tell("policy-reviewed", "ANN", "2022-12-31", document="audit", for_=["ANN"])
    assert the(story.ask("2023-04-01"), "audit", case="2022").counterparty == ("GENT", "AALST")
    assert the(story.ask("2023-04-01"), "audit", case="2023").counterparty == ("AALST",)


def test_what_was_owed_to_members_who_have_all_left_stays_on_record():
    story = framework(AUDIT)
    story.tell("termination-notice-given", "AALST", "2022-07-01", to=["ANN"], received_at="2022-07-01")
    late = the(story.ask("2024-04-01"), "audit", case="2022")
    assert (late.status, late.counterparty) == (Status.OVERDUE, ("GENT", "AALST"))
    assert {each.case for each in under(story.ask("2024-06-01"), "audit")} == {"2022", "2023"}


def test_who_joins_as_a_member_of_no_class_of_the_text_is_told_so():
    story = framework()
    story.tell("party-acceded", "ANN", "2022-01-10T08:00:00Z", party="FIRM", class_="SHOP")
    assert [each.why for each in story.ask("2022-02-01").void_acts] == ["join does not give it to FIRM"]


def test_a_member_may_use_a_power_of_its_class_and_another_may_not():
    story = framework()
    story.tell("termination-notice-given", "BOB", "2022-11-28T08:00:00Z", to=["ANN"],
               received_at="2022-11-30T08:00:00Z")  # fmt: skip
    answer = story.ask("2023-04-01")
    assert [(each.party, each.type) for each in answer.void_acts] == [("BOB", "termination-notice-given")]
    world = world_of(story.state(), "small", local("2023-04-01"))
    assert world is not None
    assert world.life.bound["GENT"][0].end == local("2023-03-01")  # clipped to 28 February, and the lenient end


def test_a_member_has_its_power_from_its_accession_on():
    found = {each.holder: each.exercisable_from for each in framework().ask("2022-11-01").powers}
    assert found == {"GENT": local("2022-02-01"), "AALST": local("2022-06-01")}


def test_a_member_reports_to_the_supervisor_of_its_class():
    notice = clause("notice", "pattern: response\nwhen: {type: incident-detected, at: aware_at}\n"
                              "case: trigger.incident\nbearer: trigger.party\ntowards: {authority_of: bearer}\n"
                              "must: {type: authority-notified, where: {incident: case, party: bearer}}\n"
                              "term: 72 hours")  # fmt: skip
    extra = TOWNS.replace("Elke gemeente", "Elke gemeente, authority: SUP") + "  - {id: CITY, text: Elke stad}\n"
    story = small(JOIN, JOIN.replace("join", "come").replace("TOWN", "CITY"), notice, extra=extra)
    for party, group in (("GENT", "TOWN"), ("AALST", "CITY")):
        story.tell("party-acceded", "ANN", "2022-01-10T08:00:00Z", party=party, class_=group, effective_at="2022-02-01")
        at = "2022-03-01T08:00:00Z"
        story.tell("incident-detected", party, at, incident=f"I-{party}", leak=True, aware_at=at)
    found = {each.bearer: each.counterparty for each in under(story.ask("2022-03-02"), "notice")}
    assert found == {"GENT": ("SUP",), "AALST": ()}


def test_each_file_in_one_copy_has_a_term_of_its_own():
    story = small(KEEP)
    for file, closed in (("F-1", "2022-03-15T10:00:00Z"), ("F-2", "2024-02-29T10:00:00Z")):
        holding(story, "BOB", "ANN", "files", "database", records=file)
        story.tell("dossier-closed", "ANN", closed, dossier=file)
    answer = story.ask("2025-01-01")
    assert {each.case: each.due for each in under(answer, "keep")} == {
        "F-1": Due(local("2027-03-15"), local("2027-03-16")),
        "F-2": Due(local("2029-02-28"), local("2029-03-01")),
    }
    story.tell("destruction-performed", "BOB", "2026-01-10T10:00:00Z", origin="ANN", datasets=["files"],
               copy=["database"], records="F-1", method="overwritten")  # fmt: skip
    assert {each.case: each.status for each in under(story.ask("2026-02-01"), "keep")} == {
        "F-1": Status.FULFILLED,
        "F-2": Status.OPEN,
    }


def test_a_file_that_one_party_reopened_is_closed_again_by_the_other():
    story = small(KEEP)
    holding(story, "BOB", "ANN", "files", "database", records="F-1")
    story.tell("dossier-closed", "ANN", "2022-03-15T10:00:00Z", dossier="F-1")
    story.tell("dossier-reopened", "BOB", "2023-01-10T10:00:00Z", dossier="F-1")
    assert the(story.ask("2023-02-01"), "keep").status is Status.WAIVED
    story.tell("dossier-closed", "ANN", "2024-01-10T10:00:00Z", dossier="F-1")
    found = the(story.ask("2024-02-01"), "keep")
    assert (found.status, found.due) == (Status.OPEN, Due(local("2029-01-10"), local("2029-01-11")))


PROOF = LISTED.replace("towards: {class: TOWN}", "towards: others")
ERASE = clause("erase", "applies: survives\npattern: response\nwhen: {type: dossier-closed}\ncase: trigger.dossier\n"
                       "bearer: BOB\ntowards: ANN\nfor_each: {holding: {holder: bearer, records: case}}\n"
                       "must: {copy: destroyed}\nterm: 1 month\n"
                       "unless: {agreement: retention, between: [ANN, BOB], covering: unit}")  # fmt: skip


def test_what_is_discharged_while_it_is_waived_is_not_late():
    story = small(ERASE)
    holding(story, "BOB", "ANN", "files", "database", records="F-1")
    story.tell("dossier-closed", "ANN", "2022-01-31T10:00:00Z", dossier="F-1")
    assert the(story.ask("2022-02-28"), "erase").overdue_by == "strict"
    for agreement, at, until in (("RA-1", "2022-02-01", "2023-01-31"), ("RA-2", "2022-06-01", "2022-06-30")):
        story.tell("retention-agreement-made", "ANN", at, agreement=agreement, between=["ANN", "BOB"],
                   valid_until=until)  # fmt: skip
    story.tell("destruction-performed", "BOB", "2022-12-01T10:00:00Z", origin="ANN", datasets=["files"],
               copy=["database"], records="F-1", method="overwritten")  # fmt: skip
    found = the(story.ask("2023-06-01"), "erase")
    assert (found.status, found.late_by) == (Status.FULFILLED, None)
    assert "waived since 2022-02-01T23:00:00Z, open before" in found.notes


def suspended(story: Story) -> list[tuple[object, object]]:
    world = world_of(story.state(), "small", local("2024-01-01"))
    assert world is not None
    return [(span.start, span.end) for span in world.life.suspended["ANN"]]


def test_a_joint_act_uses_up_the_statements_that_completed_it():
    story = small(SUSPEND, RESUME)
    story.tell("protocol-suspended", "ANN", "2022-04-28T10:00:00Z", effective_at="2022-05-01")
    for party in ("ANN", "BOB"):
        story.tell("protocol-resumed", party, "2022-05-20T10:00:00Z", effective_at="2022-06-01")
    story.tell("protocol-suspended", "ANN", "2022-08-28T10:00:00Z", effective_at="2022-09-01")
    story.tell("protocol-resumed", "ANN", "2022-09-20T10:00:00Z", effective_at="2022-10-01")
    first, second = (local("2022-05-01"), local("2022-06-01")), local("2022-09-01")
    assert suspended(story) == [first, (second, None)]
    last = story.tell("protocol-resumed", "BOB", "2022-09-25T10:00:00Z", effective_at="2022-10-01")
    assert suspended(story) == [first, (second, local("2022-10-01"))]
    story.tell("event-retracted", "BOB", "2022-09-26T10:00:00Z", retracts=last)
    assert suspended(story) == [first, (second, None)]


def test_a_joint_act_that_its_only_author_took_back_has_no_effect():
    story = small(SUSPEND, RESUME)
    story.tell("protocol-suspended", "ANN", "2022-04-28T10:00:00Z", effective_at="2022-05-01")
    taken = story.tell("protocol-resumed", "ANN", "2022-05-20T10:00:00Z", effective_at="2022-06-01")
    story.tell("event-retracted", "ANN", "2022-05-21T10:00:00Z", retracts=taken)
    assert suspended(story) == [(local("2022-05-01"), None)]


def test_a_later_suspension_does_not_undo_that_a_review_was_late():
    story = small(SUSPEND, RESUME, QUARTERLY)
    story.tell("policy-reviewed", "ANN", "2022-01-20T10:00:00Z", document="plan", for_=["ANN"])
    story.tell("protocol-suspended", "ANN", "2022-02-01T10:00:00Z", effective_at="2022-02-01")
    answer = story.ask("2022-03-01")
    first = next(each for each in under(answer, "review", bearer="ANN") if each.closed_at)
    assert (first.status, first.due) == (Status.FULFILLED_LATE, Due(local("2022-01-11"), local("2022-01-12")))


def test_a_rest_over_the_end_of_summer_time_leaves_a_term_at_midnight():
    story = small(SUSPEND, RESUME, QUARTERLY)
    story.tell("policy-reviewed", "ANN", "2022-08-15T10:00:00Z", document="plan", for_=["ANN"])
    story.tell("protocol-suspended", "ANN", "2022-09-28T10:00:00Z", effective_at="2022-10-01")
    for party in ("ANN", "BOB"):
        story.tell("protocol-resumed", party, "2022-10-20T10:00:00Z", effective_at="2022-11-01")
    found = next(each for each in under(story.ask("2022-11-20"), "review", bearer="ANN") if each.is_open)
    assert found.due == Due(local("2022-12-16"), local("2022-12-17"))


AMEND = clause("amend", "pattern: power\nholder: all\njointly: true\nact: {type: protocol-amended}\n"
                        "effect: {makes: amended, for: all, at: act.effective_at}")  # fmt: skip
CAROL = "  - {id: CAROL, name: Carol}\n"


def amended() -> Story:
    """A second version with a third party, in which the date that the first began on is only repeated."""
    begin, date = "at: last-signature", "at: 2021-11-01"
    story = Story.of("small", text(AMEND).replace(begin, date))
    for party in ("ANN", "BOB"):
        story.tell("protocol-signed", party, "2021-10-20T10:00:00Z", version="1", office="head")
    again = text(AMEND, version="2", parties=CAROL, extra='amends: "1"').replace(begin, date)
    story.amend(again, "2", "2022-01-10")
    return story


def carol(story: Story, as_of: str = "2022-12-01") -> object:
    world = world_of(story.state(), "small", local(as_of))
    assert world is not None
    return world.life.bound["CAROL"][0].start if "CAROL" in world.life.bound else None


def test_a_later_version_that_is_only_registered_binds_nobody():
    assert carol(amended()) is None


def test_a_later_version_begins_with_its_last_signature_and_not_on_the_date_it_repeats():
    story = amended()
    for party in ("ANN", "BOB", "CAROL"):
        story.tell("protocol-signed", party, "2022-06-20T10:00:00Z", version="2", office="head")
    assert carol(story) == local("2022-06-20T12:00")


def test_a_signed_version_waits_for_the_date_that_its_parties_agreed():
    story = amended()
    for party in ("ANN", "BOB", "CAROL"):
        story.tell("protocol-signed", party, "2022-06-20T10:00:00Z", version="2", office="head")
    for party in ("ANN", "BOB", "CAROL"):
        story.tell("protocol-amended", party, "2022-06-25T10:00:00Z", version="2", effective_at="2022-07-01")
    assert carol(story) == local("2022-07-01")
    assert story.ask("2022-12-01").findings == ()


def until(date: str) -> str:
    return clause("end", f"defines: end\nupon: {date}\nfor: all")


def prolonged(first: str, second: str) -> Story:
    """The same text with another end date, registered as a second version."""
    story = small(AMEND, until(first), DAILY.replace("{class: TOWN}", "BOB"))
    story.amend(text(AMEND, until(second), DAILY.replace("{class: TOWN}", "BOB"), version="2", extra='amends: "1"'),
                "2", "2022-01-10")  # fmt: skip
    return story


def last_day(story: Story) -> str:
    return max(each.case for each in under(story.ask("2024-02-01"), "daily"))


def test_a_version_that_is_only_registered_ends_nothing():
    assert last_day(prolonged("2022-12-31", "2022-06-30")) == "2022-12-30"


def test_an_amendment_prolongs_and_only_from_when_it_is_in_force():
    story = prolonged("2022-12-31", "2023-12-31")
    for party in ("ANN", "BOB"):
        story.tell("protocol-amended", party, "2022-06-25T10:00:00Z", version="2", effective_at="2022-07-01")
    assert last_day(story) == "2023-12-29"
    late = prolonged("2022-12-31", "2023-12-31")
    for party in ("ANN", "BOB"):
        late.tell("protocol-amended", party, "2023-01-10T10:00:00Z", version="2", effective_at="2022-07-01")
    assert last_day(late) == "2022-12-30"  # who is no longer bound cannot amend
    assert [each.type for each in late.ask("2024-02-01").void_acts] == ["protocol-amended"] * 2


def test_a_power_of_a_version_that_is_only_registered_takes_no_act_its_effect():
    story = small(AMEND, PROOF)
    power = clause("attest", "pattern: power\nholder: BOB\nact: {type: measure-attested}\n"
                             "effect: {makes: suspended, for: all, at: act.happened_at}")  # fmt: skip
    story.amend(text(AMEND, PROOF, power, version="2", extra='amends: "1"'), "2", "2022-01-10")
    story.tell("measure-attested", "ANN", "2022-01-20T10:00:00Z", measure="dpo")
    answer = story.ask("2022-02-01")
    assert (answer.void_acts, the(answer, "listed").status) == ((), Status.FULFILLED)


def test_a_version_that_its_parties_agreed_on_without_signing_it_is_not_said_to_be_out_of_force():
    story = amended()
    missing = "version 2 is not in force: not signed by ANN, BOB, CAROL"
    assert [each.says for each in story.ask("2022-06-30").findings] == [missing]
    for party in ("ANN", "BOB"):
        story.tell("protocol-amended", party, "2022-06-25T10:00:00Z", version="2", effective_at="2022-07-01")
    assert story.ask("2022-07-01").findings == ()
    assert carol(story) == local("2022-07-01")


def test_a_date_brings_a_text_into_force_and_who_has_not_signed_it_is_told():
    story = Story.of("small", text(PROOF).replace("at: last-signature", "at: 2021-11-01"))
    story.tell("protocol-signed", "ANN", "2021-10-20T10:00:00Z", version="1", office="head")
    answer = story.ask("2021-12-01")
    assert {each.opened_at for each in under(answer, "listed")} == {local("2021-11-01")}
    assert [each.says for each in answer.findings] == ["version 1 is in force by its date: not signed by BOB"]
    story.tell("protocol-signed", "BOB", "2021-11-20T10:00:00Z", version="1", office="head")
    assert story.ask("2021-12-01").findings == ()
