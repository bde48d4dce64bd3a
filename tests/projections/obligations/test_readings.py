"""Every reading that a text leaves open, chosen: what changes, worked out by hand, and which reading is named."""

from __future__ import annotations

import pytest

from ledger.protocol.load import load
from ledger.protocol.shipped import shipped
from projections.obligations.answer import Answer
from tests.projections.obligations.stories import Story, holding, local, signed_serv, signed_vlaio, the, under

P0, P4 = "vlaio-fio-tbt-2021", "opgroeien-serv-2021"
DELETE, DESTROY, KEEP = "art. 4, sentence 2", "art. 4, sentence 3", "art. 3, sentence 4"
DELIVERY = {"exchange": "X", "from_": "OPGROEIEN", "origins": ["OPGROEIEN"], "datasets": ["organisers"]}


def vlaio(**chosen: str) -> Story:
    return _chosen(Story.of(P0, shipped()[P0]), signed_vlaio, chosen)


def serv(**chosen: str) -> Story:
    return _chosen(Story.of(P4, shipped()[P4], begins="2021-03-01"), signed_serv, chosen)


def _chosen(story, sign, chosen):
    for reading, option in chosen.items():
        story.tell("interpretation-chosen", "OPERATOR", story.begins, interpretation=reading.replace("_", "-"),
                   option=option)  # fmt: skip
    return sign(story)


def pairs(answer: Answer, clause: str) -> set[tuple[str, str]]:
    return {(each.bearer, str(each.unit)) for each in under(answer, clause) if each.unit.kind == "holding"}


@pytest.mark.parametrize(
    ("option", "clauses", "gap"),
    [("both", {DELETE, DESTROY}, False), ("withdrawal", {DELETE}, True), ("end", {DESTROY}, False)],
)
def test_an_end_at_law_is_a_withdrawal_or_an_end_or_both(option, clauses, gap):
    story = vlaio(I_3=option)
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    holding(story, "TBT", "VLAIO", "contacts", "laptop")
    story.tell("legal-ground-ceased", "TBT", "2022-06-01T08:00:00Z", party="TBT")
    answer = story.ask("2022-06-05")
    assert pairs(answer, DELETE) == ({("VLAIO", "VLAIO/TBT/contacts/kris")} if DELETE in clauses else set())
    assert pairs(answer, DESTROY) == ({("TBT", "TBT/VLAIO/contacts/laptop")} if DESTROY in clauses else set())
    assert [each.gap for each in answer.gaps] == [DELETE] * gap


@pytest.mark.parametrize(("option", "opened"), [("source", "2022-02-05T10:00"), ("reporter", "2022-02-06T10:00")])
def test_the_instructions_that_count_are_those_of_the_source_or_of_the_reporter(option, opened):
    story = vlaio(I_4=option)
    holding(story, "FIO", "TBT", "contacts", "sharepoint")
    about = {"error": "E", "origin": "TBT", "found_by": "VLAIO", "dataset": "contacts"}
    story.tell("data-error-reported", "VLAIO", "2022-02-01T09:00:00Z", to=["TBT"], received_at="2022-02-01", **about)
    for author, at, to in (("TBT", "2022-02-05T09:00:00Z", "VLAIO"), ("VLAIO", "2022-02-06T09:00:00Z", "TBT")):
        story.tell("correction-instructed", author, at, measure="change", to=[to, "FIO"], received_at=at, **about)
    found = the(story.ask("2022-03-01"), "art. 7, sentence 5", bearer="FIO")
    assert (found.opened_at, found.reading) == (local(opened), {"I-4": option})


@pytest.mark.parametrize(("option", "status"), [("origin", "open"), ("sender", "waived")])
def test_at_the_end_relayed_data_are_kept_by_the_word_of_their_origin_or_of_their_sender(option, status):
    story = vlaio(I_5=option)
    holding(story, "FIO", "TBT", "contacts", "sharepoint", sender="VLAIO")
    story.tell("retention-agreement-made", "VLAIO", "2022-06-01", agreement="RA", between=["VLAIO", "FIO"])
    story.tell("protocol-end-date-recorded", "VLAIO", "2021-12-01", external="Convenant", ends_at="2022-12-31")
    found = the(story.ask("2023-01-05"), DESTROY, unit="FIO/TBT/contacts/sharepoint")
    assert (str(found.status), found.reading["I-5"]) == (status, option)


