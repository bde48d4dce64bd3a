from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.importers.entra_signin import EntraSignIn
from ledger.importers.importer import HEAD, Record
from tests.importers.logs import World, found_in
from tests.importers.products import guid, lines, sign_in, sign_in_diagnostic

RECORDS = [sign_in(1), sign_in(2, status={"errorCode": 50126}, createdDateTime="2026-01-05 08:02:00.000000000")]
SHAPES = {
    "graph lines": lines(RECORDS),
    "graph json": json.dumps(RECORDS),
    "graph json, pages": "\n".join(
        json.dumps({"@odata.context": "x", "value": [each], "@odata.nextLink": "https://x"}, indent=2)
        for each in RECORDS
    ),
    "graph json, one page": json.dumps({"@odata.context": "x", "@odata.nextLink": "y", "value": RECORDS}, indent=2),
    "diagnostic lines": lines(sign_in_diagnostic(each) for each in RECORDS),
    "diagnostic lines, event hub": lines([{"records": [sign_in_diagnostic(each) for each in RECORDS]}]),
    "diagnostic json": json.dumps([sign_in_diagnostic(each) for each in RECORDS], indent=1),
    "monitor-table lines": lines(
        {key: value for key, value in each.items() if key != "id"}
        | {"TimeGenerated": each["createdDateTime"], "Id": each["id"], "Category": "SignInLogs"}
        for each in RECORDS
    ),
}  # fmt: skip


def the(**fields: Any) -> Record:
    (record,) = found_in(lines([sign_in(1, **fields)]).encode(), EntraSignIn())
    assert isinstance(record, Record)
    return record


def change(**fields: Any) -> Record:
    outer: dict[str, Any] = {
        "category": "AuditLogs", "operationName": "Add member to role", "resultType": None,
        "properties": {
            "id": "Directory_1", "activityDateTime": "2026-01-05T08:00:00.123456+00:00", "result": "success",
            "activityDisplayName": "Add member to role",
            "initiatedBy": {"user": {"userPrincipalName": "jan@fictief.example"}},
        } | fields,
    }  # fmt: skip
    (record,) = found_in(lines([sign_in_diagnostic(sign_in(), **outer)]).encode(), EntraSignIn())
    assert isinstance(record, Record)
    return record


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_known_and_says_the_same(name: str) -> None:
    raw = SHAPES[name].encode()
    assert (EntraSignIn().sniff(raw[:HEAD]) or "").split()[0] == name.split()[0]
    found = found_in(raw, EntraSignIn())
    assert [
        (each.happened_at, each.action, each.outcome, each.actor, each.record_id, each.factors)
        for each in found
        if isinstance(each, Record)
    ] == [
        ("2026-01-05T08:01:00Z", "sign-in", "ok", "an.voorbeeld@fictief.example", guid(1), "two"),
        ("2026-01-05T08:02:00Z", "sign-in", "denied", "an.voorbeeld@fictief.example", guid(2), "unknown"),
    ]
    assert len(found) == 2


def test_a_sign_in_is_known_again_in_every_shape(tmp_path: Path) -> None:
    world = World(EntraSignIn())
    for number, text in enumerate(SHAPES.values()):
        path = tmp_path / str(number)
        path.write_text(text)
        assert world.imported(path).counts.new == (2 if number == 0 else 0)


@pytest.mark.parametrize(
    ("requirement", "code", "factors"),
    [
        ("multiFactorAuthentication", 0, "two"), ("singleFactorAuthentication", 0, "one"), (None, 0, "unknown"),
        ("multiFactorAuthentication", 50074, "unknown"), ("singleFactorAuthentication", 50126, "unknown"),
        ("MULTIFACTORAUTHENTICATION", "0", "two"), ("Zondervan", 0, "unknown"),
    ],
)  # fmt: skip
def test_a_second_factor_is_said_only_of_a_sign_in_that_went_well(
    requirement: str | None, code: object, factors: str
) -> None:
    assert the(authenticationRequirement=requirement, status={"errorCode": code}).factors == factors


def test_what_stands_in_free_text_proves_no_second_factor() -> None:
    status = {"errorCode": 0, "additionalDetails": "MFA requirement satisfied by claim in the token"}
    assert the(authenticationRequirement="singleFactorAuthentication", status=status).factors == "one"


@pytest.mark.parametrize(
    ("result", "code", "outcome"),
    [
        ("0", 0, "ok"), ("Success", 0, "ok"), (0, 0, "ok"), ("0", 50053, "denied"), ("Failure", 50126, "denied"),
        ("50126", 50126, "denied"), (7000215, 7000215, "denied"), ("Failure", None, "denied"), ("Success", None, "ok"),
        (None, None, "unknown"),
    ],
)  # fmt: skip
def test_every_code_must_say_that_it_went_well(result: object, code: int | None, outcome: str) -> None:
    data = sign_in_diagnostic(sign_in(1, status={"errorCode": code}), resultType=result)
    (record,) = found_in(lines([data]).encode(), EntraSignIn())
    assert isinstance(record, Record)
    assert record.outcome == outcome


@pytest.mark.parametrize(
    ("category", "fields", "operation", "actor_class", "factors"),
    [
        ("SignInLogs", {}, "SignIn", "person", "two"),
        ("NonInteractiveUserSignInLogs", {}, "NonInteractiveSignIn", "person", "two"),
        ("ServicePrincipalSignInLogs", {"servicePrincipalId": "p"}, "ServicePrincipalSignIn", "service", None),
        ("ManagedIdentitySignInLogs", {"servicePrincipalId": "p"}, "ManagedIdentitySignIn", "service", None),
        ("SignInLogs", {"userType": "Guest"}, "SignIn", "guest", "two"),
        ("SignInLogs", {"crossTenantAccessType": "b2bCollaboration"}, "SignIn", "guest", "two"),
    ],
)
def test_a_category_says_who_signs_in(
    category: str, fields: dict[str, Any], operation: str, actor_class: str, factors: str | None
) -> None:
    data = sign_in_diagnostic(sign_in(1, **fields), category=category)
    (record,) = found_in(lines([data]).encode(), EntraSignIn())
    assert isinstance(record, Record)
    assert (record.operation, record.actor_class, record.factors) == (operation, actor_class, factors)


@pytest.mark.parametrize(
    "when",
    ["2026-01-05T08:01:00.1234567Z", "2026-01-05 08:01:00.123456", "2026-01-05 08:01:00.123456700",
     "1/5/2026 8:01:00.123456 AM", "2026-01-05T09:01:00.123456+01:00"],
)  # fmt: skip
def test_a_time_is_read_in_five_shapes(when: str) -> None:
    assert the(createdDateTime=when).happened_at == "2026-01-05T08:01:00.123456Z"


def test_a_change_of_the_directory_is_one_of_the_known_operations() -> None:
    assert change()[5:11] == (
        "2026-01-05T08:00:00.123456Z", "entra", "grant", "ok", "Add member to role.", "person",
    )  # fmt: skip
    assert change().factors is None
    assert (change(result="failure").outcome, change(result="").outcome) == ("failed", "unknown")
    assert change(activityDisplayName="An Voorbeeld").operation == "Add member to role."


def test_an_application_may_change_the_directory() -> None:
    record = change(initiatedBy={"app": {"servicePrincipalId": "Ab", "displayName": "x"}})
    assert (record.actor_class, record.actor) == ("service", "ab")
