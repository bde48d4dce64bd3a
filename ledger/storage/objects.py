"""What hangs on a ledger's tables beside rows: its guards, and whatever else acts where a row is written or read.

Neither is evidence: entries are judged by their bytes. But who drops a guard can change rows, and a trigger, a rule or
a policy of somebody else can change or hide what an honest program writes, so both are told. The tables themselves, and
indexes on them: `ledger.storage.shapes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ledger.storage import guards
from ledger.storage.reader import Reader, Rows, tables_there

_ON_SQLITE = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
_OURS = "WITH ours AS (SELECT to_regclass(name) AS oid FROM unnest(?::text[]) AS name)"
_TRIGGERS = f"""{_OURS}
SELECT c.relname::text, t.tgname::text, t.tgtype::int, t.tgenabled IN ('O', 'A'), p.prosrc, l.lanname::text,
  t.tgqual IS NULL AND t.tgnargs = 0 AND cardinality(t.tgattr::int2[]) = 0
FROM ours JOIN pg_trigger t ON t.tgrelid = ours.oid JOIN pg_class c ON c.oid = ours.oid
JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
WHERE NOT t.tgisinternal ORDER BY 1, 2
"""  # noqa: S608 - only constants of this file are put together
_OTHERS = f"""{_OURS},
c AS (SELECT pg_class.oid, relname::text, relkind, relrowsecurity FROM ours JOIN pg_class USING (oid))
SELECT 'rule', relname, r.rulename::text FROM c JOIN pg_rewrite r ON r.ev_class = c.oid WHERE r.rulename <> '_RETURN'
UNION ALL SELECT 'heir', relname, inhrelid::regclass::text FROM c JOIN pg_inherits ON inhparent = c.oid
UNION ALL SELECT 'policy', relname, '' FROM c WHERE relrowsecurity
UNION ALL SELECT 'view', relname, '' FROM c WHERE relkind <> 'r'
ORDER BY 1, 2, 3
"""  # noqa: S608
_SAID = {
    "rule": "the rule {1} on table {0} is not the ledger's",
    "heir": "the rows of table {1} pass for rows of {0}, from which it inherits",
    "policy": "row security on table {0} can hide rows, and is not the ledger's",
    "view": "{0} is no table, but something else in its place",
}
_STATEMENT = 2 + 8 + 16 + 32
"""PostgreSQL's bits: before, on DELETE, on UPDATE, on TRUNCATE; one more would be for each row."""

_Named = tuple[str, str]
"""A trigger and its table: on PostgreSQL two tables can have triggers of one name."""


class Odd(NamedTuple):
    """An object that is not as `ledger init` makes it. `is_guard` where it is one of the ledger's own guards."""

    is_guard: bool
    detail: str


def odd_objects(store: Reader) -> list[Odd]:
    """Guards that are gone, changed or off, and what is not ours on the ledger's tables. Raises StorageFailed."""
    with store.snapshot() as rows:
        return odd_on(rows, tables_there(rows, postgres=store.is_postgres), postgres=store.is_postgres)


def odd_on(rows: Rows, there: set[str], *, postgres: bool) -> list[Odd]:
    """The same of these tables, a ledger's or a vault's; a vault's have no guards."""
    return list((_in_server if postgres else _in_file)(rows, there))


def _in_file(rows: Rows, there: set[str]) -> Iterator[Odd]:
    named = [(name, str(table).lower(), sql) for table, name, sql in rows(_ON_SQLITE)]
    found = {(name, table): sql for name, table, sql in named if table in there}
    wanted = _by_name(guards.sqlite_guards(), there)
    yield from _compared(found, wanted, lambda name, sql: " ".join(str(sql).split()) == wanted[name])


def _in_server(rows: Rows, there: set[str]) -> Iterator[Odd]:
    found = {(name, table): how for table, name, *how in rows(_TRIGGERS, (sorted(there),))}
    wanted = _by_name(guards.postgres_guards()[1:], there)
    yield from _compared(found, wanted, lambda name, how: how == [_STATEMENT, True, guards.BODY, "plpgsql", True])
    for kind, table, name in rows(_OTHERS, (sorted(there),)):
        yield Odd(False, _SAID[kind].format(table, name))


def _compared(
    found: Mapping[_Named, Any], wanted: Mapping[_Named, str], is_ours: Callable[[_Named, Any], bool]
) -> Iterator[Odd]:
    for (name, table), ddl in wanted.items():
        if (name, table) not in found:
            yield Odd(True, f"the guard {name} is gone; this puts it back: {ddl}")
        elif not is_ours((name, table), found[name, table]):
            yield Odd(True, f"the guard {name} is not as it was made: it was changed, or is off")
    for name, table in sorted(set(found) - set(wanted)):
        yield Odd(False, f"the trigger {name} on table {table} is not the ledger's")


def _by_name(ddls: Iterable[str], there: set[str]) -> dict[_Named, str]:
    """Statements that make a trigger, by its name and its table; of tables that are there."""
    words = {ddl: ddl.split() for ddl in ddls}
    named = {(each[2], each[each.index("ON") + 1]): ddl for ddl, each in words.items()}
    return {(name, table): ddl for (name, table), ddl in named.items() if table in there}
