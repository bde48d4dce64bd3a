"""The actions of Databricks that we know by name, and what each of them is to the data.

An action is text from outside: only a word of these lists enters the chain, as `service/action`. What is not listed is
`other`, with the meaning that its verb has (get, list, create, update, delete). Names: Databricks' audit log reference.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ledger.events.usage import Action


class Named(NamedTuple):
    word: str
    action: Action
    object_class: str | None


_SERVICES = """
    accounts workspace notebook clusters jobs dbfs sql databrickssql unityCatalog deltaSharingAccess deltaSharingControl
    secrets mlflowExperiment modelRegistry repos genie aibiGenie dashboards globalInitScripts iamRole instancePools
    ssoConfigBackend gitCredentials groups ipAccessList webTerminal ssh remoteHistoryService deltaPipelines featureStore
    lineageTracking marketplaceConsumer marketplaceProvider predictiveOptimization serverlessRealTimeInference
    vectorSearch tables tokens uniformIceberg warehouses partnerHub filesystem files agentFramework budgetPolicyCentral
    clusterPolicies ingestion servicePrincipals cleanRooms accountBillableUsage
"""
_ACTIONS: dict[Action, str] = {
    "sign-in": """
        login tokenLogin samlLogin jwtLogin oidcBrowserLogin oidcTokenAuthorization aadBrowserLogin aadTokenLogin
        passwordVerifyAuthentication privateDbConnect logout firstPartyAuthentication certLogin mfaLogin IpAccessDenied
        inHouseOAuthClientAuthentication tokenExchange
    """,
    "query": """
        runCommand executeCommand commandSubmit commandFinish commandStart executeFastQuery executeAdhocQuery
        executeSavedQuery executeWidgetQuery genieExecuteMessageQuery createQuerySnippet startQuery
        deltaSharingQueryTable
        deltaSharingQueryTableChanges executeScheduledDashboard searchDatasets submitCommand executeStatement
    """,
    "download": """
        downloadQueryResult downloadPreviewResults downloadLargeResults read downloadFile deltaSharingGetTableMetadata
        fetchResult getResultFile filesGet getVolumeFile
    """,
    "export": """
        workspaceExport exportNotebook exportDashboard downloadNotebook exportRepo
    """,
    "consult": """
        getTable getSchema getCatalog getVolume getShare getSecret getStorageCredential getConnection listTables
        listTableSummaries listSchemas listCatalogs listVolumes listShares listSecrets getNotebook openNotebook
        attachNotebook getDashboard readDashboard generateTemporaryTableCredential generateTemporaryVolumeCredential
        generateTemporaryPathCredential generateTemporaryServiceCredential getTemporaryCredentials getFunction
        deltaSharingListSchemas deltaSharingListTables deltaSharingListAllTables deltaSharingListShares getPermissions
        getStatus list deltaSharingGetTableVersion getActivationUrlInfo genieGetConversation getQuery getHistoryQuery
    """,
    "copy": "cloneNotebook cloneTable cloneDashboard createTableClone copy",
    "modify": """
        create update edit createTable updateTables updateTable createSchema updateSchema createCatalog updateCatalog
        createVolume updateVolume createNotebook renameNotebook moveNotebook undeleteTable restoreTable mount unmount
        createUser add createGroup updateAccountSettings updateWorkspaceSettings workspaceConfEdit updateMetastore
        createStorageCredential updateStorageCredential createConnection updateConnection installLibrary
        uninstallLibrary
        installLibraryOnAllClusters createIpAccessList updateIpAccessList deleteIpAccessList changePassword mfaAddKey
        mfaDeleteKey acceptTos sendTos removeGroup deleteGroup deleteUser revokeDbToken removePrincipalFromGroup
        removePrincipalsFromGroup write put addBlock start restart startResult resize updateRecipient deleteRecipient
        putSecret createScope upload activateUser deactivateUser
    """,
    "grant": """
        grant updatePermissions changeOwner addPrincipalToGroup addPrincipalsToGroup addUserToAdminGroup setAdmin
        setAccountAdmin removeAdmin changeAccountOwner modifyUserRole generateDbToken changeDbTokenAcl changeClusterAcl
        changeJobAcl changeWorkspaceAcl changeNotebookAcl changeFolderAcl putAcl changeDbTokenState updateRole
        addX509 createServicePrincipalSecret
    """,
    "share": "createRecipient updateSharePermissions createShare updateShare retrieveRecipientToken",
    "soft-delete": """
        deleteTable dropTable trashNotebook dropSchema deleteSchema deleteCatalog deleteVolume moveToTrash delete
        trashDashboard moveDashboardToTrash
    """,
    "delete": "deleteNotebook deleteShare deleteSecret permanentDelete destroy deleteFile deleteDashboard",
}
_BY_SERVICE: dict[tuple[str, str], Action] = {
    ("accounts", "delete"): "modify", ("ssoconfigbackend", "create"): "modify", ("secrets", "getsecret"): "consult",
    ("globalinitscripts", "delete"): "modify", ("clusters", "delete"): "modify", ("jobs", "delete"): "modify",
    ("groups", "delete"): "modify", ("workspace", "delete"): "modify",
}  # fmt: skip
"""What an action of a short name deletes there holds no received data."""
_VERBS: dict[str, Action] = {
    "get": "consult", "list": "consult", "view": "consult", "describe": "consult", "create": "modify", "add": "modify",
    "update": "modify", "edit": "modify", "set": "modify", "change": "modify", "remove": "modify",
    "delete": "soft-delete", "drop": "soft-delete", "export": "export", "download": "download",
    "query": "query", "execute": "query",
}  # fmt: skip
_OBJECTS = ("table", "schema", "catalog", "volume", "share", "notebook", "dashboard", "secret", "query")
_SPELLED = {word.lower(): (word, action) for action, words in _ACTIONS.items() for word in words.split()}
_SERVICE_WORDS = {word.lower(): word for word in _SERVICES.split()}
_VERB = re.compile(r"[a-z]+")


@lru_cache(maxsize=4096)
def named(service: str, action: str) -> Named:
    """The operation that a log calls so; case does not matter."""
    plain, where = action.strip().lower(), service.strip().lower()
    word, meaning = _SPELLED.get(plain, ("other", _by_verb(action.strip())))
    meaning = _BY_SERVICE.get((where, plain), meaning)
    about = next((each for each in _OBJECTS if each in plain), None)
    return Named(f"{_SERVICE_WORDS.get(where, 'other')}/{word}", meaning, about)


def _by_verb(action: str) -> Action:
    verb = _VERB.match(action)
    return _VERBS.get(verb[0], "other") if verb else "other"
