from __future__ import annotations

import re

import pytest

from ledger.protocol.check import checked
from ledger.protocol.faults import ProtocolRejected
from ledger.protocol.shipped import skeleton

TEXT = skeleton().decode()
FILLED = {r"^id:.*$": "id: city-agency-2026", r"^  nl:.*$": "  nl: Protocol", r"^  en:$": "  en: Protocol",
          r"^( +text:)$": r"\1 De woorden.", "name: ,": "name: Een partij,"}  # fmt: skip


def filled() -> str:
    text = TEXT
    for pattern, words in FILLED.items():
        text = re.sub(pattern, words, text, flags=re.MULTILINE)
    return text


def test_the_template_that_is_filled_in_is_a_protocol_without_fault() -> None:
    version = checked(filled().encode(), "filled")
    assert all(clause.executed for clause in version.clauses)
    assert {clause.layer for clause in version.clauses} == {"text", "law"}


def test_every_empty_field_of_the_template_is_a_fault_at_its_own_line() -> None:
    with pytest.raises(ProtocolRejected) as caught:
        checked(skeleton(), "template")
    lines = TEXT.split("\n")
    empty = {number for number, line in enumerate(lines, 1)
             if re.match(r"^(id|  nl|  en| +text):\s*(#.*)?$", line) or "name: ," in line}  # fmt: skip
    assert {fault.line for fault in caught.value.faults} == empty
    assert {fault.code for fault in caught.value.faults} == {"protocol.empty"}
