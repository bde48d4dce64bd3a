"""`ledger key rotate`: from one key of a party to the next, in one step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import session
from cli.enrolment import enrolment
from cli.exit_codes import EXIT_STATUS
from cli.options import ledger_option
from cli.output import answer, say

if TYPE_CHECKING:
    from ledger.door import Door
    from ledger.events.keys import KeyUse
    from ledger.keys.keyring import EnrolledKey
    from ledger.keys.keystore import KeyPair


@click.command(epilog=EXIT_STATUS)
@click.option("--party", required=True, metavar="PARTY", help="Whose key.")
@click.option("--use", type=click.Choice(["events", "imports", "cosign"]), default="events", show_default=True)
@ledger_option
@click.pass_context
def rotate(ctx: click.Context, party: str, use: KeyUse) -> None:
    """Make a new key beside this ledger, enrol it with the old one, and end the old one's life, all at once.

    \b
    Example:
      ledger key rotate --party TBT

    What the old key signed stays as it was: a key counts by position. Stopped before it answered? The same again goes
    on with the key that was made, or answers with what was done, for as long as nothing else is recorded. If others
    recorded something in between, see first whether the new key counts: ledger key list
    """
    from ledger.canonical import load
    from ledger.keys.signing import Draft, sign

    opened = session.application(ctx)
    door, folder = opened.door, session.place(ctx).keys
    if last := _last_act(door, party, use):
        opened.mark_end()
        _tell(*last)
        say(
            "done already, and nothing was recorded since. To rotate again: ledger checkpoint sign, then this once more"
        )
        return
    old, signer = session.key(ctx, party, use, door), session.key(ctx, party, "events", door)
    new = _never_enrolled(folder, party, use, door) or _made(folder, party, use)
    enrolled = load(enrolment(folder, party, use, door.origin).encode())
    drafts = (
        {**enrolled, "replaces": old.key_id},
        {"type": "key-revoked", "party": party, "revoked": old.key_id, "cause": "rotated"},
    )
    opened.record([sign(Draft.parse(each), signer, door.origin, opened.clock) for each in drafts])
    keys = opened.door.keyring.keys
    _tell(keys[new.key_id], keys[old.key_id])


def _last_act(door: Door, party: str, use: KeyUse) -> tuple[EnrolledKey, EnrolledKey] | None:
    """The new key and the old one, where a rotation of this party's key is the last that was recorded."""
    keys = [key for key in door.keyring.keys.values() if (key.party, key.use) == (party, use)]
    new = next((key for key in keys if key.enrolled_at == door.size - 1), None)
    old = next((key for key in keys if key.revoked_at == door.size), None)
    return (new, old) if new and old and new is not old else None


def _tell(new: EnrolledKey, old: EnrolledKey) -> None:
    answer(f"{new.use} key of {new.party} is now {new.key_id[:16]}, from position {new.enrolled_at} on")
    answer(f"revoked key {old.key_id[:16]} at position {old.revoked_at}")


def _made(folder: Path, party: str, use: KeyUse) -> KeyPair:
    """A new key. If we die behind this, it is left beside the others and signs nothing; the next run takes it."""
    from ledger.keys.keystore import KeyStore

    return KeyStore(folder).create(party, use, session.passphrase(f"{party}'s {use} key", new=True), another=True)


def _never_enrolled(folder: Path, party: str, use: KeyUse, door: Door) -> KeyPair | None:
    """The newest key, where no entry knows it: made by a rotation that was stopped."""
    from ledger.chain.ed25519 import key_id
    from ledger.keys.keystore import KeyStore

    last = KeyStore(folder).newest(party, use)
    if key_id(last.vkey.public) in door.keyring.keys:
        return None
    say(f"taking {last.path}, which was made before and never enrolled; move it away to have another one made")
    return last.opened(session.passphrase(f"{party}'s {use} key"))
