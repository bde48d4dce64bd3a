"""Who a log names: a person, a guest, a service, a system, or nobody that can be told apart.

An identifier is what a token will stand for, in lower case; a system has none. An actor is a person unless the record
shows otherwise; where it shows nothing, `unknown`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ledger.events.usage import ActorClass

LONGEST_NAME = 320
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

_PERSONAL = re.compile(r"[^@\s\\]+@[^@\s\\]+\.[^@\s.\\]+")
_ACCOUNT_OF_A_SYSTEM = re.compile(
    r"nt authority\\|nt service\\|sharepoint\\system|s-1-5-(?:18|19|20)$|system$|system-user$|certificate$"
)
_ACCOUNT_OF_A_SERVICE = re.compile(r"serviceprincipal_|svc[-_.]|.*@sharepoint$")
_NOBODY = {
    "", "-", "not-found", "notfound", "unknown", "not available", "anonymous", "<null>", "null", "n/a", "none",
    "00000000-0000-0000-0000-000000000000",
}  # fmt: skip


@lru_cache(maxsize=16_384)
def identified(given: str, kind: ActorClass = "unknown") -> tuple[ActorClass, str | None]:
    """(class, identifier) of a name; `kind` is what the record says of its user, where it says anything."""
    name = given.strip().lower()
    if name in _NOBODY or len(name) > LONGEST_NAME or CONTROL.search(name):
        return ("unknown" if kind in ("person", "guest") else kind), None
    if _ACCOUNT_OF_A_SYSTEM.match(name):
        return "system", None
    if "#ext#" in name or kind == "guest" or name.startswith("urn:spo:"):
        return "guest", name
    if _ACCOUNT_OF_A_SERVICE.match(name):
        return "service", name
    if _PERSONAL.fullmatch(name) or name.startswith("s-1-5-21-"):
        return "person", name
    if kind == "system":
        return "system", None
    return kind, name
