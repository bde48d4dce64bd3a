"""`ledger protocol`: protocols as data."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import PATH, json_option, ledger_option
from cli.output import answer, answer_filled, answer_json, say, say_next, table
from cli.recording import recorded

if TYPE_CHECKING:
    from ledger.protocol.model import Clause, ProtocolVersion

FILE = click.argument("file", type=PATH)


@click.group(epilog=EXIT_STATUS)
def command() -> None:
    """Protocols as data: start a file, check it, add it, list, show and compare what there is."""


@command.command(epilog=EXIT_STATUS)
@FILE
@json_option
def check(file: Path, as_json: bool) -> None:
    """Read a protocol file and tell every fault at once, with its line. `-` reads stdin.

    \b
    Example:
      ledger protocol check my-protocol.yaml
    """
    version = _checked(file, _bytes(file))
    waiting = {clause.address: _why_waiting(clause) for clause in version.clauses if _why_waiting(clause)}
    if as_json:
        answer_json({
            "id": version.id, "version": version.version, "clauses": len(version.clauses),
            "patterns": dict(_patterns(version)), "not_executed": list(waiting), "why_not": waiting,
        })  # fmt: skip
        return
    answer(f"{version.id} {version.version}: {counted(len(version.clauses), 'clause')}, no fault")
    for name, count in _patterns(version):
        answer(f"  {count:>3} {name}")
    for address, why in waiting.items():
        answer(f"not executed: {address}: {why}")


@command.command(epilog=EXIT_STATUS)
@FILE
@ledger_option
@click.pass_context
def add(ctx: click.Context, file: Path) -> None:
    """Check a protocol file and register it as a version. Its bytes are kept in the ledger, by digest. `-` reads stdin.

    \b
    Example:
      ledger protocol add my-protocol.yaml
    """
    from ledger.chain.hashing import sha256
    from ledger.keys.signing import Draft, sign
    from ledger.protocol.check import check_follows

    data = _bytes(file)
    version, digest = _checked(file, data), sha256(data).hex()
    opened = session.application(ctx)
    with _every_fault_told(file):
        known = opened.door.protocols.get(version.id)
        check_follows(
            version, [each for each in known.versions if each.digest.hex() != digest] if known else [], str(file)
        )
    value: dict[str, Any] = {
        "type": "protocol-version-registered", "protocol": version.id, "version": version.version, "digest": digest,
    }  # fmt: skip
    if version.drawn_up:
        value["drawn_up_on"] = version.drawn_up.isoformat()
    key = session.key(ctx, opened.door.keyring.operator, "events", opened.door)
    line = sign(Draft.parse(value), key, opened.door.origin, opened.clock, id_key=opened.vault.record_key("drafts"))
    found = recorded(opened, line, {digest: data})
    word = "registered" if found.new else "already registered:"
    answer(f"{word} {version.id} {version.version} at position {found.position}")
    say_next("Next: record who signed it", f"ledger protocol sign --protocol {version.id} --as PARTY --at MOMENT")


@command.command("list", epilog=EXIT_STATUS)
@json_option
@ledger_option
@click.pass_context
def list_protocols(ctx: click.Context, as_json: bool) -> None:
    """The protocols of this ledger, and their parties.

    \b
    Example:
      ledger protocol list
    """
    versions = _registered(ctx)
    if as_json:
        answer_json([
            {"id": each.id, "version": each.version, "digest": each.digest.hex(), "parties": list(each.party_ids),
             "title": {"nl": each.title.nl, "en": each.title.en}}
            for each in versions
        ])  # fmt: skip
        return
    if not versions:
        say("no protocol yet: ledger protocol add FILE")
    rows = [(each.id, each.version, ", ".join(each.party_ids), each.title.en) for each in versions]
    table(("protocol", "version", "parties", "title"), rows, wraps=("title", "parties"))


@command.command(epilog=EXIT_STATUS)
@click.argument("identifier", metavar="ID")
@click.option("--clause", metavar="ADDRESS", help="Only clauses whose address begins so: 'art. 4'.")
@json_option
@ledger_option
@click.pass_context
def show(ctx: click.Context, identifier: str, clause: str | None, as_json: bool) -> None:
    """Each clause beside its signed words: its address, what it does, and what that means, as a sentence.

    \b
    Example:
      ledger protocol show vlaio-fio-tbt-2021 --clause "art. 4"
    """
    from cli.protocol_shown import clause_json, show_clause
    from ledger.errors import NotFound
    from ledger.protocol.addresses import begins

    version = _held(ctx, identifier)
    clauses = [each for each in version.clauses if begins(each.address, clause or "")]
    if not clauses:
        raise NotFound(f"no clause begins with {clause!r}", hint="an address reads like: art. 4, sentence 2")
    if as_json:
        answer_json([clause_json(each) for each in clauses])
        return
    answer_filled(version.title.nl)
    answer_filled(f"{version.id} {version.version}, parties {', '.join(version.party_ids)}")
    answer("")
    for each in clauses:
        show_clause(version, each)


@command.command(epilog=EXIT_STATUS)
@FILE
def new(file: Path) -> None:
    """Write a protocol of the Flemish template, with comments, to be filled in. The file must not exist yet.

    \b
    Example:
      ledger protocol new city-agency.yaml
    """
    from ledger.protocol.shipped import skeleton

    with file.open("xb") as made:
        made.write(skeleton())
    say(f"wrote {file}: fill in what is empty; ledger protocol check {quote(str(file))} tells what still is")


@command.command(epilog=EXIT_STATUS)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@json_option
@ledger_option
@click.pass_context
def diff(ctx: click.Context, before: str, after: str, as_json: bool) -> None:
    """What changed from one version to another, in words. A and B are files, or ID or ID/VERSION of this ledger.

    \b
    Example:
      ledger protocol diff vlaio-fio-tbt-2021 my-amended-protocol.yaml
    """
    from cli.protocol_shown import changes_json, show_changes
    from ledger.protocol.diff import difference

    changes = difference(_named(ctx, before), _named(ctx, after))
    if as_json:
        answer_json(changes_json(changes))
    else:
        show_changes(changes)


def _bytes(file: Path) -> bytes:
    """The bytes of a file; `-` is stdin. Raises OSError."""
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def _named(ctx: click.Context, name: str) -> ProtocolVersion:
    """The version in a file, else the one of this ledger. Raises ProtocolRejected, NotFound, OSError."""
    file = Path(name)
    path = file.suffix.lower() in (".yaml", ".yml") or name.count("/") > 1 or name.startswith((".", "/"))
    return _checked(file, file.read_bytes()) if path or file.is_file() else _held(ctx, name)


def _held(ctx: click.Context, name: str) -> ProtocolVersion:
    """The version that this ledger holds under `ID/VERSION`, or the newest under `ID`. Raises NotFound."""
    from ledger.errors import NotFound

    found = [each for each in _registered(ctx) if name in (each.id, f"{each.id}/{each.version}")]
    if not found:
        raise NotFound(f"this ledger holds no protocol {name}", hint="see: ledger protocol list")
    return found[-1]


def _why_waiting(clause: Clause) -> str:
    from projections.obligations.using import why_not

    return why_not(clause) if clause.executed else "the file gives it no pattern and no definition"


def _patterns(version: ProtocolVersion) -> list[tuple[str, int]]:
    from cli.protocol_shown import kind

    return sorted(Counter(kind(clause) for clause in version.clauses).items())


def _checked(file: Path, data: bytes) -> ProtocolVersion:
    """The version in a file that has no fault. Raises ProtocolRejected with all of them."""
    from ledger.protocol.check import checked

    with _every_fault_told(file):
        return checked(data, str(file))


@contextmanager
def _every_fault_told(file: Path) -> Iterator[None]:
    from ledger.protocol.faults import ProtocolRejected

    try:
        yield
    except ProtocolRejected as error:
        for fault in error.faults:
            say(f"{file}:{fault.line}:{fault.column}: {fault.message}")
        error.message = f"{counted(len(error.faults), 'fault')} in this file"
        error.hint = "mend them; each is told with its line above"
        raise


def _registered(ctx: click.Context) -> list[ProtocolVersion]:
    from ledger.door import door_of

    return [version for known in door_of(session.store(ctx)).protocols.values() for version in known.versions]
