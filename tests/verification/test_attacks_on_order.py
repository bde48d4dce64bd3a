"""Attacks by who holds keys: what counts is the position, and never what the event says of its own time or batch."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.hashing import leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.chain.note import VerifierKey
from ledger.events.codec import encoded
from ledger.events.keys import KeyRevoked
from ledger.storage.highwater import HighWater
from ledger.verification.whole import seal_root
from tests.verification.forging import Forged, Item, at, private, public_id, report_of, sql
from tests.worlds import World

EARLIER = "2015-01-05T08:00:00Z"


def revocation(forged: Forged, position: int, party: str) -> Item:
    """The operator revokes that party's key, as the entry at this position."""
    item = replace(forged[forged.first("key-enrolled")], type="key-revoked/1")
    kept = ("author", "happened_at", "key", "stated_at")
    head = {name: value for name, value in msgspec.json.decode(item.event).items() if name in kept}
    event = {**KeyRevoked.example, **head, "type": "key-revoked/1", "id": "cd" * 16, "party": party}
    item.event = encoded(msgspec.convert({**event, "revoked": public_id(f"{party} events")}, KeyRevoked))
    item.sign(private("OPERATOR events"))
    item.recorded_at = forged[position - 1].recorded_at
    forged.items.insert(position - 1, item)
    return item


@pytest.mark.parametrize(("type_", "party"), [("party-withdrew", None), ("log-batch-ingested", "VLAIO")])
def test_an_earlier_date_does_not_help_a_key_that_was_revoked(damaged: World, type_: str, party: str | None) -> None:
    """An act, and a batch: both say that they were stated years before the revocation."""
    forged = Forged.of(damaged.place.url)
    position = forged.first(type_)
    author = party or msgspec.json.decode(forged[position].event)["author"]
    revocation(forged, position, author)
    forged[position + 1].sign(private(f"{author} events"), stated_at=EARLIER, happened_at=EARLIER)
    forged.write(operator=True, mark=HighWater(damaged.place.head))
    report = report_of(damaged)
    assert "signature.key-not-valid" in at(report, position + 1)
    assert "revoked" in " ".join(fault.detail for fault in report.faults if fault.position == position + 1)


def test_a_checkpoint_of_another_ledger_under_the_same_log_key_is_false(damaged: World) -> None:
    forged = Forged.of(damaged.place.url)
    size = forged.first("streams-sealed")
    root = merkle_root([leaf_hash(row[4]) for row in forged.rows()[:size]])
    key, other = private("OPERATOR log"), "ledger.invalid/other"
    vkey = VerifierKey(other, key.public_key().public_bytes_raw())
    note = bytes(Checkpoint(other, size, root).signed(vkey, key.sign))
    sql(damaged.place.url, "INSERT INTO checkpoint VALUES (?, 2, ?)", size, note)
    report = report_of(damaged)
    assert at(report, size) == {"checkpoint.false"}
    assert report.failed


def test_a_seal_that_names_a_head_of_before_is_found(damaged: World) -> None:
    """The operator leaves the last entry of a stream out of the seal, and signs that."""
    forged = Forged.of(damaged.place.url)
    position = forged.first("streams-sealed")
    heads, before = {}, {}
    for _, stream, version, _, raw in forged.rows()[: position - 1]:
        before[stream] = heads.get(stream)
        heads[stream] = (version, leaf_hash(raw))
    stream = next(name for name, head in before.items() if head)
    root = seal_root({**heads, stream: before[stream]})
    forged[position].sign(private("OPERATOR events"), root=root.hex())
    forged.write()
    assert "completeness.seal" in at(report_of(damaged), position)


def test_two_openers_cannot_share_the_same_uses(damaged: World) -> None:
    """Whoever signs a batch signs a second opener of the same root: with the uses of the first, and without any."""
    forged = Forged.of(damaged.place.url)
    first = forged.first("log-batch-ingested")
    count = msgspec.json.decode(forged[first].event)["batch"]["count"]
    again = replace(forged[first])
    again.sign(private("VLAIO events"), id="ef" * 16)
    forged.items.insert(first + count, again)
    forged.write(operator=True, mark=HighWater(damaged.place.head))
    assert "batch.count" in at(report_of(damaged), first + count + 1)


def test_uses_that_change_their_batches_break_both_roots(damaged: World) -> None:
    """One author, equal numbers: each batch still has as many as its opener counted."""
    forged = Forged.of(damaged.place.url)
    first = forged.first("log-batch-ingested")
    second = forged.first("log-batch-ingested", first)
    one, other = forged[first + 1], forged[second + 1]
    one.event, other.event = other.event, one.event
    forged.write(operator=True, mark=HighWater(damaged.place.head))
    report = report_of(damaged)
    assert "batch.root" in at(report, first)
    assert "batch.root" in at(report, second)
