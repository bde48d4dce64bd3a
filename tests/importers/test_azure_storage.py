from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.importers.azure_storage import AzureStorage
from ledger.importers.importer import HEAD, Record
from tests.importers.logs import World, found_in
from tests.importers.products import STORAGE_COLUMNS, lines, rows, storage, storage_row

RECORDS = [storage(1), storage(2, operationName="DeleteBlob", category="StorageDelete", statusCode=202)]
SHAPES = {
    "diagnostic lines": lines(RECORDS),
    "diagnostic json": json.dumps(RECORDS, indent=1),
    "diagnostic json, wrapped": json.dumps({"records": RECORDS}, indent=2),
    "diagnostic lines, wrapped": lines([{"records": RECORDS[:1]}, {"records": RECORDS[1:]}]),
    "monitor-table csv": rows(storage_row(each) for each in RECORDS),
    "monitor-table csv, semicolons": rows((storage_row(each) for each in RECORDS), ";"),
    "monitor-table lines": lines(
        {name.removesuffix(" [UTC]"): value for name, value in storage_row(each).items()} for each in RECORDS
    ),
}


def the(**fields: Any) -> Record:
    (record,) = found_in(lines([storage(1, **fields)]).encode(), AzureStorage())
    assert isinstance(record, Record)
    return record


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_known_and_says_the_same(name: str) -> None:
    raw = SHAPES[name].encode()
    assert AzureStorage().sniff(raw[:HEAD]) == name.split(",")[0]
    found = found_in(raw, AzureStorage())
    assert [
        (each.happened_at, each.operation, each.action, each.outcome, each.actor, each.record_id, each.object_class)
        for each in found
        if isinstance(each, Record)
    ] == [
        ("2026-01-05T08:01:00.123456Z", "GetBlob", "download", "ok", "an.voorbeeld@fictief.example",
         RECORDS[0]["correlationId"], "blob"),
        ("2026-01-05T08:02:00.123456Z", "DeleteBlob", "soft-delete", "ok", "an.voorbeeld@fictief.example",
         RECORDS[1]["correlationId"], "blob"),
    ]  # fmt: skip
    assert len(found) == 2
    assert all(raw.startswith(each.raw, each.offset) for each in found if isinstance(each, Record))


def test_the_columns_of_the_table_are_all_in_the_fixture() -> None:
    assert set(storage_row(storage())) == set(STORAGE_COLUMNS)


@pytest.mark.parametrize(
    ("identity", "actor_class", "named"),
    [
        ({"type": "SAS", "tokenHash": "key1(x)"}, "shared-key", None),
        ({"type": "AccountKey", "tokenHash": "key1(x)"}, "shared-key", None),
        ({"type": "DelegationSas", "requester": {"objectId": "7"}}, "shared-key", None),
        ({"type": "Anonymous"}, "unknown", None),
        ({"type": "OAuth", "requester": {"objectId": "Ab-7", "appId": "8"}}, "service", "ab-7"),
        ({"type": "OAuth", "requester": {"upn": "x_y#EXT#@z"}}, "guest", "x_y#ext#@z"),
        ('{"type": "OAuth", "requester": {"upn": "jan@fictief.example"}}', "person", "jan@fictief.example"),
        (None, "shared-key", None),
    ],
)
def test_only_a_sign_in_names_anybody(identity: object, actor_class: str, named: str | None) -> None:
    record = the(identity=identity)
    assert (record.actor_class, record.actor) == (actor_class, named)


def test_an_address_without_signature_and_identity_is_nobodys() -> None:
    record = the(identity=None, uri="https://fictief.blob.core.windows.net/x")
    assert (record.actor_class, record.actor) == ("unknown", None)


@pytest.mark.parametrize(
    ("status", "text", "outcome"),
    [
        (200, "Success", "ok"), (201, None, "ok"), (202, None, "ok"), (206, None, "ok"), (304, None, "ok"),
        (401, None, "denied"), (403, "AuthorizationPermissionMismatch", "denied"), (404, "BlobNotFound", "failed"),
        (409, None, "failed"), (500, None, "failed"), ("206", "Success", "ok"), (None, "SASSuccess", "ok"),
        (None, "AuthorizationFailure", "denied"), (None, "ServerBusy", "failed"), (None, None, "unknown"),
    ],
)  # fmt: skip
def test_the_status_decides_the_outcome(status: object, text: str | None, outcome: str) -> None:
    assert the(statusCode=status, statusText=text).outcome == outcome


@pytest.mark.parametrize(
    ("operation", "uri", "action"),
    [
        ("GetBlob", "", "download"), ("ReadFile", "", "download"), ("ListBlobs", "", "consult"),
        ("QueryBlobContents", "", "query"), ("PutBlob", "", "modify"), ("CopyBlob", "", "copy"),
        ("SetContainerACL", "", "grant"), ("DeleteBlob", "", "soft-delete"), ("DeleteContainer", "", "soft-delete"),
        ("DeleteBlob", "https://x/y?deletetype=permanent&versionid=1", "delete"), ("ClearMessages", "", "delete"),
        ("RestoreContainer", "", "modify"), ("Zondervan", "", "other"),
    ],
)  # fmt: skip
def test_a_deletion_is_final_only_where_the_request_says_so(operation: str, uri: str, action: str) -> None:
    record = the(operationName=operation, uri=uri)
    assert record.action == action
    assert record.operation == (operation if action != "other" else "other")


def test_the_three_records_of_a_copy_are_one_event_in_any_order_and_file(tmp_path: Path) -> None:
    parts = [
        storage(5, operationName="CopyBlob", category="StorageWrite", operationCount=count,
                time=f"2026-01-05T08:05:00.00000{count}1Z", identity={"type": "AccountKey"})
        for count in range(3)
    ]  # fmt: skip
    world = World(AzureStorage())
    (tmp_path / "a").write_text(lines([storage(1), *parts, storage(2)]))
    (tmp_path / "b").write_text(lines(parts[::-1]))
    assert [world.imported(tmp_path / name).counts.new for name in "ab"] == [3, 0]
    assert sorted(event["action"] for event in world.events) == ["copy", "download", "download"]


def test_a_request_of_several_operations_keeps_each_of_them(tmp_path: Path) -> None:
    path, world = tmp_path / "log", World(AzureStorage())
    path.write_text(lines(storage(5, operationName="PutBlob", operationCount=count) for count in range(3)))
    assert world.imported(path).counts.new == 3


def test_a_place_is_account_and_container_and_never_a_query() -> None:
    assert the().place == "fictief/dossiers"
    assert the(properties={}).place == "fictief.blob.core.windows.net/dossiers"
