"""The access register: who may use what, from when until when, and how much it was used."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ledger.storage.opening import open_store
from projections.registers.access import AccessRegister
from projections.runner import fold
from tests.worlds import V, World

TOKEN = "5b" * 16
GRANT = {
    "grant": "G-7", "subject": TOKEN, "application": "KRIS", "function_profile": "dossierbehandelaar",
    "recipient_category": "user", "purpose": "bvr-2005-10-07-art-4", "happened_at": "2022-06-10T08:00:00Z",
}  # fmt: skip


def rows(world: World, as_of: str, kind: str = "grant") -> list[dict[str, Any]]:
    register = AccessRegister()
    with open_store(world.place.url) as store:
        (found,) = fold(store, [register])
    shown = register.rows(found.state, datetime.fromisoformat(as_of))
    return [dict(row) for row in shown if row["kind"] == kind]


def of_grant(world: World, as_of: str, grant: str = "G-7") -> dict[str, Any] | None:
    positions = [row for row in rows(world, as_of) if row.get("grant") == grant]
    return positions[0] if positions else None


def test_a_grant_is_shown_from_its_beginning_on(world: World):
    world.record(world.signed("VLAIO", "access-granted", **GRANT))
    assert of_grant(world, "2022-06-10T07:59:59+00:00") is None
    found = of_grant(world, "2022-06-10T08:00:00+00:00")
    assert found is not None
    assert (found["protocol"], found["party"], found["subject"], found["entry"]) == (V, "VLAIO", TOKEN, 126)
    assert "until" not in found


def test_a_grant_ends_when_it_is_revoked_and_not_before_that_moment(world: World):
    world.record(
        world.signed("VLAIO", "access-granted", **GRANT),
        world.signed("VLAIO", "access-revoked", grant="G-7", happened_at="2022-06-20T08:00:00Z"),
    )
    before, after = of_grant(world, "2022-06-20T07:00:00+00:00"), of_grant(world, "2022-06-20T08:00:00+00:00")
    assert before is not None
    assert after is not None
    assert "until" not in before
    assert after["until"] == "2022-06-20T08:00:00Z"


def test_a_revocation_by_another_party_ends_nothing(world: World):
    world.record(
        world.signed("VLAIO", "access-granted", **GRANT),
        world.signed("TBT", "access-revoked", grant="G-7", happened_at="2022-06-20T08:00:00Z"),
    )
    found = of_grant(world, "2022-07-01T00:00:00+00:00")
    assert found is not None
    assert "until" not in found


@pytest.mark.parametrize(
    ("valid_until", "revoked", "until"),
    [
        ("2022-06-30", "2022-06-20T08:00:00Z", "2022-06-20T08:00:00Z"),
        ("2022-06-15", "2022-06-20T08:00:00Z", "2022-06-15"),
        ("2022-06-20", "2022-06-19T23:00:00Z", "2022-06-20"),
    ],
)
def test_a_grant_ends_at_the_earliest_of_its_ends(valid_until: str, revoked: str, until: str, world: World):
    world.record(
        world.signed("VLAIO", "access-granted", valid_until=valid_until, **GRANT),
        world.signed("VLAIO", "access-revoked", grant="G-7", happened_at=revoked),
    )
    found = of_grant(world, "2022-07-01T00:00:00+00:00")
    assert found is not None
    assert found["until"] == until


def test_a_correction_takes_the_place_of_a_grant_and_keeps_its_entry(world: World):
    wrong = world.signed("VLAIO", "access-granted", **{**GRANT, "application": "CRM"})
    (before,) = world.record(wrong)
    world.record(world.signed("VLAIO", "access-granted", corrects=before.id, **GRANT))
    found = of_grant(world, "2022-07-01T00:00:00+00:00")
    assert found is not None
    assert (found["application"], found["entry"]) == ("KRIS", before.position)


def test_a_retracted_grant_is_no_grant(world: World):
    (grant,) = world.record(world.signed("VLAIO", "access-granted", **GRANT))
    world.record(world.signed("VLAIO", "event-retracted", retracts=grant.id, happened_at="2022-06-11T08:00:00Z"))
    assert of_grant(world, "2022-07-01T00:00:00+00:00") is None


def test_a_retracted_revocation_leaves_the_grant_open(world: World):
    _, revoked = world.record(
        world.signed("VLAIO", "access-granted", **GRANT),
        world.signed("VLAIO", "access-revoked", grant="G-7", happened_at="2022-06-20T08:00:00Z"),
    )
    world.record(world.signed("VLAIO", "event-retracted", retracts=revoked.id, happened_at="2022-06-21T08:00:00Z"))
    found = of_grant(world, "2022-07-01T00:00:00+00:00")
    assert found is not None
    assert "until" not in found


def test_what_was_known_before_a_correction_stays_known(world: World):
    (before,) = world.record(world.signed("VLAIO", "access-granted", **{**GRANT, "application": "CRM"}))
    world.record(world.signed("VLAIO", "access-granted", corrects=before.id, **GRANT))
    register = AccessRegister()
    with open_store(world.place.url) as store:
        (then,) = fold(store, [register], upto=before.position)
    shown = register.rows(then.state, datetime.fromisoformat("2022-07-01T00:00:00+00:00"))
    assert [row["application"] for row in shown if row.get("grant") == "G-7"] == ["CRM"]


def test_a_state_that_was_kept_gives_the_same_rows(world: World):
    (before,) = world.record(world.signed("VLAIO", "access-granted", **{**GRANT, "application": "CRM"}))
    world.record(world.signed("VLAIO", "access-granted", corrects=before.id, **GRANT))
    register, as_of = AccessRegister(), datetime.fromisoformat("2022-07-01T00:00:00+00:00")
    with open_store(world.place.url) as store:
        (found,) = fold(store, [register])
    kept = register.load(register.dump(found.state))
    assert (kept, register.rows(kept, as_of)) == (found.state, register.rows(found.state, as_of))


def test_uses_are_counted_by_person_and_application(imported: World):
    uses = rows(imported, "2026-02-01T00:00:00+00:00", "uses")
    assert [(row["party"], row["uses"], row["not_ok"]) for row in uses] == [("VLAIO", 20, 0), ("VLAIO", 20, 0)]
    assert all(len(row["subject"]) == 32 for row in uses)
    assert sorted((row["from"], row["until"]) for row in uses) == [
        ("2026-01-05T08:01:00Z", "2026-01-05T08:39:00Z"),
        ("2026-01-05T08:02:00Z", "2026-01-05T08:40:00Z"),
    ]
    assert rows(imported, "2026-01-01T00:00:00+00:00", "uses") == []
