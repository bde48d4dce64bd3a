"""One noun and verb for each event that a person may record. Imports nothing: `ledger --help` reads it."""

from __future__ import annotations

NOUNS: dict[str, dict[str, str]] = {
    "protocol": {
        "sign": "protocol-signed",
        "publish": "protocol-published",
        "amend": "protocol-amended",
        "suspend": "protocol-suspended",
        "resume": "protocol-resumed",
        "set-end-date": "protocol-end-date-recorded",
        "give-notice": "termination-notice-given",
        "dissolve": "protocol-dissolution-declared",
        "terminate": "protocol-terminated-unilaterally",
        "end": "protocol-ended",
    },
    "events": {"retract": "event-retracted"},
    "party": {
        "accede": "party-acceded",
        "withdraw": "party-withdrew",
        "lose-ground": "legal-ground-ceased",
        "change-contact": "contact-point-changed",
    },
    "mandate": {"give": "mandate-recorded", "withdraw": "mandate-withdrawn"},
    "interpretation": {"choose": "interpretation-chosen"},
    "advice": {"give": "dpo-advice-given"},
    "default": {
        "suspect": "protocol-breach-suspected",
        "notify": "notice-of-default-sent",
        "receive": "notice-of-default-received",
        "remedy": "breach-remedied",
    },
    "law-change": {"find": "legislative-change-found", "notify": "legislative-change-notified"},
    "processor": {
        "engage": "processor-engaged",
        "disengage": "processor-disengaged",
        "sign-agreement": "processing-agreement-signed",
        "sign-confidentiality": "confidentiality-agreement-signed",
        "end-agreement": "agreement-ended",
        "share-list": "processor-overview-shared",
        "confirm-deletion": "processor-deletion-confirmed",
    },
    "data": {
        "send": "data-communicated",
        "receive": "data-received",
        "resend": "data-retransmitted",
        "pseudonymise": "pseudonymisation-applied",
    },
    "exchange": {"open": "standing-exchange-opened", "close": "standing-exchange-closed"},
    "category": {"register": "data-category-registered", "detect-special": "special-category-detected"},
    "disclosure": {
        "notify": "onward-disclosure-notified",
        "make": "onward-disclosure-made",
        "consent": "onward-consent-given",
        "withdraw-consent": "onward-consent-withdrawn",
    },
    "purpose": {"record": "processing-purpose-recorded", "report-deviation": "purpose-deviation-detected"},
    "findings": {"close": "finding-closed"},
    "application": {"register": "application-registered"},
    "access": {"grant": "access-granted", "review": "access-reviewed", "revoke": "access-revoked"},
    "staff": {
        "record-profile": "function-profile-recorded",
        "change-function": "function-changed",
        "end-employment": "employment-ended",
        "sign-undertaking": "confidentiality-undertaking-signed",
    },
    "error": {
        "find": "data-error-found",
        "report": "data-error-reported",
        "receive": "data-error-report-received",
        "investigate": "correction-investigated",
        "instruct": "correction-instructed",
        "correct": "correction-applied",
        "conclude": "correction-outcome-notified",
    },
    "rights": {
        "change-data": "subject-data-changed",
        "notify-recipient": "recipient-notified",
        "omit-notice": "recipient-notice-omitted",
    },
    "incident": {"detect": "incident-detected", "notify": "incident-notified"},
    "breach": {
        "assess": "breach-assessed",
        "notify": "breach-notified",
        "notify-authority": "authority-notified",
        "consult": "joint-consultation-held",
        "remediate": "breach-remediation-taken",
    },
    "measure": {"attest": "measure-attested", "lapse": "measure-lapsed"},
    "policy": {"review": "policy-reviewed", "declare-level": "confidentiality-level-declared"},
    "holding": {
        "register": "holding-registered",
        "declare": "holdings-declared",
        "delete": "deletion-performed",
        "destroy": "destruction-performed",
        "verify-deletion": "deletion-verified",
        "restore": "restore-performed",
        "set-expiry": "backup-expiry-recorded",
        "expire": "backup-expired",
    },
    "hold": {"place": "legal-hold-placed", "release": "legal-hold-released"},
    "agreement": {
        "make-retention": "retention-agreement-made",
        "end-retention": "retention-agreement-ended",
        "terminate-prior": "prior-agreement-terminated",
        "conclude-linked": "linked-protocol-concluded",
        "fix-term": "reasonable-term-agreed",
    },
    "evidence": {"request": "evidence-requested", "provide": "evidence-provided"},
    "receipt": {"confirm": "receipt-confirmed"},
    "information": {"judge-useful": "information-judged-useful", "share-security": "security-information-shared"},
    "dispute": {"open": "dispute-opened", "close": "dispute-closed"},
    "publication": {
        "submit": "publication-submitted",
        "approve": "publication-approved",
        "refuse": "publication-refused",
        "record-consents": "publication-consents-recorded",
        "make": "publication-made",
        "request-consents": "consent-evidence-requested",
        "provide-consents": "consent-evidence-provided",
    },
    "marketing": {
        "announce": "direct-marketing-announced",
        "review": "direct-marketing-reviewed",
        "send": "direct-marketing-sent",
        "share-information": "direct-marketing-information-shared",
    },
    "dossier": {
        "close": "dossier-closed",
        "reopen": "dossier-reopened",
        "flag-confidential": "dossier-confidentiality-flagged",
    },
}
"""Noun -> verb -> event type without version. Some nouns (`protocol`, `findings`) have commands of their own too."""

NOUN_SUMMARIES = {
    "party": "Join, leave, lose the ground, be reached elsewhere.",
    "mandate": "Let another state your acts, and take that back.",
    "interpretation": "Answer a question that the text leaves open.",
    "advice": "The advice of a data-protection officer on a draft.",
    "default": "A breach of the protocol: suspect, give notice, remedy.",
    "law-change": "A change of law that touches the protocol.",
    "processor": "Engage processors, sign with them, share the list.",
    "data": "Send, receive, send again, pseudonymise.",
    "exchange": "Open and close a lasting access to data.",
    "category": "Categories of data, special ones too.",
    "disclosure": "Pass received data on, with notice and consent.",
    "purpose": "For what data are used, and on which ground.",
    "application": "The applications that hold received data.",
    "access": "Grant, review and revoke access.",
    "staff": "Function profiles, changes, ends, undertakings.",
    "error": "An error in exchanged data, from finding to outcome.",
    "rights": "Data changed by a person's right, and who is told.",
    "incident": "Detect an incident, and report it.",
    "breach": "Assess and notify a data breach, consult, remedy.",
    "measure": "Attest a security measure, or its end.",
    "policy": "Review policies, declare confidentiality levels.",
    "holding": "Register, delete, destroy and restore copies.",
    "hold": "Place and release a legal hold.",
    "agreement": "Agreements beside the protocol: keep data, fix a term.",
    "receipt": "Say when you had what another sent.",
    "information": "Share what you judge useful to others.",
    "dispute": "Dispute what an event states, and settle it.",
    "publication": "Publish on the basis of received data.",
    "marketing": "Direct marketing with received data.",
    "dossier": "Close and reopen dossiers.",
}
"""A line for each noun that is a command of its own."""


def spoken(type_name: str) -> tuple[str, str] | None:
    """The noun and verb of a type without version; None where no person records it so."""
    for noun, verbs in NOUNS.items():
        for verb, name in verbs.items():
            if name == type_name:
                return noun, verb
    return None
