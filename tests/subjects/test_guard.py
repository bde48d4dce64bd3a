"""The guard: what is plainly a person's number or address does not enter in clear, whatever field it stands in."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest

from ledger.errors import LedgerError
from ledger.events.catalogue import types
from ledger.keys.draft import Draft
from ledger.subjects.guard import InClear, check_clear, check_members, found_in
from tests.application.test_door import refused
from tests.events.examples import NAMES, example
from tests.worlds import World

PERSONAL = {
    "85.07.30-033.28": "national number",
    "85073003328": "national number",
    "G-85.07.30-033.28": "national number",
    "40.47.30-001.74": "national number",  # a BIS number: month 07 + 40
    "INSZ85073003328": "national number",
    "85_07_30_033_28": "national number",
    "BE68539007547034": "account number",
    "BE68_5390_0754_7034": "account number",
    "BE68539007547034-1": "account number",
    "0470_12_34_56": "telephone number",
    "04.70.12.34.56": "telephone number",
    "BE68 5390 0754 7034": "account number",
    "be68-5390-0754-7034": "account number",
    "NL91ABNA0417164300": "account number",
    "an.peeters@fictief.example": "e-mail address",
    "x:an@fictief.example/y": "e-mail address",
    "https://fictief.example/?an%40fictief.example": "e-mail address",
    "+32470123456": "telephone number",
    "0032.470.12.34.56": "telephone number",
    "0470/12.34.56": "telephone number",
    "02-123.45.67": "telephone number",
    "tel:015123456": "telephone number",
}
HARMLESS = [
    "E-2021-1", "G-2021-118", "2022-05-30", "2022-05-30T08:15:00.125Z", "20211012-001", "01-02-2022-1", "62.01",
    "bvr-2005-10-07-art-4", "OVO012345", "art. 3, sentence 2", "0316.380.841", "0534669938", "2.138.199.704",
    "6f1c0a52-e9d8-4b7f-b0c3-a1d2e4f56789", "12345678901234567890123456789012", "8" * 64, "1" * 128, "v1.0.0",
    "2022-Q2", "E-000000001", "100.000.000", "INSZ85073003329",
    "BE68539007547035-1", "04-70-2022-1", "https://www.vlaanderen.be/protocol/2021-10-12",
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), PERSONAL.items())
def test_a_persons_number_or_address_is_seen(text: str, kind: str):
    assert found_in(text).endswith(kind)


@pytest.mark.parametrize("text", HARMLESS)
def test_ids_dates_digests_and_numbers_of_bodies_are_let_through(text: str):
    assert found_in(text) == ""


def test_tokens_ids_and_digests_are_never_taken_for_anything():
    for _ in range(2_000):
        assert found_in(secrets.token_hex(16)) == found_in(secrets.token_hex(32)) == ""


@pytest.mark.parametrize("name", NAMES)
def test_no_types_example_is_refused(name: str):
    check_clear(example(name))


def test_nothing_of_the_demos_story_would_be_refused(world: World):
    for line in world.bytes().splitlines():
        check_clear(json.loads(line)["event"])


def _clear_texts() -> list[tuple[str, str]]:
    """Every clear field that an author chooses the text of."""
    found = []
    for name, about in types().items():
        for field, kind in about.fields.items():
            if (kind.kind in ("id", "name", "url") or kind.element in ("id", "name")) and not kind.words:
                found.append((name, field))
    return found


@pytest.mark.parametrize(("name", "field"), _clear_texts())
def test_every_clear_text_of_every_type_is_looked_at(name: str, field: str):
    value = ["BE68539007547034"] if types()[name].fields[field].kind == "list" else "BE68539007547034"
    with pytest.raises(InClear) as found:
        check_clear(example(name, **{field: value}))
    assert str(found.value.where["field"]).startswith(f"$.{field}")
    assert found.value.hint


KINDS = {"moment", "party", "protocol", "name", "id", "token", "digest", "number", "boolean", "url", "sealed"}

STRUCTURED = ("evidence", "batch", "origin", "log_key", "operator_key", "public_key", "possession", "rows", "present")
"""Made of the other kinds, or fixed in shape: keys and signatures in hex, the name of a ledger."""


@pytest.mark.parametrize("name", NAMES)
def test_a_clear_field_is_an_id_a_number_a_moment_a_digest_or_a_word(name: str):
    """So a personal field cannot be encoded: text has no kind of its own but sealed."""
    for field, about in types()[name].fields.items():
        kinds = {about.element} if about.kind == "list" else {about.kind}
        assert kinds <= KINDS | ({"structure"} if field in STRUCTURED else set()), field


@pytest.mark.parametrize("name", NAMES)
def test_what_names_a_person_is_a_token_or_sealed(name: str):
    for field, about in types()[name].fields.items():
        if field in ("subject", "actor", "reviewer", "approved_by", "person"):
            assert "token" in (about.kind, about.element)
        if field in ("reason", "grounds", "description", "facts", "address", "remarks", "cause_text", "instructions"):
            assert about.kind == "sealed" or about.words, "or a word of a closed list"


def _draft(**fields: Any) -> dict[str, Any]:
    return {"type": "access-revoked", "protocol": "vlaio-fio-tbt-2021", "grant": "G-1", **fields}


def test_a_draft_is_refused_before_it_is_signed_and_told_how_to_seal():
    with pytest.raises(InClear) as found:
        Draft.parse({"type": "party-withdrew", "protocol": "p", "party": "an@fictief.example"})
    assert (found.value.exit, found.value.where["field"]) == (5, "$.party")
    assert "reason, which is sealed" in found.value.hint
    assert "an@fictief" not in f"{found.value} {found.value.hint}"


def test_the_door_refuses_what_was_signed_elsewhere_with_its_field(world: World):
    good = Draft.parse(_draft())
    dirty = Draft({**good.clear, "grant": "85.07.30-033.28"}, {})
    from ledger.keys.signing import sign

    line = sign(dirty, world.key("TBT"), world.origin, world.clock)
    with refused(world, "guard.personal-data", line=1, field="$.grant"):
        world.record(line)


def test_a_batch_is_refused_for_one_member():
    member = example("access-used")
    check_members([json.dumps(member).encode()] * 3)
    with pytest.raises(LedgerError) as found:
        check_members([json.dumps(member).encode(), json.dumps({**member, "operation": "85.07.30-033.28"}).encode()])
    assert found.value.where == {"field": "$[1].operation"}
