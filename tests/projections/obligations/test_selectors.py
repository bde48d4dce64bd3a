"""What a clause can point at: party words, fields, lists, and what an absent field matches."""

from __future__ import annotations

import pytest

from tests.projections.obligations.small import clause, small
from tests.projections.obligations.stories import Story, holding, local, the, under

LISTS = clause(
    "rows", "defines: list\nname: apps\nitems: [{app: kris, login: two-factor}, {app: webea, login: password}]"
) + (clause("mine", "defines: list\nname: tasks\nby: party\nitems: {ANN: [a, b], BOB: [c]}\nopen: true"))


def incident(story: Story, party: str = "ANN", at: str = "2021-11-05T08:00:00Z", **more) -> str:
    return story.tell("incident-detected", party, at, incident=f"I-{len(story.entries)}", leak=False, **more)


def response(where: str = "", **fields: str) -> str:
    body = {"bearer": "trigger.party", "towards": "others", "must": "{type: breach-assessed, where: {party: bearer}}"}
    lines = [f"{name}: {value}" for name, value in {**body, **fields}.items()]
    return clause(
        "reply",
        "pattern: response\nwhen: {type: incident-detected" + where + "}\nterm: immediately\n" + "\n".join(lines),
    )


@pytest.mark.parametrize(
    ("where", "matches"),
    [
        ("{missing: true}", False), ("{missing: false}", True), ("{not: Net-IT}", False), ("{not: Other}", True),
        ("[Net-IT, Other]", True), ("Other", False),
    ],
)  # fmt: skip
def test_a_field_that_is_there_matches(where, matches):
    story = small(response(f", where: {{processor: {where}}}"))
    incident(story, processor="Net-IT")
    assert bool(under(story.ask("2022-01-01"), "reply")) is matches


@pytest.mark.parametrize(
    ("where", "matches"),
    [("{missing: true}", True), ("{missing: false}", False), ("{not: Net-IT}", True), ("[Net-IT, Other]", False)],
)
def test_an_absent_field_matches_only_not_and_missing(where, matches):
    story = small(response(f", where: {{processor: {where}}}"))
    incident(story)
    assert bool(under(story.ask("2022-01-01"), "reply")) is matches


@pytest.mark.parametrize(
    ("where", "matches"),
    [("[d1, d9]", True), ("{every: [d1, d2]}", True), ("{every: [d1, d9]}", False), ("{outside: [d1]}", True),
     ("{outside: [d1, d2, d3]}", False)],
)  # fmt: skip
def test_a_list_field_matches_on_overlap_on_every_or_outside(where, matches):
    story = small(response(f", where: {{datasets: {where}}}"))
    incident(story, datasets=["d1", "d2"])
    assert bool(under(story.ask("2022-01-01"), "reply")) is matches


def test_a_data_set_that_the_event_calls_all_is_every_data_set():
    story = small(response(", where: {datasets: d7}"))
    incident(story, datasets=["all"])
    assert under(story.ask("2022-01-01"), "reply")


def test_a_waiver_that_must_name_every_party_does():
    story = small(response(unless="{type: breach-assessed, where: {no_impact_on: {every: [bearer, counterparty]}}}",
                           must="{type: authority-notified}"))  # fmt: skip
    incident(story)
    story.tell("breach-assessed", "ANN", "2021-11-06T08:00:00Z", incident="I-3", no_impact_on=["ANN"])
    assert the(story.ask("2022-01-01"), "reply").status == "open"
    story.tell("breach-assessed", "ANN", "2021-11-07T08:00:00Z", incident="I-3", no_impact_on=["ANN", "BOB"])
    assert the(story.ask("2022-01-01"), "reply").status == "waived"


def test_peers_are_those_that_a_flow_leads_from_or_to():
    flow = clause("flows", "defines: flows\nflows: [{from: ANN, to: BOB}]")
    for party, peer in (("ANN", ("BOB",)), ("BOB", ("ANN",))):
        story = small(flow, response(towards="peers"))
        incident(story, party)
        assert the(story.ask("2022-01-01"), "reply").counterparty == peer


