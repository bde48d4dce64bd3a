from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.importers.dataverse import Dataverse
from ledger.importers.importer import HEAD, Ignored, Record
from tests.importers.logs import World, audit, found_in
from tests.importers.products import audit_row, crm, crm_monitor, guid, lines, rows

UNIFIED = [
    crm(1),
    crm(2, Message="RetrieveMultiple", Operation="RetrieveMultiple", QueryResults=f"{guid(4)},{guid(5)}"),
]
UNIFIED_SHAPES = {
    "lines": lines(UNIFIED),
    "json": json.dumps(UNIFIED, indent=1),
    "activity table": lines(crm_monitor(each) for each in UNIFIED),
    "activity table, csv": rows({k: str(v) for k, v in crm_monitor(each).items()} for each in UNIFIED),
}
TABLE = [audit_row(1), audit_row(2, action=3, operation=3)]
TABLE_SHAPES = {
    "web api": json.dumps({"@odata.context": "https://x/$metadata#audits", "value": TABLE}, indent=1),
    "web api, one line": json.dumps({"@odata.context": "https://x/$metadata#audits", "value": TABLE}),
    "array": json.dumps(TABLE),
    "lines": lines(TABLE),
    "csv": rows(TABLE),
    "csv, labels": rows(each | {"action": {2: "Update", 3: "Verwijderen"}[each["action"]]} for each in TABLE),
}


def the(row: dict[str, Any]) -> Record:
    (record,) = found_in(lines([row]).encode(), Dataverse())
    assert isinstance(record, Record)
    return record


@pytest.mark.parametrize("name", UNIFIED_SHAPES)
def test_a_unified_record_says_the_same_in_every_shape(name: str) -> None:
    raw = UNIFIED_SHAPES[name].encode()
    assert (Dataverse().sniff(raw[:HEAD]) or "").startswith("unified-audit")
    found = found_in(raw, Dataverse())
    assert [
        (each.happened_at, each.operation, each.action, each.outcome, each.actor, each.record_id, each.items,
         each.object_class)
        for each in found if isinstance(each, Record)
    ] == [
        ("2026-01-05T08:01:00Z", "Retrieve", "consult", "ok", "an.voorbeeld@fictief.example", guid(1), None, "contact"),
        ("2026-01-05T08:02:00Z", "RetrieveMultiple", "query", "ok", "an.voorbeeld@fictief.example", guid(2), 2,
         "contact"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", TABLE_SHAPES)
def test_a_row_of_the_audit_table_says_the_same_in_every_shape(name: str) -> None:
    raw = TABLE_SHAPES[name].encode()
    assert (Dataverse().sniff(raw[:HEAD]) or "").startswith("audit-table")
    found = found_in(raw, Dataverse())
    assert [
        (each.happened_at, each.operation, each.action, each.outcome, each.actor, each.record_id, each.object_class)
        for each in found if isinstance(each, Record)
    ] == [
        ("2026-01-05T08:01:00Z", "Update", "modify", "ok", guid(7), guid(1), "contact"),
        ("2026-01-05T08:02:00Z", "Delete", "delete", "ok", guid(7), guid(2), "contact"),
    ]  # fmt: skip
    assert len(found) == 2
    assert all(raw.startswith(each.raw, each.offset) for each in found if isinstance(each, Record))


def test_who_calls_in_anothers_name_is_the_actor() -> None:
    record = the(audit_row(1, _callinguserid_value=guid(9)))
    assert (record.actor, record.operation) == (guid(9), "Update (impersonated)")
    assert the(audit_row(1, _callinguserid_value=guid(7))).operation == "Update"


@pytest.mark.parametrize(
    ("action", "operation", "word", "meaning"),
    [
        (64, 4, "UserAccessViaWeb", "sign-in"), (14, 2, "Share", "share"), (None, 4, "Access", "consult"),
        ("999", "1", "Create", "modify"), ("Zondervan", "", "other", "other"), (111, 3, "AuditLogDeletion", "delete"),
    ],
)  # fmt: skip
def test_an_action_is_a_word_of_ours(action: object, operation: object, word: str, meaning: str) -> None:
    record = the(audit_row(1, action=action, operation=operation))
    assert (record.operation, record.action) == (word, meaning)


def test_the_name_of_an_own_table_stays_out() -> None:
    record = the(audit_row(1, objecttypecode="vlaio_zondervan"))
    assert (record.object_class, record.place) == ("custom-table", "vlaio_zondervan")


def test_a_record_of_another_application_is_ignored() -> None:
    found = found_in(lines([crm(1), audit(2)]).encode(), Dataverse())
    assert [type(each) for each in found] == [Record, Ignored]


def test_nothing_of_what_was_changed_is_in_a_member(tmp_path: Path) -> None:
    path, world = tmp_path / "log", World(Dataverse())
    path.write_text(lines([audit_row(1, objecttypecode="vlaio_zondervan", changedata="geen JSON: geheim")]))
    world.imported(path)
    said = world.batches[0].members[0].lower()
    assert [word for word in (b"geheim", b"zondervan", b"telephone") if word in said] == []
