"""Events to bytes and back. The bytes are what the author signed: they are encoded once and never again."""

from __future__ import annotations

from functools import cache
from typing import Any, Union

import msgspec

from ledger.canonical import NotCanonical, decode, encode, encode_fast
from ledger.chain.entry import LARGEST_EVENT
from ledger.errors import InputRejected
from ledger.events.base import Event
from ledger.events.catalogue import by_tag, types
from ledger.events.faults import IS_NAME, told


class MalformedEvent(InputRejected):
    """Bytes, or values, that are not an event of the catalogue."""

    code = "event.malformed"


class UnknownType(MalformedEvent):
    """An event of a type that this version does not know."""

    code = "event.unknown-type"


@cache
def _decoder() -> msgspec.json.Decoder[Event]:
    decoder: Any = msgspec.json.Decoder(Union[tuple(by_tag().values())])  # noqa: UP007
    return decoder  # type: ignore[no-any-return]


def encoded(event: Event) -> bytes:
    """The bytes of an event. Raises MalformedEvent if they would be refused when read."""
    raw = encode(msgspec.to_builtins(event))
    if len(raw) > LARGEST_EVENT:
        raise MalformedEvent(f"{len(raw):,} bytes, and an event has at most {LARGEST_EVENT:,}", hint=_TOO_LARGE)
    return raw


def decoded(raw: bytes) -> Event:
    """Read stored or received event bytes, strictly.

    Raises MalformedEvent (UnknownType where only the type is not known) with the field's path: duplicate key, wrong
    spelling, null, unknown field, wrong kind, a moment that no calendar has.
    """
    if len(raw) > LARGEST_EVENT:
        raise MalformedEvent(f"{len(raw):,} bytes, and an event has at most {LARGEST_EVENT:,}", hint=_TOO_LARGE)
    try:
        value = decode(raw)
    except NotCanonical as error:
        raise MalformedEvent(error.message, hint=error.hint).at(**error.where) from error
    return built(value)


@cache
def _decoder_of(tag: str) -> msgspec.json.Decoder[Event]:
    return msgspec.json.Decoder(by_tag()[tag])


def decoded_again(raw: bytes, tag: str) -> Event:
    """As `decoded`, but sooner for a stored event that is as it should be, of the type that stands beside it.

    What encodes to the same bytes has no duplicate key, white space or other order; plain ASCII is NFC; and no field of
    any type takes null, a float or an integer of 2^53.
    """
    try:
        event = _decoder_of(tag).decode(raw)
        if raw.isascii() and len(raw) <= LARGEST_EVENT and encode_fast(event) == raw:
            return event
    except (KeyError, msgspec.MsgspecError, ValueError):
        pass
    return decoded(raw)


def built(value: Any) -> Event:
    """An event from the values of its fields, `type` with its version among them. Raises as `decoded` does."""
    tag = value.get("type") if isinstance(value, dict) else None
    if not isinstance(tag, str):
        raise MalformedEvent("an event is an object with a type", field="$.type", hint="see: ledger events list")
    if tag not in by_tag():
        raise UnknownType(f"no event type is called {_name(tag)}", field="$.type", hint=_near(tag))
    try:
        return msgspec.convert(value, by_tag()[tag], strict=True)
    except msgspec.ValidationError as error:
        fact, _, path = str(error).partition(" - at ")
        field = path.strip("`") or "$"
        raise MalformedEvent(told(fact), field=field, hint=_hint(tag, field)) from error


def _hint(tag: str, field: str) -> str:
    about = types()[tag.partition("/")[0]].fields.get(field.removeprefix("$.").partition("[")[0])
    choice = f"one of {', '.join(about.words)}; " if about is not None and about.words else ""
    return f"{choice}see: ledger events schema {tag}"


def decoded_fast(raw: bytes) -> Event:
    """Read event bytes that a verifier has already found to be in their one spelling."""
    try:
        return _decoder().decode(raw)
    except msgspec.ValidationError as error:
        raise MalformedEvent(told(str(error))) from error


def _name(given: str) -> str:
    """A name as it was given, if it is one: what stands in its place by mistake may be anything, also a person's."""
    return repr(given) if IS_NAME.fullmatch(given) else "that"


def tag_of(name: str) -> str:
    """The newest tag for a type's name with or without version. Raises UnknownType."""
    if name in by_tag():
        return name
    if name not in types():
        raise UnknownType(f"no event type is called {_name(name)}", field="$.type", hint=_near(name))
    return types()[name].tag


def _near(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name.partition("/")[0], list(types()), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else "see: ledger events list"


_TOO_LARGE = "attach large content as a document and name its digest"
