"""Sign-ins and directory changes of Microsoft Entra.

- `diagnostic`: the JSON of diagnostic settings (SignInLogs and its kin, AuditLogs), with `properties`; `graph`: the
  flat objects of `auditLogs/signIns` and `auditLogs/directoryAudits`; `monitor-table`: columns of Log Analytics.
- A sign-in is ok if its error code is 0 and nothing beside it says otherwise; any other code is a refusal.
- `factors` of a person's sign-in: `two` where it was ok and a second factor was demanded (authenticationRequirement),
  `one` where it was ok and none was; `unknown` otherwise. What is written beside that in free text proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.events.usage import ActorClass, Factors
from ledger.importers import fields
from ledger.importers.actors import identified
from ledger.importers.documents import Document
from ledger.importers.importer import Outcome, Record, Unreadable
from ledger.importers.m365_operations import Operation, named
from ledger.importers.object_log import ObjectLog

_SIGN_INS: dict[str, tuple[str, ActorClass]] = {
    "signinlogs": ("SignIn", "person"),
    "noninteractiveusersigninlogs": ("NonInteractiveSignIn", "person"),
    "serviceprincipalsigninlogs": ("ServicePrincipalSignIn", "service"),
    "managedidentitysigninlogs": ("ManagedIdentitySignIn", "service"),
    "adfssigninlogs": ("ADFSSignIn", "person"),
    "microsoftserviceprincipalsigninlogs": ("ServicePrincipalSignIn", "service"),
}
_EVENT_TYPES = {
    "interactiveuser": "signinlogs", "noninteractiveuser": "noninteractiveusersigninlogs",
    "serviceprincipal": "serviceprincipalsigninlogs", "managedidentity": "managedidentitysigninlogs",
}  # fmt: skip
_AUDITS = {
    "auditlogs", "policy", "directorymanagement", "applicationmanagement", "usermanagement", "groupmanagement",
    "rolemanagement", "device", "authentication", "authorization", "administrativeunit", "resourcemanagement",
}  # fmt: skip
_GUEST = {"guest", "b2bcollaboration", "b2bdirectconnect", "serviceprovider"}
_FINE, _BAD = {"0", "success", "succeeded", "ok"}, {"failure", "failed", "error", "timeout", "clienterror"}
_FACTORS: dict[str, Factors] = {"multifactorauthentication": "two", "singlefactorauthentication": "one"}
_DIRECTORY = "microsoft.aadiam"


class EntraSignIn(ObjectLog):
    """Reads who signed in, with how many factors, and who changed the directory."""

    name = "entra-signin"
    title = "a Microsoft Entra sign-in or audit log"
    hint = "export SignInLogs and AuditLogs by a diagnostic setting, or get auditLogs/signIns from Graph"

    def kind(self, data: Mapping[str, Any]) -> str | None:
        if "createddatetime" in data and data.keys() & {"userprincipalname", "serviceprincipalid"} and "id" in data:
            return "graph" if "time" not in data and "timegenerated" not in data else "monitor-table"
        if "activitydatetime" in data and "activitydisplayname" in data:
            return "graph"
        category = str(data.get("category") or "").lower()
        if category in _SIGN_INS and data.keys() & {"time", "timegenerated"}:
            return "diagnostic" if "properties" in data else "monitor-table"
        place = str(data.get("resourceid") or "").lower()
        if "time" in data and "properties" in data and (category == "auditlogs" or (category and _DIRECTORY in place)):
            return "diagnostic"
        return None

    def record(self, document: Document) -> Record:
        data = document.data
        inside = {**data, **fields.part(data, "properties")}
        happened_at = fields.moment(inside, "createddatetime", "activitydatetime", "time", "timegenerated")
        content = fields.content_of(data)
        own = fields.own_id(inside, "id")
        sign_in = _sign_in(inside, fields.text(data, "category").lower())
        if sign_in:
            word, kind = sign_in
            operation, outcome = Operation(word, "sign-in"), _sign_in_outcome(data, inside)
            actor_class, actor = _signed_in(inside, kind)
        else:
            operation, outcome = _change(data, inside), _change_outcome(data, inside)
            actor_class, actor = _initiator(inside)
        return Record(
            record_id=own or fields.by_content(content),
            raw=document.raw,
            content=content,
            line_number=document.line_number,
            offset=document.offset,
            happened_at=happened_at,
            application="entra",
            action=operation.action,
            outcome=outcome,
            operation=operation.word,
            actor_class=actor_class,
            actor=actor,
            network=self.network([fields.text(inside, "ipaddress"), fields.text(data, "calleripaddress")]),
            factors=_factors(inside, outcome) if sign_in and sign_in[1] == "person" else None,
            place=fields.text(inside, "resourcedisplayname", "appdisplayname") or None,
        )


def _sign_in(inside: Mapping[str, Any], category: str) -> tuple[str, ActorClass] | None:
    """(word, class) of a sign-in; None for a change of the directory."""
    if category in _SIGN_INS:
        kinds = inside.get("signineventtypes")
        if category == "signinlogs" and isinstance(kinds, list) and kinds:
            return _SIGN_INS.get(_EVENT_TYPES.get(str(kinds[0]).lower(), category))
        return _SIGN_INS[category]
    if category or "activitydatetime" in inside:
        return None
    kinds = inside.get("signineventtypes")
    if isinstance(kinds, list) and kinds:
        return _SIGN_INS.get(_EVENT_TYPES.get(str(kinds[0]).lower(), "signinlogs"))
    if not fields.text(inside, "userprincipalname", "userid") and fields.text(inside, "serviceprincipalid"):
        return _SIGN_INS["serviceprincipalsigninlogs"]
    return _SIGN_INS["signinlogs" if inside.get("isinteractive") is not False else "noninteractiveusersigninlogs"]


def _sign_in_outcome(data: Mapping[str, Any], inside: Mapping[str, Any]) -> Outcome:
    """Every code and word that is there must say it went well; silence is unknown."""
    code = fields.text(fields.part(inside, "status"), "errorcode")
    said = [each.lower() for each in (fields.text(data, "resulttype"), code) if each]
    if not said:
        signature = fields.text(data, "resultsignature").lower()
        return "ok" if signature == "success" else "unknown"
    return "ok" if all(each in _FINE for each in said) else "denied"


def _signed_in(inside: Mapping[str, Any], kind: ActorClass) -> tuple[ActorClass, str | None]:
    if kind == "service":
        return identified(fields.text(inside, "serviceprincipalid", "appid", "serviceprincipalname"), "service")
    foreign = fields.text(inside, "usertype").lower() in _GUEST or (
        fields.text(inside, "crosstenantaccesstype").lower() in _GUEST
    )
    return identified(fields.text(inside, "userprincipalname", "userid"), "guest" if foreign else "person")


def _factors(inside: Mapping[str, Any], outcome: Outcome) -> Factors:
    if outcome != "ok":
        return "unknown"
    return _FACTORS.get(fields.text(inside, "authenticationrequirement").lower(), "unknown")


def _change(data: Mapping[str, Any], inside: Mapping[str, Any]) -> Operation:
    """The name of the activity, with or without the full stop that the unified audit log puts behind it."""
    for said in (fields.text(inside, "activitydisplayname"), fields.text(data, "operationname")):
        for spelling in (said, f"{said}."):
            if said and (known := named(spelling[:200])).listed:
                return known
    if not fields.text(inside, "activitydisplayname", "operationname"):
        raise Unreadable("no-operation", "no operationName")
    return Operation("directory/other", "other", listed=False)


def _change_outcome(data: Mapping[str, Any], inside: Mapping[str, Any]) -> Outcome:
    said = (fields.text(inside, "result") or fields.text(data, "result", "resulttype", "resultsignature")).lower()
    if said in _FINE:
        return "ok"
    return "failed" if said in _BAD else "unknown"


def _initiator(inside: Mapping[str, Any]) -> tuple[ActorClass, str | None]:
    by = fields.part(inside, "initiatedby")
    user, app = fields.part(by, "user"), fields.part(by, "app")
    if name := fields.text(user, "userprincipalname", "id"):
        return identified(name, "person")
    return identified(fields.text(app, "serviceprincipalid", "appid", "displayname"), "service" if app else "unknown")
