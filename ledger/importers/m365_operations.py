"""The operations of the unified audit log that we know by name, and what each of them is to the data.

An Operation is text from outside: only a word of these lists enters the chain. A cmdlet is recognised by its verb and
its noun apart. What is not listed is recorded as `other` (a cmdlet with a listed verb as `Set-other`), never dropped;
the line itself stays reachable. Names: Microsoft's audit log activities and activity API schema.

- `soft-delete` is every stage from which a service can still bring the item back. `delete` is the last stage that the
  log shows; backups and holds may outlive it, so neither word alone proves destruction.
- Reading settings with a cmdlet is `consult`; changing, adding or removing settings is `modify`; giving a person or an
  application more rights is `grant`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ledger.events.usage import Action


class Operation(NamedTuple):
    """A word that may enter the chain, and what it does. `listed` is False where the word only stands in."""

    word: str
    action: Action
    listed: bool = True


_WORDS: dict[Action, str] = {
    "consult": """
        FileAccessed FileAccessedExtended FilePreviewed FileViewed FileFetched PageViewed PageViewedExtended
        PagePrefetched ClientViewSignaled ListViewed ListItemViewed FileCheckedOut FileVisited SiteVisited
        FileTranscriptRequest FileTranscriptContentAccessed MailItemsAccessed FolderBind MessageBind AttachmentAccess
        AnonymousLinkUsed SecureLinkUsed CompanyLinkUsed MessagesListed MessageRead MessageHostedContentRead
        MessageHostedContentsListed ChatRetrieved MeetingDetail MeetingParticipantDetail TranscriptsAccessed
        RecordingAccessed ViewedApprovalRequest ViewReport ViewDashboard ViewTile ViewUsageMetrics ViewDataflow
        ViewPaginatedReport GetReports GetDashboards GetDatasets GetWorkspaces GetGroups GetRefreshHistory
        ViewMetadata Retrieve ViewForm FormRead ViewedResponse ViewResponses ViewResponse ViewForms ProjectAccessed
        ResourceAccessed TaskStatusAccessed TimesheetAccessed PortfolioDataAccessed ReportingAccessed
        PWASettingsAccessed PlanRead TaskRead PlanListRead CopilotInteraction AIAppInteraction ViewedHoldDetails
        ViewedCase ViewedSearchReport QuarantinePreview QuarantineViewHeader PreviewItemRendered PreviewItemListed
        ThreadViewed StreamViewed StreamInvokeVideoView VideoViewed LabelContentExplorerAccessedItem
        AggregateThreatProfileDetails
    """,
    "query": """
        SearchQueryPerformed SearchQueryInitiatedExchange SearchQueryInitiatedSharePoint SearchQueryInitiated
        RetrieveMultiple ExecuteFetchXml eDiscoverySearchPerformed SearchStarted SearchCreated SearchUpdated
        SearchViewed SearchPermissions SearchMtpStatus SearchDataInsightsSubscription SearchReport SearchAlert
        SearchAlertAggregate SearchTIKustoClusterInformation SearchCustomTag SearchMtpBatch SearchCustomDetectionRule
        AuditSearchCreated AuditSearchCompleted AuditSearchCancelled AnalyzeInExcel AnalyzedByExternalApplication
        ExecuteQuery ExecuteQueries RunQuery
    """,
    "download": """
        FileDownloaded FileSyncDownloadedFull FileSyncDownloadedPartial FileDownloadedFromBrowser FolderDownloaded
        AttachmentDownloaded DownloadReport TranscriptDownloaded RecordingDownloaded QuarantineDownload
        SearchResultsDownloaded PreviewItemDownloaded DownloadDocument DownloadedFile StreamInvokeVideoDownload
        SearchExportDownloaded ExportDownloaded AuditSearchExportResults
    """,
    "export": """
        ExportReport ExportArtifact ExportTile ExportDataflow ExportActivityEvents SearchExported ExportJob ExportForm
        ExportToExcel SearchResultExported MeetingExported MessagesExported ExportQuestionLibraryData
        ManagedSyncClientAllowed QuarantineExport AIInteractionsExport
    """,
    "copy": """
        FileCopied FolderCopied Copy FileUploadedToCloud FileCopiedToRemovableMedia FileCopiedToNetworkShare
        FileCopiedToClipboard FileCopiedToRemoteDesktopSession FilePrinted CopyReport CopyDashboard PlanCopied
        FileArchived ArchiveCreated FileMovedOutsideOrganization MailRedirected
    """,
    "modify": """
        FileModified FileModifiedExtended FileMoved FileRenamed FileUploaded FileUploadedPartial FileSyncUploadedFull
        FileSyncUploadedPartial FileCheckedIn FileCheckOutDiscarded FileRestored FileCreated FileCreatedOnNetworkShare
        FolderCreated FolderModified FolderMoved FolderRenamed FolderRestored FileSensitivityLabelApplied
        FileSensitivityLabelChanged FileSensitivityLabelRemoved SensitivityLabelApplied SensitivityLabelUpdated
        SensitivityLabelRemoved SiteSensitivityLabelApplied LockRecord UnlockRecord ListCreated ListUpdated
        ListRestored ListItemCreated ListItemUpdated ListItemRestored ListColumnCreated ListColumnUpdated
        ListColumnDeleted ListContentTypeCreated ListContentTypeUpdated ListContentTypeDeleted SiteColumnCreated
        SiteColumnUpdated SiteColumnDeleted SiteContentTypeCreated SiteContentTypeUpdated SiteContentTypeDeleted
        ListIndexCreated ListViewCreated ListViewUpdated CommentCreated CommentsEnabled CommentsDisabled
        SiteCollectionCreated SiteRenamed SiteRestored WebThemeApplied FeatureActivated FeatureDeactivated
        HubSiteJoined HubSiteRegistered CollaborationTypeModified ConnectedSiteSettingModified SharingPolicyChanged
        DeviceAccessPolicyChanged NetworkAccessPolicyChanged AllowGroupCreationSet LegacyWorkflowEnabledSet
        NewsFeedEnabledSet SearchCenterUrlSet OfficeOnDemandSet PreviewModeEnabledSet GroupUpdated
        PermissionLevelModified PermissionLevelRemoved WebRequestAccessModified WebMembersCanShareModified
        ActivationEnabled AppCatalogCreated MaxQuotaModified QuotaWarningEnabledModified Create Update Move
        ApplyRecord RecordStatusChanged UpdateInboxRules UpdateCalendarDelegation UpdateFolderPermissions
        RemoveFolderPermissions ApplyRecordLabel PriorityAccountTagged MessageCreatedHasLink MessageEditedHasLink
        MessageCreated MessageSent MessageUpdated MessageEdited ChatCreated ChatUpdated ChannelAdded
        ChannelSettingChanged TeamCreated TeamSettingChanged TeamsTenantSettingChanged TabAdded TabUpdated TabRemoved
        ConnectorAdded ConnectorUpdated ConnectorRemoved BotRemovedFromTeam MemberRemoved ChannelOwnerResponded
        MeetingCreated MessageHostedContentUpdated AppUninstalled AppUpgraded SubscribedToMessages TeamsSessionStarted
        TeamsAdminAction ReactedToMessage DeletedTranscript CreateReport EditReport CreateDashboard EditDashboard
        CreateDataset EditDataset CreateFolder UpdateFolder PublishReport CreateApp UpdateApp RefreshDataset
        SetScheduledRefresh UpdateDatasources EditTile RenameReport RenameDashboard TakeOverDataset ImportDataset
        Import CreateDataflow UpdateDataflow UpdatedAdminFeatureSwitch Assign Associate Disassociate SetState Merge
        Upsert CreateMultiple UpdateMultiple ProjectCreated ProjectModified ProjectPublished ResourceCreated
        ResourceModified TimesheetSaved TimesheetSubmitted TimesheetApproved PlanCreated PlanModified TaskCreated
        TaskModified TaskAssigned TaskCompleted CreateForm EditForm SubmitResponse CreateResponse EditResponse
        CreateFlow EditFlow CreatePowerApp UpdatePowerApp CaseAdded CaseUpdated HoldCreated HoldUpdated
        eDiscoveryHoldApplied eDiscoveryHoldRemoved AdministratorAddedToTermStore AdministratorDeletedFromTermStore
        AuditPolicyRemoved AuditPolicyUpdate AzureStreamingEnabledSet ContainerTypeCreated ContainerTypeDeleted
        ContainerTypeOwnersUpdated ContainerTypeUpdated CreateSSOApplication CustomFieldOrLookupTableCreated
        CustomFieldOrLookupTableDeleted CustomFieldOrLookupTableModified CustomizeExemptUsers
        DefaultLanguageChangedInTermStore DeleteSSOApplication EngagementAccepted EngagementModified
        EngagementRejected EnterpriseCalendarModified EntityForceCheckedIn ExemptUserAgentSet LanguageAddedToTermStore
        LanguageRemovedFromTermStore LookAndFeelModified MaxResourceUsageModified MySitePublicEnabledSet
        ODBNextUXSettings PeopleResultsScopeSet PermissionSyncSettingModified PermissionTemplateModified
        PortfolioDataModified ProjectCheckedIn ProjectCheckedOut ProjectForceCheckedIn ProjectWorkflowRestarted
        PWASettingsModified QueueJobStateModified RenderingEnabled ReportingSettingModified ResourceCheckedIn
        ResourceCheckedOut ResourceForceCheckedIn ResourcePlanCheckedInOrOut ResourcePlanModified
        ResourcePlanPublished ResourceRedacted ResourceWarningEnabledModified SSOGroupCredentialsSet
        SSOUserCredentialsSet SecurityCategoryModified SendToConnectionAdded SendToConnectionRemoved
        StatusReportModified SyntexBillingSubscriptionSettingsChanged TaskStatusApproved TaskStatusRejected
        TaskStatusSaved TaskStatusSubmitted TenantWideThemeCreated TenantWideThemeDeleted TenantWideThemeUpdated
        TimesheetRejected UpdateDisableSiteBranding UpdateSSOApplication WorkflowModified
    """,
    "soft-delete": """
        FileDeleted FileRecycled FolderDeleted FolderRecycled FileDeletedFirstStageRecycleBin
        FolderDeletedFirstStageRecycleBin ListDeleted ListItemDeleted ListItemRecycled SoftDelete MoveToDeletedItems
        RecordDelete SiteDeleted CommentDeleted MessageDeleted TeamDeleted ChannelDeleted ChatDeleted ListViewDeleted
        FileVersionRecycled FileVersionsAllMinorsRecycled FileVersionsAllRecycled
    """,
    "delete": """
        HardDelete FileDeletedSecondStageRecycleBin FolderDeletedSecondStageRecycleBin FileVersionsAllDeleted
        SitePermanentlyDeleted GroupRemoved Delete DeleteMultiple BulkDelete DeleteReport DeleteDashboard
        DeleteDataset DeleteFolder DeleteDataflow DeletePowerApp DeleteFlow DeleteForm DeleteResponse
        DeleteAllResponses ProjectDeleted ResourceDeleted EntityDeleted PlanDeleted TaskDeleted CaseRemoved
        HoldRemoved SearchRemoved DeletedAllChats DeleteAuditData DeleteRecordChangeHistory
        MessageHostedContentDeleted QuarantineDelete
    """,
    "share": """
        Send SendAs SendOnBehalf SharingSet SharingRevoked SharingInvitationCreated SharingInvitationAccepted
        SharingInvitationUpdated SharingInvitationRevoked SharingInvitationBlocked AccessInvitationCreated
        AccessInvitationAccepted AccessInvitationExpired AccessInvitationRevoked AccessInvitationUpdated
        SharedLinkCreated SharedLinkDisabled AnonymousLinkCreated AnonymousLinkUpdated AnonymousLinkRemoved
        SecureLinkCreated SecureLinkUpdated SecureLinkDeleted AddedToSecureLink RemovedFromSecureLink
        CompanyLinkCreated CompanyLinkRemoved SharingInheritanceBroken SharingInheritanceReset FileShared ShareReport
        ShareDashboard ShareDataset ShareApp PublishToWebReport ShareDataflow ShareForm AllowShareFormForCopy
        SharedFormLink SharePowerApp InviteSent InviteeResponded SharedChannelInviteSent MeetingShared
    """,
    "grant": """
        AddedToGroup RemovedFromGroup UserAddedToGroup UserRemovedFromGroup GroupAdded PermissionLevelAdded
        SiteCollectionAdminAdded SiteCollectionAdminRemoved SiteAdminChangeRequest SecondaryMySiteOwnerSet
        AccessRequestCreated AccessRequestApproved AccessRequestRejected PermissionLevelsInheritanceBroken
        DelegateModified DelegateRemoved SecurityGroupModified AddFolderPermissions ModifyFolderPermissions
        MemberAdded MemberRoleChanged MemberRoleUpdated BotAddedToTeam AppInstalled AddGroupMembers DeleteGroupMembers
        UpdateWorkspaceAccess AddWorkspaceMembers GrantAccess ModifyAccess RevokeAccess AddUsersToRole EditPermissions
        PutPermissions CaseMemberAdded CaseMemberRemoved
    """,
    "sign-in": """
        UserLoggedIn UserLoginFailed UserLoggedOff UserLoggedOut PasswordLogonInitialAuthUsingPassword MailboxLogin
        PasswordLogonInitialAuthUsingADFSFederatedToken PasswordLogonCookieCopyUsingDAToken SignInEvent UserAccess
        UserAccessAuditing PrivilegedLogin AccountLogon ForeignRealmIndexLogonInitialAuthUsingADFSFederatedToken
        ForeignRealmIndexLogonCookieCopyUsingDAToken CrmUserLogin UserLogin UserLogout AppLogin
    """,
    "other": """
        AlertTriggered AlertEntityGenerated AlertUpdated TIMailData TIUrlClickData AtpDetection AirInvestigationData
        DlpRuleMatch DlpRuleUndo DlpInfo AccessAnonymous UnmanagedSyncClientBlocked SyncGetChanges FileMalwareDetected
        FileSyncMalwareDetected SupervisoryReviewOLAudit SupervisionRuleMatch SupervisionPolicyCreated
        CrmDefaultActivity HeartBeat InsightGenerated PerformedCallActivity CallParticipantDetail PolicyEvaluated
        RiskyUserDetected QuarantineReleaseMessage
    """,
}

_PHRASES: dict[Action, str] = {
    "modify": """
        Add user. | Update user. | Restore user. | Disable account. | Enable account. | Reset user password.
        Change user password. | Change user license. | Set force change user password. | Set license properties.
        Update StsRefreshTokenValidFrom Timestamp. | Set user manager. | Add group. | Update group. | Restore Group.
        Set group license. | Set group to be managed by user. | Add device. | Update device. | Delete device.
        Add registered users to device. | Add registered owner to device. | Remove registered users from device.
        Remove registered owner from device. | Update device configuration. | Device no longer compliant.
        Device no longer managed. | Add application. | Update application. | Delete application.
        Hard Delete application. | Restore application. | Restore Application.
        Update application - Certificates and secrets management | Add service principal. | Update service principal.
        Remove service principal. | Hard Delete service principal. | Add policy. | Update policy. | Delete policy.
        Add service principal credentials. | Remove service principal credentials.
        Add policy to service principal. | Remove policy from service principal. | Set Company Information.
        Set company allowed data location. | Set company multinational feature enabled.
        Set directory feature on tenant. | Set DirSyncEnabled flag. | Set Password Policy. | Set password policy.
        Add domain to company. | Update domain. | Remove domain from company. | Verify domain.
        Verify email verified domain. | Set domain authentication. | Set federation settings on domain.
        Remove member from group. | Remove owner from group. | Remove member from role.
        Remove app role assignment from service principal. | Remove app role assignment from user.
        Remove delegated permission grant. | Remove OAuth2PermissionGrant. | Remove owner from application.
        Remove owner from service principal. | Delete group. | Delete user. | Hard Delete user. | Hard Delete group.
        Delete user permanently. | Add conditional access policy. | Update conditional access policy.
        Delete conditional access policy. | Add unverified domain. | Remove unverified domain.
        Update external secrets. | Update policy credentials. | Remove eligible member from role.
        Update PasswordProfile. | Create Company. | Update Company. | Add partner to company.
        Remove partner from company. | Update authorization policy. | Enable Strong Authentication.
        Disable Strong Authentication. | Update Sign-In Risk Policy. | Create company settings.
        Update company settings. | Delete company settings. | Add named location | Update named location
        Add administrative unit. | Update administrative unit. | Delete administrative unit.
        Add member to administrative unit. | Remove member from administrative unit.
    """,
    "grant": """
        Add member to group. | Add owner to group. | Add member to role. | Add eligible member to role.
        Add owner to application. | Add owner to service principal. | Add delegated permission grant.
        Add app role assignment to service principal. | Add app role assignment grant to user.
        Add app role assignment to group. | Add OAuth2PermissionGrant. | Consent to application. | Add role definition.
        Add delegation entry. | Set delegation entry. | Remove delegation entry. | Add role from template.
        Add scoped member to role. | Invite external user. | Redeem external user invite.
        Add member to role scoped over Restricted Management Administrative Unit.
    """,
}

_VERBS: dict[Action, str] = {
    "consult": "Get Test Measure Compare Show View",
    "query": "Search Find",
    "export": "Export",
    "grant": "Grant",
    "modify": """
        Add Approve Clear Complete Connect Convert Deny Disable Dismount Enable Import Initialize Install Invoke Mount
        Move New Preview Register Release Remove Rename Reset Restore Resume Revoke Send Set Setup Start Stop Suspend
        Sync Undo Uninstall Unlock Unregister Update Upgrade Validate Write
    """,
}

_NOUNS = """
    AcceptedDomain ActiveSyncDeviceAccessRule ActiveSyncDeviceClass ActiveSyncMailboxPolicy
    ActiveSyncOrganizationSettings ActivityAlert AddressBookPolicy AddressList AdminAuditLog AdminAuditLogConfig
    AdministrativeUnit AntiPhishPolicy AntiPhishRule App ApplicationAccessPolicy AtpPolicyForO365 AuditConfig
    AuditConfigurationPolicy AuditConfigurationRule AuthenticationPolicy AutoSensitivityLabelPolicy
    AutoSensitivityLabelRule AvailabilityConfig CalendarNotification CalendarProcessing CaseHoldPolicy CaseHoldRule
    CASMailbox CASMailboxPlan ClientAccessRule ComplianceCase ComplianceCaseMember ComplianceRetentionEvent
    ComplianceRetentionEventType ComplianceSearch ComplianceSearchAction ComplianceSecurityFilter ComplianceTag
    ComplianceTagStorage Contact Customizations DataClassification DataClassificationConfig DeliveryReport
    DeviceConditionalAccessPolicy DeviceConditionalAccessRule DeviceConfigurationPolicy DeviceTenantPolicy
    DistributionGroup DistributionGroupMember DkimSigningConfig DlpCompliancePolicy DlpComplianceRule DlpEdmSchema
    DlpKeywordDictionary DlpPolicy DlpSensitiveInformationType DlpSensitiveInformationTypeRulePackage
    DynamicDistributionGroup EligibleDistributionGroupForMigration EmailAddressPolicy EOPDistributionGroup
    ExchangeAssistanceConfig ExchangeSettings ExoPhishSimOverrideRule ExternalInOutlook
    FederatedOrganizationIdentifier FederationTrust FfoMigrationReport GlobalAddressList Group HoldCompliancePolicy
    HoldComplianceRule HostedConnectionFilterPolicy HostedContentFilterPolicy HostedContentFilterRule
    HostedOutboundSpamFilterPolicy HostedOutboundSpamFilterRule HybridConfiguration InboundConnector InboxRule
    InformationBarrierPolicy InsiderRiskPolicy IntraOrganizationConnector IRMConfiguration JournalRule Label
    LabelPolicy LinkedUser MailboxAuditBypassAssociation Mailbox MailboxAutoReplyConfiguration
    MailboxCalendarConfiguration MailboxCalendarFolder MailboxExport MailboxExportRequest MailboxFolder
    MailboxFolderPermission MailboxImportRequest MailboxJunkEmailConfiguration MailboxMessageConfiguration
    MailboxPermission MailboxPlan MailboxRegionalConfiguration MailboxRestoreRequest MailboxSearch
    MailboxSpellingConfiguration MailboxStatistics MailContact MailFlowRule MailPublicFolder MailUser
    MalwareFilterPolicy MalwareFilterRule ManagementRole ManagementRoleAssignment ManagementRoleEntry ManagementScope
    MapiVirtualDirectory MessageClassification MessageTrace MessageTraceDetail MigrationBatch MigrationEndpoint
    MigrationUser MobileDevice MobileDeviceMailboxPolicy MoveRequest OMEConfiguration OnPremisesOrganization
    OrganizationConfig OrganizationCustomization OrganizationRelationship OrganizationSegment OutboundConnector
    OwaMailboxPolicy PerimeterConfig PhishSimOverridePolicy Place PolicyTipConfig ProtectionAlert PublicFolder
    PublicFolderClientPermission PublicFolderMailboxMigrationRequest QuarantineMessage QuarantinePolicy Recipient
    RecipientEnforcementProvisioningPolicy RecipientPermission RemoteDomain ReportSubmissionPolicy
    ReportSubmissionRule ResourceConfig RetentionCompliancePolicy RetentionComplianceRule RetentionPolicy
    RetentionPolicyTag RoleAssignmentPolicy RoleGroup RoleGroupMember SafeAttachmentPolicy SafeAttachmentRule
    SafeLinksPolicy SafeLinksRule SearchDocumentFormat SecOpsOverridePolicy SecOpsOverrideRule
    SensitivityLabelActivityDetails SharingPolicy SiteMailbox SupervisoryReviewPolicyV2 SupervisoryReviewRule
    SweepRule SyncMailPublicFolder SyncMailbox SyncUser TeamsRetentionCompliancePolicy TenantAllowBlockListItems
    TenantObjectVersion TransportConfig TransportRule TransportRuleCollection UMAutoAttendant UnifiedAuditLog
    UnifiedAuditLogRetentionPolicy UnifiedAuditSetting UnifiedGroup UnifiedGroupLinks User UserBriefingConfig
    UserPhoto
