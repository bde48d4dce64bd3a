"""Documents that travel with a bundle: each is one that an entry names, by a digest of it.

17. An entry of the bundle names the digest, in a field of its event or in its evidence.
18. The document has that digest: SHA-256 where it is public, HMAC-SHA-256 under its blind where it is not.

A blind is 32 random bytes, made with the digest and kept beside the document: who has not both cannot even confirm a
guess. Destroying the two leaves digests that say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from ledger.bundle.archive import Archive
from ledger.bundle.report import Findings
from ledger.canonical import decode
from ledger.chain.hashing import Digest, keyed, sha256
from ledger.errors import InputRejected, LedgerError

FOLDER, BLIND = "document/", ".blind"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BLIND = re.compile(rb"([0-9a-f]{64})\n")


class BadBlind(InputRejected):
    """Bytes that are not a blind: 64 lower-case hex digits and LF."""

    code = "document.blind"


class Document(NamedTuple):
    """A document, and its blind (32 bytes) where it is not public."""

    data: bytes
    blind: bytes | None = None

    @property
    def digest(self) -> Digest:
        """What an event names it by."""
        if self.blind is None:
            return sha256(self.data)
        return keyed(self.blind, b"ledger/document/v1\n" + self.data)

    @property
    def members(self) -> dict[str, bytes]:
        """Its members in a bundle, by name."""
        name = FOLDER + self.digest.hex()
        blind = {} if self.blind is None else {name + BLIND: spelled_blind(self.blind)}
        return {name: self.data, **blind}


def spelled_blind(blind: bytes) -> bytes:
    return blind.hex().encode() + b"\n"


def parsed_blind(raw: bytes) -> bytes:
    """Raises BadBlind."""
    found = _BLIND.fullmatch(raw)
    if not found:
        raise BadBlind("a blind is 64 lower-case hex digits and a line end", hint="make one: ledger evidence digest")
    return bytes.fromhex(found[1].decode())


def is_document(name: str) -> bool:
    """Whether a member of this name is a document or a blind."""
    return name.startswith(FOLDER) and bool(_DIGEST.fullmatch(name.removeprefix(FOLDER).removesuffix(BLIND)))


def digests_in(names: Iterable[str]) -> frozenset[str]:
    """The digests of the documents among these members."""
    return frozenset(name.removeprefix(FOLDER).removesuffix(BLIND) for name in names if is_document(name))


def named_in(event: bytes, digests: Collection[str]) -> list[str]:
    """Those of these digests (hex) that the event names. Nothing for bytes that are no event."""
    likely = [digest for digest in digests if digest.encode() in event]
    if not likely:
        return []
    try:
        fields: Any = decode(event)
    except LedgerError:
        return []
    if not isinstance(fields, dict):
        return []
    evidence = fields.get("evidence")
    shown = [each.get("digest") for each in evidence if isinstance(each, dict)] if isinstance(evidence, list) else []
    return [digest for digest in likely if digest in (*(v for v in fields.values() if isinstance(v, str)), *shown)]


def check_documents(archive: Archive, named: Collection[str], findings: Findings) -> int:
    """Hold every document against the digest that entries name; give how many there are."""
    digests = sorted(digests_in(archive.members))
    for digest in digests:
        name = FOLDER + digest
        if digest not in named:
            findings.fault("document.not-named", 0, f"no entry of the bundle names {name}")
        if name not in archive.members:
            findings.fault("document.blind", 0, f"{name}{BLIND} is a blind without its document")
            continue
        try:
            blinded = name + BLIND in archive.members
            found = Document(archive.read(name), parsed_blind(archive.read(name + BLIND)) if blinded else None)
        except BadBlind as error:
            findings.fault(error.code, 0, f"{name}{BLIND}: {error.message}")
            continue
        if found.digest.hex() != digest:
            findings.fault("document.other", 0, f"{name} is not the document of that digest")
    return len(digests)
