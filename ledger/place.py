"""Where a ledger and the files beside it lie.

    NAME.db  entries, checkpoints, protocol files        NAME.head    high-water mark
    NAME.vault, NAME.vault.key  who the tokens are       NAME.keys/   private keys
    NAME.views  look-ups, made anew when lost            NAME.policy  whose keys this machine trusts

Of a ledger in PostgreSQL the files beside it lie where LEDGER_FILES says: `FOLDER/NAME`, the name without ending.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import UsageProblem

DEFAULT = "ledger.db"


@dataclass(frozen=True)
class Place:
    """`url` is what storage opens: a path or a database URL. `base` is the path of the files beside, without ending."""

    url: str
    base: Path
    key_file: Path | None = None
    """The vault's key, where it is kept elsewhere (LEDGER_VAULT_KEY_FILE)."""

    @classmethod
    def named(cls, name: str | None, environment: Mapping[str, str]) -> Place:
        """Read what the user gave; None is the default. Raises UsageProblem for a database URL without LEDGER_FILES."""
        text = name or DEFAULT
        files, key = environment.get("LEDGER_FILES"), environment.get("LEDGER_VAULT_KEY_FILE")
        key_file = Path(key) if key else None
        if "://" in text and not text.startswith("sqlite"):
            if not files:
                raise UsageProblem(
                    "a ledger in a database server has files beside it, and LEDGER_FILES does not say where",
                    hint="set LEDGER_FILES to a folder and a name: LEDGER_FILES=/srv/ledger/flanders",
                )
            return cls(text, Path(files), key_file)
        path = Path(text.partition("///")[2]) if "://" in text else Path(text)
        if path.is_dir():
            raise UsageProblem(f"{path} is a folder", hint=f"name the file in it: {path / DEFAULT}")
        base = Path(files) if files else path.with_suffix("") if path.suffix == ".db" else path
        return cls(str(path), base, key_file)

    def beside(self, ending: str) -> Path:
        return self.base.with_name(self.base.name + ending)

    @property
    def vault(self) -> Path:
        return self.beside(".vault")

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
    def policy(self) -> Path:
        return self.beside(".policy")
