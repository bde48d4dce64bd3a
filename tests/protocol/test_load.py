"""A malformed file gives every fault, each with line, column and fact; nothing else ever comes out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.protocol.faults import Fault, ProtocolRejected
from ledger.protocol.load import load
from ledger.protocol.shipped import shipped
from tests.protocol.texts import HEAD, SMALL, place


def faults_of(text: str | bytes) -> tuple[Fault, ...]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ProtocolRejected) as rejected:
        load(data, "test.yaml")
    return rejected.value.faults


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        ("text: De partijen melden", "text: Artikel 2: de partijen melden", "a text with a colon stands in quotes"),
        ("    term: 24 hours", "\tterm: 24 hours", "no tabs"),
        ("text: De partijen", "text: %De partijen", "stands in quotes"),
    ],
)
def test_a_slip_that_many_make_is_told_with_the_way_out(old, new, way):
    (fault,) = faults_of(SMALL.replace(old, new))
    assert way in fault.message


@pytest.mark.parametrize(("written", "reads"), [("8", True), ("010", False), ("08", False)])
def test_a_number_has_one_spelling(written, reads):
    limit = f"""\
  - clause: art. 3
    text: Ten hoogste.
    title: {{nl: Grens, en: Limit}}
    pattern: limit
    act: {{type: data-communicated}}
    at_most: {written}
