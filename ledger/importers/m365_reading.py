"""One AuditData object to what it says: who, when, with what result. Nothing else is taken from it.

- Keys are compared without case: some pipelines lower them. One key in two spellings is refused.
- The result follows the operation before ResultStatus: most failed logins call themselves "Success".
- An actor is a person unless the record shows otherwise; where it shows nothing, `unknown`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from ledger.events.usage import ActorClass, SharedWith
from ledger.importers.actors import CONTROL, identified
from ledger.importers.addresses import Networks, network_of
from ledger.importers.duplicate_keys import check_keys
from ledger.importers.fields import LARGEST_COUNT, lowered
from ledger.importers.importer import Network, Outcome, Unreadable
from ledger.importers.m365_operations import Operation, named
from ledger.importers.m365_said import Said
from ledger.importers.times import NotATime, utc

_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?", re.ASCII)
_APPLICATIONS = {
    "exchange": "exchange", "sharepoint": "sharepoint", "onedrive": "onedrive", "microsoftteams": "teams",
    "azureactivedirectory": "entra", "powerbi": "power-bi", "crm": "dynamics", "dynamics365": "dynamics",
    "securitycompliancecenter": "compliance-center", "compliance": "compliance-center",
    "threatintelligence": "defender", "airinvestigation": "defender", "quarantine": "defender",
    "microsoftflow": "power-automate", "powerapps": "power-apps", "microsoftforms": "forms",
    "microsoftstream": "stream", "yammer": "yammer", "project": "project", "planner": "planner",
    "skypeforbusiness": "skype", "copilot": "copilot", "endpoint": "endpoint", "officeapps": "office",
}  # fmt: skip
_APPLICATION_OF_RECORD_TYPE = {
    "exchange": (1, 2, 3, 19, 50, 101), "sharepoint": (4, 6, 14, 36, 37, 54, 55, 56, 102), "onedrive": (7,),
    "entra": (8, 9, 15), "power-bi": (20,), "dynamics": (21,), "teams": (25, 57, 59, 60, 73),
    "compliance-center": (18, 24, 31, 38, 40, 42, 48, 52), "defender": (28, 29, 41, 47, 64, 65),
    "power-automate": (30,), "stream": (32,), "project": (35,), "power-apps": (45, 46), "forms": (66,),
}  # fmt: skip
_RECORD_TYPES = {
    "exchangeadmin": 1, "exchangeitem": 2, "exchangeitemgroup": 3, "sharepoint": 4, "sharepointfileoperation": 6,
    "onedrive": 7, "azureactivedirectory": 8, "azureactivedirectoryaccountlogon": 9,
    "sharepointsharingoperation": 14, "azureactivedirectorystslogon": 15, "securitycompliancecentereopcmdlet": 18,
    "exchangeaggregatedoperation": 19, "powerbiaudit": 20, "crm": 21, "discovery": 24, "microsoftteams": 25,
    "threatintelligence": 28, "microsoftflow": 30, "microsoftstream": 32, "sharepointlistoperation": 36,
    "securitycompliancealerts": 40, "powerappsapp": 45, "exchangeitemaggregated": 50, "datainsightsrestapiaudit": 52,
    "sharepointlistitemoperation": 54, "sharepointcontenttypeoperation": 55, "sharepointfieldoperation": 56,
    "microsoftteamsadmin": 57, "microsoftforms": 66,
}  # fmt: skip
_BY_RECORD_TYPE = {number: word for word, numbers in _APPLICATION_OF_RECORD_TYPE.items() for number in numbers}
_SILENT_WHEN_FINE = {"sharepoint", "onedrive", "teams"}

_USER_TYPES: dict[str, ActorClass] = {
    "0": "person", "regular": "person", "2": "person", "admin": "person", "3": "system", "dcadmin": "system",
    "4": "system", "system": "system", "5": "service", "application": "service", "6": "service",
    "serviceprincipal": "service", "7": "system", "custompolicy": "system", "8": "system", "systempolicy": "system",
    "9": "person", "partnertechnician": "person", "10": "guest", "guest": "guest",
}  # fmt: skip

_RESULTS: dict[str, Outcome] = {
    "true": "ok", "success": "ok", "succeeded": "ok", "ok": "ok", "partiallysucceeded": "ok",
    "failed": "failed", "failure": "failed", "false": "failed", "error": "failed",
    "denied": "denied", "accessdenied": "denied", "blocked": "denied",
}  # fmt: skip
_REFUSALS = {"UserLoginFailed", "UnmanagedSyncClientBlocked", "SharingInvitationBlocked"}


def audit_data(raw: bytes | str) -> Any:
    """What a line holds, which should be an object. Raises Unreadable."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("not-json", "not a JSON object: cut short, or damaged") from error
    check_keys(raw, value)
    return value


