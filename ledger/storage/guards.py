"""Triggers that refuse to change or remove what was written.

They stop accidents and honest programs. Who owns the database can drop them: the evidence is in the chain, the
checkpoints and the high-water mark, not here.
"""

from __future__ import annotations

from ledger.storage.tables import APPEND_ONLY

MESSAGE = "append-only"

BODY = f" BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END "
"""What the function of PostgreSQL's guards does."""

_POSTGRES_FUNCTION = f"CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $${BODY}$$"


def sqlite_guards() -> list[str]:
    """DDL. `INSERT OR REPLACE` deletes without a trigger unless told otherwise: see `PRAGMA recursive_triggers`."""
    return [
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        for table in APPEND_ONLY
        for act in ("update", "delete")
    ]


def postgres_guards() -> list[str]:
    """DDL: one function, and a trigger per table that also stops TRUNCATE."""
    return [_POSTGRES_FUNCTION] + [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
        for table in APPEND_ONLY
    ]
