"""An act of several parties at once: what each of them needed first, it needed for itself."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.protocol.shipped import shipped
from tests.projections.clauses.cases import SERV, VLAIO
from tests.projections.obligations.stories import Story, signed_serv, signed_vlaio, under

BOTH = ["VLAIO", "FIO"]
PERSON = "5b" * 16
ADVICE = "decreet 18.07.2008 art. 8, §1/b"
ONWARD = {"disclosure": "O", "recipient": "HB+", "origins": ["TBT"], "datasets": ["a"]}
GRANT = {"grant": "G", "application": "KRIS", "recipient_category": "user", "subject": PERSON, "function_profile": "f"}


def story() -> Story:
    """VLAIO may act for FIO in everything."""
    found = signed_vlaio(Story.of(VLAIO, shipped()[VLAIO]))
    found.tell("interpretation-chosen", "OPERATOR", "2021-10-12", interpretation="I-2", option="all-acts")
    return found


@pytest.mark.parametrize(
    ("clause", "needed", "act", "fields"),
    [
        ("art. 5, sentence 5", ("processing-agreement-signed", {"agreement": "P", "processor": "HB+"}),
         "processor-engaged", {"processor": "HB+"}),
        ("art. 6, sentence 4", ("confidentiality-agreement-signed", {"agreement": "C", "processor": "HB+"}),
         "processor-engaged", {"processor": "HB+"}),
        ("art. 5, item 3", ("function-profile-recorded", {"profile": "f", "needs_data": True}),
         "access-granted", GRANT),
        ("art. 6, sentence 1", ("confidentiality-undertaking-signed", {"subject": PERSON}), "access-granted", GRANT),
        ("art. 6, sentence 3", ("confidentiality-agreement-signed", {"agreement": "C", "processor": "HB+"}),
         "onward-disclosure-made", {**ONWARD, "recipient_kind": "processor"}),
        ("art. 3, sentence 4", ("publication-submitted",
                                {"publication": "P", "to": ["TBT"], "received_at": "2021-11-01T09:00:00Z"}),
         "publication-made", {"publication": "P", "origins": ["TBT"]}),
        ("art. 10, sentence 2", ("direct-marketing-announced",
                                 {"campaign": "C", "to": ["TBT"], "received_at": "2021-11-01T09:00:00Z"}),
         "direct-marketing-sent", {"campaign": "C", "origins": ["TBT"], "purpose": "frontoffice"}),
    ],
)  # fmt: skip
def test_what_only_one_of_them_had_is_wanting_to_the_other(
    clause: str, needed: tuple[str, dict[str, Any]], act: str, fields: dict[str, Any]
) -> None:
    told = story()
    told.tell(needed[0], "VLAIO", "2021-11-01T09:00:00Z", **needed[1])
    told.tell(act, "VLAIO", "2021-12-01T09:00:00Z", on_behalf_of=BOTH, **fields)
    found = [each for each in told.ask("2022-01-01").violations if each.clause == clause]
    assert [(each.bearer, each.certain) for each in found] == [("FIO", True)]


@pytest.mark.parametrize(("advised", "without"), [(["VLAIO", "TBT"], ["FIO"]), (["VLAIO", "FIO", "TBT"], [])])
def test_advice_to_vlaio_is_no_advice_to_fio_although_one_hand_signs_for_both(advised, without):
    told = Story.of(VLAIO, shipped()[VLAIO])
    told.tell("dpo-advice-given", "VLAIO", "2021-10-07", for_=advised, advice="positive")
    found = [each for each in signed_vlaio(told).ask("2021-12-01").violations if each.clause == ADVICE]
    assert [each.bearer for each in found] == without


def test_a_consultation_without_the_other_party_is_no_joint_one():
    told = signed_serv(Story.of(SERV, shipped()[SERV], begins="2021-03-01"))
    at = "2021-05-01T09:00:00Z"
    told.tell("incident-detected", "SERV", at, incident="I", leak=True, aware_at=at)
    told.tell("breach-notified", "SERV", at, incident="I", to=["OPGROEIEN"], received_at=at, channel="dpo")
    told.tell("joint-consultation-held", "SERV", "2021-05-02T09:00:00Z", incident="I", participants=["SERV", "VTC"])
    found = under(told.ask("2021-06-01"), "art. 9, sentence 1/b")
    assert {each.bearer: str(each.status) for each in found} == {"OPGROEIEN": "open", "SERV": "open"}