def _text(value: Any, code: str, key: str) -> str:
    """The text of a key that every record has. Raises Unreadable."""
    if value is not None and not isinstance(value, str):
        raise Unreadable(code, f"{key} is no text: a number, a list or an object")
    if not value or value.isspace():
        raise Unreadable(code, f"no {key}")
    return value.strip()


def record_id(said: Said) -> str:
    """The source's own id; a GUID in lower case without braces. Raises Unreadable."""
    text = _text(said.id, "no-id", "Id")
    if guid := _GUID.fullmatch(text):
        return guid[1].lower()
    if len(text) > 200 or CONTROL.search(text):
        raise Unreadable("no-id", "an Id that is no identifier")
    return text


def happened_at(said: Said) -> str:
    """CreationTime, which is UTC with or without Z. Raises Unreadable."""
    text = _text(said.creationtime, "no-time", "CreationTime")
    try:
        return utc(text)
    except NotATime as error:
        raise Unreadable("no-time", str(error)) from error


def operation(said: Said) -> Operation:
    """Operation; of a Dynamics record, whose Operation says only that there was one, its Message. Raises Unreadable."""
    text = _text(said.operation, "no-operation", "Operation")
    known = named(text[:200])
    message = said.message
    if (known.word == "CrmDefaultActivity" or not known.listed) and isinstance(message, str) and _is_dynamics(said):
        return named(message[:200])
    return known


def application(said: Said) -> str:
    """The application, by Workload or else by RecordType; `m365` where neither says."""
    workload = said.workload
    if isinstance(workload, str) and (word := _APPLICATIONS.get(workload.lower())):
        return word
    return _BY_RECORD_TYPE.get(_record_type(said), "m365")


def outcome(said: Said, word: str, application: str) -> Outcome:
    """What became of it: by operation, then error fields, then status; silence means ok where the service is silent."""
    if word in _REFUSALS:
        return "denied"
    if word == "UserLoggedIn" and _says_error(said):
        return "denied"
    status = said.resultstatus
    if status is None or status == "":
        status = said.issuccess
    if status is None or status == "":
        return "ok" if application in _SILENT_WHEN_FINE else "unknown"
    return _RESULTS.get(str(status).strip().lower(), "unknown") if isinstance(status, str | bool) else "unknown"


def actor(said: Said) -> tuple[ActorClass, str | None]:
    """(class, identifier): the identifier is what a token will stand for, in lower case; a system has none."""
    given, kind = said.userid, said.usertype
    return _actor(given if isinstance(given, str) else "", kind if isinstance(kind, str | int) else str(kind))


@lru_cache(maxsize=16_384, typed=True)
def _actor(given: str, user_type: str | int) -> tuple[ActorClass, str | None]:
    kind = _USER_TYPES.get(str(user_type).strip().lower(), "unknown")
    return identified(given, "unknown" if kind == "person" else kind)


