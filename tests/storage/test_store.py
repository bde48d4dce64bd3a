from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ledger.chain.entry import LARGEST_EVENT, NO_LEAF
from ledger.chain.hashing import EMPTY_ROOT, Digest, leaf_hash, sha256
from ledger.chain.nodes import Leaves, NodeAbsent
from ledger.errors import InputRejected, LedgerError, NotFound
from ledger.storage.append import BATCH, Row, StaleDecision
from ledger.storage.opening import create, open_store
from ledger.storage.reader import Missing
from ledger.storage.store import Store
from tests.storage.rows import ACCESS, SIGNATURE, USAGE, batch, check_whole, entries, events, single


def test_a_new_ledger_is_empty(store: Store):
    assert store.head() == (0, NO_LEAF, EMPTY_ROOT, None)
    assert store.stream_heads() == []
    assert list(store.pages()) == []
    assert store.latest_checkpoint() is None


def test_an_append_is_chained_and_its_receipt_names_it(store: Store):
    first = store.append(single(1))
    second = store.append(batch(3, first=10))
    assert (first.first, first.last, second.first, second.last) == (1, 1, 2, 4)
    assert second.leaf == leaf_hash(store.entry(4)) == store.head().leaf
    assert second.recorded_at == entries(store)[-1].recorded_at == store.head().recorded_at
    assert check_whole(store) == 4


def test_versions_are_gapless_in_each_stream_also_when_streams_alternate(store: Store):
    rows = [row for number in range(5) for row in (*single(number), *single(100 + number, USAGE))]
    store.append(rows)
    store.append(single(50, USAGE))
    assert [row[2] for row in store.stream_entries(USAGE)] == [1, 2, 3, 4, 5, 6]
    assert (store.stream_version(ACCESS), store.stream_version(USAGE), store.stream_version("demo/none")) == (5, 6, 0)
    assert check_whole(store) == 11


def test_members_of_a_batch_name_the_position_of_its_opener(store: Store):
    store.append(single())
    store.append(batch(3))
    assert [entry.signature for entry in entries(store)] == [SIGNATURE, SIGNATURE, "batch:2", "batch:2"]


def test_a_large_batch_stands_like_many_small_ones(store: Store):
    store.append(batch(300))
    store.append(batch(513, first=1000))
    assert check_whole(store) == 813


def test_pages_and_streams_can_be_read_from_the_middle(store: Store):
    store.append(batch(11))
    assert [[row[0] for row in page] for page in store.pages(after=4, upto=9, size=2)] == [[5, 6], [7, 8], [9]]
    assert [row[2] for row in store.stream_entries(USAGE, after=7, size=2)] == [8, 9, 10]


def test_an_entry_that_was_never_written_is_not_found(store: Store):
    store.append(single())
    for position in (0, 2, -1):
        with pytest.raises(NotFound):
            store.entry(position)


@pytest.mark.parametrize("size", [1, 255, 256, 700])
def test_nodes_are_those_of_the_tree_over_all_leaves(store: Store, size: int):
    store.append(batch(size))
    known, nodes = Leaves([entry.leaf for entry in entries(store)]), store.nodes()
    for level in range(11):
        for index in range((size >> level) + 1):
            if (index + 1) << level <= size:
                assert nodes(level, index) == store.node(level, index) == known(level, index)
            else:
                with pytest.raises(NodeAbsent):
                    store.node(level, index)


def test_nothing_is_written_when_a_stream_that_was_read_has_moved(store: Store):
    store.append(single(1), expecting={ACCESS: 0, "ledger/keys": 0})
    with pytest.raises(StaleDecision) as refused:
        store.append(single(2, USAGE), expecting={ACCESS: 0})
    assert (refused.value.exit, refused.value.hint) == (
        7,
        "run the same command again: it decides on the newest entries",
    )
    store.append(single(2, USAGE), expecting={ACCESS: 1, USAGE: 0})
    assert check_whole(store) == 2


def test_an_append_can_ask_for_the_size_it_was_decided_at(store: Store):
    store.append(single(1), at=0)
    with pytest.raises(StaleDecision):
        store.append(single(2), at=0)
    store.append(single(2), at=1)
    assert check_whole(store) == 2


def test_a_decision_is_compared_with_what_another_writer_did(store: Store, url: str):
    store.append(single(1))
    with open_store(url) as other:
        other.append(single(2))
        with pytest.raises(StaleDecision):
            store.append(single(3), expecting={ACCESS: 1})
        store.append(single(3), expecting={ACCESS: 2}, at=2)
        other.append(single(4), expecting={ACCESS: 3})
    assert check_whole(store) == 4


