"""`ledger subject`: persons. The one command where names from the vault are shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.asked import check_known
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option, person_token
from cli.output import answer, answer_filled, answer_json, say, table
from cli.subject_erase import erase

if TYPE_CHECKING:
    from ledger.application import Application
    from ledger.disclosures import Told

DATASET = click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="Only deliveries of this dataset.")
PROTOCOL = click.option("--protocol", metavar="ID", help="Which protocol; may be left out if there is one.")


@click.group(epilog=EXIT_STATUS)
def command() -> None:
    """Persons: find, show, tell them, erase them. Names appear here and nowhere else.

    \b
    Example:
      ledger subject find jan.voorbeeld@fictief.example

    An identifier is an e-mail address, an account, or KIND:VALUE, with a kind of national, enterprise, establishment
    or staff. `-` reads it from stdin, so that it stays out of the shell's history.
    """


@command.command(epilog=EXIT_STATUS)
@click.argument("identifier")
@PROTOCOL
@click.option(
    "--token",
    metavar="TOKEN",
    callback=person_token,
    help="A person who is known already: let the identifier lead to them too.",
)
@json_option
@ledger_option
@click.pass_context
def add(ctx: click.Context, identifier: str, protocol: str | None, token: str | None, as_json: bool) -> None:
    """The token of a person in a protocol, made if there is none yet; put it in drafts in place of the name.

    \b
    Example:
      ledger subject add jan.voorbeeld@fictief.example --protocol vlaio-fio-tbt-2021
    """
    opened, wanted = session.application(ctx), _identifier(identifier)
    if token is None:
        token = opened.vault.add_person(session.protocol(opened, protocol), wanted)
    else:
        opened.vault.add_identifier(token, wanted)
    if wanted.finding:
        say(f"kept as it was given, with a finding: {wanted.kind}, {wanted.finding}")
    if as_json:
        answer_json({"token": token, "kind": wanted.kind, "finding": wanted.finding})
    else:
        answer(token)


@command.command(epilog=EXIT_STATUS)
@click.argument("identifier")
@click.option("--protocol", metavar="ID", help="Look in one protocol only.")
@json_option
@ledger_option
@click.pass_context
def find(ctx: click.Context, identifier: str, protocol: str | None, as_json: bool) -> None:
    """The tokens of a person, one in each protocol that knows them.

    \b
    Example:
      ledger subject find national:85.07.30-033.28
    """
    from ledger.errors import NotFound

    opened, wanted = session.application(ctx), str(_identifier(identifier))
    check_known(opened.door, protocol)
    found: dict[str, str] = {}
    for each in sorted(opened.door.protocols):
        if protocol in (None, each) and (known := opened.vault.known(each, [wanted])):
            found[each] = known[wanted]
    if not found:
        raise NotFound(
            "the vault knows nobody by this identifier", code="subject.unknown",
            hint="try another spelling or kind; who was erased cannot be found any more",
        )  # fmt: skip
    if as_json:
        answer_json({"tokens": found})
        return
    for each, its_token in found.items():
        answer(f"{its_token}  {each}")


@command.command(epilog=EXIT_STATUS)
@click.argument("token", callback=person_token)
@json_option
@ledger_option
@click.pass_context
def show(ctx: click.Context, token: str, as_json: bool) -> None:
    """Who a token is, where they are named, and what is said of them.

    \b
    Example:
      ledger subject show 5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b
    """
    opened = session.application(ctx)
    export = _export(opened, token, ())
    if as_json:
        answer_json({name: export[name] for name in ("token", "protocol", "identifiers", "mentions", "texts", "uses")})
        return
    for each in export["identifiers"]:
        note = f" (finding: {each['finding']})" if each["finding"] else ""
        answer(f"{each['kind']:<13} {each['raw']}{note}")
    answer(f"protocol      {export['protocol']}")
    if export["mentions"]:
        rows = [(str(each["position"]), each["type"], each["happened_at"]) for each in export["mentions"]]
        table(("entry", "what", "happened"), rows)
    for each in export["texts"]:
        answer_filled(f"entry {each['position']}, {each['field']}: {each['value']}", hanging="  ")
    uses = export["uses"]
    if uses["count"]:
        answer(f"{counted(uses['count'], 'use')} in logs, from {uses['first']} to {uses['last']}")


@command.command(epilog=EXIT_STATUS)
@click.argument("token", callback=person_token)
@DATASET
@json_option
@ledger_option
@click.pass_context
def disclosures(ctx: click.Context, token: str, datasets: tuple[str, ...], as_json: bool) -> None:
    """To whom a person's data were disclosed, when, on which ground (AVG 15); whom to tell of a change (AVG 19).

    Deliveries are recorded by dataset and not by person: all of the person's protocol are told, or those of --dataset.

    \b
    Example:
      ledger subject disclosures 5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b --dataset contacts
    """
    export = _export(session.application(ctx), token, datasets)
    if as_json:
        answer_json({name: export[name] for name in ("token", "protocol", "size", "disclosures", "recipients")})
        return
    if not export["disclosures"]:
        answer("no delivery is recorded")
        return
    rows = [
        (f"{each['position']}{'*' if each['names_person'] else ''}", each["happened_at"][:10], each["sender"],
         ", ".join(each["to"]) or "the public", ", ".join(each["datasets"]), each["basis"] or "-")
        for each in export["disclosures"]
    ]  # fmt: skip
    table(("entry", "on", "from", "to", "data", "basis"), rows, wraps=("to", "data"))
    answer(f"recipients: {', '.join(export['recipients']) or 'the public'}")
    say("Deliveries are recorded by dataset; those with * name this person.")
    if held := [str(each["position"]) for each in export["disclosures"] if each["type"] == "holding-registered"]:
        say(f"Entry {', '.join(held)}: the recipient registered a copy; no delivery is recorded.")


@command.command(epilog=EXIT_STATUS)
@click.argument("token", callback=person_token)
@click.option("--letter", type=click.Choice(["nl", "en"]), help="As a letter in this language, in place of JSON.")
@DATASET
@json_option
@ledger_option
@click.pass_context
def export(ctx: click.Context, token: str, letter: Any, datasets: tuple[str, ...], as_json: bool) -> None:
    """All that the ledger and its vault tell about a person, as JSON or as a letter to them (AVG 15).

    \b
    Example:
      ledger subject export 5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b --letter nl > brief.txt
    """
    from ledger.errors import UsageProblem

    if letter and as_json:
        raise UsageProblem("a letter is no JSON", hint="leave out --letter, or --json")
    opened = session.application(ctx)
    found = _export(opened, token, datasets)
    if letter is None:
        answer_json(found)
        return
    from cli.letter import letter as written

    answer(written(found, letter, opened.clock().date().isoformat()).rstrip("\n"))


@command.command("change-key", epilog=EXIT_STATUS)
@ledger_option
@click.pass_context
def change_key(ctx: click.Context) -> None:
    """Put the vault under a new master key. No entry changes; old backups of the vault need the old key.

    \b
    Example:
      ledger subject change-key
    """
    opened = session.application(ctx)
    opened.vault.change_key(opened.place.vault_key)
    answer(f"the vault has a new master key, in {opened.place.vault_key}")
    say("Back it up apart from the vault. Destroy the old one, also in backups: then old vaults stay closed.")


def _identifier(given: str) -> Any:
    from ledger.subjects.identifiers import Identifier

    return Identifier.guessed(sys.stdin.readline().rstrip("\r\n") if given == "-" else given)


def _export(opened: Application, token: str, datasets: tuple[str, ...]) -> dict[str, Any]:
    """All that is known of a person. Raises NotFound, with the entry that erased them if one did."""
    from ledger.disclosures import told

    check_there(opened, token)
    protocol = opened.vault.protocol_of(token)
    known: Told = told(opened.store, protocol, token, datasets)
    return {
        "token": token, "protocol": protocol, "origin": opened.door.origin, "size": opened.store.size(),
        "identifiers": [
            {"kind": each.kind, "raw": each.raw, "value": each.value, "finding": each.finding}
            for each in opened.vault.identifiers(token)
        ],
        "disclosures": [each._asdict() for each in known.disclosures], "recipients": list(known.recipients),
        "mentions": [each._asdict() for each in known.mentions],
        "texts": _texts(opened, token),
        "uses": {"count": known.uses, "first": known.first_use, "last": known.last_use},
    }  # fmt: skip


def _texts(opened: Application, token: str) -> list[dict[str, Any]]:
    found = []
    for commitment in opened.vault.parts_about(token):
        part = opened.vault.part(commitment)
        position = opened.position_of(part.event_id) if part else None
        if part and part.opening and position:
            found.append({"position": position, "field": part.opening.field, "value": part.opening.value})
    return sorted(found, key=lambda each: (each["position"], each["field"]))


def check_there(opened: Application, token: str) -> None:
    """Raise NotFound, with the entry, for a person who was erased."""
    from ledger.errors import NotFound

    if by := opened.door.holds.erased.get(token):
        raise NotFound(
            f"the person {token} was erased by entry {by}", code="subject.erased",
            hint="nothing about them is left to show; the entries that name the token still verify",
        )  # fmt: skip


command.add_command(erase)
