"""Unusual histories of both protocols, each worked out by hand from the signed text before the engine was asked."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from projections.obligations.answer import Status
from tests.projections.obligations.stories import (
    Story,
    destroyed,
    holding,
    local,
    signed_serv,
    signed_vlaio,
    the,
    under,
)

P0, P4 = "vlaio-fio-tbt-2021", "opgroeien-serv-2021"
DELETE, DESTROY, KEEP = "art. 4, sentence 2", "art. 4, sentence 3", "art. 3, sentence 4"
SENT = {"from_": "OPGROEIEN", "origins": ["OPGROEIEN"], "datasets": ["organisers"]}
KRIS = "VLAIO/TBT/contacts/kris"


@pytest.fixture
def vlaio() -> Story:
    story = signed_vlaio(Story.of(P0, shipped()[P0]))
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    return story


@pytest.fixture
def serv() -> Story:
    return signed_serv(Story.of(P4, shipped()[P4], begins="2021-03-01"))


def received(story: Story, at: str, **more: str) -> str:
    return story.tell("data-received", "SERV", at, to="SERV", exchange="X-1", received_at=at, copy=["mailbox"], **SENT,
                      **more)  # fmt: skip


@pytest.mark.parametrize(
    ("as_of", "known_at", "opened"),
    [
        ("2023-01-05", "2022-10-01", "2022-12-31"),
        ("2023-01-05", None, None),
        ("2023-11-20", "2023-09-30", None),
        ("2023-11-20", None, "2023-11-15"),
        ("2024-01-05", "2023-09-30", "2023-12-31"),
    ],
)
def test_the_date_of_the_convenant_moves_twice_and_each_answer_says_what_was_known(vlaio, as_of, known_at, opened):
    for at, ends in (("2021-12-01", "2022-12-31"), ("2022-11-01", "2023-12-31"), ("2023-10-01", "2023-11-15")):
        vlaio.tell("protocol-end-date-recorded", "VLAIO", at, external="Convenant", ends_at=ends)
    found = under(vlaio.ask(as_of, known_at), DESTROY, unit=KRIS)
    assert [each.opened_at for each in found] == ([local(opened)] if opened else [])


def test_an_agreement_that_lapses_after_the_leaver_and_the_end_frees_of_neither_sentence(vlaio):
    vlaio.tell("protocol-end-date-recorded", "VLAIO", "2021-12-01", external="Convenant", ends_at="2022-12-31")
    vlaio.tell("retention-agreement-made", "TBT", "2022-05-30T09:00:00Z", agreement="RA", between=["TBT", "VLAIO"],
               valid_until="2023-03-31")  # fmt: skip
    vlaio.tell("party-withdrew", "TBT", "2022-05-31T08:00:00Z", party="TBT")
    for as_of, status in (("2023-03-31", Status.WAIVED), ("2023-04-01", Status.OPEN)):
        answer = vlaio.ask(as_of)
        assert [the(answer, clause, unit=KRIS).status for clause in (DELETE, DESTROY)] == [status] * 2
    destroyed(vlaio, "VLAIO", "TBT", "kris", "2023-04-05T09:00:00Z")
    assert {each.status for each in under(vlaio.ask("2023-04-06"), DESTROY, unit=KRIS)} == {Status.FULFILLED}


def test_a_power_whose_thirtieth_day_is_christmas_on_a_saturday_waits_for_the_day_after_monday(vlaio):
    vlaio.tell("protocol-breach-suspected", "VLAIO", "2021-11-20T09:00:00Z", breach="B", committed_by="TBT")
    vlaio.tell("notice-of-default-received", "TBT", "2021-11-25T10:00:00Z", notice="N", breach="B", to="TBT",
               received_at="2021-11-25T10:00:00Z")  # fmt: skip
    found = {each.exercisable_from for each in vlaio.ask("2022-01-01").powers if each.clause == "art. 8"}
    assert found == {local("2021-12-28")}


@pytest.mark.parametrize(("kind", "clause"), [("employment-ended", "/b"), ("function-changed", "/e")])
def test_access_is_to_be_revoked_from_the_day_that_somebody_goes_and_not_from_its_announcement(vlaio, kind, clause):
    more = {"function_profile": "cook"} if kind == "function-changed" else {}
    vlaio.tell(kind, "VLAIO", "2022-05-01T08:00:00Z", subject="5b" * 16, effective_at="2022-06-30", **more)
    vlaio.tell("access-granted", "VLAIO", "2022-05-20T08:00:00Z", grant="G", application="KRIS", subject="5b" * 16,
               recipient_category="user")  # fmt: skip
    assert under(vlaio.ask("2022-06-29"), f"art. 5, item 3{clause}") == []
    assert the(vlaio.ask("2022-07-05"), f"art. 5, item 3{clause}").opened_at == local("2022-06-30")


@pytest.mark.parametrize(
    ("notice", "act", "clause"),
    [
        (
            {"kind": "direct-marketing-announced", "campaign": "C"},
            {"kind": "direct-marketing-sent", "campaign": "C", "purpose": "frontoffice"},
            "art. 10, sentence 2",
        ),
        (
            {"kind": "publication-submitted", "publication": "P"},
            {"kind": "publication-made", "publication": "P"},
            "art. 3, sentence 4",
        ),
    ],
)
@pytest.mark.parametrize(("started", "breaches"), [("2022-01-04", 1), ("2022-01-06", 0), (None, 0)])
def test_a_notice_is_in_time_before_the_act_began_and_not_before_it_was_stated(
    vlaio, notice, act, clause, started, breaches
):
    vlaio.tell(notice["kind"], "VLAIO", "2022-01-05T08:00:00Z", to=["TBT"], received_at="2022-01-05T09:00:00Z",
               **{name: value for name, value in notice.items() if name != "kind"})  # fmt: skip
    begun = {"started_at": started} if started else {}
    vlaio.tell(act["kind"], "VLAIO", "2022-01-10T08:00:00Z", origins=["TBT"], **begun,
               **{name: value for name, value in act.items() if name != "kind"})  # fmt: skip
    assert len([each for each in vlaio.ask("2022-03-01").violations if each.clause == clause]) == breaches


@pytest.mark.parametrize(
    ("later", "lawful"), [(None, False), ({"coverage": "complete", "consents": 3}, True),
                          ({"coverage": "partial", "consents": 2}, False)]
)  # fmt: skip
def test_one_refusal_needs_every_consent_and_a_consent_taken_back_before_voids_them_all(vlaio, later, lawful):
    vlaio.tell("publication-approved", "TBT", "2022-01-03T08:00:00Z", publication="P")
    vlaio.tell("publication-refused", "FIO", "2022-01-03T08:00:00Z", publication="P")
    vlaio.tell("publication-made", "VLAIO", "2022-01-10T08:00:00Z", publication="P", origins=["TBT", "FIO", "VLAIO"])
    if later:
        for at, said in (("2022-01-05", {"coverage": "complete", "consents": 3}), ("2022-01-07", later)):
            vlaio.tell("publication-consents-recorded", "VLAIO", at, recorded="2022-02-01", publication="P", persons=3,
                       **said)  # fmt: skip
    found = [each.certain for each in vlaio.ask("2022-03-01").violations if each.clause == "art. 3, sentence 5"]
    assert found == [] if lawful else [True]


def test_a_corrected_receipt_moves_the_year_and_keeps_the_id(serv):
    first = received(serv, "2021-03-22T09:00:00Z")
    before = the(serv.ask("2021-06-01"), KEEP)
    received(serv, "2021-03-20T09:00:00Z", corrects=first, recorded="2021-05-01")
    after = the(serv.ask("2021-06-01"), KEEP)
    assert (before.due.strict, after.due.strict) == (local("2022-03-22"), local("2022-03-20"))
    assert after.id == before.id
    assert the(serv.ask("2021-06-01", known_at="2021-04-01"), KEEP).due == before.due


def test_a_backup_restored_after_the_year_is_overdue_at_once(serv):
    received(serv, "2021-03-22T09:00:00Z")
    destroyed(serv, "SERV", "OPGROEIEN", "mailbox", "2022-01-10T09:00:00Z")
    serv.tell("restore-performed", "SERV", "2022-06-01T09:00:00Z", origin="OPGROEIEN", datasets=["organisers"],
              copy=["mailbox"])  # fmt: skip
    assert the(serv.ask("2022-05-31"), KEEP).status is Status.FULFILLED
    found = the(serv.ask("2022-06-02"), KEEP)
    assert (found.status, found.opened_by.position) == (Status.OVERDUE, len(serv.entries))
    assert found.due.strict == local("2022-03-22")


def test_which_delivery_is_the_second_goes_by_when_they_happened(serv):
    def second(known_at: str | None = None) -> list[int]:
        return [each.act.position for each in serv.ask("2021-06-01", known_at).violations if each.clause == "art. 5"]

    for exchange, at, recorded in (("X-2", "2021-04-22", None), ("X-1", "2021-03-22", "2021-05-01")):
        serv.tell("data-communicated", "OPGROEIEN", f"{at}T08:00:00Z", to=["SERV"], exchange=exchange,
                  recorded=recorded, **SENT)  # fmt: skip
    assert (second(), second("2021-04-30")) == ([4], [])
    late = serv.entries[-1].event.split(b'"id":"')[1][:32].decode()
    serv.tell("event-retracted", "OPGROEIEN", "2021-05-05", retracts=late)
    assert second() == []
