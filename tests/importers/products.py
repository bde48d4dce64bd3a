"""Made-up logs of the other products, in the shapes in which they are handed over, about people who do not exist."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ledger.importers.azure_storage import AzureStorage
from ledger.importers.databricks import Databricks
from ledger.importers.dataverse import Dataverse
from ledger.importers.entra_signin import EntraSignIn
from ledger.importers.importer import Importer
from ledger.importers.m365_audit import M365Audit
from ledger.importers.table import Table
from ledger.importers.table_mapping import load_mapping
from ledger.importers.web_access import WebAccess
from tests.importers.logs import audit

WHO = "An.Voorbeeld@fictief.example"
PERSONAL = ("voorbeeld", "fictief", "192.0.2", "zondervan", "geheim", "sig=", "sv=20")
"""What must never be in a member: each stands in the fixtures below."""

Data = dict[str, Any]


def guid(number: int, kind: int = 0) -> str:
    return f"{kind:08}-0000-4000-8000-{number:012}"


def without_none(data: Mapping[str, Any]) -> Data:
    return {name: value for name, value in data.items() if value is not None}


def storage(number: int = 1, **fields: Any) -> Data:
    data: Data = {
        "time": f"2026-01-05T08:{number % 60:02}:00.1234567Z", "category": "StorageRead", "operationName": "GetBlob",
        "resourceId": "/subscriptions/x/storageAccounts/fictief", "statusCode": 200, "statusText": "Success",
        "callerIpAddress": "192.0.2.44:52378", "correlationId": guid(number),
        "uri": "https://fictief.blob.core.windows.net/dossiers/Zondervan.pdf?sv=2021-12-02&sp=r&sig=geheim",
        "identity": {"type": "OAuth", "requester": {"upn": WHO, "objectId": guid(7), "appId": guid(8)}},
        "properties": {"accountName": "fictief", "objectKey": "/fictief/dossiers/Zondervan.pdf", "serviceType": "blob"},
    }  # fmt: skip
    return without_none(data | fields)


STORAGE_COLUMNS = [
    "TimeGenerated [UTC]", "AccountName", "AuthenticationType", "CallerIpAddress", "Category", "CorrelationId",
    "ObjectKey", "OperationCount", "OperationName", "RequesterUpn", "RequesterObjectId", "ServiceType", "StatusCode",
    "StatusText", "Uri",
]  # fmt: skip


def storage_row(data: Data) -> Data:
    identity = data.get("identity") or {}
    requester = identity.get("requester") or {}
    return {
        "TimeGenerated [UTC]": data["time"], "AccountName": "fictief", "AuthenticationType": identity.get("type", ""),
        "CallerIpAddress": data["callerIpAddress"], "Category": data["category"],
        "CorrelationId": data["correlationId"],
        "ObjectKey": "/fictief/dossiers/Zondervan.pdf", "OperationCount": data.get("operationCount", 0),
        "OperationName": data["operationName"], "RequesterUpn": requester.get("upn", ""), "ServiceType": "blob",
        "RequesterObjectId": requester.get("objectId", ""), "StatusCode": data.get("statusCode", ""),
        "StatusText": data.get("statusText", ""), "Uri": data["uri"],
    }  # fmt: skip


def brick(number: int = 1, **fields: Any) -> Data:
    data: Data = {
        "version": "2.0", "timestamp": 1767600000000 + number * 1000, "workspaceId": "77",
        "sourceIPAddress": "192.0.2.44", "userAgent": "x", "userIdentity": {"email": WHO},
        "serviceName": "unityCatalog",
        "actionName": "getTable", "requestId": guid(number), "auditLevel": "WORKSPACE_LEVEL", "accountId": guid(5),
        "requestParams": {"full_name_arg": "fictief.dossiers.zondervan"},
        "response": {"statusCode": 200, "errorMessage": None, "result": "geheim"},
    }  # fmt: skip
    return without_none(data | fields)


def brick_diagnostic(data: Data, *, as_text: bool = False) -> Data:
    def inner(value: Any) -> Any:
        return json.dumps(value) if as_text else value

    return {
        "time": data["timestamp"], "resourceId": "/X/DATABRICKS", "category": "unityCatalog",
        "operationName": f"Microsoft.Databricks/{data['serviceName']}/{data['actionName']}",
        "identity": inner(data["userIdentity"]), "operationVersion": "1.0.0",
        "properties": without_none({
            "sourceIPAddress": data["sourceIPAddress"], "requestId": data["requestId"],
            "serviceName": data["serviceName"], "actionName": data["actionName"], "logId": guid(1, 9),
            "requestParams": inner(data["requestParams"]),
            "response": inner(data["response"]) if "response" in data else None,
        }),
    }  # fmt: skip


def brick_row(data: Data) -> Data:
    moment = (
        f"2026-01-05 08:{(data['timestamp'] // 1000 - 1767600000) // 60 % 60:02}:{data['timestamp'] // 1000 % 60:02}"
    )
    response = data.get("response")
    return {
        "account_id": guid(5), "workspace_id": 77, "version": "2.0", "event_time": f"{moment}.000+00:00",
        "event_date": "2026-01-05", "source_ip_address": data["sourceIPAddress"],
        "user_identity": json.dumps({"email": data["userIdentity"]["email"], "subject_name": None}),
        "service_name": data["serviceName"], "action_name": data["actionName"], "request_id": data["requestId"],
        "request_params": json.dumps(data["requestParams"]),
        "response": json.dumps({"status_code": response["statusCode"]}) if response else "",
        "audit_level": "WORKSPACE_LEVEL", "event_id": guid(1, 9),
    }  # fmt: skip


def sign_in(number: int = 1, **fields: Any) -> Data:
    """The flat form of Graph."""
    data: Data = {
        "id": guid(number), "createdDateTime": f"2026-01-05T08:{number % 60:02}:00Z", "userPrincipalName": WHO,
        "userId": guid(7), "userDisplayName": "An Voorbeeld", "appDisplayName": "Fictief", "appId": guid(8),
        "ipAddress": "192.0.2.44", "clientAppUsed": "Browser", "conditionalAccessStatus": "success",
        "authenticationRequirement": "multiFactorAuthentication", "isInteractive": True, "userType": "Member",
        "status": {"errorCode": 0, "failureReason": "Other.", "additionalDetails": "geheim"},
        "location": {"city": "Zondervan"}, "resourceDisplayName": "Microsoft Graph",
    }  # fmt: skip
    return without_none(data | fields)


def sign_in_diagnostic(data: Data, **fields: Any) -> Data:
    outer: Data = {
        "time": "2026-01-05 09:59:59.123", "resourceId": "/tenants/x/providers/Microsoft.aadiam",
        "operationName": "Sign-in activity", "operationVersion": "1.0", "category": "SignInLogs", "tenantId": guid(6),
        "resultType": str(data["status"]["errorCode"]), "resultSignature": "None", "durationMs": "0",
        "callerIpAddress": "192.0.2.44", "correlationId": guid(9), "identity": "An Voorbeeld", "properties": data,
    }  # fmt: skip
    return without_none(outer | fields)


def crm(number: int = 1, **fields: Any) -> Data:
    data: Data = {
        "CreationTime": f"2026-01-05T08:{number % 60:02}:00", "Id": guid(number), "Operation": "Retrieve",
        "RecordType": 21, "ResultStatus": "Success", "UserKey": guid(7), "UserType": 0, "Workload": "CRM",
        "ClientIP": "192.0.2.44", "UserId": WHO, "EntityName": "contact", "EntityId": guid(3), "Message": "Retrieve",
        "CRMOrganizationUniqueName": "fictief", "InstanceUrl": "https://fictief.example/", "SystemUserId": guid(7),
        "Query": "<fetch>Zondervan</fetch>", "QueryResults": "", "PrimaryFieldValue": "Zondervan",
        "Fields": [{"Name": "telephone1", "Value": "geheim"}],
    }  # fmt: skip
    return without_none(data | fields)


def crm_monitor(data: Data) -> Data:
    """The columns of the table DataverseActivity."""
    said = {name: value for name, value in data.items() if name not in ("CreationTime", "Id", "Workload", "Operation")}
    return said | {"TimeGenerated": data["CreationTime"], "SourceRecordId": data["Id"]}


def audit_row(number: int = 1, **fields: Any) -> Data:
    change = {"changedAttributes": [{"logicalName": "telephone1", "oldValue": "geheim", "newValue": "Zondervan"}]}
    data: Data = {
        "auditid": guid(number), "createdon": f"2026-01-05T08:{number % 60:02}:00Z", "action": 2, "operation": 2,
        "objecttypecode": "contact", "_objectid_value": guid(3), "_userid_value": guid(7), "attributemask": "7,23",
        "_callinguserid_value": None, "changedata": json.dumps(change), "transactionid": guid(4),
        "useradditionalinfo": "Zondervan", "versionnumber": 1000,
    }  # fmt: skip
    return data | fields


def request(number: int = 1, user: str = WHO, status: int = 200, method: str = "GET", more: str = "") -> str:
    return (
        f"192.0.2.44 - {user} [05/Jan/2026:09:{number % 60:02}:00 +0100] "
        f'"{method} /webea/Dossier%20Zondervan.html?naam=geheim HTTP/1.1" {status} 512 '
        f'"https://fictief.example/" "Mozilla/5.0 ({number})"{more}'
    )


LOGIN_HEADER = "Tijdstip;Gebruiker;Actie;IP-adres;Object"


def login(number: int = 1, said: str = "proces geraadpleegd", when: str = "", who: str = WHO) -> str:
    when = when or f"05/01/2026 09:{number % 60:02}:{number // 60 % 60:02}"
    return f"{when};{who};{said};192.0.2.44;Proces “Zondervan”"


W3C_HEADER = (
    "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n"
    "#Fields: date time cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) sc-status time-taken\n"
)


def w3c(number: int = 1, user: str = "FICTIEF\\anv", status: int = 200) -> str:
    clock = f"08:{number % 60:02}:{number // 60 % 60:02}"
    return f"2026-01-05 {clock} GET /webea/Zondervan.aspx naam=geheim {user} 192.0.2.44 Mozilla/5.0+x {status} 15"


MAPPING = """
source: zaakloket
application: zaakloket
time: {columns: [Datum, Uur], format: day-first, zone: Europe/Brussels}
id: Volgnummer
actor: {column: Gebruiker, class: person}
action: {column: Actie, values: {Raadplegen: consult, Wissen: delete, Afdrukken: export}}
outcome: {column: Resultaat, values: {OK: ok, Geweigerd: denied}, otherwise: unknown}
items: Aantal
object_class: dossier
place: Map
"""
TABLE_HEADER = "Volgnummer;Datum;Uur;Gebruiker;Actie;Resultaat;Aantal;Map"


def table(text: str = MAPPING) -> Table:
    return Table(load_mapping(text.encode(), "mapping.yaml"))


def table_row(number: int = 1, said: str = "Raadplegen", clock: str = "") -> str:
    return f"{number};05/01/2026;{clock or f'09:{number % 60:02}:00'};{WHO};{said};OK;3;Dossier Zondervan"


def lines(records: Iterable[Any]) -> str:
    return "".join(json.dumps(each) + "\n" for each in records)


def rows(records: Iterable[Mapping[str, Any]], separator: str = ",") -> str:
    kept = list(records)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(kept[0]), delimiter=separator, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(kept)
    return out.getvalue()


class Product(NamedTuple):
    """One line-oriented shape of one format. `line` gives the nth record as one line, without its end."""

    importer: Callable[[], Importer]
    head: str
    line: Callable[[int], str]


def _of(make: Callable[[int], Data]) -> Callable[[int], str]:
    return lambda number: json.dumps(make(number))


def _row_of(row: Callable[[Data], Data], make: Callable[[int], Data]) -> Callable[[int], str]:
    return lambda number: rows([row(make(number))]).split("\r\n")[1]


PRODUCTS: dict[str, Product] = {
    "m365-audit": Product(M365Audit, "", _of(audit)),
    "azure-storage": Product(AzureStorage, "", _of(storage)),
    "azure-storage, csv": Product(
        AzureStorage, rows([storage_row(storage())]).split("\r\n")[0] + "\n", _row_of(storage_row, storage)
    ),
    "databricks": Product(Databricks, "", _of(brick)),
    "databricks, diagnostic": Product(Databricks, "", lambda number: json.dumps(brick_diagnostic(brick(number)))),
    "databricks, csv": Product(
        Databricks, rows([brick_row(brick())]).split("\r\n")[0] + "\n", _row_of(brick_row, brick)
    ),
    "entra-signin": Product(EntraSignIn, "", lambda number: json.dumps(sign_in_diagnostic(sign_in(number)))),
    "entra-signin, graph": Product(EntraSignIn, "", _of(sign_in)),
    "dataverse": Product(Dataverse, "", _of(crm)),
    "dataverse, audit table": Product(Dataverse, "", _of(audit_row)),
    "dataverse, csv": Product(
        Dataverse, rows([audit_row()]).split("\r\n")[0] + "\n", lambda n: rows([audit_row(n)]).split("\r\n")[1]
    ),
    "web-access": Product(WebAccess, "", lambda number: request(number)),
    "web-access, iis": Product(WebAccess, W3C_HEADER, lambda number: w3c(number)),
    "web-access, logins": Product(WebAccess, LOGIN_HEADER + "\n", lambda number: login(number)),
    "table": Product(table, TABLE_HEADER + "\n", lambda number: table_row(number)),
    "table, json lines": Product(
        table, "",
        lambda number: json.dumps(dict(zip(TABLE_HEADER.split(";"), table_row(number).split(";"), strict=True))),
    ),
}  # fmt: skip