"""

_GRANTING = {
    "add-mailboxpermission", "add-recipientpermission", "add-mailboxfolderpermission", "set-mailboxfolderpermission",
    "add-rolegroupmember", "add-distributiongroupmember", "add-unifiedgrouplinks", "add-compliancecasemember",
    "add-publicfolderclientpermission", "new-managementroleassignment", "add-managementroleentry",
    "new-applicationaccesspolicy", "new-rolegroup",
}  # fmt: skip
_EXPORTING = {"new-mailboxexportrequest", "new-compliancesearchaction"}
_SOFT_DELETING = {"remove-mailbox", "remove-mailuser", "remove-unifiedgroup"}

_OTHER = Operation("other", "other", listed=False)
_CMDLET = re.compile(r"([A-Za-z]{2,12})-([A-Za-z0-9]{2,60})", re.ASCII)
_DASHES = str.maketrans({"\u2013": "-", "\u2014": "-", "\u2011": "-"})


def _listed() -> dict[str, Operation]:
    found: dict[str, Operation] = {}
    for action, text in _WORDS.items():
        found |= {word.lower(): Operation(word, action) for word in text.split()}
    for action, text in _PHRASES.items():
        phrases = (phrase.strip() for line in text.splitlines() for phrase in line.split("|"))
        found |= {phrase.lower(): Operation(phrase, action) for phrase in phrases if phrase}
    return found


_LISTED = _listed()
_VERB_ACTIONS: dict[str, tuple[str, Action]] = {
    verb.lower(): (verb, action) for action, text in _VERBS.items() for verb in text.split()
}
_NOUN_WORDS = {noun.lower(): noun for noun in _NOUNS.split()}


@lru_cache(maxsize=4096)
def named(text: str) -> Operation:
    """The operation that a log calls so: case, dashes and spaces at the ends do not matter."""
    plain = " ".join(text.translate(_DASHES).split())
    if known := _LISTED.get(plain.lower()):
        return known
    cmdlet = _CMDLET.fullmatch(plain)
    return _cmdlet(cmdlet[1].lower(), cmdlet[2].lower()) if cmdlet else _OTHER


def _cmdlet(verb: str, noun: str) -> Operation:
    if verb not in _VERB_ACTIONS:
        return _OTHER
    spelled, action = _VERB_ACTIONS[verb]
    if noun not in _NOUN_WORDS:
        return Operation(f"{spelled}-other", action, listed=False)
    name = f"{verb}-{noun}"
    if name in _GRANTING:
        action = "grant"
    elif name in _EXPORTING:
        action = "export"
    elif name in _SOFT_DELETING:
        action = "soft-delete"
    return Operation(f"{spelled}-{_NOUN_WORDS[noun]}", action)
