"""What a record of the unified audit log is taken to say."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.importers import m365_reading as reading
from ledger.importers.m365_operations import named
from ledger.importers.m365_said import Said
from tests.importers.logs import audit, json_lines, records_in


def the(**fields: Any) -> Any:
    (record,) = records_in(json_lines([audit(1), audit(2, **fields)]).encode())[1:]
    return record


@pytest.mark.parametrize(
    ("operation", "status", "application", "outcome"),
    [
        ("UserLoginFailed", "Success", "AzureActiveDirectory", "denied"),
        ("UserLoginFailed", "Failed", "AzureActiveDirectory", "denied"),
        ("UserLoggedIn", "Success", "AzureActiveDirectory", "ok"),
        ("UserLoggedIn", None, "AzureActiveDirectory", "unknown"),
        ("FileAccessed", None, "SharePoint", "ok"),
        ("FileAccessed", None, "OneDrive", "ok"),
        ("MemberAdded", None, "MicrosoftTeams", "ok"),
        ("FileAccessed", "Failed", "SharePoint", "failed"),
        ("Set-Mailbox", "True", "Exchange", "ok"),
        ("Set-Mailbox", "False", "Exchange", "failed"),
        ("Set-Mailbox", True, "Exchange", "ok"),
        ("MailItemsAccessed", "Succeeded", "Exchange", "ok"),
        ("MailItemsAccessed", "PartiallySucceeded", "Exchange", "ok"),
        ("MailItemsAccessed", None, "Exchange", "unknown"),
        ("MailItemsAccessed", "", "Exchange", "unknown"),
        ("MailItemsAccessed", "Maybe", "Exchange", "unknown"),
        ("Retrieve", "Failure", "CRM", "failed"),
    ],
)
def test_the_outcome_follows_the_operation_before_the_status(
    operation: str, status: object, application: str, outcome: str
) -> None:
    assert the(Operation=operation, ResultStatus=status, Workload=application).outcome == outcome


def test_a_login_with_an_error_was_refused_whatever_its_status() -> None:
    fields = {"Operation": "UserLoggedIn", "Workload": "AzureActiveDirectory", "ResultStatus": "Success"}
    assert the(**fields, LogonError="UserNotBound", ErrorNumber="1000000").outcome == "denied"
    assert the(**fields, LogonError="", ErrorNumber="0").outcome == "ok"


def test_power_bi_says_success_in_a_field_of_its_own() -> None:
    fields = {"Operation": "ViewReport", "Workload": "PowerBI", "RecordType": 20}
    assert [the(**fields, IsSuccess=said).outcome for said in (True, False)] == ["ok", "failed"]


@pytest.mark.parametrize(
    ("user", "user_type", "actor_class", "identified"),
    [
        ("An.Voorbeeld@fictief.example", 0, "person", True),
        ("an.voorbeeld@fictief.example", "Admin", "person", True),
        ("an.voorbeeld@fictief.example", 5, "person", True),
        ("an.voorbeeld@fictief.example", None, "person", True),
        ("jan_elders.example#EXT#@fictief.onmicrosoft.example", 0, "guest", True),
        ("jan@elders.example", 10, "guest", True),
        ("urn:spo:guest#jan@elders.example", 0, "guest", True),
        ("ServicePrincipal_00000000-0000-4000-8000-000000000001", 4, "service", True),
        ("app@sharepoint", 0, "service", True),
        ("8f0b", "Application", "service", True),
        ("NT AUTHORITY\\SYSTEM (w3wp)", 3, "system", False),
        ("SHAREPOINT\\system", 0, "system", False),
        ("S-1-5-18", 2, "system", False),
        ("S-1-5-21-1-2-3-500", 0, "person", True),
        ("Certificate", 4, "system", False),
        ("ThreatIntel", 4, "system", False),
        ("NOT-FOUND", 5, "service", False),
        ("", 0, "unknown", False),
        (None, None, "unknown", False),
        ("een naam", 0, "unknown", True),
    ],
)
def test_an_actor_is_a_person_unless_the_record_shows_otherwise(
    user: str | None, user_type: object, actor_class: str, identified: bool
) -> None:
    record = the(UserId=user, UserType=user_type)
    assert record.actor_class == actor_class
    assert record.actor == ((user or "").lower() if identified else None)


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("FileAccessed", "consult"), ("fileaccessed", "consult"), ("MailItemsAccessed", "consult"),
        ("FileDownloaded", "download"), ("FileSyncDownloadedFull", "download"), ("FileCopied", "copy"),
        ("FileModified", "modify"), ("SharingSet", "share"), ("AnonymousLinkCreated", "share"),
        ("Add-MailboxPermission", "grant"), ("Add member to role.", "grant"), ("UserLoggedIn", "sign-in"),
        ("SearchQueryPerformed", "query"), ("ExportReport", "export"), ("Get-Mailbox", "consult"),
        ("FileDeleted", "soft-delete"), ("FileRecycled", "soft-delete"), ("SoftDelete", "soft-delete"),
        ("FileDeletedFirstStageRecycleBin", "soft-delete"), ("MoveToDeletedItems", "soft-delete"),
        ("FileDeletedSecondStageRecycleBin", "delete"), ("HardDelete", "delete"), ("FileVersionsAllDeleted", "delete"),
        ("Set-Mailbox", "modify"), ("AlertTriggered", "other"),
    ],
)  # fmt: skip
def test_an_operation_is_one_action(operation: str, action: str) -> None:
    assert the(Operation=operation).action == action


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("Update application \u2013 Certificates and secrets management ",
         "Update application - Certificates and secrets management"),
        ("set-mailbox", "Set-Mailbox"),
        ("Set-AnVoorbeeld", "Set-other"),
        ("Steal-Mailbox", "other"),
        ("An Voorbeeld", "other"),
        ("an.voorbeeld@fictief.example", "other"),
        ("192.0.2.44", "other"),
        ("x" * 10_000, "other"),
        ("=HYPERLINK(\"https://fictief.example\")\x1b[31m", "other"),
    ],
)  # fmt: skip
def test_only_a_listed_word_comes_through_as_an_operation(given: str, word: str) -> None:
    assert the(Operation=given).operation == word
    assert named(given).listed == (word not in ("other", "Set-other"))


def test_a_dynamics_record_is_known_by_its_message() -> None:
    record = the(Operation="CrmDefaultActivity", Message="RetrieveMultiple", Workload="CRM", RecordType=21)
    assert (record.operation, record.action, record.application) == ("RetrieveMultiple", "query", "dynamics")


@pytest.mark.parametrize(
    ("fields", "items"),
    [
        ({"OperationCount": 7}, 7), ({"OperationCount": "7"}, 7), ({"OperationCount": -1}, None),
        ({"OperationCount": True}, None), ({"OperationCount": 2**60}, None), ({"OperationCount": "\u0667"}, None),
        ({}, None),
        ({"AffectedItems": [{"Id": "a"}, {"Id": "b"}]}, 2),
        ({"RecordType": "ExchangeItemAggregated", "Folders": [{"FolderItems": [{}, {}]}, {"FolderItems": [{}]}, 5]}, 3),
    ],
)  # fmt: skip
def test_an_aggregated_record_says_how_many_it_stands_for(fields: dict[str, Any], items: int | None) -> None:
    assert the(Operation="MailItemsAccessed", **fields).items == items


@pytest.mark.parametrize(
    ("workload", "record_type", "application"),
    [
        ("SharePoint", 6, "sharepoint"), ("OneDrive", 6, "onedrive"), ("Exchange", 2, "exchange"),
        (None, 50, "exchange"), (None, "ExchangeItemAggregated", "exchange"), (None, "15", "entra"),
        (None, 20, "power-bi"), ("An Voorbeeld", None, "m365"), (None, None, "m365"), (7, [1], "m365"),
    ],
)  # fmt: skip
def test_the_application_is_a_word_of_ours(workload: object, record_type: object, application: str) -> None:
    assert the(Workload=workload, RecordType=record_type).application == application


def test_an_id_is_the_same_with_braces_and_in_capitals() -> None:
    plain = "0873ee4d-d342-44f2-8961-74c442a2fad2"
    spelled = (plain, plain.upper(), f"{{{plain}}}", f" {plain} ")
    assert {reading.record_id(Said(id=text)) for text in spelled} == {plain}
    assert reading.record_id(Said(id="ABC-1")) == "ABC-1"
