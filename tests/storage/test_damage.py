from __future__ import annotations

import sqlite3

import psycopg
import pytest

from ledger.chain.hashing import sha256
from ledger.storage.faults import Damaged
from ledger.storage.opening import create, open_store
from ledger.storage.reader import Missing
from ledger.storage.store import Store
from tests.storage.owner import as_owner, blob, disarm
from tests.storage.rows import ACCESS, USAGE, batch, check_whole, single


def test_a_hole_is_named_and_not_stepped_over(store: Store, url: str):
    store.append(batch(9))
    disarm(url, "entry")
    as_owner(url, "DELETE FROM entry WHERE position = 5")
    with pytest.raises(Missing) as found:
        list(store.pages())
    assert found.value.where == {"position": 5}
    with pytest.raises(Missing) as found:
        list(store.stream_entries(USAGE))
    assert found.value.where == {"stream": USAGE, "version": 4}
    with pytest.raises(Missing):
        store.entry(5)


def test_a_row_before_the_first_position_is_named(store: Store, url: str):
    store.append(batch(9))
    as_owner(url, "INSERT INTO entry SELECT -1, stream, 99, type, raw FROM entry WHERE position = 7")
    with pytest.raises(Damaged) as found:
        list(store.pages())
    assert (found.value.code, found.value.where) == ("storage.outside", {"position": -1})


def test_a_writer_refuses_to_go_on_from_entries_that_do_not_hang_together(store: Store, url: str):
    store.append(batch(9))
    disarm(url, "entry")
    raw = store.entry(5)
    for changed in (raw.replace(b'"position":5', b'"position":6'), raw.replace(b"demo/usage", b"demo/usagf"), raw[:-1]):
        as_owner(url, f"UPDATE entry SET raw = {blob(url, changed)} WHERE position = 5")
        with open_store(url) as opened, pytest.raises(Damaged):
            opened.append(single())
    as_owner(url, f"UPDATE entry SET raw = {blob(url, raw)} WHERE position = 5", "DELETE FROM entry WHERE position = 3")
    with open_store(url) as opened, pytest.raises(Damaged) as found:
        opened.append(single())
    assert (found.value.code, found.value.where) == ("storage.tip-differs", {"position": 3})


@pytest.mark.parametrize(("level", "index"), [(8, 0), (8, 1), (8, 2), (9, 0)])
def test_a_writer_refuses_a_node_that_is_not_that_of_the_tree(url: str, level: int, index: int):
    with create(url) as store:
        store.append(batch(800))
        kept = store.node(level, index)
    disarm(url, "node")
    where = f"WHERE level = {level} AND idx = {index}"
    for change in (
        f"UPDATE node SET hash = {blob(url, bytes([kept[0] ^ 1]) + kept[1:])} {where}",
        f"DELETE FROM node {where}",
    ):
        as_owner(url, change)
        with open_store(url) as store, pytest.raises(Damaged) as found:
            store.append(single(9))
        assert found.value.code in ("storage.tip-differs", "storage.missing")
    as_owner(url, f"INSERT INTO node VALUES ({level}, {index}, {blob(url, kept)})")
    with open_store(url) as store:
        store.append(single(9))
        assert check_whole(store) == 801


def test_no_root_is_signed_over_a_node_that_was_changed_meanwhile(store: Store, url: str):
    store.append(batch(300))
    with open_store(url) as other:
        other.append(single(7))
    disarm(url, "node")
    as_owner(url, f"UPDATE node SET hash = {blob(url, bytes(32))}")
    with pytest.raises(Damaged):
        store.append(single(8), checkpoint=lambda size, root: b"signed")


def test_a_tip_that_others_replaced_is_not_built_upon(store: Store, url: str):
    store.append(batch(5))
    with open_store(url) as other:
        other.append(single(7))
    disarm(url, "entry")
    other_prev = store.entry(6).replace(b'prev":"', b'prev":"00')[:-2]
    as_owner(url, f"UPDATE entry SET raw = {blob(url, other_prev)} WHERE position = 6")
    with pytest.raises(Damaged):
        store.append(single(8))


@pytest.mark.parametrize("change", ["version = 99", "version = 0", "stream = 'demo/other', version = 7"])
def test_nothing_is_built_on_the_end_of_a_stream_that_stands_elsewhere(store: Store, url: str, change: str):
    """The next version would be made of it, and a seal: one flipped bit of an index would be signed for ever."""
    store.append(single(1))
    store.append(single(2))
    disarm(url, "entry")
    as_owner(url, f"UPDATE entry SET {change} WHERE position = 2")
    moved = "demo/other" if "stream" in change else ACCESS
    with open_store(url) as opened:
        assert opened.size() == 2
        if change != "version = 0":  # then the one before it is the end, and the versions do not add up
            for read in (opened.stream_heads, lambda: opened.stream_version(moved)):
                with pytest.raises(Damaged) as found:
                    read()
                assert found.value.where == {"position": 2}
            with pytest.raises(Damaged):
                opened.append(single(3, stream=moved))
    as_owner(url, f"UPDATE entry SET stream = '{ACCESS}', version = 2 WHERE position = 2")
    with open_store(url) as opened:
        opened.append(single(3))
        assert check_whole(opened) == 3


@pytest.mark.parametrize("table", ["entry", "node", "layout"])
def test_a_table_that_is_gone_is_damage_and_not_another_kind_of_database(store: Store, url: str, table: str):
    store.append(batch(300))
    as_owner(url, f"DROP TABLE {table}")
    with open_store(url) as opened:
        with pytest.raises(Damaged):
            opened.append(single(2))
        if table == "entry":
            for read in (opened.head, opened.size, lambda: list(opened.pages())):
                with pytest.raises(Damaged):
                    read()


def test_a_missing_node_is_found_when_a_proof_asks_for_it(store: Store, url: str):
    store.append(batch(600))
    disarm(url, "node")
    as_owner(url, "DELETE FROM node WHERE level = 8 AND idx = 1")
    with pytest.raises(Missing):
        store.node(8, 1)


@pytest.mark.parametrize("table", ["entry", "node", "checkpoint", "protocol_file"])
def test_what_was_written_can_be_neither_changed_nor_removed(store: Store, url: str, table: str):
    column = {"entry": "type", "node": "hash", "checkpoint": "note", "protocol_file": "data"}[table]
    store.append(batch(300), files={sha256(b"").hex(): b""}, checkpoint=lambda size, root: b"note")
    before = store.rows(f"SELECT * FROM {table}")
    assert before
    changes = [f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"]
    changes += [f"TRUNCATE {table}"] if store.is_postgres else [f"REPLACE INTO {table} SELECT * FROM {table}"]
    for change in changes:
        with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="append-only"):
            as_owner(url, *([] if store.is_postgres else ["PRAGMA recursive_triggers = ON"]), change)
    assert store.rows(f"SELECT * FROM {table}") == before
