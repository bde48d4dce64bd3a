"""`ledger checkpoint publish`, `cosign`, `add` and `compare`: what makes a checkpoint more than the operator's word."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import PATH, ledger_option
from cli.output import answer, say, say_next
from cli.policy_file import read_policy

if TYPE_CHECKING:
    from ledger.chain.checkpoint import Checkpoint
    from ledger.chain.note import Note
    from ledger.chain.policy import Policy
    from ledger.storage.store import Store

POLICY = click.option(
    "--policy", "policy_file", required=True, type=PATH, metavar="FILE",
    help="The logs you know, by their keys.",
)  # fmt: skip


@click.command(epilog=EXIT_STATUS)
@click.argument("folder", type=PATH, metavar="DIR")
@ledger_option
@click.pass_context
def publish(ctx: click.Context, folder: Path) -> None:
    """Write the last checkpoint and its hash tiles to a folder that any web server can serve. No entry leaves.

    \b
    Example:
      ledger checkpoint publish /srv/www/ledger
    """
    from ledger.publishing import publish as publish_to

    checkpoint = publish_to(session.store(ctx), folder)
    answer(f"published checkpoint {checkpoint.size} of {checkpoint.origin} in {folder}")
    cosign = f"ledger checkpoint cosign {quote(str(folder))} --party PARTY --policy FILE -o cosigned"
    say_next("Next, by each other party", cosign)


@click.command(epilog=EXIT_STATUS)
@click.argument("place", metavar="DIR|URL")
@click.option("--party", required=True, metavar="PARTY", help="Who cosigns, with its own cosign key.")
@POLICY
@click.option("--keys", type=PATH, metavar="DIR", default="keys", show_default=True)
@click.option("--state", type=PATH, metavar="DIR", default="witness", show_default=True,
              help="What you saw last; keep it, it is what makes a fork visible.")  # fmt: skip
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Where to write it; else stdout.")
def cosign(place: str, party: str, policy_file: Path, keys: Path, state: Path, output: Path | None) -> None:
    """See that a published log continues what you saw last, and cosign it. Runs on your own machine, without a ledger.

    \b
    Example:
      ledger checkpoint cosign https://ledger.example.org/ --party TBT --policy trust.policy -o cosigned

    Send the result to the log's operator, who adds it: ledger checkpoint add cosigned
    """
    from ledger.clock import now
    from ledger.keys.keystore import KeyStore
    from ledger.witness.memory import Memory
    from ledger.witness.published import Published
    from ledger.witness.rules import Witness
    from ledger.witness.visit import visited

    logs = {log.key.name: log.key for log in read_policy(policy_file).logs}
    key = KeyStore(keys).newest(party, "cosign").opened(session.passphrase(f"{party}'s cosign key"))
    witness, published = Witness(key.vkey, key.sign, logs, Memory(state), now), Published(place)
    known = {origin for origin in logs if witness.memory.last(origin)} if state.is_dir() else set()
    note = visited(witness, published)
    origin, size, *_ = note.text.split("\n")
    if output is None:
        click.echo(str(note), nl=False)
    else:
        output.write_bytes(bytes(note))
    said = "it continues what was seen before" if origin in known else "the first of this log that was seen here"
    say(f"cosigned checkpoint {size} as {key.vkey.name}; {said}")
    say(f"The others name you in their policy:\n  witness {party} {key.vkey}")


@click.command(epilog=EXIT_STATUS)
@click.argument("file", type=PATH)
@ledger_option
@click.pass_context
def add(ctx: click.Context, file: Path) -> None:
    """Keep the cosignatures that another party sent beside our own checkpoint. The same again changes nothing.

    \b
    Example:
      ledger checkpoint add cosigned-by-tbt
    """
    from ledger.chain.note import Note
    from ledger.errors import LedgerError

    try:
        added(ctx, session.store(ctx), Note.parse(file.read_bytes()))
    except LedgerError as error:
        raise error.at(file=str(file)) from None


def added(ctx: click.Context, store: Store, sent: Note) -> None:
    """Keep the signatures of this note that are new.

    Raises VerificationFailed for a fork, BadSignature, NotFound, InputRejected for a note that is none of this log's.
    """
    from ledger.chain.checkpoint import Checkpoint
    from ledger.chain.note import Note
    from ledger.errors import NotFound
    from ledger.witness.cosignatures import joined

    size = Checkpoint.parse(sent.text).size
    kept = [Note.parse(each.note) for each in store.checkpoints() if each.size == size]
    if not kept:
        _check_no_fork(sent, read_policy(session.place(ctx).policy))
        raise NotFound(f"this ledger signed no checkpoint of size {size}", hint="see: ledger checkpoint show")
    own = kept[-1]
    policy = read_policy(session.place(ctx).policy)
    if own.text != sent.text:
        raise _other_tree(Checkpoint.parse(sent.text), Checkpoint.parse(own.text), sent, policy)
    strangers = _unknown(sent, policy)
    found = joined(own, sent, policy)
    if found.note != own:
        store.add_checkpoint(size, bytes(found.note))
    names = ", ".join(line.name for line in found.new) or "none that is new"
    answer(f"checkpoint {size}: added cosignatures of {names}")
    if unchecked := strangers & {line.name for line in found.new}:
        say(f"not checked: {', '.join(sorted(unchecked))}: {session.place(ctx).policy.name} has no such witness")
    if found.left:
        say(f"not kept: {len(found.left)} that cannot be checked here: a note has no room for so many signatures")
    say_next("Next: publish it with them", "ledger checkpoint publish DIR")


@click.command(epilog=EXIT_STATUS)
@click.argument("first", type=PATH)
@click.argument("second", type=PATH)
@POLICY
@click.option("--published", "place", metavar="DIR|URL", help="Where the log is published: needed for two sizes.")
def compare(first: Path, second: Path, policy_file: Path, place: str | None) -> None:
    """Do two checkpoints, from two hands, speak of one history? This is how two parties find a fork when they meet.

    \b
    Example:
      ledger checkpoint compare mine theirs --policy trust.policy --published https://ledger.example.org/
    """
    from ledger.errors import NotChecked

    policy = read_policy(policy_file)
    found = [_named(file, policy) for file in (first, second)]
    (one, _), (other, new) = sorted(found, key=lambda each: each[0].size)
    if one.size == other.size or one.size == 0:
        if one.size and one.root != other.root:
            raise _fork(one, other)
        answer(f"both are checkpoint {one.size} of {one.origin}, with one root")
        return
    if place is None:
        raise NotChecked(
            f"whether checkpoint {other.size} continues checkpoint {one.size}: that takes the published tiles",
            hint="name where the log is published: --published DIR|URL", code="checkpoint.not-compared",
        )  # fmt: skip
    _check_continues(new, one, other, place)
    answer(f"checkpoint {other.size} of {one.origin} continues checkpoint {one.size}")


def _named(file: Path, policy: Policy) -> tuple[Checkpoint, Note]:
    """A checkpoint that a log of the policy signed; what is wrong with it names the file."""
    from ledger.chain.note import Note
    from ledger.errors import LedgerError

    raw = file.read_bytes()
    try:
        return _signed(raw, policy), Note.parse(raw)
    except LedgerError as error:
        raise error.at(file=file.name) from None


def _other_tree(sent: Checkpoint, own: Checkpoint, note: Note, policy: Policy) -> Exception:
    """What a checkpoint of our size with another text is: a fork only in the words of somebody who is known here."""
    from ledger.errors import InputRejected, VerificationFailed

    if sent.origin != own.origin:
        return InputRejected(
            f"it is a checkpoint of {sent.origin}, and this ledger is {own.origin}", code="checkpoint.other-log",
            hint="it goes beside the ledger of that name",
        )  # fmt: skip
    if _unknown(note, policy) == {line.name for line in note.signatures}:
        return InputRejected(
            f"it has another root than checkpoint {own.size} of this ledger, and nobody known here signed it",
            hint="what no known key signed proves nothing: ask its sender whose it is", code="checkpoint.unsigned",
        )  # fmt: skip
    return VerificationFailed(
        f"the checkpoint of size {own.size} that was cosigned is not ours: two trees of one size",
        hint="keep the file: somebody signed a second history; run ledger verify, and tell the other parties",
        code="checkpoint.fork",
    )


def _unknown(sent: Note, policy: Policy) -> set[str]:
    """The signers whose lines cannot be checked here.

    Raises BadSignature for a line under a known key that does not hold: one such line condemns the whole note.
    """
    from ledger.chain.note import NoKnownSignature

    keys = [*(log.key for log in policy.logs), *(witness.key for witness in policy.witnesses)]
    try:
        known = {(each.key.name, each.key.key_id) for each in sent.verified(keys)}
    except NoKnownSignature:
        known = set()
    return {line.name for line in sent.signatures if (line.name, line.key_id) not in known}


def _check_no_fork(sent: Note, policy: Policy) -> None:
    """Raise VerificationFailed for a checkpoint that our log key signed, and this ledger does not have."""
    from ledger.errors import LedgerError, VerificationFailed

    try:
        _signed(bytes(sent), policy)
    except LedgerError:
        return
    raise VerificationFailed(
        f"our log key signed checkpoint {sent.text.split(chr(10))[1]}, and this ledger has no such checkpoint",
        hint="keep the file: this is an older copy of the ledger, or somebody signs a second history with its key; "
        "run ledger verify, and compare with the others: ledger checkpoint compare",
        code="checkpoint.fork",
    )


def _check_continues(new: Note, one: Checkpoint, other: Checkpoint, place: str) -> None:
    from ledger.chain.proof import ConsistencyFailed, check_consistency
    from ledger.errors import NotChecked
    from ledger.witness.published import Published, Unreachable

    published = Published(place)
    try:
        check_consistency(one.size, other.size, published.proof(one.size, bytes(new)), one.root, other.root)
    except Unreachable as error:
        raise NotChecked(
            f"whether checkpoint {other.size} continues checkpoint {one.size}: {error.message}",
            hint=f"name where the tiles of checkpoint {other.size} are published: --published DIR|URL",
            code="checkpoint.not-compared",
        ) from error
    except ConsistencyFailed as error:
        if published.is_whole(bytes(new)):
            raise _fork(one, other, place) from error
        raise NotChecked(
            f"the tiles at {place} are not those of checkpoint {other.size}",
            hint="fetch them again, or ask who has that checkpoint's tiles", code="checkpoint.not-compared",
        ) from error  # fmt: skip


def _fork(one: Checkpoint, other: Checkpoint, place: str = "") -> Exception:
    from ledger.errors import VerificationFailed

    return VerificationFailed(
        f"{one.origin} signed two histories: checkpoint {other.size} does not continue checkpoint {one.size}",
        hint=f"keep both files{f' and a copy of {place}' if place else ''}: together they are the proof, and "
        "`ledger checkpoint compare` shows it to anyone; cosign nothing more, and tell every party",
        code="checkpoint.fork",
    )


def _signed(raw: bytes, policy: Policy) -> Checkpoint:
    """The checkpoint, signed by a log of the policy; cosignatures do not matter here."""
    from ledger.chain.checkpoint import Checkpoint, opened
    from ledger.chain.note import Note
    from ledger.errors import KeyProblem

    checkpoint = Checkpoint.parse(Note.parse(raw).text)
    for log in policy.logs:
        if log.key.name == checkpoint.origin:
            return opened(raw, log.key)
    raise KeyProblem(f"the policy knows no log {checkpoint.origin}", hint="add its key: log <vkey>")
