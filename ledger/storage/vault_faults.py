"""What a database says of a vault: told as the vault's, with where it lies, and with what helps a vault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from ledger.errors import InputRejected, LedgerError, NotFound
from ledger.place import without_password
from ledger.storage.faults import Damaged, NoDatabase, NotALedger, told
from ledger.storage.vault_cipher import VaultDamaged

NO_VAULT = "restore it from its own backup; or, if it lies elsewhere, say where: LEDGER_VAULT"
_DAMAGED = "move it away, and put there the vault of the last `ledger backup`; the ledger itself still verifies"


class NoVault(NotFound):
    code = "vault.missing"


class NotAVault(InputRejected):
    """What lies in the vault's place is another file, or another database."""

    code = "vault.not-a-vault"


@contextmanager
def spoken_of_vault(engine: Engine) -> Iterator[None]:
    """Run a block that speaks to a vault's database; what it raises of the driver's comes out as ours, and names it."""
    try:
        yield
    except Exception as error:
        ours = told(error, engine)
        if isinstance(ours, LedgerError) and (ours is not error or isinstance(error, NoDatabase)):
            raise _of_vault(ours).at(vault=_place(engine)) from error
        raise


def not_a_vault(engine: Engine) -> LedgerError:
    return NotAVault("what is there is no vault", hint=NO_VAULT, vault=_place(engine))


def _of_vault(error: LedgerError) -> LedgerError:
    if isinstance(error, NoDatabase):
        return NoVault(error.message, hint=f"{NO_VAULT}. Else {error.hint}")
    if isinstance(error, NotALedger):
        return NotAVault("what is there is no vault", hint=NO_VAULT)
    if isinstance(error, Damaged):
        return VaultDamaged(error.message, hint=_DAMAGED)
    error.message, error.hint = _named(error.message), _named(error.hint)
    return error


def _named(text: str) -> str:
    return text.replace("the ledger", "the vault").replace("this ledger", "this vault")


def _place(engine: Engine) -> str:
    sqlite = engine.dialect.name == "sqlite"
    return str(engine.url.database) if sqlite else without_password(engine.url.render_as_string())
