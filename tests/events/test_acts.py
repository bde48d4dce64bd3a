"""What cannot have happened cannot be built, and whose act an event is."""

from __future__ import annotations

import pytest

from ledger.events.acts import acting, value_of
from ledger.events.codec import MalformedEvent, built
from ledger.events.fields import ABSENT
from tests.events.examples import example

NOON, EVENING = "2022-05-30T12:00:00Z", "2022-05-30T18:00:00Z"

IMPOSSIBLE: dict[str, tuple[str, dict[str, object], str]] = {
    "a notice to oneself": ("breach-notified", {"to": ["TBT"]}, "address itself"),
    "a notice to oneself, among others": ("breach-notified", {"to": ["VLAIO", "TBT"]}, "address itself"),
    "a notice to whom one speaks for": ("breach-notified", {"to": ["FIO"], "on_behalf_of": ["FIO"]}, "address itself"),
    "a notice to the one who acts": ("breach-notified", {"to": ["FIO"], "party": "FIO"}, "address itself"),
    "a list of processors to oneself": ("processor-overview-shared", {"to": "TBT"}, "address itself"),
    "the same twice": ("breach-notified", {"to": ["VLAIO", "VLAIO"]}, "to names the same twice"),
    "received before sent": ("breach-notified", {"received_at": "2022-05-29"}, "received before"),
    "over before it begins": ("measure-attested", {"valid_until": "2022-05-29"}, "ends before"),
    "over before covered": (
        "measure-attested", {"covers_from": "2022-07-01", "valid_until": "2022-06-01"}, "ends before",
    ),
    "over on the day before": (
        "measure-attested", {"covers_from": "2022-06-01", "valid_until": "2022-05-31"}, "ends before",
    ),
    "an agreement with oneself": ("retention-agreement-made", {"between": ["TBT"]}, "at least two"),
    "an agreement about a third one's data": ("retention-agreement-made", {"origin": "FIO"}, "not one of those"),
    "a term agreed with oneself": ("reasonable-term-agreed", {"between": ["TBT"]}, "at least two"),
    "a consultation of one": ("joint-consultation-held", {"participants": ["TBT"]}, "at least two"),
    "impact and no impact": ("breach-assessed", {"impact_on": ["FIO"], "no_impact_on": ["FIO"]}, "same party"),
    "all consents of fewer": ("publication-consents-recorded", {"coverage": "complete"}, "partial, not complete"),
    "more consents than persons": ("publication-consents-recorded", {"consents": 13}, "13 consents of 12"),
    "data to oneself": ("data-communicated", {"to": ["TBT"]}, "to itself"),
    "another's sending as one's own": ("data-communicated", {"from": "FIO"}, "act of FIO"),
    "another's receiving as one's own": ("data-received", {"to": "FIO"}, "act of FIO"),
    "a holding of every copy": ("holding-registered", {"copy": "all"}, "called all"),
    "a delivery into every copy": ("data-received", {"copy": ["all"]}, "called all"),
    "destroyed by a soft delete": ("destruction-performed", {"method": "soft-delete"}, "invalid enum value"),
    "access of nobody": ("access-granted", {"subject": None}, "to a person or to a group"),
    "access of a person and a group": ("access-granted", {"group": "sales"}, "to a person or to a group"),
    "a notice of default to oneself": ("notice-of-default-received", {"from": "TBT"}, "in default"),
    "an erasure of nothing": ("subject-erased", {"tokens": None}, "tokens or commitments"),
    "a change of all data sets": ("subject-data-changed", {"datasets": ["all"]}, "called all"),
    "a notice to no recipient": ("recipient-notified", {"to": None, "recipients": None}, "names parties or other"),
    "a recipient's notice to oneself": ("recipient-notified", {"to": ["TBT"]}, "address itself"),
    "a mandate to oneself": ("mandate-recorded", {"to": "TBT"}, "address itself"),
}  # fmt: skip


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_have_happened_cannot_be_built(case: str) -> None:
    name, changes, fact = IMPOSSIBLE[case]
    built(example(name))
    with pytest.raises(MalformedEvent, match=fact):
        built(example(name, **changes))


@pytest.mark.parametrize("received", ["2022-05-30", "2022-05-30T08:15:00Z", "2022-05-31"])
def test_a_receipt_on_the_day_of_sending_is_possible(received: str) -> None:
    built(example("breach-notified", received_at=received))


def test_an_agreement_may_end_on_the_day_it_begins() -> None:
    built(example("measure-attested", covers_from="2022-06-01", valid_until="2022-06-01"))
    built(example("measure-attested", happened_at=NOON, covers_from=NOON, valid_until=EVENING))


def test_the_act_is_the_authors_unless_something_says_otherwise() -> None:
    assert acting(built(example("policy-reviewed"))) == ("TBT",)
    assert acting(built(example("policy-reviewed", on_behalf_of=["VLAIO", "FIO"]))) == ("VLAIO", "FIO")
    assert acting(built(example("policy-reviewed", on_behalf_of=["VLAIO"], party="FIO"))) == ("FIO",)


def test_a_value_is_found_by_its_name_in_the_bytes() -> None:
    sent = built(example("data-communicated"))
    assert value_of(sent, "from") == "TBT"
    assert value_of(sent, "categories") is ABSENT
    assert value_of(sent, "no-such-field") is ABSENT