def test_a_flow_lets_pass_only_the_data_sets_that_it_names():
    flow = clause("flows", "defines: flows\nflows: [{from: ANN, to: BOB, datasets: [d1]}]")
    forbidden = clause(
        "only", "pattern: prohibition\nact: {type: data-communicated}\nunless: {flow: [act.from, act.to]}"
    )
    story = small(flow, forbidden)
    for dataset in ("d1", "d2"):
        story.tell("data-communicated", "ANN", "2021-11-05T08:00:00Z", from_="ANN", to=["BOB"], exchange=f"X-{dataset}",
                   origins=["ANN"], datasets=[dataset])  # fmt: skip
    assert [each.act.position for each in story.ask("2022-01-01").violations] == [5]


def test_a_list_of_rows_gives_a_unit_for_each_row():
    has = "{type: measure-attested, where: {party: bearer, application: unit.app, measure: unit.login}}"
    story = small(
        LISTS,
        clause("access", f"pattern: standing\nbearer: all\ntowards: others\nfor_each: {{list: apps}}\nhas: {has}"),
    )
    story.tell("measure-attested", "ANN", "2021-09-01T08:00:00Z", measure="two-factor", application="kris")
    found = under(story.ask("2022-01-01"), "access", bearer="ANN")
    assert [each.unit.fields for each in found] == [{"app": "webea", "login": "password"}]


def test_a_list_by_party_gives_each_party_its_own():
    has = "{type: measure-attested, where: {party: bearer, measure: unit}}"
    story = small(
        LISTS,
        clause("tasks", f"pattern: standing\nbearer: all\ntowards: others\nfor_each: {{list: tasks}}\nhas: {has}"),
    )
    found = under(story.ask("2022-01-01"), "tasks")
    assert {(each.bearer, str(each.unit)) for each in found} == {("ANN", "a"), ("ANN", "b"), ("BOB", "c")}


def test_a_prior_received_counts_from_the_receipt_of_the_party_it_is_for():
    needs = "{type: publication-submitted, at: received_at, where: {publication: act.publication, to: unit}}"
    each = "for_each: {party: {of: act.origins, but: act.party}}\ntowards: unit"
    body = f"pattern: precedence\nact: {{type: publication-made}}\n{each}\nneeds: {needs}"
    story = small(clause("submit", body))
    sent = story.tell(
        "publication-submitted", "ANN", "2021-11-05T08:00:00Z", publication="P-1", to=["BOB"], draft="ab" * 32
    )
    story.tell("publication-made", "ANN", "2021-11-10T08:00:00Z", publication="P-1", origins=["ANN", "BOB"])
    unproven = story.ask("2022-01-01").violations
    assert [(each.certain, str(each.unit), each.missing) for each in unproven] == [
        (False, "BOB", ("received_at of publication-submitted (entry 4)",))
    ]
    story.tell("receipt-confirmed", "BOB", "2021-11-08T08:00:00Z", received=sent, received_at="2021-11-08T08:00:00Z",
               recorded="2021-12-01")  # fmt: skip
    assert story.ask("2022-01-01").violations == ()


def test_a_holding_that_may_be_meant_is_reached_and_says_what_is_missing():
    each = "for_each: {holding: {holder: bearer, dataset: trigger.dataset}}"
    body = "pattern: response\nwhen: {type: data-error-found}\ncase: trigger.error\nbearer: trigger.party\n" + (
        f"towards: others\n{each}\nmust: {{copy: destroyed}}\nterm: reasonable"
    )
    story = small(clause("erase", body))
    holding(story, "ANN", "BOB", "d1", "c")
    story.tell("data-error-found", "ANN", "2021-11-10T08:00:00Z", error="E-1", origin="BOB", kind="wrong")
    found = the(story.ask("2022-01-01"), "erase")
    assert (found.status, found.missing) == ("undetermined", ("trigger.dataset is not given",))
    assert found.opened_at == local("2021-11-10T09:00")


def test_a_term_may_run_from_the_beginning_of_the_protocol():
    story = small(
        response(must="{type: authority-notified}").replace("term: immediately", "term: 1 year from protocol.in_force")
    )
    incident(story)
    assert the(story.ask("2022-01-01"), "reply").due == (local("2022-10-11"), local("2022-10-12"))
