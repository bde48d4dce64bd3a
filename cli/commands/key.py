"""`ledger key`: make, enrol, revoke and show keys."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import session
from cli.commands.key_rotate import rotate
from cli.enrolment import enrolment
from cli.exit_codes import EXIT_STATUS
from cli.next_key import tell_next
from cli.options import PATH, json_option, ledger_option
from cli.output import answer, answer_json, say, table
from cli.recording import recorded

if TYPE_CHECKING:
    from ledger.keys.keyring import EnrolledKey, Keyring

PARTY = click.option("--party", required=True, metavar="PARTY", help="Whose key.")
USE = click.option(
    "--use", type=click.Choice(["events", "imports", "cosign", "log"]), default="events", show_default=True
)


@click.group(epilog=EXIT_STATUS)
def command() -> None:
    """Make, enrol, revoke and show keys."""


@command.command(epilog=EXIT_STATUS)
@PARTY
@USE
@click.option("--keys", type=PATH, metavar="DIR", help="Folder; the ledger's own if left out.")
@ledger_option
@click.pass_context
def create(ctx: click.Context, party: str, use: str, keys: Path | None) -> None:
    """Make a key, encrypted under a passphrase. Needs no ledger with --keys.

    \b
    Example:
      ledger key create --party TBT --keys my-keys
    """
    from ledger.keys.keystore import KeyStore

    store = KeyStore(keys or session.place(ctx).keys)
    made = store.create(party, use, session.passphrase(f"{party}'s {use} key", new=True))  # type: ignore[arg-type]
    answer(f"made {use} key of {party}: {made.key_id}")
    answer(f"public       {made.vkey}")
    say(f"Keep {store.newest(party, made.use).path}: nobody can make it again.")
    tell_next(ctx, made, keys)


@command.command(epilog=EXIT_STATUS)
@PARTY
@USE
@click.option("--keys", type=PATH, metavar="DIR", help="Folder; the ledger's own if left out.")
@click.option("--origin", metavar="NAME", help="The ledger that it is for; asked for if left out.")
@ledger_option
@click.pass_context
def prove(ctx: click.Context, party: str, use: str, keys: Path | None, origin: str | None) -> None:
    """The draft that enrols a key, with the proof that you hold its private half. Send it to the operator.

    \b
    Example:
      ledger key prove --party TBT --keys my-keys --origin ledger.example.org/exchanges > enrol-tbt.json
    """
    answer(enrolment(keys or session.place(ctx).keys, party, use, origin or _asked_origin()))


def _asked_origin() -> str:
    """The name of a ledger that lies elsewhere: its operator knows it."""
    from ledger.errors import UsageProblem

    if not sys.stdin.isatty():
        raise UsageProblem("for which ledger?", hint="--origin NAME: its operator reads it in `ledger checkpoint show`")
    asked: str = click.prompt("For which ledger (its origin, as its operator knows it)", err=True)
    return asked


@command.command(epilog=EXIT_STATUS)
@PARTY
@USE
@ledger_option
@click.pass_context
def enrol(ctx: click.Context, party: str, use: str) -> None:
    """Enrol a key that lies beside this ledger: signed by the party's own key, or vouched for by the operator.

    \b
    Example:
      ledger key enrol --party TBT

    A key that lies elsewhere is enrolled with the draft of `ledger key prove`: ledger record enrol-tbt.json
    """
    from ledger.canonical import load
    from ledger.keys.signing import Draft, sign

    opened = session.application(ctx)
    keyring, size = opened.door.keyring, opened.door.size
    if known := _enrolled(keyring, session.place(ctx).keys, party, use):
        answer(f"already enrolled: {use} key of {party} at position {known.enrolled_at}")
        return
    own = keyring.has_key(party, "events", size + 1)
    signer = session.key(ctx, party if own else keyring.operator, "events", opened.door)
    draft = Draft.parse(load(enrolment(session.place(ctx).keys, party, use, keyring.origin).encode()))
    line = sign(draft, signer, keyring.origin, opened.clock, id_key=opened.vault.record_key("drafts"))
    position = recorded(opened, line).position
    answer(f"enrolled {use} key of {party} at position {position}{'' if own else ', vouched by the operator'}")
    if not own and party != keyring.operator:
        say(f"A reader who trusts only {party} pins the key in a policy: ledger verify --policy FILE")


def _enrolled(keyring: Keyring, folder: Path, party: str, use: str) -> EnrolledKey | None:
    """The newest key here, where an entry knows it as this party's for this use. Raises InputRejected if revoked."""
    from ledger.chain.ed25519 import key_id
    from ledger.errors import InputRejected
    from ledger.keys.keystore import KeyStore

    file = KeyStore(folder).newest(party, use)  # type: ignore[arg-type]
    known = keyring.keys.get(key_id(file.vkey.public)) if file.path.with_suffix(".pub").exists() else None
    if known is None or (known.party, known.use) != (party, use):
        return None  # where it is another's, recording says whose
    if known.revoked_at is not None:
        raise InputRejected(
            f"this {use} key of {party} was enrolled at position {known.enrolled_at}, and revoked at position "
            f"{known.revoked_at}", file=str(file.path), code="key.revoked",
            hint="a key is enrolled once: move it away, and make a new one with ledger key create",
        )  # fmt: skip
    return known


