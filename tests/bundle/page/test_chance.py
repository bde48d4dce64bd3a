"""The two verifiers agree also on what nobody thought of: bytes, ledgers and protocol files spoilt by chance."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec
import pytest

from ledger.bundle.manifest import MANIFEST
from ledger.errors import LedgerError
from ledger.events.base import Event
from ledger.protocol.document import Map, Scalar, Tree, parse
from ledger.protocol.faults import FaultList
from ledger.protocol.load import load
from ledger.protocol.shipped import shipped
from tests.bundle.forge import POLICY, REASON, Forge, disclosed, honest, members, rewritten, unsealed
from tests.bundle.mutations.attached import attached
from tests.bundle.page.browser import Tab
from tests.bundle.page.verdicts import by_page, by_tool
from tests.keys.people import (
    FIO,
    OPERATOR,
    TBT,
    TBT_IMPORTS,
    TBT_NEXT,
    VLAIO,
    Person,
    enrolment,
    revocation,
)

pytestmark = pytest.mark.extra

PEOPLE = (OPERATOR, VLAIO, TBT, FIO, TBT_NEXT, TBT_IMPORTS, Person("VLAIO", 30), Person("FIO", 32), Person("GENT", 35))
PIECES = (
    b"0",
    b"9",
    b'"',
    b",",
    b"\n",
    b"\n\n",
    b" ",
    b"=",
    b"{",
    b"}",
    b":",
    b"null",
    b"\xc3",
    b"/1",
    b"batch:9",
    b"-",
)
YAML = (
    "a",
    "c: ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ": ",
    ":",
    " # x",
    "'",
    '"',
    "|",
    ">-",
    "\n",
    "\n  ",
    "\n\n",
    "&a",
    "?",
    "-",
)


@pytest.fixture(scope="module", autouse=True)
def _files_are_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger.protocol.load.load", lru_cache(load))
        yield


@pytest.mark.parametrize("seed", range(3))
def test_both_verifiers_agree_on_a_bundle_with_any_bytes_changed(tab: Tab, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    forge = honest()
    opened = forge.bundle(tmp_path / "opened.zip", openings=(disclosed(forge, REASON),))
    bases = [members(opened), members(attached(tmp_path))]
    for _ in range(8):
        parts = dict(chance.choice(bases))
        name = chance.choice([each for each in sorted(parts) if not each.endswith((".md", ".yaml"))])
        parts[name] = _spoilt(chance, parts[name])
        path = rewritten(tmp_path / "b.zip", parts, relist=name != MANIFEST)
        assert by_page(tab, path, POLICY) == by_tool(path, POLICY), name


def _spoilt(chance: random.Random, raw: bytes) -> bytes:
    at = chance.randrange(len(raw))
    numbers = list(re.finditer(rb"[0-9a-f]+", raw))
    one, other = chance.choice(numbers), chance.choice(numbers)
    lines = raw.split(b"\n")
    line = chance.randrange(len(lines))
    return chance.choice([
        raw[:at] + chance.choice(PIECES) + raw[at:],
        raw[:at] + raw[at + chance.randint(1, 3) :],
        raw[:at] + bytes([raw[at] ^ (1 << chance.randrange(8))]) + raw[at + 1 :],
        raw[: one.start()] + other.group() + raw[one.end() :],
        b"\n".join([*lines[:line], *lines[line + 1 :]]),
        b"\n".join([*lines[:line], lines[line], *lines[line:]]),
    ])  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_both_verifiers_agree_on_a_ledger_in_which_anybody_states_anything(tab: Tab, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(6):
        forge = unsealed(until=chance.choice(["", "leave", "revoke", "imports"]))
        for _ in range(chance.randint(1, 6)):
            _stated(chance, forge)
        forge.seal()
        forge.sign()
        path = forge.bundle(tmp_path / "b.zip")
        assert by_page(tab, path, POLICY) == by_tool(path, POLICY)


def _stated(chance: random.Random, forge: Forge) -> None:
    """Append one act that some door would have refused; nothing where it is not even an event."""
    by, other = chance.choice(PEOPLE), chance.choice(PEOPLE)
    names = [person.party for person in PEOPLE]
    behalf = {"on_behalf_of": [chance.choice(names)]} if chance.random() < 0.3 else {}
    evidence = {"evidence": [{"strength": "statement"}]} if chance.random() < 0.3 else {}
    mandate = {"mandate": f"M-{chance.randrange(2)}"}
    number = f"{chance.getrandbits(128):032x}"

    def of_keys(event: Event) -> Event:
        return msgspec.structs.replace(event, id=number)

    acts = (
        lambda: of_keys(enrolment(by, other)),
        lambda: of_keys(revocation(by, other)),
        lambda: of_keys(revocation(by, other, compromised_since="2022-05-30", party=chance.choice(names))),
        lambda: forge.state(by, "measure-attested/1", measure="any", **behalf, **evidence),
        lambda: forge.state(by, "party-withdrew/1", party=chance.choice(names), **evidence),
        lambda: forge.state(by, "mandate-recorded/1", to=chance.choice(names), acts=["any"], **mandate),
        lambda: forge.state(by, "mandate-withdrawn/1", **mandate),
        lambda: forge.state(by, "party-acceded/1", party=chance.choice(names)),
        lambda: forge.state(by, "subject-erased/1", ground="request", decided_by="TBT", tokens=[number]),
    )
    try:
        forge.append(chance.choice(acts)(), by)
    except LedgerError:
        return


READ = """(texts) => texts.map((text) => {
    const plain = (node) => Array.isArray(node) ? node.map(plain) : !(node instanceof Map) ? node
        : [...node].map(([key, value]) => [key, plain(value)]);
    try {
        return [plain($yaml.readYaml(new TextEncoder().encode(text)))];
    } catch (error) { return error.code === "here.yaml" ? [] : [String(error)]; }
})"""


def test_a_spoilt_protocol_file_is_read_alike_or_not_at_all(tab: Tab) -> None:
    chance = random.Random(0)
    lines = [line for data in shipped().values() for line in data.decode().split("\n")]
    texts = [_piece(chance, lines) for _ in range(600)]
    found = zip(texts, tab.tab.evaluate(READ, texts), strict=True)
    read = [(text, page) for text, page in found if page]
    assert [(text, page) for text, page in read if page != [_read(text)]] == []
    assert len(read) > 100


def _piece(chance: random.Random, lines: list[str]) -> str:
    start = chance.randrange(len(lines) - 12)
    piece = lines[start : start + chance.randint(1, 10)]
    least = min((len(line) - len(line.lstrip()) for line in piece if line.strip()), default=0)
    text = "".join(f"{line[least:]}\n" for line in piece)
    for _ in range(chance.randint(0, 2)):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(YAML) + text[at + chance.randint(0, 2) :]
    return text


def _read(text: str) -> object:
    faults = FaultList()
    try:
        return _plain(parse(text.encode(), faults))
    except Exception:
        return str(faults.found)


def _plain(node: Tree) -> object:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Map):
        return [[key, _plain(value)] for key, value in node.items.items()]
    return [_plain(item) for item in node.items]
