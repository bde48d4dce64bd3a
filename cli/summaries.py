"""One line for each command, so that `ledger --help` imports none of them. A test holds them to the commands."""

from __future__ import annotations

from cli.nouns import NOUN_SUMMARIES

SUMMARIES = {
    "demo": "Build a ledger that tells both protocols' stories.",
    "init": "Open a new ledger, with its keys, vault and trust policy.",
    "protocol": "Protocols as data: new, check, add, list, show, diff.",
    "events": "Every event type, with its schema and an example.",
    "sign": "Sign drafts on your own machine; needs no ledger.",
    "record": "Record drafts or signed events, one JSON object a line.",
    "import": "Read an application's log into the ledger.",
    "obligations": "What is due, by whom, to whom, under which sentence.",
    "why": "Why one obligation stands as it does.",
    "findings": "What the logs show and nothing explains: list, explain, close.",
    "register": "One register, as it stood at a moment.",
    "replay": "Verify, and rebuild every projection from entry 1.",
    "verify": "Is every entry still the one that was signed?",
    "checkpoint": "Sign the ledger's size and root, and show what was signed.",
    "evidence": "Proof under a clause: ask, hand over, check offline.",
    "export": "The stored entries, byte for byte, one a line.",
    "subject": "Persons: find, show, tell them, erase them.",
    "retention": "Erase what the ledger's own logs tell, after its term.",
    "backup": "Copy ledger, vault and keys into folders apart.",
    "restore": "Bring a backup back to the place named by --ledger.",
    "load": "Make a ledger of an export, or of another ledger.",
    "key": "Make, enrol, revoke and show keys.",
    **NOUN_SUMMARIES,
}
