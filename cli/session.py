"""What a command works with: the ledger that was named, opened for reading or for writing, and the keys beside it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from cli.options import place_of
from cli.output import say
from cli.progress import progress
from ledger.keys.passphrase import Passphrase, passphrase_from
from ledger.place import Place

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.application import Application
    from ledger.door import Door
    from ledger.events.keys import KeyUse
    from ledger.keys.keystore import KeyFile, KeyPair
    from ledger.storage.store import Store
    from projections.last_answer import LastAnswer
    from projections.obligations.answer import Answer
    from projections.obligations.listing import Listing
    from projections.projection import Projection
    from projections.runner import Folded

WORTH_A_SNAPSHOT = 10_000
"""Entries below which an answer is folded from entry 1, in a blink: it sees each of them, so none can be changed."""


def place(ctx: click.Context) -> Place:
    return Place.named(place_of(ctx), os.environ)


def application(ctx: click.Context) -> Application:
    """The ledger, to write in."""
    from ledger.application import Application

    opened = Application.open(place(ctx))
    ctx.call_on_close(lambda: _close(opened))
    return opened


def _close(opened: Application) -> None:
    opened.close()
    if opened.marks.unreached:
        tell_unreached(opened.marks.unreached)


def tell_unreached(fact: str) -> None:
    """Say that a mark elsewhere was not asked or not set: nothing is lost, and a rollback would not be seen."""
    say(f"ledger: warning: {fact}")
    say("ledger: hint: what was acknowledged is here; until it is set, it does not show an older copy. See LEDGER_HEAD")


def store(ctx: click.Context) -> Store:
    """The ledger, to read; neither vault nor keys are touched."""
    from ledger.storage.lost import open_there

    opened = open_there(place(ctx))
    ctx.call_on_close(opened.close)
    return opened


def whole(ctx: click.Context) -> Store:
    """The ledger, to answer from: not without what its mark or its last checkpoint says it held."""
    from ledger.reading import open_whole

    opened = open_whole(place(ctx), tell_unreached)
    ctx.call_on_close(opened.close)
    return opened


def obligations(ctx: click.Context, as_of: datetime | None, known_at: datetime | None, protocol: str | None) -> Answer:
    """What is due at `as_of` (now, if not given), by what was recorded up to `known_at`. Raises NotFound."""
    from ledger.clock import now
    from projections.obligations.engine import evaluate
    from projections.obligations.projection import ObligationsProjection

    opened = whole(ctx)
    projection = ObligationsProjection(opened.protocol_file)
    state = folded(ctx, opened, projection, known_at).state
    return evaluate(state, as_of or now(), protocol=protocol)


def listing(
    ctx: click.Context, as_of: datetime | None, known_at: datetime | None, protocol: str | None, clause: str,
    *, rest: bool,
) -> Listing:  # fmt: skip
    """The same, of clauses whose address begins so; what is not open is only counted, if `rest` is not asked.

    The present of a large ledger is read from the last answer, of which only what may have changed is worked out again.
    """
    from ledger.clock import now

    opened, moment = whole(ctx), as_of or now()
    if known_at is None:
        last = last_answer(ctx, opened, moment, present=as_of is None, rest=rest)
        if last is not None:
            return last.listing(moment, protocol, clause)
    from ledger.uncollected import uncollected
    from projections.obligations import listing as of
    from projections.obligations.engine import evaluate
    from projections.obligations.projection import ObligationsProjection

    state = folded(ctx, opened, ObligationsProjection(opened.protocol_file), known_at).state
    with uncollected():
        return of.listing(evaluate(state, moment, protocol=protocol, clause=clause))


def last_answer(ctx: click.Context, opened: Store, at: datetime, *, present: bool, rest: bool) -> LastAnswer | None:
    """The last answer where it is that at this moment; the present of a large ledger is first brought up to date."""
    from ledger.storage.answers import Answers
    from ledger.storage.faults import StorageFailed
    from projections import last_answer as kept

    if opened.size() < WORTH_A_SNAPSHOT:
        return None
    try:
        answers = Answers(place(ctx).views)
    except (OSError, StorageFailed):
        return None
    ctx.call_on_close(answers.close)
    last = kept.last_answer(opened, answers, rest=rest)
    if present and not last.at(at):
        from projections.obligations.projection import ObligationsProjection
        from projections.renewal import renew

        renew(folded(ctx, opened, ObligationsProjection(opened.protocol_file), None), last, answers, at)
        last = kept.last_answer(opened, answers, rest=rest)
    return last if last.at(at) else None


def folded(ctx: click.Context, opened: Store, projection: Projection, known_at: datetime | None) -> Folded:
    """A projection's state: from entry 1, or from its snapshot where the present of a large ledger is asked."""
    from ledger.storage.faults import StorageFailed
    from ledger.storage.snapshots import Snapshots
    from projections.runner import fold, follow

    if known_at is not None or opened.size() < WORTH_A_SNAPSHOT:
        with progress("entries") as tell:
            return fold(opened, [projection], known_at=known_at, progress=tell)[0]
    try:
        snapshots = Snapshots(place(ctx).views)
    except (OSError, StorageFailed):
        # A folder that can only be read, an auditor's copy say: the answer is the same without what saves time.
        return fold(opened, [projection])[0]
    ctx.call_on_close(snapshots.close)
    with progress("entries") as tell:
        return follow(opened, [projection], snapshots, progress=tell)[0]


