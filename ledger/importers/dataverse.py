"""Dynamics 365 / Dataverse: its records in the unified audit log, and the audit table itself.

- `unified-audit`: CRM records as the Management API gives them, or the columns of Dynamics365Activity and
  DataverseActivity; they log reading as well. `audit-table`: rows of the table `audit`, by the Web API or as CSV; they
  log changes only.
- Of `changedata`, `Fields`, `Query` and `PrimaryFieldValue` nothing is taken: they hold the data themselves.
- A query that returned several records is one use with their count.
- Who calls in another's name (`callinguserid`) is the actor, and the operation says `(impersonated)`.
- An export with AuditData cells, or with other applications' records in it, is read by m365-audit. Import the same
  records by one of the two: by both they are counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.events.usage import Action
from ledger.importers import fields
from ledger.importers import m365_reading as reading
from ledger.importers.actors import identified
from ledger.importers.documents import Document
from ledger.importers.importer import Ignored, Record, Unreadable
from ledger.importers.m365_said import Said
from ledger.importers.object_log import ObjectLog

_CODES: dict[int, tuple[str, Action]] = {
    1: ("Create", "modify"), 2: ("Update", "modify"), 3: ("Delete", "delete"), 4: ("Activate", "modify"),
    5: ("Deactivate", "modify"), 11: ("Cascade", "modify"), 12: ("Merge", "modify"), 13: ("Assign", "modify"),
    14: ("Share", "share"), 15: ("Retrieve", "consult"), 16: ("Close", "modify"), 17: ("Cancel", "modify"),
    18: ("Complete", "modify"), 20: ("Resolve", "modify"), 21: ("Reopen", "modify"), 22: ("Fulfill", "modify"),
    23: ("Paid", "modify"), 24: ("Qualify", "modify"), 25: ("Disqualify", "modify"), 26: ("Submit", "modify"),
    27: ("Reject", "modify"), 28: ("Approve", "modify"), 29: ("Invoice", "modify"), 30: ("Hold", "modify"),
    31: ("AddMember", "modify"), 32: ("RemoveMember", "modify"), 33: ("AssociateEntities", "modify"),
    34: ("DisassociateEntities", "modify"), 35: ("AddMembers", "modify"), 36: ("RemoveMembers", "modify"),
    37: ("AddItem", "modify"), 38: ("RemoveItem", "modify"), 44: ("SendDirectEmail", "share"),
    48: ("ModifyShare", "share"), 49: ("Unshare", "share"), 50: ("Book", "modify"), 53: ("Enable", "modify"),
    54: ("Disable", "modify"), 64: ("UserAccessViaWeb", "sign-in"), 65: ("UserAccessViaWebServices", "sign-in"),
    100: ("DeleteEntity", "delete"), 101: ("DeleteAttribute", "delete"), 102: ("AuditChangeAtEntityLevel", "modify"),
    103: ("AuditChangeAtAttributeLevel", "modify"), 104: ("AuditChangeAtOrgLevel", "modify"),
    105: ("EntityAuditStarted", "modify"), 106: ("AttributeAuditStarted", "modify"), 107: ("AuditEnabled", "modify"),
    108: ("EntityAuditStopped", "modify"), 109: ("AttributeAuditStopped", "modify"), 110: ("AuditDisabled", "modify"),
    111: ("AuditLogDeletion", "delete"), 112: ("UserAccessAuditStarted", "modify"),
    113: ("UserAccessAuditStopped", "modify"),
}  # fmt: skip
"""`action` of the audit table."""
_OPERATIONS: dict[int, tuple[str, Action]] = {
    1: ("Create", "modify"), 2: ("Update", "modify"), 3: ("Delete", "delete"), 4: ("Access", "consult"),
}  # fmt: skip
_LABELS = {word.lower(): (word, action) for word, action in (*_CODES.values(), *_OPERATIONS.values())} | {
    "maken": ("Create", "modify"), "bijwerken": ("Update", "modify"), "verwijderen": ("Delete", "delete"),
    "toewijzen": ("Assign", "modify"), "delen": ("Share", "share"), "toegang": ("Access", "consult"),
    "user access via web": ("UserAccessViaWeb", "sign-in"), "modify share": ("ModifyShare", "share"),
    "user access via web services": ("UserAccessViaWebServices", "sign-in"),
}  # fmt: skip
_TABLES = {
    "account", "contact", "lead", "opportunity", "incident", "systemuser", "team", "role", "email", "task", "phonecall",
    "appointment", "letter", "annotation", "activitymimeattachment", "activitypointer", "queue", "queueitem",
    "connection", "campaign", "list", "product", "quote", "salesorder", "invoice", "contract", "knowledgearticle",
    "savedquery", "userquery", "report", "audit", "businessunit", "workflow", "customeraddress", "socialprofile",
}  # fmt: skip
_AUDIT_ROW = {"auditid", "createdon"}
_UNIFIED = {"systemuserid", "entityname", "crmorganizationuniquename", "instanceurl", "entityid"}


class Dataverse(ObjectLog):
    """Reads uses of the records in an environment of Dynamics 365."""

    name = "dataverse"
    title = "a Dataverse audit log"
    hint = (
        "export the audit table (Web API `audits`, or CSV), or the CRM records of the unified audit log as JSON; "
        "for an export with AuditData: ledger import m365-audit"
    )

    def kind(self, data: Mapping[str, Any]) -> str | None:
        if data.keys() >= _AUDIT_ROW and data.keys() & {"action", "operation"}:
            return "audit-table"
        if "message" in data or "operation" in data:
            workload = str(data.get("workload") or "").lower()
            if (workload in ("", "crm", "dynamics365") and len(data.keys() & _UNIFIED) >= 2) or workload == "crm":
                return "unified-audit"
        return None

    def record(self, document: Document) -> Record | Ignored:
        data = document.data
        if "auditid" in data:
            return self._row(document)
        if self.kind(data) is None and fields.text(data, "id") and fields.text(data, "operation"):
            return Ignored("another application's record")
        return self._unified(document)

    def _row(self, document: Document) -> Record:
        data = document.data
        record_id = fields.own_id(data, "auditid")
        if record_id is None:
            raise Unreadable("no-id", "no auditid")
        word, action = _meaning(data)
        user = fields.text(data, "_userid_value", "userid")
        caller = fields.text(data, "_callinguserid_value", "callinguserid")
        actor_class, actor = identified(caller or user)
        if caller and caller.lower() != user.lower():
            word = f"{word} (impersonated)"
        return Record(
            record_id=record_id,
            raw=document.raw,
            content=fields.content_of(data),
            line_number=document.line_number,
            offset=document.offset,
            happened_at=fields.moment(data, "createdon"),
            application="dynamics",
            action=action,
            outcome="ok",
            operation=word,
            actor_class=actor_class,
            actor=actor,
            object_class=_table(fields.text(data, "objecttypecode")),
            place=fields.text(data, "objecttypecode") or None,
        )

    def _unified(self, document: Document) -> Record:
        data = document.data
        there = {"workload": "CRM", "creationtime": data.get("timegenerated"), "operation": data.get("message")} | data
        said = Said.of({**there, "id": fields.text(data, "id", "sourcerecordid", "correlationid")})
        operation = reading.operation(said)
        actor_class, actor = reading.actor(said)
        if actor is None and actor_class == "unknown":
            actor_class, actor = identified(fields.text(data, "systemuserid", "userkey"))
        return Record(
            record_id=reading.record_id(said),
            raw=document.raw,
            content=fields.content_of(data),
            line_number=document.line_number,
            offset=document.offset,
            happened_at=fields.moment(there, "creationtime"),
            application="dynamics",
            action=operation.action,
            outcome=reading.outcome(said, operation.word, "dynamics"),
            operation=operation.word,
            actor_class=actor_class,
            actor=actor,
            items=reading.items(said),
            network=self.network([fields.text(data, "clientip")]),
            object_class=_table(fields.text(data, "entityname")),
            place=fields.text(data, "entityname") or None,
        )


def _meaning(data: Mapping[str, Any]) -> tuple[str, Action]:
    """By `action`, or else by `operation`: codes, or the labels that an export shows for them. Raises Unreadable."""
    said = False
    for name, codes in (("action", _CODES), ("operation", _OPERATIONS)):
        value = fields.text(data, name)
        said = said or bool(value)
        code = fields.whole(value)
        if found := codes.get(code) if code is not None else _LABELS.get(value.lower()):
            return found
    if not said:
        raise Unreadable("no-operation", "no action and no operation")
    return "other", "other"


def _table(name: str) -> str | None:
    """A standard table by its name; the name of any other is the organisation's own, and stays out."""
    if not name:
        return None
    return name.lower() if name.lower() in _TABLES else "custom-table"
