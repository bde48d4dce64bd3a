"""A noun of the command line: the verbs that record its events, and the commands that it has of its own."""

from __future__ import annotations

import click

from cli.exit_codes import EXIT_STATUS
from cli.nouns import NOUN_SUMMARIES, NOUNS


class NounGroup(click.Group):
    """The verbs of one noun, each made when it is asked for; beside them the commands that the noun has of its own."""

    def __init__(self, noun: str, own: click.Group | None) -> None:
        help_text = own.help if own is not None else NOUN_SUMMARIES[noun]
        super().__init__(noun, help=help_text, epilog=EXIT_STATUS)
        self.own = own

    def list_commands(self, ctx: click.Context) -> list[str]:
        own = self.own.list_commands(ctx) if self.own is not None else []
        return [*own, *(verb for verb in NOUNS[self.name or ""] if verb not in own)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = self.own.get_command(ctx, cmd_name) if self.own is not None else None
        type_name = NOUNS[self.name or ""].get(cmd_name)
        if own is not None or type_name is None:
            return own
        # Imported here: whoever checks a bundle must not wait for what records events.
        from cli.event_commands import event_command
        from ledger.events.catalogue import types

        return event_command(self.name or "", cmd_name, types()[type_name])
