"""What can be read and still makes no sense: types, selectors, powers, and what nothing uses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events.catalogue import types
from ledger.protocol.check import check, checked
from ledger.protocol.expressions import Constant, FieldTest
from ledger.protocol.faults import Fault, ProtocolRejected
from ledger.protocol.load import load
from ledger.protocol.patterns import Precedence, Recurrence, Response
from tests.protocol.texts import HEAD, SMALL, THIRD, place


def faults_of(text: str) -> list[Fault]:
    return check(load(text.encode(), "test.yaml"), types())


def clause(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.strip().split("\n"))
    return f"{HEAD}  - clause: art. 9\n    text: Iets.\n    title: {{nl: Iets, en: Something}}\n{lines}"


def test_the_small_file_has_no_faults():
    assert faults_of(SMALL) == []


def test_a_third_protocol_needs_no_code():
    found = load(THIRD.encode(), "third.yaml")
    assert check(found, types()) == []
    bodies = {each.address: pattern for each, pattern in found.patterns(found.readings())}
    assert isinstance(bodies["art. 6"], Response)
    assert bodies["art. 6"].restarts
    assert isinstance(bodies["art. 7"], Recurrence)
    assert isinstance(bodies["art. 8"], Precedence)
    assert found.calendar.also == ((7, 11), (12, 26))


WRONG = [
    ("incident-detected", "incident-detekted", "type-unknown", "did you mean incident-detected?"),
    ("at: aware_at", "at: found_at", "field", "incident-detected has no found_at"),
    ("at: aware_at", "at: incident", "field", "not a moment"),
    ("leak: true", "leek: true", "field", "did you mean leak?"),
    ("leak: true", "leak: misschien", "type", "the field is a boolean"),
    ("leak: true", "party: NIEMAND", "party", "no party of this file"),
    ("leak: true", "description: x", "field", "it is sealed"),
    ("leak: true", "origins: {list: none-such}", "list", "no list is called none-such"),
    ("case: trigger.incident", "case: trigger.breach", "field", "has no breach"),
    ("case: trigger.incident", "case: act.incident", "selector", "act is not known here"),
    ("bearer: trigger.party", "bearer: trigger.incident", "selector", "here stands a party"),
    ("bearer: trigger.party", "bearer: counterparty", "selector", "counterparty is not known here"),
    ("bearer: trigger.party", "bearer: public", "bearer", "nobody who is bound"),
    ("bearer: trigger.party", "bearer: TOEZICHT", "bearer", "nobody who is bound"),
    ("bearer: trigger.party", "bearer: {of: all, but: all}", "bearer", "nobody who is bound"),
    ("for_each: {party: others}", "for_each: [a, b]", "selector", "the unit is a name"),
    ("incident: case", "incident: trigger.aware_at", "type", "is a moment"),
    ("party: bearer", "party: counterparty", "must", "another party's act"),
    ("party: bearer", "party: TOEZICHT", "must", "another party's act"),
    ("bearer: trigger.party", "bearer: [BETA, TOEZICHT]", "bearer", "nobody who is bound"),
    ("must: {type: breach-notified, where: {incident: case, party: bearer, to: counterparty}}",
     "must: {copy: deleted}", "type", "the unit is not a holding"),
    ("must: {type: breach-notified, where: {incident: case, party: bearer, to: counterparty}}",
     "must: {type: party-withdrew}", "power", "no power gives party-withdrew"),
    ("must: {type: breach-notified, where: {incident: case, party: bearer, to: counterparty}}",
     "must: {type: protocol-version-registered}", "must", "only the operator states"),
    ("term: 24 hours", "term: 24 hours from trigger.leak", "selector", "is a boolean, not a moment"),
    ("term: 24 hours", "term: 24 hours from unit.at", "selector", "here stands a moment of the trigger"),
    ("clause: art. 2", "clause: art. 1", "twice", "art. 1 is used twice"),
    ("term: 24 hours", "term: 24 hours\n    proof: [none-such]", "type-unknown", "no event type"),
    ("{choice: I-1, last: last-signature, first: first-signature}", "last-signature", "unused", "depends on I-1"),
    ("{id: BETA,", "{id: ALFA,", "twice", "the party ALFA is used twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fact", "says"), WRONG)
def test_what_does_not_fit_is_named(old, new, fact, says):
    assert old in SMALL
    found = faults_of(SMALL.replace(old, new, 1))
    assert [fault.code for fault in found if says in fault.message] == [f"protocol.{fact}"]
    assert all(fault.line > 1 for fault in found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("holder: {class: GEMEENTE}", "holder: {class: GEMEENTEN}"),
        ("{type: party-acceded}", "{type: party-acceded, where: {class: GEMEENTEN}}"),
    ],
)
def test_a_class_that_the_file_does_not_name_is_a_fault(old, new):
    assert old in THIRD
    found = faults_of(THIRD.replace(old, new, 1))
    assert [fault.code for fault in found] == ["protocol.class"]
    assert "did you mean GEMEENTE?" in found[0].message


def test_a_list_that_nothing_uses_is_named():
    (fault,) = faults_of(clause("defines: list\nname: leeg\nitems: [a]"))
    assert (fault.code, fault.message) == ("protocol.unused", "nothing uses the list leeg")


def test_a_moment_that_nothing_makes_is_named():
    text = "pattern: response\nwhen: {moment: left}\nbearer: others\ntowards: trigger.party\n"
    text += "for_each: {holding: {holder: bearer, origin: trigger.party}}\nmust: {copy: deleted}\nterm: immediately"
    assert [fault.message for fault in faults_of(clause(text))] == ["no power and no end makes left"]


def test_a_prior_baseline_stands_with_a_rolling_period_only():
    text = "pattern: recurrence\nbearer: all\ntowards: others\nmust: {type: policy-reviewed}\n"
    rolling = text + "every: 12 months\nbaseline: prior"
    assert faults_of(clause(rolling)) == []
    assert [fault.code for fault in faults_of(clause(rolling.replace("12 months", "calendar year")))] == [
        "protocol.form"
    ]


def test_nothing_is_taken_over_where_nothing_is_amended():
    taking = SMALL.replace("    term: 24", "    takes_over: art. 7\n    term: 24")
    assert [fault.code for fault in faults_of(taking)] == ["protocol.address"]
    assert faults_of(taking.replace("drawn_up", "amends: two-parties/0\ndrawn_up", 1)) == []


def test_a_file_with_faults_is_rejected_as_bad_input():
    text = SMALL.replace("leak: true", "leek: true")
    with pytest.raises(ProtocolRejected) as rejected:
        checked(text.encode(), "mine.yaml")
    line, column = place(text, "leek")
    assert rejected.value.where == {"file": "mine.yaml", "line": line, "column": column}


def test_in_a_file_that_cannot_be_read_whole_every_clause_that_can_be_is_checked():
    broken = SMALL.replace("at: {choice: I-1", "at: {choice: I-9").replace("trigger.incident", "trigger.incidence")
    with pytest.raises(ProtocolRejected) as rejected:
        checked(broken.encode(), "test.yaml")
    codes = {each.code for each in rejected.value.faults}
    assert codes == {"protocol.choice", "protocol.field"}


def test_a_list_in_a_clause_that_cannot_be_read_is_not_missed():
    lists = """
  - clause: art. 7
    text: Deze lijst.
    title: {nl: Lijst, en: List}
    defines: list
    name: words
    items: [a]
  - clause: art. 8
    text: Enkel deze.
    title: {nl: Enkel, en: Only}
    pattern: prohibition
    act: {type: data-communicated, where: {categories: {outside: {list: words}}}}
