"""Commands for people, made from the event catalogue: `ledger access grant`, `ledger party withdraw`.

Each records what `ledger record` would. Before it does, it says what that opens; `--dry-run` says so and stops.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.event_example import example_line
from cli.event_fields import ask_for, given_fields, moment, parameters
from cli.event_trial import check, effect_of
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option
from cli.recording import recorded
from cli.show_effect import tell_effect
from ledger.errors import UsageProblem
from ledger.events.catalogue import EventType

if TYPE_CHECKING:
    from ledger.door import Door
    from ledger.protocol.model import ProtocolVersion


def event_command(noun: str, verb: str, about: EventType) -> click.Command:
    """The command that records an event of this type."""

    @click.pass_context
    def run(ctx: click.Context, /, **given: Any) -> None:
        _run(ctx, about, f"{noun} {verb}", given)

    text = " ".join((about.cls.__doc__ or "").split())
    command = click.Command(
        verb, callback=run, params=[*parameters(about), *_envelope()], short_help=about.summary, epilog=EXIT_STATUS,
        help=f"{text}\n\n\b\nExample:\n  {example_line(about)}\n\nRecords: {about.tag}",
    )  # fmt: skip
    return json_option(ledger_option(command))


def _envelope() -> list[click.Parameter]:
    """What every event may say of itself, and how this one is recorded."""
    option = click.Option
    return [
        option(["--protocol"], metavar="ID", help="About which protocol, if there are several."),
        option(
            ["--as", "signer"], metavar="PARTY", help="Whose key signs. If left out: the party's, else the operator's."
        ),
        option(["--at"], metavar="MOMENT", help="When it happened: a date, or a time with its zone. If left out: now."),
        option(["--on-behalf-of"], metavar="PARTY", multiple=True, help="For whom, under a mandate."),
        option(["--evidence"], metavar="KIND[:SHA256]", multiple=True, help="What shows it: ticket, log, receipt, ..."),
        option(["--corrects"], metavar="EVENT", help="The id of the event whose fields this replaces."),
        option(["--related"], metavar="EVENT", multiple=True, help="The id of an event that belongs with it."),
        option(["--dry-run"], is_flag=True, help="Say what it opens, and record nothing."),
    ]


def _run(ctx: click.Context, about: EventType, speaking: str, given: dict[str, Any]) -> None:
    """Read the request, tell its effect, record it."""
    from ledger.door import door_of

    store = session.store(ctx)
    door = door_of(store)
    fields = given_fields(about, given)
    parties = [str(fields["party"])] if "party" in fields else [*given["on_behalf_of"]] or [given["signer"] or ""]
    version = _version(door, given["protocol"], parties[0] or None)
    _fill_in(about, fields, version, parties)
    ask_for(about, fields, speaking)
    draft = {"type": about.name, "protocol": version.id, **_chosen(given), **fields}
    signer = given["signer"] or _signer(ctx, about, fields)
    author = signer or door.keyring.operator
    check(door, about, draft, author, speaking)
    if given["dry_run"] or not given["as_json"]:
        found = effect_of(ctx, draft, author)
        tell_effect(found, draft, as_json=given["as_json"], dry_run=given["dry_run"])
    if not given["dry_run"]:
        _confirm()
        _record(ctx, draft, signer, as_json=given["as_json"])


def _version(door: Door, protocol: str | None, party: str | None) -> ProtocolVersion:
    """The newest version of the protocol that is meant. Raises UsageProblem where that is not clear."""
    known = {name: each for name, each in door.protocols.items() if protocol in (None, name)}
    if party is not None and protocol is None:
        known = {name: each for name, each in known.items() if party in each.parties} or known
    if len(known) == 1:
        return next(iter(known.values())).versions[-1]
    there = ", ".join(sorted(door.protocols)) or "none yet"
    fact = f"this ledger holds no protocol {protocol}" if protocol else "say which protocol it is about"
    raise UsageProblem(fact, hint=f"--protocol is one of: {there}" if door.protocols else "ledger protocol add FILE")


def _fill_in(about: EventType, fields: dict[str, Any], version: ProtocolVersion, parties: list[str]) -> None:
    """What the protocol itself knows: its version, the only office that signs, the only end date from outside."""
    from ledger.protocol.definitions import End, External

    offices = {office for each in map(version.party, parties) if each is not None for office in each.signs}
    ends = [body.upon.name for _, body in version.defined(End, version.readings()) if isinstance(body.upon, External)]
    known = {"version": [version.version], "office": sorted(offices), "external": ends}
    for name, values in known.items():
        wanted = about.fields.get(name)
        if (
            wanted is not None
            and wanted.required
            and name not in fields
            and len(values) == 1
            and about.name != "protocol-amended"
        ):
            fields[name] = values[0]


def _chosen(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of the envelope that were given."""
    found: dict[str, Any] = {}
    if given["at"]:
        found["happened_at"] = moment(given["at"])
    if given["corrects"]:
        found["corrects"] = given["corrects"]
    for name in ("on_behalf_of", "related"):
        if given[name]:
            found[name] = list(given[name])
    if given["evidence"]:
        found["evidence"] = [_evidence(each) for each in given["evidence"]]
    return found


def _evidence(text: str) -> dict[str, str]:
    strength, _, digest = text.partition(":")
    return {"strength": strength, **({"digest": digest} if digest else {})}


def _signer(ctx: click.Context, about: EventType, fields: dict[str, Any]) -> str | None:
    """The party whose act it is, where its key lies beside this ledger; None is the operator."""
    from ledger.keys.keystore import KeyStore

    party = fields.get("party")
    if about.cls.stated_by != "party" or not isinstance(party, str):
        return None
    held = any(file.use == "events" for file in KeyStore(session.place(ctx).keys).files(party))
    return party if held else None


def _confirm() -> None:
    """Asked where somebody can answer; a script has decided already."""
    if sys.stdin.isatty():
        from cli.failure import Declined

        if not click.confirm("Record it?", err=True):
            raise Declined


def _record(ctx: click.Context, draft: dict[str, Any], signer: str | None, *, as_json: bool) -> None:
    from cli.commands.record import Signer, tell

    opened = session.application(ctx)
    tell(opened, [recorded(opened, Signer(ctx, opened, signer).drafted(draft))], [], as_json=as_json)