@pytest.mark.parametrize(("option", "strict"), [("one", "2022-01-31"), ("two", "2022-02-28")])
def test_a_month_or_two_after_a_finding_of_31_december(option, strict):
    story = serv(I_6=option)
    story.tell("data-error-reported", "SERV", "2022-01-10T09:00:00Z", error="E", to=["OPGROEIEN"], found_by="SERV",
               origin="OPGROEIEN", found_at="2021-12-31T09:00:00Z", received_at="2022-01-10T09:00:00Z")  # fmt: skip
    found = the(story.ask("2022-01-20"), "art. 7/b")
    assert (found.due.strict, found.reading) == (local(strict), {"I-6": option})


@pytest.mark.parametrize(
    ("option", "strict"), [("arrival", "2025-02-28"), ("key", "2025-03-01"), ("opening", "2025-03-04")]
)
def test_the_year_runs_from_arrival_key_or_opening(option, strict):
    story = serv(I_9=option)
    story.tell("data-received", "SERV", "2024-02-29T09:00:00Z", to="SERV", copy=["mailbox"], **DELIVERY,
               received_at="2024-02-29T09:00:00Z", key_received_at="2024-02-29T23:30:00Z",
               opened_at="2024-03-04T08:00:00Z")  # fmt: skip
    found = the(story.ask("2024-06-01"), KEEP)
    assert (found.due.strict, found.reading) == (local(strict), {"I-9": option})


@pytest.mark.parametrize(("option", "destroyed"), [("covered", {"old", "new"}), ("apart", {"new"})])
def test_data_of_the_agreement_of_2018_are_covered_or_apart(option, destroyed):
    story = vlaio(I_10=option)
    holding(story, "VLAIO", "TBT", "contacts", "old", obtained_under="overeenkomst-2018-07-23")
    holding(story, "VLAIO", "TBT", "contacts", "new")
    story.tell("protocol-end-date-recorded", "VLAIO", "2021-12-01", external="Convenant", ends_at="2022-12-31")
    answer = story.ask("2023-01-05")
    assert pairs(answer, DESTROY) == {("VLAIO", f"VLAIO/TBT/contacts/{copy}") for copy in destroyed}
    assert {each.reading["I-10"] for each in under(answer, DESTROY)} == {option}


@pytest.mark.parametrize(
    ("option", "notice", "arises"),
    [
        ("written", {"channel": "email"}, True),
        ("not-written", {"channel": "email"}, False),
        ("not-written", {"channel": "registered-letter"}, True),
        ("written", {"channel": "email", "from_": "FIO"}, True),
        ("written", {"channel": "email", "from_": "VTC"}, False),  # the text asks for the notice of a party
    ],
)
def test_a_notice_by_email_is_written_or_not_and_one_of_an_outsider_is_none(option, notice, arises):
    story = vlaio(I_11=option)
    story.tell("protocol-breach-suspected", "VLAIO", "2021-10-14T09:00:00Z", breach="B", committed_by="TBT")
    story.tell("notice-of-default-received", "TBT", "2021-10-15T12:00:00Z", notice="N", breach="B", to="TBT",
               received_at="2021-10-15T12:00:00Z", **notice)  # fmt: skip
    found = {(each.holder, each.reading["I-11"]) for each in story.ask("2021-12-01").powers if each.clause == "art. 8"}
    assert found == ({("VLAIO", option), ("FIO", option)} if arises else set())