"""
    if reads:
        assert load((SMALL + limit).encode(), "test.yaml").clause("art. 3") is not None
    else:
        assert [fault.code for fault in faults_of(SMALL + limit)] == ["protocol.type"]


def test_the_small_file_loads():
    found = load(SMALL.encode(), "small.yaml")
    assert found.party_ids == ("ALFA", "BETA")
    assert found.parties[0].kbo == "0316380841"


# (what is replaced, by what, where the fault is marked, its code, a part of its message)
MALFORMED = [
    ("term: 24 hours", "term: 24 hour glasses", "24 hour glasses", "protocol.term", "is not a span"),
    ("term: 24 hours", "term: reasonable to end-of-month", "reasonable to", "protocol.term", "has no length"),
    ("term: 24 hours", "term: 24 fortnights", "24 fortnights", "protocol.term", "not a unit of time"),
    ("term: 24 hours", "term: 0 hours", "0 hours", "protocol.term", "out of range"),
    ("term: 24 hours", "term: imediately", "imediately", "protocol.term", "did you mean immediately?"),
    ("term: 24 hours", "term: 1 day from party", "1 day from", "protocol.selector", "not a selector"),
    ("term: 24 hours", "term: 1 day to end-of-days", "1 day to", "protocol.term", "not an edge"),
    ("term: 24 hours", "trem: 24 hours", "trem", "protocol.unknown-key", "did you mean term?"),
    ("    term: 24 hours\n", "", "clause: art. 2", "protocol.missing-key", "response needs term"),
    ("pattern: response", "pattern: respons", "respons\n", "protocol.word", "did you mean response?"),
    ("pattern: response", "pattern: response\n    defines: list", "defines: list", "protocol.form", "either"),
    ("bearer: trigger.party", "bearer: GAMMA", "GAMMA", "protocol.party", "no party of this file"),
    ("bearer: trigger.party", "bearer: {not: ALFA}", "{not: ALFA}", "protocol.form", "is not parties"),
    ("case: trigger.incident", "case: incident", "incident\n", "protocol.selector", "not a selector"),
    ("towards: unit", "towards: []", "[]", "protocol.empty", "at least 1 item"),
    ("must: {type: breach-notified,", "must: {tipe: breach-notified,", "{tipe", "protocol.form", "a condition"),
    ("{leak: true}", "{leak: {maybe: true}}", "{maybe", "protocol.form", "is not a value"),
    ("{leak: true}", "{leak: yes}", "yes", "protocol.yaml-1.1", "YAML 1.1"),
    ("{leak: true}", "{on: true}", "on: true", "protocol.yaml-1.1", "YAML 1.1"),
    ("{leak: true}", "{leak: true, leak: false}", "leak: false", "protocol.duplicate-key", "stands twice"),
    ("{leak: true}", "{leak: !!bool true}", "!!bool", "protocol.tag", "a YAML tag"),
    ("{leak: true}", "{leak: &x true}", "&x", "protocol.alias", "an anchor or alias"),
    ("{leak: true}", "{leak: *x}", "*x", "protocol.alias", "an anchor or alias"),
    ("last: last-signature, ", "", "{choice: I-1", "protocol.choice", "lacks its option last"),
    ("first: first-signature", "frist: first-signature", "frist", "protocol.choice", "did you mean first?"),
    ("{choice: I-1,", "{choice: I-7,", "I-7", "protocol.choice", "no interpretation of this file"),
    ("last: last-signature", "last: lost-signature", "lost-signature", "protocol.word", "did you mean last-signature?"),
    ("0316.380.841", "0316.380.842", '"0316.380.842"', "protocol.identifier", "not an enterprise number"),
    ('kbo: "0316.380.841"', 'establishment: "2.199.302.181"', '"2.199', "protocol.identifier", "not an establishment"),
    ("Europe/Brussels", "Europe/Bruges", "Europe/Bruges", "protocol.zone", "not a time zone"),
    ("holidays: BE", "holidays: BE, also: [02-30]", "02-30", "protocol.type", "not a day of the year"),
    ("holidays: BE", "holidays: NL", "NL", "protocol.word", "known here: BE"),
    ('version: "1"', "version: 1", "1\n", "protocol.type", "put it in quotes"),
    ("drawn_up: 2024-01-15", "drawn_up: 2024-02-30", "2024-02-30", "protocol.type", "not a date"),
    ("drawn_up: 2024-01-15", "drawn_up: 9999-12-31", "9999-12-31", "protocol.type", "outside the years 1900 to 2999"),
    ("drawn_up: 2024-01-15", "drawn_up: 0001-01-01", "0001-01-01", "protocol.type", "outside the years 1900 to 2999"),
    ("drawn_up: 2024-01-15", "drawn_up: 1899-12-31", "1899-12-31", "protocol.type", "outside the years 1900 to 2999"),
    ("drawn_up: 2024-01-15", "drawn_up: 3000-01-01", "3000-01-01", "protocol.type", "outside the years 1900 to 2999"),
    ("term: 24 hours", "term: 9999 years", "9999 years", "protocol.term", "from 1 to 100 years"),
    ("term: 24 hours", f"term: {10**18} working-days", f"{10**18}", "protocol.term", "from 1 to 26000 working-days"),
    ("term: 24 hours", f"term: {'9' * 5000} days", "9999", "protocol.term", "from 1 to 36500 days"),
    ("term: 24 hours", "term: -5 days", "-5 days", "protocol.term", "from 1 to 36500 days"),
    ("id: two-parties", "id: Two Parties", "Two Parties", "protocol.name", "not a protocol id"),
    ("id: two-parties", "id: ledger", "ledger", "protocol.name", "the registers of the ledger itself"),
    ("default: last", "default: middle", "{id: I-1", "protocol.choice", "none of the options"),
    ("authority: TOEZICHT", "authority: TOEZIGHT", "TOEZIGHT", "protocol.party", "did you mean TOEZICHT?"),
    ("{id: BETA,", "{id: all,", "all, name", "protocol.party", "cannot be an id"),
    ("    text: De partijen melden een lek.\n", "", "clause: art. 2", "protocol.missing-key", "needs text"),
]


@pytest.mark.parametrize(("old", "new", "at", "code", "says"), MALFORMED)
def test_a_fault_names_line_column_and_fact(old, new, at, code, says):
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    found = [fault for fault in faults_of(text) if says in fault.message]
    assert [(fault.line, fault.column, fault.code) for fault in found] == [(*place(text, at), code)]


def test_all_faults_come_at_once_in_the_order_of_the_file():
    text = SMALL.replace("holidays: BE", "holidays: XX").replace("24 hours", "24 hrs").replace("I-1,", "I-9,", 1)
    text = text.replace("bearer: trigger.party", "bearer: NOBODY")
    found = faults_of(text)
    assert len(found) >= 4
    assert list(found) == sorted(found)
    assert {"protocol.word", "protocol.term", "protocol.party", "protocol.choice"} <= {fault.code for fault in found}


def test_a_rejection_is_bad_input_with_its_place():
    with pytest.raises(InputRejected) as rejected:
        load(SMALL.replace("24 hours", "soon").encode(), "mine.yaml")
    assert rejected.value.exit == 5
    assert rejected.value.code == "protocol.term"
    assert rejected.value.where == {"file": "mine.yaml", "line": 29, "column": 11}


def test_bytes_that_are_not_utf8_are_named_by_their_place():
    data = SMALL.encode().replace(b"De partijen", b"De part\xffjen", 1)
    (fault,) = faults_of(data)
    assert (fault.code, (fault.line, fault.column)) == ("protocol.encoding", place(SMALL, "ijen m"))


@pytest.mark.parametrize("character", [chr(each) for each in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))])
@pytest.mark.parametrize(("old", "new"), [("De partijen", "De {}partijen"), ("term: 24 hours", "term: 24 hours # {}")])
def test_a_character_that_turns_the_text_is_refused_with_its_place(character, old, new):
    written = new.format(character)
    (fault,) = faults_of(SMALL.replace(old, written, 1))
    line, column = place(SMALL, old)
    assert (fault.code, fault.line, fault.column) == ("protocol.direction", line, column + written.index(character))
    assert f"U+{ord(character):04X}" in fault.message


def test_an_escape_for_it_is_refused_too_and_other_scripts_are_read():
    assert load(SMALL.replace("De partijen m", "\u05d0\u0629 m", 1).encode(), "mine.yaml").id == "two-parties"
    (fault,) = faults_of(SMALL.replace("nl: Melden", 'nl: "Melden\\u202e"', 1))
    assert (fault.code, fault.line) == ("protocol.direction", place(SMALL, "nl: Melden")[0])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "protocol.yaml"),
        (b"- 1", "protocol.form"),
        (b"%YAML 1.1\n---\nid: x\n", "protocol.yaml"),
        (b"id: x\n---\nid: y\n", "protocol.yaml"),
        (b"[" * 5000, "protocol.size"),
        (b"x" * (1 << 20) + b"y", "protocol.size"),
        (b"a: \x00", "protocol.yaml"),
        (b"a: [1, 2", "protocol.yaml"),
        (b"? {a: b}\n: c\n", "protocol.key"),
    ],
)
def test_what_is_no_protocol_file_is_refused(data, code):
    assert code in {fault.code for fault in faults_of(data)}


def test_a_clause_depends_on_few_readings():
    names = [f"I-{number}" for number in range(10, 16)]
    known = "".join(f"  - {{id: {name}, asks: wat, options: [a, b], default: a}}\n" for name in names)
    term = "immediately"
    for name in names:
        term = f"{{choice: {name}, a: {term}, b: reasonable}}"
    text = SMALL.replace("clauses:\n", known + "clauses:\n").replace("24 hours", term)
    assert [fault.code for fault in faults_of(text)] == ["protocol.choice"]


def test_a_message_stays_short_however_long_the_word():
    (fault,) = faults_of(SMALL.replace("24 hours", "x" * 10_000))
    assert len(fault.message) < 500


def test_a_key_is_no_yaml_1_1_word_even_where_nobody_asks_for_it():
    found = faults_of(HEAD + "off: 1\n")
    assert [(fault.line, fault.code) for fault in found] == [(HEAD.count("\n") + 1, "protocol.yaml-1.1")]


def test_a_further_clause_reads_the_words_of_the_first():
    more = SMALL + "  - {clause: art. 2/b, title: {nl: Nog, en: More}}\n"
    clause = load(more.encode(), "more.yaml").clause("art. 2/b")
    assert clause is not None
    assert clause.text == "De partijen melden een lek."
    assert not clause.executed


def _places(data: bytes) -> list[tuple[int, int]]:
    """Where the faults of some bytes stand; nothing if they are a protocol file."""
    try:
        load(data, "any.yaml")
    except ProtocolRejected as rejected:
        return [(fault.line, fault.column) for fault in rejected.faults] or [(0, 0)]
    return []


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_truncated_or_altered_file_is_read_or_rejected(data):
    whole = SMALL.encode()
    cut = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 3)) if cut else 0):
        cut[data.draw(st.integers(0, len(cut) - 1))] = data.draw(st.integers(0, 255))
    assert min(_places(bytes(cut)), default=(1, 1)) > (0, 0)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="[]{}:,-?&*!|>'\"%#@` \n\tabc01", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_rejected(data):
    assert min(_places(data)) > (0, 0)


@settings(max_examples=6, deadline=None)
@given(st.data())
def test_a_shipped_file_with_one_altered_byte_is_read_or_rejected(data):
    whole = bytearray(shipped()["opgroeien-serv-2021"])
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert min(_places(bytes(whole)), default=(1, 1)) > (0, 0)
