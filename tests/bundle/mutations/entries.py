"""What can be done to the entries."""

from __future__ import annotations

from typing import Any

from ledger.bundle.manifest import ENTRIES
from ledger.chain.entry import Entry, spliced
from ledger.clock import spell_recorded
from tests.bundle.forge import (
    honest,
)
from tests.bundle.mutations.manifest import with_manifest
from tests.bundle.mutations.mutation import Parts, content
from tests.keys.people import (
    PROTOCOL,
)


def lines_of(parts: Parts) -> list[bytes]:
    return parts[ENTRIES].split(b"\n")[:-1]


def with_lines(parts: Parts, lines: list[bytes]) -> Parts:
    fitted = with_manifest(parts, entries=len(lines))
    return {**fitted, ENTRIES: b"".join(line + b"\n" for line in lines)}


def _of(parts: Parts, type_name: str, nth: int = 0) -> int:
    """The index of the nth line of a type."""
    return [n for n, line in enumerate(lines_of(parts)) if b'"type":"%s/1"}' % type_name.encode() in line][nth]


def _respelled(line: bytes, **changed: Any) -> bytes:
    """The entry with other parts of its envelope, and nothing else made to fit."""
    entry = Entry.parse(line)
    values = {
        "event": entry.event, "position": entry.position, "prev": entry.prev, "signature": entry.signature,
        "recorded_at": spell_recorded(entry.recorded_at), "stream": entry.stream, "version": entry.version, **changed,
    }  # fmt: skip
    return spliced(**values)


@content("signature.false")
def event_changed(parts: Parts) -> Parts:
    lines = lines_of(parts)
    at = _of(parts, "measure-attested")
    lines[at] = lines[at].replace(b"security-policy", b"security-polish")
    return with_lines(parts, lines)


@content("proof.inclusion")
def recording_time_changed(parts: Parts) -> Parts:
    lines = lines_of(parts)
    at = _of(parts, "measure-attested", 3)
    lines[at] = lines[at].replace(b'"recorded_at":"2022-05-30T12:00:00.', b'"recorded_at":"2022-05-30T12:00:01.')
    return with_lines(parts, lines)


@content("entry.time-went-back")
def recorded_before_its_forerunner(parts: Parts) -> Parts:
    lines = lines_of(parts)
    at = _of(parts, "measure-attested")
    lines[at] = _respelled(lines[at], recorded_at="2021-01-01T00:00:00.000000Z")
    return with_lines(parts, lines)


@content("chain.broken-link")
def link_changed(parts: Parts) -> Parts:
    lines = lines_of(parts)
    at = _of(parts, "measure-attested", 1)
    lines[at] = _respelled(lines[at], prev=bytes(32))
    return with_lines(parts, lines)


@content("completeness.hole")
def entry_left_out(parts: Parts) -> Parts:
    lines = lines_of(parts)
    del lines[_of(parts, "measure-attested", 1)]
    return with_lines(parts, lines)


@content("entry.order")
def entry_doubled(parts: Parts) -> Parts:
    lines = lines_of(parts)
    at = _of(parts, "measure-attested", 1)
    lines.insert(at, lines[at])
    return with_lines(parts, lines)


@content("entry.order")
def entries_swapped(parts: Parts) -> Parts:
    lines = lines_of(parts)
    at = _of(parts, "measure-attested", 1)
    lines[at], lines[at - 1] = lines[at - 1], lines[at]
    return with_lines(parts, lines)


@content("entry.stream")
def entry_moved_to_another_stream(parts: Parts) -> Parts:
    lines = lines_of(parts)
    at = _of(parts, "measure-attested", 3)
    lines[at] = _respelled(lines[at], stream=f"{PROTOCOL}/access", version=4)
    return with_lines(parts, lines)


@content("completeness.truncated")
def tail_of_a_stream_cut(parts: Parts) -> Parts:
    lines = lines_of(parts)
    del lines[_of(parts, "measure-attested", 3)]
    return with_lines(parts, lines)


@content("completeness.hole")
def head_of_a_stream_cut(parts: Parts) -> Parts:
    lines = lines_of(parts)
    del lines[_of(parts, "application-registered")]
    return with_lines(parts, lines)


@content("completeness.missing-stream")
def whole_stream_left_out(parts: Parts) -> Parts:
    return with_lines(parts, [line for line in lines_of(parts) if b'/access","v":1' not in line])


@content("completeness.no-seal")
def seal_left_out(parts: Parts) -> Parts:
    return with_lines(parts, lines_of(parts)[:-1])


@content("completeness.extra-stream")
def entry_that_nobody_asked_for(parts: Parts) -> Parts:
    lines, stray = lines_of(parts), honest()
    lines.insert(_of(parts, "log-batch-ingested"), stray.entry(stray.at("dossier-closed/1")))
    return with_lines(parts, lines)


@content("signature.false")
def signature_of_another_entry(parts: Parts) -> Parts:
    lines = lines_of(parts)
    at = _of(parts, "measure-attested", 1)
    lines[at] = _respelled(lines[at], signature=Entry.parse(lines[at - 1]).signature)
    return with_lines(parts, lines)


@content("signature.missing")
def signature_said_to_be_a_batchs(parts: Parts) -> Parts:
    lines = lines_of(parts)
    at = _of(parts, "measure-attested", 1)
    lines[at] = _respelled(lines[at], signature="batch:9")
    return with_lines(parts, lines)


@content("entry.malformed")
def signature_in_another_base64(parts: Parts) -> Parts:
    return {**parts, ENTRIES: parts[ENTRIES].replace(b'=="', b'="', 1)}


@content("entry.malformed")
def position_with_a_leading_zero(parts: Parts) -> Parts:
    return {**parts, ENTRIES: parts[ENTRIES].replace(b',"position":5,', b',"position":05,', 1)}


@content("entry.malformed")
def line_ends_of_another_system(parts: Parts) -> Parts:
    return {**parts, ENTRIES: parts[ENTRIES].replace(b"\n", b"\r\n")}


@content("event.malformed")
def event_with_a_key_twice(parts: Parts) -> Parts:
    return {**parts, ENTRIES: parts[ENTRIES].replace(b'"measure":', b'"measure":"x","measure":', 1)}


@content("bundle.malformed", exit=5)
def last_line_without_its_end(parts: Parts) -> Parts:
    return {**parts, ENTRIES: parts[ENTRIES][:-1]}
