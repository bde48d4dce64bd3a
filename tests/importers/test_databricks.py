from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.importers.databricks import Databricks
from ledger.importers.databricks_actions import named
from ledger.importers.importer import HEAD, Ignored, Record
from tests.importers.logs import World, found_in
from tests.importers.products import Data, brick, brick_diagnostic, brick_row, guid, lines, rows

RECORDS = [brick(1), brick(2, actionName="deleteTable", response={"statusCode": 403})]
SHAPES = {
    "delivery lines": lines(RECORDS),
    "delivery json": json.dumps(RECORDS),
    "diagnostic lines": lines(brick_diagnostic(each) for each in RECORDS),
    "diagnostic lines, as text": lines(brick_diagnostic(each, as_text=True) for each in RECORDS),
    "diagnostic json, wrapped": json.dumps({"records": [brick_diagnostic(each) for each in RECORDS]}),
    "system-table csv": rows(brick_row(each) for each in RECORDS),
    "system-table lines": lines(brick_row(each) for each in RECORDS),
    "system-table lines, objects": lines(
        brick_row(each)
        | {"user_identity": each["userIdentity"], "response": {"status_code": each["response"]["statusCode"]}}
        for each in RECORDS
    ),
}  # fmt: skip


def the(**fields: Any) -> Record:
    (record,) = found_in(lines([brick(1, **fields)]).encode(), Databricks())
    assert isinstance(record, Record)
    return record


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_known_and_says_the_same(name: str) -> None:
    raw = SHAPES[name].encode()
    sniffed = Databricks().sniff(raw[:HEAD])
    assert sniffed == name.split(",")[0] or (sniffed, name) == ("diagnostic lines", "diagnostic json, wrapped")
    found = found_in(raw, Databricks())
    assert [
        (each.happened_at, each.operation, each.action, each.outcome, each.actor, each.record_id, each.object_class)
        for each in found
        if isinstance(each, Record)
    ] == [
        ("2026-01-05T08:00:01Z", "unityCatalog/getTable", "consult", "ok", "an.voorbeeld@fictief.example",
         f"{guid(1)} gettable", "table"),
        ("2026-01-05T08:00:02Z", "unityCatalog/deleteTable", "soft-delete", "denied", "an.voorbeeld@fictief.example",
         f"{guid(2)} deletetable", "table"),
    ]  # fmt: skip
    assert len(found) == 2


def test_a_record_is_known_again_in_every_shape(tmp_path: Path) -> None:
    world = World(Databricks())
    for number, text in enumerate(SHAPES.values()):
        path = tmp_path / str(number)
        path.write_text(text)
        assert world.imported(path).counts.new == (2 if number == 0 else 0)


def apart() -> tuple[Data, Data]:
    return brick(1, response=None), brick(1, userIdentity=None, timestamp=1767600009000)


def test_a_request_is_joined_with_its_response() -> None:
    request, response = apart()
    found = found_in(lines([request, brick(2), response]).encode(), Databricks())
    assert [type(each) for each in found] == [Record, Ignored, Record]
    joined = found[2]
    assert isinstance(joined, Record)
    assert (joined.outcome, joined.actor) == ("ok", "an.voorbeeld@fictief.example")


def test_a_response_that_comes_first_stands_alone() -> None:
    request, response = apart()
    found = found_in(lines([response, request]).encode(), Databricks())
    assert [type(each) for each in found] == [Record, Ignored]


def test_a_request_without_response_is_recorded_at_the_end() -> None:
    found = found_in(lines([apart()[0], brick(2)]).encode(), Databricks())
    assert [each.outcome for each in found if isinstance(each, Record)] == ["ok", "unknown"]


def test_the_same_pair_twice_is_one_use(tmp_path: Path) -> None:
    path, world = tmp_path / "log", World(Databricks())
    path.write_text(lines([*apart(), *apart()]))
    counts = world.imported(path).counts
    assert (counts.new, counts.duplicate, counts.ignored, counts.rejected) == (1, 1, 2, 0)


@pytest.mark.parametrize(
    ("identity", "actor_class", "named_as"),
    [
        ({"email": "Jan@fictief.example"}, "person", "jan@fictief.example"), ({"email": "System-User"}, "system", None),
        ({"email": guid(3)}, "service", guid(3)), ({"subjectName": "x@y.example"}, "person", "x@y.example"),
        ({}, "unknown", None), (None, "unknown", None), ("[]", "unknown", None),
    ],
)  # fmt: skip
def test_an_automaton_is_no_person(identity: object, actor_class: str, named_as: str | None) -> None:
    record = the(userIdentity=identity)
    assert (record.actor_class, record.actor) == (actor_class, named_as)


@pytest.mark.parametrize(
    ("action", "response", "outcome"),
    [
        ("login", {"statusCode": 200}, "ok"), ("login", {"statusCode": 401}, "denied"), ("login", {}, "unknown"),
        ("getTable", {"statusCode": 404}, "failed"), ("getTable", {"errorMessage": "x"}, "failed"),
        ("IpAccessDenied", {}, "denied"), ("getTable", {"statusCode": "200"}, "ok"),
    ],
)  # fmt: skip
def test_the_response_decides_the_outcome(action: str, response: object, outcome: str) -> None:
    assert the(actionName=action, response=response).outcome == outcome


@pytest.mark.parametrize(
    ("service", "action", "word", "meaning"),
    [
        ("accounts", "login", "accounts/login", "sign-in"), ("SQL", "downloadPreviewResults",
         "sql/downloadPreviewResults", "download"),
        ("unitycatalog", "GETTABLE", "unityCatalog/getTable", "consult"),
        ("unityCatalog", "deleteTable", "unityCatalog/deleteTable", "soft-delete"),
        ("accounts", "delete", "accounts/delete", "modify"), ("fictief", "getZondervan", "other/other", "consult"),
        ("notebook", "runCommand", "notebook/runCommand", "query"),
        ("accounts", "Zondervan", "accounts/other", "other"),
        ("files", "generateTemporaryTableCredential", "files/generateTemporaryTableCredential", "consult"),
    ],
)  # fmt: skip
def test_an_action_is_a_word_of_ours(service: str, action: str, word: str, meaning: str) -> None:
    assert named(service, action)[:2] == (word, meaning)


@pytest.mark.parametrize("when", [1767600001000, "1767600001000", "2026-01-05T08:00:01Z", "2026-01-05 08:00:01.000",
                                  "1/5/2026 8:00:01 AM", 1767600001, "2026-01-05T09:00:01+01:00"])  # fmt: skip
def test_a_time_is_read_in_any_spelling(when: object) -> None:
    assert the(timestamp=when).happened_at == "2026-01-05T08:00:01Z"


@pytest.mark.parametrize("when", [None, "", "gisteren", 5, -1, True, 10**30, {}, "99999999999999999999"])
def test_a_record_without_a_time_is_refused(when: object) -> None:
    found = found_in(lines([brick(2), brick(1, timestamp=when)]).encode(), Databricks())
    assert [getattr(each, "code", "record") for each in found] == ["record", "no-time"]
