"""Where a ledger and the files beside it lie.

    NAME.db  entries, checkpoints, protocol files        NAME.head    high-water mark
    NAME.vault, NAME.vault.key  who the tokens are       NAME.keys/   private keys
    NAME.views  look-ups, made anew when lost            NAME.policy  whose keys this machine trusts
    NAME.sources/  imported files that are kept, encrypted
    NAME.stamps/  time stamps of checkpoints

Of a ledger in PostgreSQL the files beside it lie where LEDGER_FILES says: `FOLDER/NAME`, the name without ending.
LEDGER_VAULT says where the vault lies, where not beside: a path, or the URL of another database or schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import UsageProblem

DEFAULT = "ledger.db"
_PASSWORD = re.compile(r"(://[^/?#@:]*:)[^/?#]*(@)|([?&](?:ssl)?password=)[^&#]*")
"""A URL may hold one before its host, and among what follows its name."""


@dataclass(frozen=True)
class Place:
    """`url` is what storage opens: a path or a database URL. `base` is the path of the files beside, without ending."""

    url: str
    base: Path
    key_file: Path | None = None
    """The vault's key, where it is kept elsewhere (LEDGER_VAULT_KEY_FILE)."""
    vault_at: str | None = None
    """The vault, where it lies elsewhere (LEDGER_VAULT)."""
    mark_at: str | None = None
    """A second high-water mark, where one is kept elsewhere (LEDGER_HEAD): a file, or a URL."""

    @classmethod
    def named(cls, name: str | None, environment: Mapping[str, str]) -> Place:
        """Read what the user gave; None is the default. Raises UsageProblem for a database URL without LEDGER_FILES."""
        text = name or DEFAULT
        files, key = environment.get("LEDGER_FILES"), environment.get("LEDGER_VAULT_KEY_FILE")
        key_file, vault = Path(key) if key else None, environment.get("LEDGER_VAULT") or None
        mark = environment.get("LEDGER_HEAD") or None
        if "://" in text and not text.startswith("sqlite"):
            if not files:
                raise UsageProblem(
                    "a ledger in a database server has files beside it, and LEDGER_FILES does not say where",
                    hint="set LEDGER_FILES to a folder and a name: LEDGER_FILES=/srv/ledger/flanders",
                )
            return cls(text, Path(files), key_file, vault, mark)
        path = Path(text.partition("///")[2]) if "://" in text else Path(text)
        if path.is_dir():
            there = f"name the file in it: {path / DEFAULT}"
            here = "a ledger is a file: find the one that was here, or name another place"
            raise UsageProblem(f"{path} is a folder", hint=here if path.suffix == ".db" else there)
        if vault and "://" not in vault and Path(vault).absolute() == path.absolute():
            raise UsageProblem("LEDGER_VAULT names the ledger itself", hint="name the vault's own file, NAME.vault")
        base = Path(files) if files else path.with_suffix("") if path.suffix == ".db" else path
        return cls(str(path), base, key_file, vault, mark)

    def beside(self, ending: str) -> Path:
        return self.base.with_name(self.base.name + ending)

    @property
    def vault(self) -> Path | str:
        """A file, or the URL of a database."""
        if self.vault_at is None:
            return self.beside(".vault")
        return self.vault_at if "://" in self.vault_at else Path(self.vault_at)

    @property
    def shown(self) -> str:
        """Where the ledger lies, to be shown: without a password."""
        return without_password(self.url)

    @property
    def vault_key(self) -> Path:
        return self.key_file or self.beside(".vault.key")

    @property
    def views(self) -> Path:
        return self.beside(".views")

    @property
    def head(self) -> Path:
        return self.beside(".head")

    @property
    def keys(self) -> Path:
        return self.beside(".keys")

    @property
    def folders(self) -> list[Path]:
        """Those beside it that hold nothing else's files."""
        return [self.keys, self.beside(".sources"), self.beside(".stamps")]

    @property
    def files(self) -> list[Path]:
        """How the names of its other files begin, with their folders."""
        return [each for each in (self.base, self.vault, self.vault_key) if isinstance(each, Path)]

    @property
    def policy(self) -> Path:
        return self.beside(".policy")


def without_password(place: str | Path) -> str:
    """A path as it is, a URL without the password in it."""
    return _PASSWORD.sub(r"\1\3***\2", str(place))