@command.command(epilog=EXIT_STATUS)
@PARTY
@click.argument("identifier", metavar="KEY")
@click.option("--cause", type=click.Choice(["rotated", "lost", "compromised", "retired"]), required=True)
@click.option("--compromised-since", metavar="MOMENT", help="Acts recorded since then are flagged.")
@ledger_option
@click.pass_context
def revoke(ctx: click.Context, party: str, identifier: str, cause: str, compromised_since: str | None) -> None:
    """End the life of a key. KEY is its id, or the beginning of it.

    \b
    Example:
      ledger key revoke --party TBT 54d38086 --cause lost
    """
    from ledger.errors import NotFound
    from ledger.keys.signing import Draft, sign

    opened = session.application(ctx)
    keyring = opened.door.keyring
    found = [key for key in keyring.keys if key.startswith(identifier)]
    if len(found) != 1:
        raise NotFound(f"{len(found)} keys begin with {identifier}", hint="see: ledger key list")
    lost = cause in ("lost", "compromised") or not _held(ctx, party)
    signer = session.key(ctx, keyring.operator if lost else party, "events", opened.door)
    value = {"type": "key-revoked", "party": party, "revoked": found[0], "cause": cause}
    if compromised_since:
        value["compromised_since"] = compromised_since
    line = sign(Draft.parse(value), signer, keyring.origin, opened.clock, id_key=opened.vault.record_key("drafts"))
    answer(f"revoked key {found[0][:16]} of {party} at position {recorded(opened, line).position}")


@command.command("list", epilog=EXIT_STATUS)
@json_option
@ledger_option
@click.pass_context
def list_keys(ctx: click.Context, as_json: bool) -> None:
    """Every key of this ledger: whose, for what, since and until which entry, and who vouches for it.

    \b
    Example:
      ledger key list
    """
    from ledger.door import door_of

    keyring = door_of(session.store(ctx)).keyring
    keys = list(keyring.keys.values())
    if as_json:
        answer_json([
            {"key": key.key_id, "party": key.party, "use": key.use, "public_key": key.public.hex(),
             "enrolled_at": key.enrolled_at, "revoked_at": key.revoked_at, "vouched": keyring.vouched(key.key_id)}
            for key in keys
        ])  # fmt: skip
        return
    rows = [
        (key.party, key.use, key.key_id[:16], str(key.enrolled_at or 1), str(key.revoked_at or "-"),
         "operator" if keyring.vouched(key.key_id) else "itself")
        for key in keys
    ]  # fmt: skip
    table(("party", "use", "key", "since entry", "until entry", "word of"), rows)


def _held(ctx: click.Context, party: str) -> bool:
    from ledger.keys.keystore import KeyStore

    return bool(KeyStore(session.place(ctx).keys).files(party, "events"))


command.add_command(rotate)
