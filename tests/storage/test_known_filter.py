from __future__ import annotations

import secrets

import pytest

from ledger.storage import known_ids
from ledger.storage.known_filter import SMALLEST, KnownFilter
from tests.worlds import World, import_log, log_file


def test_what_was_added_is_always_told_and_little_else() -> None:
    ids = [secrets.token_bytes(16) for _ in range(20_000)]
    known = KnownFilter(len(ids))
    known.add(ids[:10_000])
    assert known.perhaps(ids[:10_000]) == ids[:10_000]
    assert len(known.perhaps(ids[10_000:])) < 200


def test_it_is_full_when_more_was_added_than_it_was_made_for() -> None:
    known = KnownFilter(0)
    known.add(number.to_bytes(16) for number in range(SMALLEST))
    assert not known.full
    known.add([secrets.token_bytes(16)])
    assert known.full


@pytest.mark.parametrize("few", [0, 100_000], ids=["by the filter", "day by day"])
def test_a_use_is_known_on_whatever_day_it_is_asked_for(
    world: World, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_ids, "_FEW", few)
    with world.open() as ledger:
        assert ledger.recorded_uses([("2026-02-02", "ab" * 16)]) == {}
        first = ledger.store.size() + 2
        import_log(world, log_file(world.place.base.parent))
        ids = [
            ledger.store.entry(position)[10:].split(b'"id":"')[1][:32].decode() for position in range(first, first + 40)
        ]
        found = ledger.recorded_uses([("1999-01-01T00:00:00Z", each) for each in ids] + [("2026-01-05", "cd" * 16)])
        assert {each: use.position for each, use in found.items()} == dict(
            zip(ids, range(first, first + 40), strict=True)
        )
        assert all(each.encode() in use.event for each, use in found.items())
