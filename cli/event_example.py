"""An example of an event as a person starts from it: a draft, and the command. As they stand, both can be recorded."""

from __future__ import annotations

import shlex
from typing import Any

from cli.event_fields import command_line, flag
from ledger.events.catalogue import EventType

FOLLOWS = ("received_at", "valid_until")
"""What comes after the happening. Examples name a past one, and what is not said to have happened earlier is now."""
EARLIER = "2022-05-30"
TEXT = "in words"


def example_draft(about: EventType) -> dict[str, Any]:
    """The example of a type, with a moment before what follows it, and words in the place of commitments."""
    fields = about.cls.example
    earlier = {"happened_at": EARLIER} if any(name in fields for name in FOLLOWS) else {}
    return {**earlier, **fields, **dict.fromkeys(_sealed(about), TEXT)}


def example_line(about: EventType) -> str:
    """The command that records that draft."""
    draft = example_draft(about)
    words = [word for name in _sealed(about) for word in (flag(name), TEXT)]
    words += ["--at", draft["happened_at"]] if "happened_at" in draft else []
    return " ".join(part for part in (command_line(about.name, draft), shlex.join(words)) if part)


def _sealed(about: EventType) -> list[str]:
    return [name for name in about.cls.example if about.fields[name].kind == "sealed"]
