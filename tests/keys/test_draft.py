from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import InputRejected
from ledger.keys.draft import Draft
from ledger.keys.signing import sign
from tests.keys.people import ORIGIN, TBT, noon

WITHDREW: dict[str, Any] = {"type": "party-withdrew", "protocol": "vlaio-fio-tbt-2021", "party": "TBT"}


def test_a_type_without_version_is_its_newest():
    assert Draft.parse(WITHDREW).clear["type"] == "party-withdrew/1"
    assert Draft.parse({**WITHDREW, "type": "party-withdrew/1"}) == Draft.parse(WITHDREW)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"type": "party-withdrawn"}, "$.type"),
        ({"type": 3}, "$.type"),
        ({"type": "access-used"}, "$.type"),
        ({"key": "00" * 32}, "$.key"),
        ({"stated_at": "2022-05-30T09:00:00Z"}, "$.stated_at"),
        ({"party": "T B T"}, "$.party"),
        ({"happened_at": "30 May"}, "$.happened_at"),
        ({"id": "1"}, "$.id"),
        ({"author": ""}, "$.author"),
        ({"effective_at": None}, "$.effective_at"),
        ({"reason": 3}, "$.reason"),
        ({"reason": {"sealed": "00" * 32}}, "$.reason"),
        ({"reason": {"value": "x", "about": "tbt"}}, "$.reason"),
        ({"reason": {"value": "x", "about": ["jan@example.org"]}}, "$.reason.about[0]"),
    ],
)
def test_a_fault_is_named_with_its_field(changed, field):
    with pytest.raises(InputRejected) as caught:
        sign(Draft.parse({**WITHDREW, **changed}), TBT, ORIGIN, noon, id_key=bytes(32))
    assert caught.value.where["field"] == field


def test_a_required_field_is_missed_by_name():
    draft = Draft.parse({"type": "party-withdrew", "party": "TBT"})
    with pytest.raises(InputRejected, match="required field `protocol`"):
        sign(draft, TBT, ORIGIN, noon)


def test_an_unknown_field_is_named():
    draft = Draft.parse({**WITHDREW, "reasons": "Brief"})
    with pytest.raises(InputRejected, match="unknown field `reasons`"):
        sign(draft, TBT, ORIGIN, noon)


@pytest.mark.parametrize("value", [None, [], "party-withdrew", {}])
def test_a_draft_is_an_object_with_a_type(value):
    with pytest.raises(InputRejected) as caught:
        Draft.parse(value)
    assert caught.value.where["field"] == "$.type"


def test_the_same_draft_has_the_same_id_and_any_other_another():
    key, draft = bytes(32), {**WITHDREW, "reason": "Brief"}
    ids = {
        Draft.parse(changed).id_under(under, author)
        for changed, under, author in [
            (draft, key, "TBT"),
            ({**draft, "type": "party-withdrew/1"}, key, "TBT"),
            ({**draft, "reason": {"value": "Brief"}}, key, "TBT"),
        ]
    }
    assert len(ids) == 1
    others = {
        Draft.parse({**draft, "reason": "Mail"}).id_under(key, "TBT"),
        Draft.parse({**draft, "reason": {"value": "Brief", "about": ["ab" * 16]}}).id_under(key, "TBT"),
        Draft.parse({**draft, "happened_at": "2022-05-30"}).id_under(key, "TBT"),
        Draft.parse(draft).id_under(key, "VLAIO"),
        Draft.parse(draft).id_under(b"\x01" * 32, "TBT"),
    }
    assert len(others | ids) == 6