def items(said: Said) -> int | None:
    """How many accesses an aggregated record stands for; None for a record of one."""
    if (count := said.operationcount) is not None and (count := _count(count)) is not None:
        return count
    if isinstance(affected := said.affecteditems, list):
        return len(affected)
    if isinstance(folders := said.folders, list) and _record_type(said) == 50:
        return sum(len(_members(folder)) for folder in folders)
    return queried(said)


def queried(said: Said) -> int | None:
    """How many records a query of Dynamics gave: the ids in QueryResults, a list or text with commas."""
    results = said.queryresults
    if isinstance(results, str):
        return sum(bool(each.strip()) for each in results.split(",")) or None
    return len(results) if isinstance(results, list) else None


_OBJECT_CLASSES = {
    "file": "file", "folder": "folder", "page": "page", "list": "list", "listitem": "list-item", "web": "site",
    "site": "site", "documentlibrary": "library", "field": "column", "contenttype": "content-type", "view": "view",
}  # fmt: skip
_OBJECT_OF_APPLICATION = {"exchange": "mail", "power-bi": "report", "dynamics": "record"}


def object_class(said: Said, application: str) -> str | None:
    """What kind of thing was used, as a word of ours; None where the record does not say."""
    kind = said.itemtype
    found = _OBJECT_CLASSES.get(kind.lower()) if isinstance(kind, str) else None
    return found or _OBJECT_OF_APPLICATION.get(application)


def place(said: Said) -> str | None:
    """The site, table, workspace, team or mailbox in which it was, in clear; only for mapping rules."""
    for found in (said.siteurl, said.entityname, said.workspacename, said.teamname, said.mailboxownerupn):
        if found and isinstance(found, str):
            return found
    return None


_OPENED_TO_ANYONE = {"AnonymousLinkCreated", "AnonymousLinkUpdated", "PublishToWebReport"}
_OPENED_TO_ONE = {
    "SharingSet",
    "SharingInvitationCreated",
    "AddedToSecureLink",
    "AccessInvitationCreated",
    "FileShared",
}
_OPENED_TO_SEVERAL = {"ShareReport", "ShareDashboard", "ShareDataset"}


def opened_to(word: str) -> SharedWith | None:
    """`anyone` where whoever has the link may open it: that needs no mapping."""
    return "anyone" if word in _OPENED_TO_ANYONE else None


def target(said: Said, word: str) -> str | None:
    """With whom something was shared, in clear, only for mapping rules: accounts, one a line; '' for not said."""
    if word in _OPENED_TO_SEVERAL:
        return "\n".join(_recipients(said.sharinginformation))
    if word not in _OPENED_TO_ONE:
        return None
    named = said.targetuserorgroupname
    return named if isinstance(named, str) else ""


def _recipients(information: Any) -> list[str]:
    """Of a share in Power BI; '' for one without an address. Raises Unreadable."""
    several = information if isinstance(information, list) else []
    found = [lowered(each).get("recipientemail") if isinstance(each, dict) else None for each in several]
    return [each if isinstance(each, str) else "" for each in found]


def network(said: Said, internal: Networks) -> Network | None:
    """Inside or outside the given networks; None where none are given. The address itself goes nowhere."""
    if not internal:
        return None
    fields = (said.clientip, said.clientipaddress, said.actoripaddress)
    return network_of(tuple(text for text in fields if isinstance(text, str) and text), internal)


def _count(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= LARGEST_COUNT else None


def _members(folder: Any) -> list[Any]:
    found = folder.get("FolderItems", folder.get("folderitems")) if isinstance(folder, dict) else None
    return found if isinstance(found, list) else []


def _record_type(said: Said) -> int:
    value = said.recordtype
    if isinstance(value, str) and not value.isdigit():
        return _RECORD_TYPES.get(value.strip().lower(), 0)
    return _count(value) or 0


def _is_dynamics(said: Said) -> bool:
    return application(said) == "dynamics"


def _says_error(said: Said) -> bool:
    number = said.errornumber
    return bool(said.logonerror) and number not in (None, "", "0", 0)