def protocol(opened: Application, named: str | None, party: str | None = None) -> str:
    """The protocol that was named, or the only one, of this party if it is known. Raises UsageProblem, NotFound."""
    return protocol_of(opened.door, named, party)


def protocol_of(door: Door, named: str | None, party: str | None = None) -> str:
    """The same, for who only reads."""
    from ledger.errors import NotFound, UsageProblem

    known = sorted(door.protocols)
    possible = [name for name in known if party in (None, *door.protocols[name].parties)] or known
    if named is None and len(possible) == 1:
        return possible[0]
    if named is None:
        raise UsageProblem("which protocol?", hint=f"--protocol is one of: {', '.join(possible) or 'none yet'}")
    if named not in known:
        raise NotFound(f"this ledger holds no protocol {named}", hint=f"it holds: {', '.join(known) or 'none yet'}")
    return named


def passphrase(what: str, *, new: bool = False) -> Passphrase:
    """From LEDGER_PASSPHRASE_FILE, LEDGER_PASSPHRASE, or a question where somebody can answer it.

    `what` says which key it opens, or will: `TBT's events key`.
    """

    def ask() -> str:
        question = f"New passphrase for {what} (nobody can recover it)" if new else f"Passphrase of {what}"
        answer: str = click.prompt(question, hide_input=True, confirmation_prompt=new and "The same again", err=True)
        return answer

    return passphrase_from(os.environ, ask if sys.stdin.isatty() else None)


def key_files(ctx: click.Context, party: str, use: KeyUse, door: Door) -> list[KeyFile]:
    """The party's keys beside the ledger that count now, newest first: one that nobody enrolled does not sign."""
    from ledger.chain.ed25519 import key_id
    from ledger.keys.keystore import KeyStore

    valid = {key.key_id for key in door.keyring.valid_keys(party, use, door.size + 1)}
    files = KeyStore(place(ctx).keys).files(party, use)
    return [file for file in reversed(files) if key_id(file.vkey.public) in valid]


def key(ctx: click.Context, party: str, use: KeyUse, door: Door | None = None) -> KeyPair:
    """The newest of them, opened. `door` spares reading the ledger, for who has it open.

    Raises KeyProblem where there is no such key, or the passphrase does not open it.
    """
    from ledger.door import door_of
    from ledger.errors import KeyProblem

    for file in key_files(ctx, party, use, door or door_of(store(ctx))):
        return file.opened(passphrase(f"{party}'s {use} key"))
    raise KeyProblem(
        f"no enrolled {use} key of {party} lies in {place(ctx).keys}", code="key.missing",
        hint="put its file back there (see: ledger key list), or sign where it lies: ledger sign",
    )  # fmt: skip


def operator_keys(ctx: click.Context, door: Door) -> tuple[KeyPair, KeyPair]:
    """The operator's keys for a checkpoint: log and events."""
    operator = door.keyring.operator
    return key(ctx, operator, "log", door), key(ctx, operator, "events", door)
