"""What every event has. Types are frozen and strict: an event that cannot have happened cannot be built."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec

from ledger.events.fields import (
    ABSENT,
    Absent,
    EventRef,
    EventRefs,
    Hash,
    MomentText,
    Parties,
    Party,
    Proofs,
    Protocol,
    check_moment,
)

Stater = Literal["party", "operator", "anyone"]
"""Who may state a type: the party whose act it is (or for it, by mandate); the operator; any enrolled party."""


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """Something that happened, as its author states it.

    `register` is the last part of its stream. `ended_by` names the type that ends the fact it makes, for the same
    values of `key`; `supersedes` says that the next one of its own type and key ends it.
    """

    register: ClassVar[str]
    stated_by: ClassVar[Stater] = "party"
    key_fields: ClassVar[tuple[str, ...]] = ()
    ended_by: ClassVar[tuple[str, ...]] = ()
    supersedes: ClassVar[bool] = False
    example: ClassVar[dict[str, Any]]

    author: Party
    happened_at: MomentText
    id: EventRef
    corrects: EventRef | Absent = ABSENT
    evidence: Proofs | Absent = ABSENT
    on_behalf_of: Parties | Absent = ABSENT
    related: EventRefs | Absent = ABSENT

    def __post_init__(self) -> None:
        for name in MOMENT_FIELDS.get(type(self), ("happened_at",)):
            value = getattr(self, name)
            try:
                if value is not ABSENT:
                    check_moment(value)
            except ValueError as error:
                # In the words of msgspec, which knows no field where a type itself refuses.
                raise ValueError(f"{error} - at `$.{name.removesuffix('_')}`") from error

    @property
    def type(self) -> str:
        """The tag, with its version."""
        return str(self.__struct_config__.tag)


class SignedEvent(Event, frozen=True, kw_only=True):
    """An event that carries its own signature. `stated_at` is the author's clock when they signed."""

    key: Hash
    stated_at: MomentText


class LedgerEvent(SignedEvent, frozen=True, kw_only=True):
    """About the ledger itself; its stream is `ledger/<register>`."""

    stated_by: ClassVar[Stater] = "operator"


class ProtocolEvent(SignedEvent, frozen=True, kw_only=True):
    """About one protocol; its stream is `<protocol>/<register>`."""

    protocol: Protocol


class MemberEvent(Event, frozen=True, kw_only=True):
    """A member of a batch: signed through the batch's root, so without key and time of its own."""

    protocol: Protocol


MOMENT_FIELDS: dict[type, tuple[str, ...]] = {}
"""The fields of each type that hold a moment; filled by the catalogue when it is built."""


def stream_of(event: Event) -> str:
    """The stream is a function of type and protocol, never a choice."""
    if isinstance(event, ProtocolEvent | MemberEvent):
        return f"{event.protocol}/{event.register}"
    return f"ledger/{event.register}"
