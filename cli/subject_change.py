"""A party erased a person's data in its own systems too: its statement, recorded with the erasure in this ledger.

The operator erases what the ledger's vault knows; what a party had disclosed is the party's, and so is the duty to tell
its recipients. So the party states it, under its own key, in the same append: both are recorded, or neither.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cli import session
from cli.asked import check_name
from cli.output import answer, say
from ledger.events.acts import acting

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.application import Application
    from ledger.keys.signing import SignedLine
    from projections.effects import Effect

BY_TERM = "retention-ended"
"""The ground by which the ledger's own data go at their term: nobody asked, and no recipient has them from a party."""


class Change(NamedTuple):
    """What a party states; `effect` is what that opens."""

    party: str
    draft: dict[str, Any]
    effect: Effect

    @property
    def told(self) -> dict[str, Any]:
        from cli.json_obligations import item

        return {
            "change": self.draft["change"], "party": self.party, "datasets": self.draft["datasets"],
            "opens": [item(each) for each in self.effect.opens],
        }  # fmt: skip

    def signed(self, ctx: click.Context, opened: Application) -> SignedLine:
        """Raises KeyProblem where the party's key is not here: nobody else speaks for it."""
        from ledger.keys.signing import Draft, sign

        key = session.key(ctx, self.party, "events", opened.door)
        # An id of what it says, as the erasure's: the same command again finds both.
        id_key = opened.vault.record_key("erasures")
        return sign(Draft.parse(self.draft), key, opened.door.origin, opened.clock, id_key=id_key)


def change_of(ctx: click.Context, opened: Application, token: str, party: str, datasets: tuple[str, ...]) -> Change:
    """The statement that this party erased a person from these datasets, and what it opens. Raises NotFound."""
    from cli.event_trial import effect_of

    protocol = opened.vault.protocol_of(token)
    check_name("party", party, opened.door.protocols[protocol].parties)
    draft: dict[str, Any] = {
        "type": "subject-data-changed", "protocol": protocol, "change": name_of(token),
        "kind": "erasure", "datasets": list(dict.fromkeys(datasets)), "subjects": [token],
    }  # fmt: skip
    return Change(party, draft, effect_of(ctx, draft, party))


def show_change(change: Change, tell: Callable[[str], None]) -> None:
    from cli.show_effect import tell_effect

    tell(f"and {change.party} states that it erased this person from data of its own:")
    tell(f"  {', '.join(change.draft['datasets'])}")
    tell_effect(change.effect, change.draft, as_json=False, dry_run=tell is answer)
    if not change.effect.opens:
        tell(f"  nobody is known to have those from {change.party}: are the datasets spelled as in its deliveries?")


def stated_before(
    opened: Application, token: str, by: int, datasets: tuple[str, ...], party: str
) -> dict[str, Any] | None:
    """What the party stated when entry `by` erased a person. Raises PersonErased where it is asked for only now."""
    from ledger.chain.entry import event_of
    from ledger.events.codec import decoded_fast
    from ledger.events.rights import SubjectDataChanged
    from ledger.subjects.holds import PersonErased

    event = decoded_fast(event_of(opened.store.entry(by - 1)))
    if isinstance(event, SubjectDataChanged) and event.change == name_of(token):
        return {"change": event.change, "party": acting(event)[0], "datasets": list(event.datasets), "position": by - 1}
    if datasets:
        named = " ".join(f"--datasets {each}" for each in datasets)
        raise PersonErased(
            f"the person {token} was erased by entry {by}, and no statement about {party}'s own data came with it",
            hint=f"it can still be made: ledger {_command(token, party)} {named}",
        )
    return None


def name_of(token: str) -> str:
    """By which the notices name the matter: the same at every try.

    In pieces, so that no token's digits are taken for a number of a person.
    """
    return f"erasure-{token[:4]}x{token[4:8]}x{token[8:12]}"


def asked_datasets(opened: Application, token: str, party: str) -> tuple[str, ...]:
    """Ask from which datasets the party erased the person too; none where it did not."""
    from ledger.disclosures import told

    known = told(opened.store, opened.vault.protocol_of(token), token).disclosures
    named = sorted({dataset for each in known if each.sender == party for dataset in each.datasets})
    say(f"Did {party} erase this person from its own systems too?")
    say("Then it owes a notice to everybody who had those data from it.")
    if named:
        say(f"{party} disclosed: {', '.join(named)}")
    answer = click.prompt("From which datasets (with commas; none: Enter)", default="", show_default=False, err=True)
    return tuple(each.strip() for each in answer.split(",") if each.strip())


def may_ask(ctx: click.Context, opened: Application, party: str) -> bool:
    """Whether somebody can answer, and the answer can be signed here."""
    return sys.stdin.isatty() and bool(session.key_files(ctx, party, "events", opened.door))


def say_how(token: str, protocol: str) -> None:
    """What is left to the parties, where nothing was stated for one."""
    say("What parties hold of this person is theirs to erase. A party that has records it,")
    say("and so opens a notice to each of its recipients (AVG 19):")
    say(f"  ledger {_command(token, 'PARTY')} --datasets NAME --protocol {protocol}")


def _command(token: str, party: str) -> str:
    return f"rights change-data {name_of(token)} --kind erasure --as {party}"
