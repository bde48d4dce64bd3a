"""Which copies a party has: what it registered, what it declared, and what was delivered since."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
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
DELETE, KEEP = "art. 4, sentence 2", "art. 3, sentence 4"


def declared(story: Story, who: str, origin: str, at: str, **more: str) -> None:
    story.tell("holdings-declared", who, at, origins=[origin], **more)


def received(story: Story, at: str, exchange: str = "X-1", **more: object) -> None:
    story.tell("data-received", "SERV", at, from_="OPGROEIEN", to="SERV", exchange=exchange, origins=["OPGROEIEN"],
               datasets=["organisers"], received_at=at, **more)  # fmt: skip


@pytest.fixture
def serv() -> Story:
    return signed_serv(Story.of(P4, shipped()[P4], begins="2021-03-01"))


def left(story: Story) -> set[str]:
    """What VLAIO owes TBT once that has left."""
    story.tell("party-withdrew", "TBT", "2022-05-31T08:00:00Z", party="TBT")
    return {str(each.unit) for each in under(story.ask("2022-06-10"), DELETE, bearer="VLAIO")}


@pytest.mark.parametrize(
    ("declarations", "copies", "deliveries", "owed"),
    [
        ([], [], [], {"undeclared"}),
        (["2021-11-01"], [], [], set()),
        (["2021-11-01"], [], ["2022-02-01T09:00:00Z"], {"undeclared"}),
        (["2021-11-01", "2022-02-02"], [], ["2022-02-01T09:00:00Z"], set()),
        (["2022-02-01"], [], ["2022-02-01T09:00:00Z"], {"undeclared"}),  # which came first is not known
        ([], ["subsidies"], ["2022-02-01T09:00:00Z"], {"VLAIO/TBT/subsidies/kris"}),
        ([], ["contacts"], ["2022-02-01T09:00:00Z"], {"VLAIO/TBT/contacts/kris", "undeclared"}),
        (["2022-03-01"], ["contacts"], ["2022-02-01T09:00:00Z"], {"VLAIO/TBT/contacts/kris"}),
    ],
)
@pytest.mark.parametrize("told", ["data-received", "data-communicated"])
def test_a_declaration_does_not_know_of_what_was_delivered_after_it(declarations, copies, deliveries, owed, told):
    story = signed_vlaio(Story.of(P0, shipped()[P0]))
    for dataset in copies:
        holding(story, "VLAIO", "TBT", dataset, "kris", at="2021-11-02")
    for at in declarations:
        declared(story, "VLAIO", "TBT", at)
    for at in deliveries:
        author, to = ("VLAIO", "VLAIO") if told == "data-received" else ("TBT", ["VLAIO"])
        story.tell(told, author, at, from_="TBT", to=to, exchange="X", origins=["TBT"], datasets=["subsidies"])
    assert left(story) == owed


@pytest.mark.parametrize(("about", "undeclared"), [({"exchange": "X-1"}, {"X-2"}), ({}, set())])
def test_a_declaration_on_one_exchange_says_nothing_of_another(serv, about, undeclared):
    received(serv, "2021-03-22T09:00:00Z", "X-1")
    received(serv, "2021-04-22T09:00:00Z", "X-2")
    declared(serv, "SERV", "OPGROEIEN", "2021-06-01", **about)
    assert {each.case for each in under(serv.ask("2021-08-01"), KEEP)} == undeclared


def test_a_copy_that_names_no_exchange_may_be_of_the_delivery(serv):
    received(serv, "2021-03-22T09:00:00Z", copy=["mailbox"])
    holding(serv, "SERV", "OPGROEIEN", "organisers", "backup", at="2021-03-25")
    holding(serv, "SERV", "OPGROEIEN", "other", "backup", at="2021-03-25")
    found = the(serv.ask("2022-05-01"), KEEP, unit="SERV/OPGROEIEN/organisers/backup")
    assert (str(found.status), found.due.strict) == ("undetermined", local("2022-03-22"))
    assert found.missing == ("which exchange SERV/OPGROEIEN/organisers/backup is of",)
    assert len(under(serv.ask("2022-05-01"), KEEP)) == 2
    destroyed(serv, "SERV", "OPGROEIEN", "all", "2022-03-01T10:00:00Z")
    assert {str(each.status) for each in under(serv.ask("2022-05-01"), KEEP)} == {"fulfilled"}


@pytest.mark.parametrize("late", [False, True])
def test_sent_again_it_keeps_the_clock_of_its_first_arrival_whichever_was_recorded_first(serv, late):
    first = {"at": "2021-03-22T09:00:00Z", "copy": ["mailbox"]}
    again = {"at": "2021-04-10T09:00:00Z", "copy": ["share"]}
    for each in (again, {**first, "recorded": "2021-05-01"}) if late else (first, again):
        received(serv, **each)
    found = under(serv.ask("2021-06-01"), KEEP)
    assert {str(each.unit.fields["copy"]): each.due.strict for each in found} == {
        "mailbox": local("2022-03-22"),
        "share": local("2022-03-22"),
    }