"""
    whole = SMALL + lists.removeprefix("\n")
    assert checked(whole.encode(), "test.yaml").clause("art. 8") is not None
    with pytest.raises(ProtocolRejected) as rejected:
        checked(whole.replace("items: [a]", "items: a").encode(), "test.yaml")
    assert [each.code for each in rejected.value.faults] == ["protocol.form"]


def test_an_authority_is_an_outsider_and_a_version_amends_another():
    (fault,) = faults_of(SMALL.replace("authority: TOEZICHT", "authority: BETA"))
    assert (fault.line, fault.message) == (6, "BETA is a party: an authority is one of the outsiders")
    (fault,) = faults_of(SMALL.replace('version: "1"', 'version: "1"\namends: "1"'))
    assert (fault.line, fault.message) == (3, "version 1 cannot amend itself; amends names the version before")
    assert faults_of(SMALL.replace('version: "1"', 'version: "2"\namends: "1"')) == []


def test_a_gap_leads_to_a_clause():
    gap = "gaps:\n  - {gap: art. 77, when: {type: incident-detected}, says: {nl: Niets, en: Nothing}}\n"
    assert [fault.code for fault in faults_of(SMALL + gap)] == ["protocol.address"]


def test_a_word_is_read_by_the_type_of_its_field():
    text = clause("pattern: prohibition\nact: {type: access-granted, where: {application: all, acting_for: ALFA}}")
    found = load(text.encode(), "test.yaml").clause("art. 9")
    assert found is not None
    act = found.variants[0].body.act
    assert act.where[0] == FieldTest("application", Constant("all"))
    assert act.where[1].value != Constant("ALFA")


def test_faults_of_all_readings_are_named_once():
    text = SMALL.replace("bearer: trigger.party", "bearer: {choice: I-1, last: trigger.nobody, first: trigger.someone}")
    messages = [fault.message for fault in faults_of(text)]
    assert sum("has no nobody" in message for message in messages) == 1
    assert sum("has no someone" in message for message in messages) == 1


WORDS = [
    "all", "others", "peers", "bearer", "counterparty", "unit", "public", "case", "ALFA", "AGENTSCHAP", "trigger.party",
    "act.party", "unit.origin", "response", "power", "standing", "recurrence", "precedence", "limit", "list", "end",
    "flows", "true", "3", "1.5", "null", "[a, b]", "{list: x}", "{moment: left}", "{party: others}", "{copy: deleted}",
    "{holding: {holder: bearer}}", "{choice: I-1, last: all, first: 3}", "{in_force: [all]}", "{of: all, but: unit}",
    "{authority_of: unit}", "{class: GEMEENTE}",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([SMALL, THIRD]), st.data())
def test_any_file_of_known_words_is_checked_or_rejected(text, data):
    for _ in range(data.draw(st.integers(1, 3))):
        spots = [found.span(1) for found in re.finditer(r"[:{,\[] ?([a-zA-Z.-]+)(?=[,}\n\]])", text)]
        start, end = data.draw(st.sampled_from(spots))
        text = text[:start] + data.draw(st.sampled_from(WORDS)) + text[end:]
    try:
        assert checked(text.encode(), "any.yaml").clauses
    except ProtocolRejected as rejected:
        places = [(fault.line, fault.column) for fault in rejected.faults]
    else:
        places = []
    assert all(line >= 1 and column >= 1 for line, column in places)
