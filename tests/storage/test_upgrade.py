from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from ledger.errors import InputRejected
from ledger.storage.faults import Damaged
from ledger.storage.opening import create, open_store
from ledger.storage.reader import tables_there
from ledger.storage.store import Store
from ledger.storage.tables import metadata
from tests.storage.old_layout import make_old
from tests.storage.owner import as_owner
from tests.storage.rows import batch, check_whole, single
from tests.verification.forging import codes, report_of, sql
from tests.worlds import World


@pytest.fixture
def old(url: str) -> str:
    """The place of a ledger of 301 entries in the layout before."""
    with create(url) as store:
        store.append(batch(300))
        store.append(single(1000))
        make_old(store, url)
    return url


def tables(store: Store) -> set[str]:
    return tables_there(store.rows, postgres=store.is_postgres)


def test_a_ledger_of_the_layout_before_is_read_as_it_is(old: str):
    with open_store(old) as store:
        assert check_whole(store) == 301
        assert {"head", "stream"} <= tables(store)


def test_the_first_append_brings_a_ledger_to_the_new_layout(old: str):
    with open_store(old) as store:
        store.append(single(2000), at=301)
        assert tables(store) == set(metadata.tables)
    with open_store(old) as store:
        store.append(batch(300, first=3000), expecting={"demo/access": 2})
        assert check_whole(store) == 602


def test_an_empty_ledger_of_the_layout_before_can_be_begun(url: str):
    with create(url) as store:
        make_old(store, url)
    with open_store(url) as store:
        store.append(single())
        assert check_whole(store) == 1


def test_of_programs_that_upgrade_at_once_each_one_writes(old: str):
    with ExitStack() as stack:
        stores = [stack.enter_context(open_store(old)) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda store: store.append(single(5000 + stores.index(store))), stores))
        assert check_whole(stores[0]) == 305


@pytest.mark.parametrize(
    "change",
    ["UPDATE head SET size = 300", "UPDATE head SET size = 302", "DELETE FROM head", "UPDATE head SET leaf = edge"],
)
def test_an_old_ledger_that_does_not_end_where_it_says_is_not_upgraded(old: str, change: str):
    as_owner(old, change)
    with open_store(old) as store:
        with pytest.raises(Damaged):
            store.append(single(2000))
        assert {"head", "stream"} <= tables(store)
        assert store.size() == 301


@pytest.mark.parametrize("format_", [0, 2, 7])
def test_a_layout_that_is_not_known_is_refused(old: str, format_: int):
    as_owner(old, f"UPDATE head SET format = {format_}")
    with pytest.raises(InputRejected) as refused:
        open_store(old)
    assert (refused.value.code, refused.value.exit) == ("storage.not-a-ledger", 5)
    assert "upgrade `ledger`" in refused.value.hint


def test_an_old_ledger_is_verified_by_its_head_row_too(spoilt: World):
    with open_store(spoilt.place.url) as store:
        make_old(store, spoilt.place.url)
    assert report_of(spoilt, deep=True).faults == ()
    sql(spoilt.place.url, "UPDATE head SET size = size - 1")
    assert codes(report_of(spoilt)) == {"completeness.head"}


def test_a_whole_old_ledger_goes_on_through_the_application(spoilt: World):
    with open_store(spoilt.place.url) as store:
        make_old(store, spoilt.place.url)
    with spoilt.open() as ledger:
        ledger.sign_checkpoint(spoilt.key("OPERATOR", "log"), spoilt.key("OPERATOR"))
    spoilt.check()
