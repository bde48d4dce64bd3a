"""`ledger record`: drafts or signed events, one JSON object a line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.lines import Line, placed, read_lines
from cli.options import PATH, PATH_OR_DASH, json_option, ledger_option
from cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from ledger.application import Application
    from ledger.errors import LedgerError
    from ledger.keys.keystore import KeyPair
    from ledger.keys.signing import SignedLine
    from ledger.recorded import Recorded
    from projections.obligations.answer import VoidAct


@click.command(epilog=EXIT_STATUS)
@click.argument("file", type=PATH_OR_DASH)
@click.option("--as", "party", metavar="PARTY", help="Whose key signs the drafts. The operator's if left out.")
@click.option("--each", is_flag=True, help="Each line by itself: a bad one does not stop the others.")
@click.option("--receipt", type=PATH, metavar="DIR", help="Write each author a proof of receipt.")
@json_option
@ledger_option
@click.pass_context
def command(ctx: click.Context, file: Path, party: str | None, each: bool, receipt: Path | None, as_json: bool) -> int:
    """Record drafts or signed events, one JSON object a line; all or nothing, unless --each. `-` reads stdin.

    \b
    Example:
      ledger record drafts.jsonl --as TBT

    \b
    A line of drafts.jsonl:
      {"type": "party-withdrew", "protocol": "vlaio-fio-tbt-2021",
       "party": "TBT", "effective_at": "2022-05-31"}

    Each draft stands on one line. The same again adds nothing, and writes the same receipts.
    """
    opened = session.application(ctx)
    signer = Signer(ctx, opened, party)
    name, lines = str(file), read_lines(file)
    if each:
        recorded, refused = _each(opened, signer, lines, name)
    else:
        signed = [signer.signed(line) for line in lines]
        recorded, refused = opened.record(signed, numbers=[line.number for line in lines], file=name), []
    if receipt is not None and recorded:
        _write_receipts(ctx, opened, recorded, receipt)
    _warn(tell(opened, recorded, refused, as_json=as_json))
    return refused[0].exit if refused else 0


class Signer:
    """Turns a line into a signed one: as it is, or with the key of a party beside this ledger."""

    def __init__(self, ctx: click.Context, opened: Application, party: str | None) -> None:
        self.ctx, self.opened = ctx, opened
        self.party = party or opened.door.keyring.operator
        self.door = opened.door
        self._opened_key: KeyPair | None = None

    def signed(self, line: Line) -> SignedLine:
        from ledger.canonical import load
        from ledger.errors import KeyProblem, LedgerError
        from ledger.keys.signing import SignedLine

        try:
            value = load(line.raw)
            if isinstance(value, dict) and {"event", "signature"} <= value.keys():
                return SignedLine.parse(line.raw)
            return self.drafted(value)
        except KeyProblem:
            raise  # about the key's file, whatever the line
        except LedgerError as error:
            raise placed(error, line) from error

    def drafted(self, value: Any) -> SignedLine:
        """A draft, signed; the same draft again gets the same id."""
        from ledger.keys.signing import Draft, sign

        draft, key = Draft.parse(value), self._key()
        identifiers = self.opened.vault.record_key("drafts")
        return sign(draft, key, self.door.origin, self.opened.clock, id_key=identifiers)

    def _key(self) -> KeyPair:
        if self._opened_key is None:
            self._opened_key = session.key(self.ctx, self.party, "events", self.door)
        return self._opened_key


def _each(
    opened: Application, signer: Signer, lines: list[Line], name: str
) -> tuple[list[Recorded], list[LedgerError]]:
    from ledger.errors import InputRejected
    from ledger.repeating import OtherMeaning

    recorded: list[Recorded] = []
    refused: list[LedgerError] = []
    for line in lines:
        try:
            recorded += opened.record([signer.signed(line)], numbers=[line.number], file=name)
        except (InputRejected, OtherMeaning) as error:
            refused.append(error)
            say(f"ledger: error: {error}")
            if error.hint:
                say(f"ledger: hint: {error.hint}")
    return recorded, refused


def _write_receipts(ctx: click.Context, opened: Application, recorded: list[Recorded], folder: Path) -> None:
    from ledger.receipts import write_receipts

    positions = [each.position for each in recorded]
    note = opened.signed_over(max(positions)) or opened.sign_checkpoint(*session.operator_keys(ctx, opened.door))
    written = write_receipts(opened.store, note, positions, folder)
    say(f"wrote {counted(written, 'receipt')} to {folder}: check one with docs/formats/entry.md")


def tell(
    opened: Application, recorded: list[Recorded], refused: list[LedgerError], *, as_json: bool
) -> list[VoidAct]:  # fmt: skip
    """Answer; give the acts among them that change nothing."""
    from projections.unheard import unheard_among

    size = opened.store.size()
    in_vain = unheard_among(opened.store, [each.position for each in recorded], opened.position_of)
    if as_json:
        answer_json({
            "size": size, "recorded": [each._asdict() for each in recorded],
            "refused": [{"code": error.code, "message": str(error), "hint": error.hint} for error in refused],
            "in_vain": [
                {"position": each.act.position, "type": each.type, "party": each.party, "why": each.why}
                for each in in_vain
            ],
        })  # fmt: skip
        return in_vain
    for each in recorded:
        word = "recorded" if each.new else "already recorded:"
        answer(f"{word} {each.type.partition('/')[0]} at position {each.position} (log size {size})")
    if refused:
        answer(f"{len(refused)} refused")
    if not recorded and not refused:
        say("nothing to record: no line has anything on it")
    return in_vain


def _warn(in_vain: list[VoidAct]) -> None:
    """Said aloud: it is on record, and nobody else would tell its author."""
    for each in in_vain:
        say(f"ledger: warning: {each.type} at position {each.act.position} has no effect: {each.why}")
    if in_vain:
        say("ledger: hint: only an act of the same party, type and protocol can be corrected; see: ledger export")
