"""Register `<protocol>/usage`: each use of received data, as an application logged it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ledger.events.base import MemberEvent
from ledger.events.fields import ABSENT, Absent, Count, Hash, Name, Party, PersonToken

Action = Literal[
    "consult", "query", "download", "export", "copy", "modify", "delete", "soft-delete", "share", "grant", "sign-in",
    "other",
]  # fmt: skip
ActorClass = Literal["person", "service", "system", "shared-key", "guest", "unknown"]
Factors = Literal["one", "two", "unknown"]
SharedWith = Literal["parties", "outside", "anyone", "unknown"]
"""To whom something was opened: persons of the parties, others, whoever has the link, or the log does not say."""


class AccessUsed(MemberEvent, frozen=True, kw_only=True, tag="access-used/1"):
    """Someone used an application that holds received data. Always a member of a batch.

    `actor` is a random token; `record` is a keyed digest of the source's own record id, `line` a keyed digest of the
    source line, `offset` its byte offset. `factors` is there for a person's sign-in only: `two` where the service
    demanded a second factor and the sign-in succeeded, `unknown` where the log does not say. What the importing
    party's own files say of the place and the person stands in `dataset`, `employed_by`, `acting_for` and `function`
    (a function profile), absent where they say nothing. `shared_with` is there for a share only. No name, address,
    object name or changed value is ever a field here.
    """

    register: ClassVar[str] = "usage"
    example: ClassVar = {
        "application": "sharepoint", "action": "download", "outcome": "ok", "operation": "FileDownloaded",
        "actor": "7b" * 16, "actor_class": "person", "record": "8c" * 32, "line": "9d" * 32, "offset": 1024,
    }  # fmt: skip

    application: Name
    action: Action
    outcome: Literal["ok", "denied", "failed", "unknown"]
    operation: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:/+()-]{0,119}$(?!\n)", extra={"kind": "name"})]
    actor_class: ActorClass
    record: Hash
    line: Hash
    offset: Count
    actor: PersonToken | Absent = ABSENT
    acting_for: Party | Absent = ABSENT
    dataset: Name | Absent = ABSENT
    object_class: Name | Absent = ABSENT
    network: Literal["internal", "external", "unknown"] | Absent = ABSENT
    items: Count | Absent = ABSENT
    factors: Factors | Absent = ABSENT
    employed_by: Party | Absent = ABSENT
    function: Name | Absent = ABSENT
    shared_with: SharedWith | Absent = ABSENT
