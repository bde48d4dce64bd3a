"""The page's own readers, held to the tool's: what one takes the other takes, and finds the same in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.bundle.documents import named_in
from ledger.bundle.page.catalogue import catalogue
from ledger.bundle.report import MOST_FAULTS
from ledger.bundle.selection import selected
from ledger.canonical import NotCanonical, decode
from ledger.chain.ed25519 import verify
from ledger.chain.policy import Policy, UnusablePolicy
from ledger.errors import LedgerError
from ledger.events.catalogue import types
from ledger.events.codec import MalformedEvent, built, encoded
from ledger.protocol.document import Map, Scalar, Tree, parse
from ledger.protocol.faults import FaultList
from ledger.protocol.load import load
from ledger.protocol.shipped import shipped
from tests.bundle.page.browser import Tab
from tests.chain import test_entry, test_policy
from tests.chain.vectors import own, published

pytestmark = pytest.mark.extra

Case = tuple[str, str, str]
"""Public key, signature and message, in hex."""


# --- signatures ---


def by_tool(case: Case) -> bool:
    try:
        verify(*map(bytes.fromhex, case))
    except LedgerError:
        return False
    return True


def by_page(tab: Tab, cases: list[Case]) -> list[bool]:
    script = """async (cases) => {
        const found = [];
        for (const case_ of cases) found.push(await $ed25519.verified(...case_.map($bytes.bytesOfHex)));
        return found;
    }"""
    return list(tab.tab.evaluate(script, [list(case) for case in cases]))


def test_every_edge_of_a_signature_is_judged_alike(tab: Tab) -> None:
    cases = [(each["key"], each["sig"], each["msg"].encode().hex()) for each in published("ed25519-edge-cases.json")]
    assert by_page(tab, cases) == [by_tool(case) for case in cases]


def test_points_that_prove_nothing_are_refused(tab: Tab) -> None:
    golden = own("ed25519.json")
    public, good, message = golden["public"], golden["signature"], golden["message"].encode().hex()
    keys = [
        (text, "00" * 64, message) for kind in ("low_order", "non_canonical", "not_on_curve") for text in golden[kind]
    ]
    points = [(public, text + good[64:], message) for kind in ("low_order", "non_canonical") for text in golden[kind]]
    others = [(public, golden[name], message) for name in ("signature_low_order_r", "signature_s_plus_l")]
    assert not any(by_page(tab, [*keys, *points, *others]))
    assert by_page(tab, [(public, good, message)]) == [True]


# --- entries ---


def test_an_envelope_that_the_tool_refuses_the_page_refuses(tab: Tab) -> None:
    script = """(lines) => lines.map((line) => {
        try {
            return $entry.parseEntry($bytes.utf8(line)).position;
        } catch (error) {
            return error.code;
        }
    })"""
    largest = test_entry.RAW.replace(b":42,", b":9007199254740991,")
    lines = [raw.decode() for raw in (test_entry.RAW, largest, *test_entry.MALFORMED.values())]
    refused = ["entry.malformed"] * len(test_entry.MALFORMED)
    assert tab.tab.evaluate(script, lines) == [42, 2**53 - 1, *refused]


# --- findings, documents ---


def test_a_fault_beyond_those_that_are_kept_fails_its_area(tab: Tab) -> None:
    script = """(most) => {
        const findings = new $findings.Findings();
        for (let at = 0; at < most; at++) findings.fault(9, "persons.other-value", at);
        findings.fault(11, "checkpoint.signature", 9);
        return [findings.faults.length, findings.settled().integrity, findings.settled().completeness];
    }"""
    assert tab.tab.evaluate(script, MOST_FAULTS) == [MOST_FAULTS, "failed", "not-checked"]


def test_an_event_of_any_shape_names_the_same_documents(tab: Tab) -> None:
    digest = "ab" * 32
    events = [template % digest for template in (
        '{"document":"%s"}', '{"evidence":[{"digest":"%s"}]}', '{"evidence":[null,{"digest":"%s"}]}', '["%s"]', '"%s"',
        '{"evidence":"%s"}', '{"evidence":["%s"]}', '{"evidence":{"digest":"%s"}}',
    )]  # fmt: skip
    script = "([events, digest]) => events.map((event) => $documents.digestsIn($bytes.utf8(event)).includes(digest))"
    events.append("null")
    assert tab.tab.evaluate(script, [events, digest]) == [bool(named_in(each.encode(), [digest])) for each in events]


# --- JSON, policies, events ---

SPELLINGS = [
    '{"a":1}', '{"a": 1}', '{"b":1,"a":2}', '{"a":1,"a":1}', '{"a":1.0}', '{"a":1e3}', '{"a":-0}', '{"a":01}', "[1,2]",
    '{"a":9007199254740991}', '{"a":9007199254740992}', '{"a":null}', '{"a":true}', '"\\u0041"', '"é"', '"e\u0301"',
    '"\\u00e9"', '"\\ud800"', '"\\n"', '"\\u000a"', '"\\/"', '"/"', '"\\u007f"', '"\x7f"', '{"é":1}', "[]", "{}", "",
    "[1,]", "nul", "NaN", "-", '{"__proto__":1}', '{"constructor":{}}', "\ufeff{}", "[" * 33 + "]" * 33,
    "[" * 32 + "]" * 32, "[" * 5000 + "]" * 5000, '{"a":"\t"}', '"\U0001f600"', '"\\ud83d\\ude00"', "1 ", " 1", "1\n",
]  # fmt: skip


def test_a_value_has_the_same_one_spelling(tab: Tab) -> None:
    script = """(spellings) => spellings.map((each) => {
        try {
            return $canonical.encode($canonical.decode(new TextEncoder().encode(each))) === each;
        } catch { return false; }
    })"""
    assert dict(zip(SPELLINGS, tab.tab.evaluate(script, SPELLINGS), strict=True)) == {
        each: _is_canonical(each) for each in SPELLINGS
    }


def _is_canonical(text: str) -> bool:
    try:
        decode(text.encode())
    except NotCanonical:
        return False
    return True


POLICIES = [
    test_policy.TWO_LEVELS, "quorum none\n", "quorum none", "", "# only\n", "quorum none\r\n",
    *(case[2] for case in test_policy.test_a_policy_with_a_fault_cannot_be_used.pytestmark[0].args[1]),
]  # fmt: skip


def test_a_policy_is_usable_for_both_or_for_none(tab: Tab) -> None:
    script = """async (texts) => {
        const found = [];
        for (const each of texts) {
            const read = $policy.parsePolicy($bytes.bytesOfHex(each));
            found.push(await read.then(() => [], (error) => error.params.faults.map((fault) => fault.line)));
        }
        return found;
    }"""
    raws = [text.encode("utf-8", "surrogateescape") for text in POLICIES]
    found = tab.tab.evaluate(script, [raw.hex() for raw in raws])
    assert dict(zip(raws, found, strict=True)) == {raw: _faulty_lines(raw) for raw in raws}


def _faulty_lines(raw: bytes) -> list[int]:
    try:
        Policy.parse(raw)
    except UnusablePolicy as error:
        return [fault.line for fault in error.faults]
    return []


NOON = "2022-05-30T12:00:00Z"


def _events() -> list[dict[str, Any]]:
    """An example of every type; and each of them with one field at a time that is absent, strange or contradicted."""
    found = []
    for known in types().values():
        names = known.cls.__struct_encode_fields__
        about = {
            name: value for name, value in (("key", "ab" * 32), ("stated_at", NOON), ("protocol", "p")) if name in names
        }
        whole = {
            "author": "VLAIO",
            "happened_at": NOON,
            "id": "0f" * 16,
            **about,
            "type": known.tag,
            **known.cls.example,
        }
        found += [
            whole,
            {**whole, "strange": 1},
            {**whole, "happened_at": "2022-02-30"},
            {**whole, "happened_at": "9999-12-31"},
        ]
        found += [{key: value for key, value in whole.items() if key != name} for name in known.cls.example]
        found += [{**whole, name: [value, value]} for name, value in known.cls.example.items()]
        found += [
            {**whole, name: [*value, *value]} for name, value in known.cls.example.items() if isinstance(value, list)
        ]
        late = ("received_at", "valid_until", "covers_from")
        days = ("2022-05-29", "2022-05-30", "2022-05-30T11:59:59.999999Z", "2022-05-29T22:00:00Z")
        found += [{**whole, name: day} for name in late for day in days if name in names]
        found += [{**whole, "happened_at": "2022-05-30", name: day} for name in late for day in days if name in names]
        found += [{**whole, "party": "VLAIO", name: ["VLAIO"]} for name in ("to",) if name in names]
    return found


def test_an_event_is_one_for_both_or_for_none(tab: Tab) -> None:
    spelled = [json.dumps(each, sort_keys=True, separators=(",", ":")) for each in _events()]
    script = """([catalogue, texts]) => texts.map((text) => {
        try {
            const event = $event.decodeEvent(new TextEncoder().encode(text), catalogue);
            const kind = $event.kindOf(event, catalogue);
            return kind.own && !$rules.isRuled(event.type) ? "unread" : "event";
        } catch (error) { return error.code; }
    })"""
    found = tab.tab.evaluate(script, [catalogue(), spelled])
    differences = [
        (text, page) for text, page in zip(spelled, found, strict=True) if page not in ("unread", _read_by_tool(text))
    ]
    assert differences == []
    assert set(found) >= {"event", "event.malformed"}


def _read_by_tool(text: str) -> str:
    try:
        return "event" if encoded(built(decode(text.encode()))) else ""
    except MalformedEvent as error:
        return error.code


# --- protocol files ---

SNIPPETS = [
    "a: b\n", "a: b # c\n", "a: 'it''s'\n", 'a: "x\\"y"\n', "a:\n  - b\n  - c\n", "a:\n- b\n- c: d\n  e: f\n",
    "a: [b, {c: d}]\n", "a: [\n  b,  # one\n  c\n]\nd: e\n", "a: {b: c,\n    d: e}\n", "a: >-\n  b\n  c\n\n  d\n",
    "a: |\n  b\n   c\n\nd: e\n", "a: >\n  b\n\n   c\n  d\n", "a: b c\n  d e\nf: g\n", "a:\nb: c\n", "a: {b: }\n",
    "a: []\n", "a: {}\n", "a: eu-gdpr:A6-1-c\n", "a: 'x # y'\n", "a: x#y\n", "# c\n\na: b\n",
    "a: |-\n  b\n\n\nc: d\n", "a: [b c, d]\n", "a: {b: [c, d], e: 'f, g'}\n", "- a\n- b\n", "a: -1\n", "a: - b\n",
    "a: |2\n  b\n", "a: b: c\n", "a: &x b\n", "a: *x\n", "a: !t b\n", "a: b\na: c\n", "%YAML 1.2\n---\na: b\n",
    "---\na: b\n---\nc: d\n", "a: [b, c\n", "a: 'b\n", "\ta: b\n", "a:\tb\n", "a: b\n c: d\n", "? a\n: b\n",
    "a: {b, c}\n", "a: [b: c]\n", 'a: "\\x41"\n', 'a: "b\n  c"\n', "a: @b\n", "a: `b`\n", "a: b\r\nc: d\r\n",
    "a: >+\n  b\n\nc: d\n", "a: x\n\n  y\n", "a: {b: c}}\n", "a: {b: c} d\n", "a: 'b' c\n", "[a, b]\n", "a", "",
    "a: >-\n\n  b\n", "a: {? b : c}\n", "a: [a,b]\n", "a: {b:c}\n", "a: {'b':c}\n", "a : b\n", "'a b': c\n",
    "a: ''\n", "a: >-\n    b\n  c\n", "a:\n    b: c\n  d: e\n", "a: b\n  # c\n  d\n", "a: -\n", "a: :b\n",
]  # fmt: skip


def _plain(node: Tree) -> Any:
    if isinstance(node, Scalar):
        return node.text
    return (
        {key: _plain(value) for key, value in node.items.items()}
        if isinstance(node, Map)
        else list(map(_plain, node.items))
    )


READ = """(texts) => texts.map((text) => {
    const plain = (node) => Array.isArray(node) ? node.map(plain) : !(node instanceof Map) ? node
        : Object.fromEntries([...node].map(([key, value]) => [key, plain(value)]));
    try {
        return plain($yaml.readYaml(new TextEncoder().encode(text)));
    } catch (error) { return error.code === "here.yaml" ? null : String(error); }
})"""


def test_a_protocol_file_is_read_alike(tab: Tab) -> None:
    texts = [data.decode() for data in shipped().values()]
    assert tab.tab.evaluate(READ, texts) == [_plain(parse(text.encode(), FaultList())) for text in texts]


def test_what_the_page_cannot_read_it_refuses_and_what_it_reads_it_reads_alike(tab: Tab) -> None:
    found = tab.tab.evaluate(READ, SNIPPETS)
    assert {text: page for text, page in zip(SNIPPETS, found, strict=True) if page not in (None, _read(text))} == {}
    assert sum(page is not None for page in found) > 25


def _read(text: str) -> Any:
    faults = FaultList()
    try:
        tree = parse(text.encode(), faults)
    except Exception as error:
        return error
    return str(faults.found) if faults.found else _plain(tree)


@pytest.mark.parametrize("protocol", shipped())
def test_every_clause_asks_for_the_same_streams(tab: Tab, protocol: str) -> None:
    data = shipped()[protocol]
    version = load(data, protocol)
    addresses = sorted({clause.address for clause in version.clauses})
    script = """([protocol, text, addresses, catalogue]) => {
        const tree = $yaml.readYaml(new TextEncoder().encode(text));
        const asked = (each) => $selection.selectedStreams(protocol, [tree], [each], catalogue);
        return addresses.map((each) => Object.fromEntries(asked(each)));
    }"""
    found = tab.tab.evaluate(script, [protocol, data.decode(), addresses, catalogue()])
    assert dict(zip(addresses, found, strict=True)) == {
        each: dict(selected(protocol, [version], [each])) for each in addresses
    }
