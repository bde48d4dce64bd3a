"""The audit log of Databricks.

- `delivery`: the JSON that Databricks delivers; `diagnostic`: Azure diagnostic settings, whose identity, response and
  requestParams are objects or JSON in text; `system-table`: an export of system.access.audit.
- An action that takes long is logged twice with one request id: the request, then its response. The response is the
  record, with the request's actor where it names none; the request alone is recorded if no response follows.
- Reading files in DBFS is not in this log. Reading a table shows as the getting of a credential for it.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from ledger.events.usage import ActorClass
from ledger.importers import fields
from ledger.importers.actors import identified
from ledger.importers.databricks_actions import named
from ledger.importers.documents import Document, Head, documents
from ledger.importers.importer import Found, Ignored, Outcome, Record, Unreadable
from ledger.importers.object_log import ObjectLog

AWAITED = 20_000
"""Requests that wait for their response, at most; and responses remembered, for a request that comes late."""

_OPERATION = re.compile(r"Microsoft\.Databricks/([^/]{1,80})/([^/]{1,80})", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SYSTEM_TABLE = {"service_name", "action_name", "event_time"}
_AUTOMATA = {"system-user", "unknown", "__refresh_view__", "databricks"}


class Databricks(ObjectLog):
    """Reads who did what in a workspace or an account."""

    name = "databricks"
    in_halves = True
    """A request and its response may be two records, in two files too."""
    title = "a Databricks audit log"
    hint = "export it by audit log delivery, by an Azure diagnostic setting, or from system.access.audit"

    def kind(self, data: Mapping[str, Any]) -> str | None:
        if data.keys() >= _SYSTEM_TABLE:
            return "system-table"
        if "servicename" in data and "actionname" in data:
            return "delivery" if "timestamp" in data or "useridentity" in data or "time" not in data else "diagnostic"
        said = data.get("operationname")
        if isinstance(said, str) and _OPERATION.match(said):
            return "diagnostic"
        return "diagnostic" if said is None and data.keys() >= {"timegenerated", "servicename", "actionname"} else None

    def records(self, stream: BinaryIO, head: Head) -> Iterator[Found]:
        """Requests wait for their responses; those that remain alone come at the end."""
        awaited: OrderedDict[str, Record] = OrderedDict()
        answered: OrderedDict[str, None] = OrderedDict()
        for document in documents(stream, head):
            if not isinstance(document, Document):
                yield document
                continue
            found = self.read_one(document)
            if not isinstance(found, Record) or found.record_id.startswith("="):
                yield found
            elif found.outcome == "unknown" and not fields.part(_own(document.data), "response"):
                if found.record_id in answered or found.record_id in awaited:
                    yield Ignored(_JOINED)
                    continue
                awaited[found.record_id] = found
                if len(awaited) > AWAITED:
                    yield awaited.popitem(last=False)[1]
            else:
                yield from _answer(found, awaited.pop(found.record_id, None))
                answered[found.record_id] = None
                if len(answered) > AWAITED:
                    answered.popitem(last=False)
        yield from awaited.values()

    def record(self, document: Document) -> Record:
        data = _own(document.data)
        service, action = _action(data)
        operation = named(service, action)
        response = fields.part(data, "response")
        content = fields.content_of(document.data)
        happened_at = fields.moment(data, "timestamp", "event_time", "time", "timegenerated", "eventtime")
        own = fields.own_id(data, "requestid", "request_id", "event_id", "logid", "eventid")
        actor_class, actor = _actor(data)
        return Record(
            record_id=f"{own} {action.lower()}" if own else fields.by_content(content),
            raw=document.raw,
            content=content,
            line_number=document.line_number,
            offset=document.offset,
            happened_at=happened_at,
            application="databricks",
            action=operation.action,
            outcome=_outcome(action, response),
            operation=operation.word,
            actor_class=actor_class,
            actor=actor,
            network=self.network([fields.text(data, "sourceipaddress", "source_ip_address", "calleripaddress")]),
            object_class=operation.object_class,
            place=_place(data),
        )


_JOINED = "request joined with its response"


def _answer(response: Record, request: Record | None) -> Iterator[Found]:
    if request is None:
        yield response
        return
    yield Ignored(_JOINED)
    if response.actor is None and response.actor_class == "unknown":
        response = response._replace(actor=request.actor, actor_class=request.actor_class)
    yield response


def _own(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record's own fields: those of the diagnostic form are in `properties`."""
    inside = fields.part(data, "properties")
    return {**data, **inside} if inside else data


def _action(data: Mapping[str, Any]) -> tuple[str, str]:
    service = fields.text(data, "servicename", "service_name")
    action = fields.text(data, "actionname", "action_name")
    if not action and (found := _OPERATION.fullmatch(fields.text(data, "operationname"))):
        service, action = found[1], found[2]
    if not action:
        raise Unreadable("no-operation", "no action")
    return service, action


def _outcome(action: str, response: Mapping[str, Any]) -> Outcome:
    """By the response; an access that the address list refused was refused whether or not there is one."""
    if action.lower() == "ipaccessdenied":
        return "denied"
    code = fields.whole(response.get("statuscode", response.get("status_code")))
    if decided := fields.of_status(code):
        return decided
    return "failed" if fields.text(response, "errormessage", "error_message") else "unknown"


def _actor(data: Mapping[str, Any]) -> tuple[ActorClass, str | None]:
    """By e-mail; a GUID is a service principal; Databricks' own automata have no actor."""
    identity = fields.part(data, "useridentity", "user_identity", "identity")
    name = fields.text(identity, "email", "subjectname", "subject_name")
    if not name and isinstance(plain := data.get("identity"), str) and not plain.lstrip().startswith("{"):
        name = plain
    name = name.strip().lower()
    if name in _AUTOMATA:
        return "system", None
    return identified(name, "service" if _GUID.fullmatch(name) else "unknown")


def _place(data: Mapping[str, Any]) -> str | None:
    """The table, schema, catalogue, share or path that was asked for, in clear; only for mapping rules."""
    asked = fields.part(data, "requestparams", "request_params")
    return fields.text(
        asked, "full_name_arg", "table_full_name", "name_arg", "share", "share_name", "path", "mountpoint", "warehouse",
        "warehouseid",
    ) or None  # fmt: skip
