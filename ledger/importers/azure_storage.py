"""Azure Storage and Data Lake resource logs (StorageRead, StorageWrite, StorageDelete).

- `diagnostic`: the JSON of diagnostic settings, with `properties`; `monitor-table`: the columns of StorageBlobLogs.
- Only a sign-in by OAuth names anybody. A shared key or a signature (SAS) is held by whoever has it: `shared-key`,
  with no actor, which is to say: not attributable.
- A copy is logged as up to three records with one correlation id: one event. Of the others nothing new is told.
- A deletion is `soft-delete`: the account may bring the object back, and the log does not say whether it can. Only a
  request for permanent deletion is `delete`, as are deletions of queues, tables and messages, which have no bin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.events.usage import Action, ActorClass
from ledger.importers import fields
from ledger.importers.actors import identified
from ledger.importers.documents import Document
from ledger.importers.importer import Outcome, Record, Unreadable
from ledger.importers.object_log import ObjectLog

_OPERATIONS: dict[Action, str] = {
    "download": "GetBlob GetFile ReadFile ReadBlob GetBlockList GetPageRanges GetMessages PeekMessages GetMessage",
    "query": "QueryBlobContents QueryEntities QueryEntity QueryTables QueryTable FindBlobsByTags",
    "consult": """
        GetBlobProperties GetBlobMetadata GetBlobTags GetContainerProperties GetContainerMetadata GetContainerACL
        GetAccountInformation GetBlobServiceProperties GetBlobServiceStats GetFileProperties GetFileMetadata
        GetPathStatus
        GetPathAccessControl GetFilesystemProperties GetShareProperties GetShareMetadata GetShareStats GetShareACL
        GetDirectoryProperties GetDirectoryMetadata GetQueueMetadata GetQueueACL GetTableACL ListBlobs ListContainers
        ListFilesystems ListFilesystemDir ListFilesystemFile ListPaths ListFilesAndDirectories ListShares ListQueues
        ListFileRanges ListHandles GetFileServiceProperties GetQueueServiceProperties GetTableServiceProperties
        QueryDirectory QueryInfo BlobPreflightRequest FilePreflightRequest QueuePreflightRequest TablePreflightRequest
    """,
    "copy": """
        CopyBlob CopyBlobSource CopyBlobDestination CopyBlobFromURL PutBlobFromURL PutBlockFromURL AppendBlockFromURL
        PutPageFromURL PutRangeFromURL CopyFile CopyFileSource CopyFileDestination AbortCopyBlob AbortCopyFile
        IncrementalCopyBlob SnapshotBlob SnapshotShare
    """,
    "modify": """
        PutBlob PutBlock PutBlockList PutPage AppendBlock ClearPage SetBlobProperties SetBlobMetadata SetBlobTags
        SetBlobTier SetBlobExpiry SetBlobImmutabilityPolicy DeleteBlobImmutabilityPolicy SetBlobLegalHold LeaseBlob
        AcquireBlobLease RenewBlobLease ReleaseBlobLease BreakBlobLease ChangeBlobLease LeaseContainer CreateContainer
        SetContainerMetadata SetBlobServiceProperties UndeleteBlob RestoreContainer RenameContainer CreateFilesystem
        SetFilesystemProperties CreatePathFile CreatePathDir CreatePath AppendFile FlushFile SetPathProperties
        RenamePathFile RenamePathDir RenameFile RenamePath LeasePath UndeletePath CreateFile PutRange ClearRange
        SetFileProperties SetFileMetadata CreateDirectory RenameDirectory SetDirectoryMetadata CreateShare RestoreShare
        UndeleteShare SetShareMetadata SetShareProperties PutMessage UpdateMessage CreateQueue SetQueueMetadata
        InsertEntity UpdateEntity MergeEntity InsertOrMergeEntity InsertOrReplaceEntity CreateTable BlobBatch BatchBlob
        SetFileServiceProperties SetQueueServiceProperties SetTableServiceProperties EntityGroupTransaction Create Write
    """,
    "grant": """
        SetContainerACL SetPathAccessControl SetPathAccessControlRecursive GetUserDelegationKey SetShareACL SetQueueACL
        SetTableACL CreatePermission
    """,
    "soft-delete": """
        DeleteBlob DeleteContainer DeleteFile DeleteDirectory DeletePathFile DeletePathDir DeletePath DeleteFilesystem
        DeleteShare BlobSoftDelete
    """,
    "delete": """
        DeleteMessage ClearMessages DeleteQueue DeleteTable DeleteEntity PermanentlyDeleteBlob BlobHardDelete
    """,
}  # fmt: skip
_ACTIONS: dict[str, tuple[str, Action]] = {
    word.lower(): (word, action) for action, words in _OPERATIONS.items() for word in words.split()
}
_COPIES = {"copyblob", "copyblobsource", "copyblobdestination", "copyfile", "copyfilesource", "copyfiledestination"}
_KINDS: dict[str, ActorClass] = {
    "sas": "shared-key", "accountkey": "shared-key", "delegationsas": "shared-key", "servicesas": "shared-key",
    "accountsas": "shared-key", "sharedkey": "shared-key", "anonymous": "unknown", "trustedaccess": "service",
    "system": "system",
}  # fmt: skip
_SERVICES = {"blob", "file", "queue", "table"}
_TABLE = {"operationname", "timegenerated"}
_ONE_OF = {"authenticationtype", "objectkey", "requesterupn", "requesterobjectid"}


class AzureStorage(ObjectLog):
    """Reads the logs of blobs, files, queues and tables in a storage account."""

    name = "azure-storage"
    title = "an Azure Storage resource log"
    hint = "export StorageRead, StorageWrite and StorageDelete by a diagnostic setting, or StorageBlobLogs as CSV"

    def kind(self, data: Mapping[str, Any]) -> str | None:
        category = data.get("category")
        if isinstance(category, str) and category.lower().startswith("storage") and "operationname" in data:
            return "diagnostic" if "time" in data else "monitor-table"
        if data.keys() >= _TABLE and data.keys() & _ONE_OF:
            return "monitor-table"
        return None

    def record(self, document: Document) -> Record:
        data = document.data
        inside = fields.part(data, "properties")
        happened_at = fields.moment(data, "time", "timegenerated")
        said = fields.text(data, "operationname")
        if not said:
            raise Unreadable("no-operation", "no operationName")
        word, action = _action(said, data)
        content = fields.content_of(data)
        record_id, content = _identity(data, said, content)
        actor_class, actor = _actor(data)
        service = (fields.text(inside, "servicetype") or fields.text(data, "servicetype") or "blob").lower()
        return Record(
            record_id=record_id,
            raw=document.raw,
            content=content,
            line_number=document.line_number,
            offset=document.offset,
            happened_at=happened_at,
            application="azure-storage",
            action=action,
            outcome=_outcome(data, inside),
            operation=word,
            actor_class=actor_class,
            actor=actor,
            network=self.network([fields.text(data, "calleripaddress")]),
            object_class=service if service in _SERVICES else None,
            place=_place(data, inside),
        )


def _action(said: str, data: Mapping[str, Any]) -> tuple[str, Action]:
    word, action = _ACTIONS.get(said.lower(), ("other", "other"))
    if action == "soft-delete" and "deletetype=permanent" in fields.text(data, "uri").lower():
        return word, "delete"
    return word, action


def _identity(data: Mapping[str, Any], said: str, content: bytes) -> tuple[str, bytes]:
    """(id, content). The parts of one copy have one id, and are equal for us: the first that is met is the event."""
    correlation = fields.own_id(data, "correlationid")
    if correlation is None:
        return fields.by_content(content), content
    if said.lower() in _COPIES:
        return f"{correlation} copy", b"copy"
    count = fields.whole(data.get("operationcount")) or fields.whole(
        fields.part(data, "properties").get("operationcount")
    )
    return f"{correlation} {count}" if count else correlation, content


def _actor(data: Mapping[str, Any]) -> tuple[ActorClass, str | None]:
    identity = fields.part(data, "identity")
    requester = fields.part(identity, "requester")
    way = (fields.text(identity, "type") or fields.text(data, "authenticationtype")).lower()
    person = fields.text(requester, "upn") or fields.text(data, "requesterupn")
    principal = fields.text(requester, "objectid", "appid") or fields.text(data, "requesterobjectid", "requesterappid")
    if way in _KINDS:
        return _KINDS[way], None
    if "sas" in way or (not way and "sig=" in fields.text(data, "uri")):
        return "shared-key", None
    if person:
        return identified(person, "person")
    return identified(principal, "service") if principal else ("unknown", None)


def _outcome(data: Mapping[str, Any], inside: Mapping[str, Any]) -> Outcome:
    """By the status code; where there is none, by the words beside it."""
    if decided := fields.of_status(fields.whole(data.get("statuscode"))):
        return decided
    said = (fields.text(data, "statustext", "metricresponsetype") or fields.text(inside, "metricresponsetype")).lower()
    if not said:
        return "unknown"
    if said.endswith("success"):
        return "ok"
    return "denied" if said.startswith(("auth", "sasauth")) or "authorization" in said else "failed"


def _place(data: Mapping[str, Any], inside: Mapping[str, Any]) -> str | None:
    """Account and container: `account/container`."""
    key = fields.text(inside, "objectkey") or fields.text(data, "objectkey")
    if key:
        return "/".join(key.strip("/").split("/")[:2]) or None
    return fields.path_of(fields.text(data, "uri"), 1)
