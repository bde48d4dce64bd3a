"""AVG 19: who had the data when they were changed is told of it, each for itself."""

from __future__ import annotations

from ledger.protocol.shipped import shipped
from tests.projections.obligations.small import clause, small
from tests.projections.obligations.stories import Story, signed_vlaio, under

CLAUSE, OUTSIDE = "AVG 19", "AVG 19/b"


def told_story() -> Story:
    """TBT sent its contacts to VLAIO and its files to FIO, and gave KULeuven its contacts."""
    story = Story.of("vlaio-fio-tbt-2021", shipped()["vlaio-fio-tbt-2021"])
    signed_vlaio(story)
    for day, to, dataset in (("02", "VLAIO", "contacts"), ("03", "VLAIO", "contacts"), ("04", "FIO", "files")):
        story.tell("data-communicated", "TBT", f"2021-11-{day}T09:00:00Z", exchange=f"X-{day}", from_="TBT", to=[to],
                   origins=["TBT"], datasets=[dataset])  # fmt: skip
    story.tell("onward-disclosure-made", "TBT", "2021-11-05T09:00:00Z", disclosure="O", recipient="KULeuven",
               recipient_kind="third-party", origins=["TBT"], datasets=["contacts"])  # fmt: skip
    return story


def change(story: Story, *datasets: str, at: str = "2021-12-01T09:00:00Z", name: str = "R") -> None:
    story.tell("subject-data-changed", "TBT", at, change=name, kind="rectification", datasets=list(datasets))


def owed(story: Story, address: str = CLAUSE) -> dict[tuple[str, ...], str]:
    return {each.counterparty: str(each.status) for each in under(story.ask("2022-01-01"), address)}


def test_a_change_opens_one_notice_for_each_party_that_had_those_data():
    story = told_story()
    change(story, "contacts")
    assert owed(story) == {("VLAIO",): "open"}
    change(story, "contacts", "files", name="R-2")
    assert [each.counterparty for each in under(story.ask("2022-01-01"), CLAUSE) if each.case == "R-2"] == [
        ("FIO",), ("VLAIO",),
    ]  # fmt: skip


def test_each_recipient_is_told_for_itself():
    story = told_story()
    change(story, "contacts", "files")
    story.tell("recipient-notified", "TBT", "2021-12-02T09:00:00Z", change="R", to=["FIO"])
    assert owed(story) == {("FIO",): "fulfilled", ("VLAIO",): "open"}


def test_who_cannot_be_told_is_waived_and_stays_on_record():
    story = told_story()
    change(story, "contacts")
    story.tell("recipient-notice-omitted", "TBT", "2021-12-02T09:00:00Z", change="R", to=["VLAIO"],
               obstacle="disproportionate-effort")  # fmt: skip
    assert owed(story) == {("VLAIO",): "waived"}


def test_who_had_the_data_through_an_access_that_is_closed_is_told_too():
    story = told_story()
    story.tell("standing-exchange-opened", "TBT", "2021-11-06T09:00:00Z", exchange="S", from_="TBT", to=["FIO"],
               datasets=["contacts"])  # fmt: skip
    story.tell("standing-exchange-closed", "TBT", "2021-11-08T09:00:00Z", exchange="S")
    change(story, "contacts")
    assert owed(story) == {("FIO",): "open", ("VLAIO",): "open"}


def test_who_registered_a_copy_of_them_is_told_though_no_delivery_is_on_record():
    story = told_story()
    story.tell("holding-registered", "FIO", "2021-11-06T09:00:00Z", origin="TBT", dataset="contacts", copy="KRIS")
    change(story, "contacts")
    assert owed(story) == {("FIO",): "open", ("VLAIO",): "open"}


def test_who_gets_the_data_after_the_change_is_not_told():
    story = told_story()
    change(story, "contacts")
    story.tell("data-communicated", "TBT", "2021-12-20T09:00:00Z", exchange="X-9", from_="TBT", to=["FIO"],
               origins=["TBT"], datasets=["contacts"])  # fmt: skip
    assert owed(story) == {("VLAIO",): "open"}


def test_a_recipient_outside_the_protocol_is_told_by_the_name_that_it_was_given_them_under():
    story = told_story()
    change(story, "contacts")
    assert owed(story, OUTSIDE) == {("data-subjects",): "open"}
    story.tell("recipient-notified", "TBT", "2021-12-02T09:00:00Z", change="R", recipients=["Other"])
    assert owed(story, OUTSIDE) == {("data-subjects",): "open"}
    story.tell("recipient-notified", "TBT", "2021-12-03T09:00:00Z", change="R", recipients=["KULeuven"])
    assert owed(story, OUTSIDE) == {("data-subjects",): "fulfilled"}


REPORTED = """\
pattern: response
when: {type: incident-detected}
bearer: trigger.party
for_each:
  party: others
  once: {type: incident-notified, where: {party: bearer, to: unit}}
towards: unit
must: {type: breach-notified, where: {to: unit}}
term: immediately"""
SUBMITTED = """\
pattern: precedence
act: {type: publication-made}
needs:
  each: {party: others, once: {type: data-communicated, where: {from: act.party, to: unit}}}
  has: {type: publication-submitted, where: {to: unit}}"""


def test_a_unit_that_is_only_perhaps_one_is_undetermined_and_not_left_out():
    story = small(clause("told", REPORTED))
    story.tell("incident-notified", "ANN", "2021-11-05", incident="I-0", to=["BOB"])
    story.tell("incident-detected", "ANN", "2021-11-05T09:00:00Z", incident="I-1", leak=False)
    (only,) = under(story.ask("2022-01-01"), "told")
    assert only.status == "undetermined"
    assert any("the hour of" in fact for fact in only.missing)


def test_a_condition_asks_each_of_those_only():
    story = small(clause("all told", SUBMITTED))
    story.tell("publication-made", "ANN", "2021-11-05T09:00:00Z", publication="P-1", origins=["BOB"])
    assert not story.ask("2022-01-01").violations
    story.tell("data-communicated", "ANN", "2021-11-06T09:00:00Z", exchange="X", from_="ANN", to=["BOB"],
               origins=["ANN"], datasets=["d"])  # fmt: skip
    story.tell("publication-made", "ANN", "2021-11-07T09:00:00Z", publication="P-2", origins=["BOB"])
    assert len(story.ask("2022-01-01").violations) == 1
