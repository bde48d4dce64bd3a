"""The versions of the protocol that a bundle carries, each read once. A file counts by its digest, not by its name."""

from __future__ import annotations

from ledger.bundle.archive import Archive, NotABundle
from ledger.bundle.manifest import Version
from ledger.chain.hashing import sha256
from ledger.errors import LedgerError, VerificationFailed
from ledger.protocol.model import ProtocolVersion


class FileChanged(VerificationFailed):
    """A protocol file that is not the one its name says."""

    code = "protocol.file-changed"


class ProtocolFiles:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._read: dict[str, ProtocolVersion] = {}

    def version(self, named: Version) -> ProtocolVersion:
        """Raises FileChanged, NotABundle where there is none, ProtocolRejected."""
        if named.digest not in self._read:
            from ledger.protocol.load import load

            data = self._archive.read(named.member)
            if sha256(data).hex() != named.digest:
                raise FileChanged(f"{named.member} is not the file that the ledger names")
            self._read[named.digest] = load(data, named.member)
        return self._read[named.digest]

    def by_digest(self, digest: str) -> ProtocolVersion | None:
        """Nothing where the file is not there, or cannot be used: whoever checks the selection says so."""
        try:
            return self.version(Version(digest, ""))
        except (LedgerError, NotABundle):
            return None
