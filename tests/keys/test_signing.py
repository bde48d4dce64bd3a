from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.canonical import encode
from ledger.chain.ed25519 import verify
from ledger.chain.entry import signature_bytes
from ledger.errors import InputRejected
from ledger.keys.draft import BadDraft, Draft
from ledger.keys.keyring import RevokedKey, UnknownKey
from ledger.keys.signing import BadLine, NotItsSignature, SignedLine, meaning, sign, verify_signature
from ledger.subjects.sealed import Opening, SealBroken
from tests.keys.people import (
    NOON,
    OPERATOR,
    ORIGIN,
    PROTOCOL,
    TBT,
    VLAIO,
    Person,
    enrolment,
    keyring,
    noon,
    revocation,
)  # fmt: skip

RING = keyring(enrolment(OPERATOR, TBT), enrolment(OPERATOR, VLAIO))
WITHDREW: dict[str, Any] = {"type": "party-withdrew", "protocol": PROTOCOL, "party": "TBT", "reason": "Brief, 30 mei"}
RECORD_KEY = b"\x2a" * 32


def signed(signer: Person = TBT, clock: Any = noon, **changed: Any) -> SignedLine:
    return sign(Draft.parse({**WITHDREW, **changed}), signer, ORIGIN, clock, id_key=RECORD_KEY)


def later() -> datetime:
    return datetime(2022, 6, 1, tzinfo=UTC)


def test_the_golden_event_is_signed_as_written_down():
    draft = Draft.parse({
        "effective_at": "2022-05-31", "happened_at": "2022-05-30T08:15:00Z", "id": "6f1c0a52e9d84b7fb0c3a1d2e4f56789",
        "party": "TBT", "protocol": PROTOCOL, "reason": "Brief van de gedelegeerd bestuurder, 30 mei 2022",
        "type": "party-withdrew/1",
    })  # fmt: skip
    blind = bytes(range(32))
    clock = datetime(2022, 5, 30, 9, tzinfo=UTC)
    line = sign(draft, Person("TBT", 7), ORIGIN, lambda: clock, random=lambda size: blind[:size])
    assert line.signature == (
        "ed25519:/elfNJSVgsVvkMmyghc/Oo67MgKzsMYQSai5ys2snyTb6/AdJ7tvKcRXjiG/iwAeLeoYsEGoQWWV4MykOilfBg=="
    )
    assert line.openings == (Opening("reason", "Brief van de gedelegeerd bestuurder, 30 mei 2022", blind),)


def test_signing_fills_in_who_when_and_which():
    event = signed().event
    assert (event.author, event.key, event.stated_at, event.happened_at) == ("TBT", TBT.key_id, NOON, NOON)


def test_a_sealed_text_is_not_in_what_is_signed():
    line = signed()
    assert b"Brief" not in line.event_bytes
    assert b"Brief" in line.dump()


@pytest.mark.parametrize("reason", ["Brief", {"value": ["a", 1]}, {"value": "Brief", "about": ["ab" * 16]}])
def test_a_line_gives_itself_back(reason):
    line = signed(reason=reason)
    assert SignedLine.parse(line.dump()) == line


def test_a_line_without_sealed_parts_has_no_openings():
    draft = Draft.parse({name: value for name, value in WITHDREW.items() if name != "reason"})
    line = sign(draft, TBT, ORIGIN, noon)
    assert b"openings" not in line.dump()
    assert SignedLine.parse(line.dump()) == line


def test_the_signature_is_over_the_bytes_bound_to_the_origin():
    line = signed()
    message = b"ledger/event/v1\n" + ORIGIN.encode() + b"\n" + line.event_bytes
    verify(TBT.public, signature_bytes(line.signature), message)


def test_the_same_draft_again_has_the_same_id_and_meaning_and_another_blind():
    one, two = signed(), signed(clock=later)
    assert one.event.id == two.event.id
    assert one.event_bytes != two.event_bytes
    assert meaning(one.event, one.openings) == meaning(two.event, two.openings)
    assert one.openings[0].blind != two.openings[0].blind


