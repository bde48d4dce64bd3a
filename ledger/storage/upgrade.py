"""From layout 1 to layout 2, in one transaction, before the first append (`docs/adr/0007`).

Layout 1 kept the end of the ledger in a table `head`, and that of each stream in a table `stream`. Both are read from
the entries now. The old end is compared with the entries once more before it goes. Reading a ledger of layout 1 needs
no upgrade. If we die on the way, the ledger has its old layout still.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, insert, inspect, text
from sqlalchemy.exc import ProgrammingError

from ledger.chain.entry import NO_LEAF
from ledger.chain.hashing import leaf_hash
from ledger.storage import tables
from ledger.storage.faults import Damaged, spoken

OLD = ("head", "stream")
"""The tables of layout 1 that are no more."""

_HINT = "stop writing; run `ledger verify` and compare with the last checkpoint"
_OLD_END = """
SELECT size, leaf, (SELECT coalesce(max(position), 0) FROM entry), (SELECT raw FROM entry WHERE position = size)
FROM head
"""


def bring_up(engine: Engine) -> None:
    """Give a ledger the layout that is written here, if it has the one before. Raises Damaged where it is not whole."""
    with spoken(engine), engine.connect() as connection:
        if _has(connection, tables.layout.name):
            return
        if not _has(connection, "head"):
            if _has(connection, tables.layout.name):  # another process upgraded it between our two looks
                return
            raise Damaged("the table layout is gone", hint=_HINT, code="storage.no-layout")
    (_on_sqlite if engine.dialect.name == "sqlite" else _on_postgres)(engine)


def _on_sqlite(engine: Engine) -> None:
    with spoken(engine), engine.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if not _has(connection, tables.layout.name):  # another process may have been faster
            _upgrade(connection)
        connection.exec_driver_sql("COMMIT")


def _on_postgres(engine: Engine) -> None:
    with spoken(engine), engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        try:
            # Programs of before write by the head: they wait for us, and then find that it is gone.
            connection.exec_driver_sql("LOCK TABLE head IN ACCESS EXCLUSIVE MODE")
        except ProgrammingError:  # another process was faster
            connection.rollback()
            if not _has(connection, tables.layout.name):
                raise
        else:
            _upgrade(connection)
            connection.commit()


def _upgrade(connection: Connection) -> None:
    ends = connection.execute(text(_OLD_END)).all()
    leaf = leaf_hash(bytes(ends[0][3])) if ends and ends[0][3] is not None else NO_LEAF
    if len(ends) != 1 or (ends[0][0], bytes(ends[0][1])) != (ends[0][2], leaf):
        raise Damaged("the ledger does not end where its head row says", hint=_HINT, code="storage.head-differs")
    tables.layout.create(connection)
    connection.execute(insert(tables.layout).values(one=1, format=tables.FORMAT))
    for table in OLD:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")


def _has(connection: Connection, table: str) -> bool:
    # Never remembered: another process may upgrade meanwhile.
    return inspect(connection).has_table(table)
