"""What a clerk's hand does to a file: each slip is told where it is to be mended, and how, in no parser's words."""

from __future__ import annotations

import pytest

from ledger.protocol.check import checked
from ledger.protocol.faults import Fault, ProtocolRejected
from tests.protocol.texts import SMALL, place


def faults_of(text: str | bytes) -> tuple[Fault, ...]:
    with pytest.raises(ProtocolRejected) as rejected:
        checked(text if isinstance(text, bytes) else text.encode(), "test.yaml")
    return rejected.value.faults


# (what is replaced, by what, where the fault is marked, a part of its message)
SLIPS: list[tuple[str, str, str | None, str]] = [
    ("    bearer: trigger", "   bearer: trigger", "bearer: trigger", "column 4, and the lines above in column 5 or 3"),
    ("  - clause: art. 2", " - clause: art. 2", "- clause: art. 2", "column 2, and the lines above in column 5 or 3"),
    ("bearer: trigger", "bearer:trigger", "bearer:trigger", "write KEY: VALUE"),
    ("{leak: true}", "{leak: true", None, "close it with }, or put what stands here in quotes"),
    ("text: De partijen melden een lek.", 'text: "De partijen melden een lek.', '"De partijen', "never closed"),
    ("    term: 24 hours", "\u00a0   term: 24 hours", "\u00a0", "U+00A0 only looks like a space"),
    ("term: 24 hours", "term:\u202f24 hours", "\u202f", "U+202F only looks like a space"),
    ("    term: 24 hours", "    term: 24 hours\n    term: 48 hours", "term: 48", "first in line 29; keep one"),
    ("  - clause: art. 2", "    clause: art. 2", "clause: art. 2", "a new clause begins with a dash"),
    ("at: {choice: I-1, last: last-signature, first: first-signature}",
     "at: 1 mei 2024", "1 mei", "is no date such as 2021-10-08; known"),
    ("defines: in-force\n    at: {choice: I-1, last: last-signature, first: first-signature}",
     "defines: end\n    for: all\n    upon: 31 december 2024", "31 dec", "write 2021-10-08, {external: NAME}"),
    ("    pattern: response", "    Pattern: response", "Pattern", "did you mean pattern?"),
    ('version: "1"', "version: \u201c1\u201d", "\u201c1", "quotes are straight"),
    ('version: "1"', 'version: "1"\namends: two-parties/1', "amends", "amends names the version before"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "says"), SLIPS)
def test_a_slip_is_told_where_it_is_mended_and_how(old, new, at, says):
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    found = [fault for fault in faults_of(text) if says in fault.message]
    assert len(found) == 1
    assert "<block" not in found[0].message
    if at is not None:
        assert (found[0].line, found[0].column) == place(text, at)


def test_one_missing_dash_is_one_fault_and_not_one_for_each_line_after_it():
    found = faults_of(SMALL.replace("  - clause: art. 2", "    clause: art. 2"))
    assert sum("stands twice" in fault.message for fault in found) == 1


def test_a_word_that_yaml_reads_as_true_is_told_once_with_one_way_out():
    (fault,) = faults_of(SMALL.replace("    term: 24 hours", "    term: 24 hours\n    restarts: yes"))
    assert "write true or false" in fault.message


def test_every_anchor_is_told_and_none_is_followed():
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert [(fault.line, fault.code) for fault in faults_of(bomb + SMALL)] == [
        (1, "protocol.alias"),
        (2, "protocol.alias"),
        (3, "protocol.alias"),
    ]


def test_beside_a_party_that_does_not_exist_the_rest_of_its_clause_is_looked_at():
    text = SMALL.replace("bearer: trigger.party", "bearer: ALPHA").replace("breach-notified,", "breach-notifed,")
    said = [fault.message for fault in faults_of(text)]
    assert any("'ALPHA' is no party" in each for each in said)
    assert any("breach-notifed" in each for each in said)


def test_beside_other_faults_a_class_that_does_not_exist_is_told_and_one_that_does_is_not():
    text = SMALL.replace("clauses:\n", "classes: [{id: TOWN, text: Elke gemeente}]\nclauses:\n", 1)
    text = text.replace("holidays: BE", "holidays: NL")
    for name, told in (("TOWN", False), ("TOWNS", True)):
        said = [fault.message for fault in faults_of(text.replace("towards: unit", f"towards: {{class: {name}}}"))]
        assert any("no class is called" in each for each in said) is told


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (SMALL.encode("utf-16"), "UTF-16, not UTF-8"),
        (SMALL.replace("lek", "l\u00e9k").encode("latin-1"), "save the file as UTF-8"),
        (b"PK\x03\x04\x00\xff\xfe", "a document of a word processor"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a document of a word processor"),
    ],
)
def test_bytes_that_are_no_text_are_told_for_what_they_seem(data, says):
    (fault,) = faults_of(data)
    assert fault.code == "protocol.encoding"
    assert says in fault.message


def test_a_text_may_have_the_spaces_of_its_printer():
    text = SMALL.replace(
        "text: De partijen melden een lek.", 'text: "Artikel 2:\u00a0de partijen melden\u00a0een lek."'
    )
    assert checked(text.encode(), "test.yaml").clause("art. 2") is not None


def test_a_space_that_is_none_is_told_once_though_the_parser_stops_at_it_too():
    text = SMALL.replace("    bearer: trigger", "\u00a0   bearer: trigger")
    assert [fault.message for fault in faults_of(text)] == ["U+00A0 only looks like a space; write an ordinary one"]
