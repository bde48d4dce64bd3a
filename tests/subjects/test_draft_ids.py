"""A draft without an id gets one from what it says; after an erasure that id confirms no guess."""

from __future__ import annotations

import json

from ledger.keys.draft import Draft
from ledger.subjects.vault import DRAFTS
from tests.subjects.persons import AN, SAID, erased, known, said
from tests.worlds import V, World

FIELDS = {"type": "party-withdrew", "protocol": V, "party": "TBT", "effective_at": "2022-08-01"}


def test_after_an_erasure_nobody_can_test_a_guess_at_a_text_against_its_entry(world: World):
    token = known(world, AN)
    guess = Draft.parse({**FIELDS, "reason": {"value": SAID, "about": [token]}})
    with world.open() as ledger:
        key = ledger.vault.record_key(DRAFTS)
        position = ledger.record([_signed(world, guess, key)])[0].position
    entry = json.loads(world.bytes().splitlines()[position - 1])
    assert entry["event"]["id"] == guess.id_under(key, "TBT")
    erased(world, token)
    with world.open() as ledger:
        assert key not in [ledger.vault.record_key(each) for each in ledger.vault.record_purposes()]
        assert guess.id_under(ledger.vault.record_key(DRAFTS), "TBT") != entry["event"]["id"]


def test_an_erasure_that_takes_no_text_leaves_drafts_known_again(world: World):
    token = known(world, AN)
    said(world, text="over niemand")
    with world.open() as ledger:
        key = ledger.vault.record_key(DRAFTS)
    erased(world, token)
    with world.open() as ledger:
        assert ledger.vault.record_key(DRAFTS) == key


def _signed(world: World, draft: Draft, key: bytes):
    from ledger.keys.signing import sign

    return sign(draft, world.key("TBT"), world.origin, world.clock, id_key=key)