def test_recorded_at_never_goes_back(url: str):
    moments = iter([10, 5, 5, 20, 7])
    start = datetime(2022, 5, 30, 8, tzinfo=UTC)
    with create(url, clock=lambda: start + timedelta(seconds=next(moments))) as store:
        for number in range(4):
            store.append(single(number))
    with open_store(url, clock=lambda: start) as store:
        store.append(single(9))
        assert [entry.recorded_at.second for entry in entries(store)] == [10, 10, 10, 20, 20]
        assert b'"recorded_at":"2022-05-30T08:00:20.000000Z"' in store.entry(5)


def test_a_checkpoint_of_an_append_sees_the_ledger_with_it(store: Store):
    def note(size: int, root: Digest) -> bytes:
        return b"%d %s" % (size, root.hex().encode())

    store.append(batch(5))
    store.append(single(), checkpoint=note)
    head = store.head()
    assert store.latest_checkpoint() == (6, note(6, head.root))


def test_nothing_is_written_when_its_checkpoint_cannot_be_signed(store: Store):
    def unsigned(_size: int, _root: Digest) -> bytes:
        raise LedgerError("no key")

    store.append(single(1))
    with pytest.raises(LedgerError, match="no key"):
        store.append(single(2), checkpoint=unsigned)
    assert (store.checkpoints(), check_whole(store)) == ([], 1)
    store.append(single(3))
    assert check_whole(store) == 2


def test_later_editions_of_a_checkpoint_are_kept_beside_the_first(store: Store):
    store.append(single())
    for note in (b"signed", b"cosigned", b"signed"):
        store.add_checkpoint(1, note)
    assert store.checkpoints() == [(1, b"signed"), (1, b"cosigned")]
    assert store.latest_checkpoint() == (1, b"cosigned")
    with pytest.raises(NotFound):
        store.add_checkpoint(2, b"of the future")


def test_protocol_files_are_kept_by_their_digest(store: Store):
    first, second = b"id: one\n", b"id: two\n"
    store.append(single(), files={sha256(first).hex(): first})
    store.append(single(2), files={sha256(first).hex(): first})
    store.add_protocol_file(sha256(second).hex(), second)
    store.add_protocol_file(sha256(second).hex(), second)
    assert store.protocol_file(sha256(second).hex()) == second
    assert store.protocol_files() == {sha256(file).hex(): file for file in (first, second)}
    with pytest.raises(Missing):
        store.protocol_file("00" * 32)


def test_a_file_under_another_digest_is_refused_and_nothing_written(store: Store):
    with pytest.raises(InputRejected):
        store.append(single(), files={"00" * 32: b"text"})
    with pytest.raises(InputRejected):
        store.add_protocol_file("00" * 32, b"text")
    assert check_whole(store) == 0


@pytest.mark.parametrize(
    "row",
    [
        Row(ACCESS, "t/1", b"x" * (LARGEST_EVENT + 1), SIGNATURE),
        Row('demo/"access', "t/1", b"{}", SIGNATURE),
        Row("demo/access\n", "t/1", b"{}", SIGNATURE),
        Row(ACCESS, "t/1", b"{}", 'ed25519:","v":2'),
    ],
)
def test_what_would_break_the_envelope_is_refused(store: Store, row: Row):
    with pytest.raises(InputRejected):
        store.append([*single(), row])
    assert check_whole(store) == 0


def test_an_empty_append_is_refused(store: Store):
    with pytest.raises(LedgerError):
        store.append([])


def test_the_largest_event_is_taken(store: Store):
    store.append([Row(ACCESS, "t/1", b"x" * LARGEST_EVENT, BATCH)])
    assert len(events(store)[0]) == LARGEST_EVENT


def test_one_refused_append_leaves_the_next_one_alone(store: Store):
    store.append(single(1))
    with pytest.raises(StaleDecision):
        store.append(batch(300), at=7)
    store.append(batch(300), at=1)
    assert check_whole(store) == 301


def test_what_others_wrote_is_read_on_from_whatever_their_number(store: Store, url: str):
    """Across nodes, and across more than is read at once."""
    with open_store(url) as other:
        for number, count in enumerate((1, 254, 2, 300, 1500), 1):
            store.append(single(10_000 + number), expecting={ACCESS: 2 * number - 2})
            other.append(batch(count, first=number * 2000))
            other.append(single(20_000 + number))
            store.append(batch(3, first=number * 2000 + 1900), at=store.size())
    assert check_whole(store) == 5 + 2057 + 5 + 15