@pytest.mark.parametrize("changed", [{"reason": "Mail"}, {"happened_at": "2022-05-30"}, {"effective_at": "2022-06-01"}])
def test_another_draft_under_the_same_id_has_another_meaning(changed):
    one, two = signed(id="0a" * 16), signed(id="0a" * 16, **changed)
    assert meaning(one.event, one.openings) != meaning(two.event, two.openings)


def test_meaning_takes_the_opening_that_fits_among_all_that_were_put():
    one, two = signed(), signed()
    both = (*one.openings, *two.openings)
    assert meaning(one.event, both) == meaning(two.event, both)


def test_without_a_record_key_ids_are_random():
    draft = Draft.parse(WITHDREW)
    assert sign(draft, TBT, ORIGIN, noon).event.id != sign(draft, TBT, ORIGIN, noon).event.id


def test_a_draft_of_another_author_is_not_signed():
    with pytest.raises(BadDraft) as caught:
        signed(VLAIO, author="TBT")
    assert caught.value.where["field"] == "$.author"


def test_a_good_signature_names_its_key():
    assert verify_signature(signed(), RING, ORIGIN, 9).party == "TBT"


def test_a_signature_for_another_ledger_does_not_hold():
    with pytest.raises(NotItsSignature) as caught:
        verify_signature(signed(), RING, "example.org/ledger/other", 9)
    assert caught.value.exit == 5


def test_an_event_changed_after_signing_is_found():
    line = signed()
    changed = line.event_bytes.replace(b'"party":"TBT"', b'"party":"FIO"')
    with pytest.raises(NotItsSignature):
        verify_signature(line._replace(event_bytes=changed), RING, ORIGIN, 9)


def test_a_key_signs_after_its_enrolment_and_before_its_revocation():
    with pytest.raises(UnknownKey):
        verify_signature(signed(), RING, ORIGIN, 2)
    with pytest.raises(RevokedKey):
        verify_signature(signed(), RING.apply(4, revocation(TBT, TBT)), ORIGIN, 5)


def _changed(change: Any) -> bytes:
    value = json.loads(signed().dump())
    change(value)
    return encode(value)


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.update(extra=1),
        lambda line: line.pop("signature"),
        lambda line: line.pop("event"),
        lambda line: line.update(signature="ed25519:AAAA"),
        lambda line: line.update(signature=5),
        lambda line: line.update(openings=[]),
        lambda line: line.update(openings={}),
        lambda line: line["openings"].update(reason="Brief"),
        lambda line: line["openings"]["reason"].update(blind="00"),
        lambda line: line["openings"]["reason"].update(blind="ZZ" * 32),
        lambda line: line["openings"]["reason"].update(more=1),
    ],
)
def test_a_line_has_one_shape(change):
    with pytest.raises(BadLine):
        SignedLine.parse(_changed(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.pop("openings"),
        lambda line: line["openings"]["reason"].update(value="Mail"),
        lambda line: line["openings"]["reason"].update(blind="00" * 32),
        lambda line: line["openings"].update(other=line["openings"]["reason"]),
    ],
)
def test_every_sealed_part_of_a_line_is_opened_and_nothing_else(change):
    with pytest.raises(SealBroken):
        SignedLine.parse(_changed(change))


@pytest.mark.parametrize(
    "respelled",
    [
        lambda raw: raw + b"\n",
        lambda raw: raw.replace(b'{"event":', b'{ "event":'),
        lambda raw: raw.replace(b'"party":"TBT"', b'"party":"TBT","party":"TBT"'),
        lambda raw: raw.replace(b'"TBT"', b'"\\u0054BT"', 1),
        lambda raw: raw[:-1],
        lambda raw: b"[" + raw + b"]",
        lambda raw: b"\xff" + raw,
        lambda raw: b"",
    ],
)
def test_a_line_has_one_spelling(respelled):
    with pytest.raises(BadLine):
        SignedLine.parse(respelled(signed().dump()))


def test_a_line_has_an_end():
    with pytest.raises(InputRejected, match="at most"):
        SignedLine.parse(b"x" * 1_048_577)