@pytest.mark.parametrize(("option", "authority"), [("undetermined", ()), ("vtc", ("VTC",)), ("gba", ("GBA",))])
def test_tbt_notifies_the_authority_that_is_chosen(option, authority):
    story = vlaio(I_14=option)
    at = "2021-10-29T14:00:00Z"
    story.tell("incident-detected", "TBT", at, incident="I", leak=True, aware_at=at)
    answer = story.ask("2021-10-30")
    found = the(answer, "AVG 33(1)/b")
    assert (found.counterparty, found.reading) == (authority, {"I-14": option})
    assert found.due.strict == local("2021-11-01T15:00")
    assert [each.gap for each in answer.gaps] == ["AVG 33(1)/b"] * (option == "undetermined")


@pytest.mark.parametrize(("option", "owed", "gaps"), [("opgroeien", 1, []), ("serv", 0, ["art. 6, item 6"])])
def test_an_incident_is_told_to_opgroeien_or_serv_is_the_controller_itself(option, owed, gaps):
    story = serv(I_15=option)
    at = "2021-05-01T09:00:00Z"
    story.tell("incident-detected", "SERV", at, incident="I", leak=False, aware_at=at)
    answer = story.ask("2021-06-01")
    assert len(under(answer, "art. 6, item 6")) == owed
    assert [each.gap for each in answer.gaps] == gaps


@pytest.mark.parametrize(("option", "forbidden"), [("receipt", []), ("sending", [True])])
def test_a_unilateral_end_works_from_receipt_or_from_sending(option, forbidden):
    story = serv(I_17=option)
    story.tell("protocol-breach-suspected", "OPGROEIEN", "2021-06-01T09:00:00Z", breach="B", committed_by="SERV")
    story.tell("protocol-terminated-unilaterally", "OPGROEIEN", "2021-06-03T09:00:00Z", breach="B", to=["SERV"],
               received_at="2021-06-05T09:00:00Z")  # fmt: skip
    story.tell("data-communicated", "OPGROEIEN", "2021-06-04T09:00:00Z", to=["SERV"], **DELIVERY)
    assert [each.certain for each in story.ask("2021-07-01").violations if each.clause == "art. 1/b"] == forbidden


def test_a_reading_that_was_chosen_and_given_up_holds_for_what_happened_in_between():
    story = vlaio()
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    story.tell("interpretation-chosen", "VLAIO", "2022-03-01", interpretation="I-4", option="reporter")
    back = story.tell("interpretation-chosen", "FIO", "2022-05-01", interpretation="I-4", option="source")
    for error, at in (("a", "2022-02-10"), ("b", "2022-04-10"), ("c", "2022-06-10")):
        story.tell("correction-instructed", "TBT", at, error=error, origin="TBT", found_by="VLAIO", dataset="contacts",
                   measure="change", to=["VLAIO", "FIO"], received_at=at)  # fmt: skip
    found = {each.case: each for each in under(story.ask("2022-07-01"), "art. 7, sentence 5", bearer="VLAIO")}
    assert {case: each.reading["I-4"] for case, each in found.items()} == {"a": "source", "c": "source"}
    assert [cause.id for cause in found["c"].chosen_by.values()] == [back]
    assert found["a"].chosen_by == {}


def test_a_reading_that_no_version_offers_is_not_followed_and_is_told():
    story = serv(I_9="post", I_99="yes")
    story.tell("data-received", "SERV", "2021-03-22T09:00:00Z", to="SERV", copy=["mailbox"], **DELIVERY,
               received_at="2021-03-22T09:00:00Z")  # fmt: skip
    answer = story.ask("2021-06-01")
    assert (the(answer, KEEP).reading, the(answer, KEEP).chosen_by) == ({"I-9": "arrival"}, {})
    assert [each.says for each in answer.findings if "offers" in each.says] == [
        "no version offers the reading post of I-9", "no version offers the reading yes of I-99",
    ]  # fmt: skip


@pytest.mark.parametrize("identifier", [P0, P4])
def test_every_reading_decides_something(identifier):
    version = load(shipped()[identifier], identifier)
    chosen = {name for clause in version.clauses for name in clause.chooses}
    chosen |= {name for gap in version.gaps for name in gap.under}
    assert chosen == {each.id for each in version.interpretations}
