"""What can be said falsely in the manifest."""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.bundle.manifest import MANIFEST, Manifest
from tests.bundle.mutations.mutation import Parts, member


def with_manifest(parts: Parts, **changed: Any) -> Parts:
    """The members with these fields of the manifest changed."""
    manifest = msgspec.structs.replace(Manifest.parse(parts[MANIFEST]), **changed)
    return {**parts, MANIFEST: bytes(manifest)}


def _spelled(parts: Parts, old: bytes, new: bytes) -> Parts:
    assert old in parts[MANIFEST]
    return {**parts, MANIFEST: parts[MANIFEST].replace(old, new, 1)}


@member("bundle.malformed", exit=5)
def manifest_with_a_space(parts: Parts) -> Parts:
    return _spelled(parts, b"{", b"{ ")


@member("bundle.malformed", exit=5)
def manifest_with_a_key_twice(parts: Parts) -> Parts:
    return _spelled(parts, b'"entries":', b'"entries":1,"entries":')


@member("bundle.malformed", exit=5)
def manifest_with_an_unknown_field(parts: Parts) -> Parts:
    return _spelled(parts, b'"format":', b'"exempt":true,"format":')


@member("bundle.malformed", exit=5)
def manifest_of_another_format(parts: Parts) -> Parts:
    return _spelled(parts, b"ledger/bundle/1", b"ledger/bundle/2")


@member("bundle.manifest")
def manifest_of_another_size(parts: Parts) -> Parts:
    return with_manifest(parts, size=Manifest.parse(parts[MANIFEST]).size - 1)


@member("bundle.manifest")
def manifest_of_another_number_of_entries(parts: Parts) -> Parts:
    return with_manifest(parts, entries=3)


@member("bundle.manifest")
def manifest_of_another_origin(parts: Parts) -> Parts:
    return with_manifest(parts, origin="example.org/other")


@member("completeness.missing-stream")
def clause_added_to_the_manifest(parts: Parts) -> Parts:
    return with_manifest(parts, clauses=("art. 5, item 3", "art. 4"))


@member("completeness.extra-stream")
def clause_taken_off_the_manifest(parts: Parts) -> Parts:
    return with_manifest(parts, clauses=("art. 5, item 1",))


@member("protocol.unusable")
def clause_that_the_protocol_has_not(parts: Parts) -> Parts:
    return with_manifest(parts, clauses=("art. 99",))


@member("protocol.versions")
def manifest_of_another_protocol(parts: Parts) -> Parts:
    return with_manifest(parts, protocol="opgroeien-serv-2021")


@member("completeness.missing-stream")
def stream_taken_off_the_manifest(parts: Parts) -> Parts:
    manifest = Manifest.parse(parts[MANIFEST])
    return with_manifest(parts, streams=tuple(each for each in manifest.streams if not each.stream.endswith("/access")))


@member("completeness.manifest")
def head_changed_in_the_manifest(parts: Parts) -> Parts:
    streams = Manifest.parse(parts[MANIFEST]).streams
    changed = tuple(msgspec.structs.replace(e, last=e.last - 1) if e.stream.endswith("/access") else e for e in streams)
    return with_manifest(parts, streams=changed)


@member("completeness.manifest")
def stream_taken_off_what_was_left_out(parts: Parts) -> Parts:
    return with_manifest(parts, left_out=Manifest.parse(parts[MANIFEST]).left_out[1:])


@member("completeness.manifest")
def stream_left_out_by_the_name_of_another_protocol(parts: Parts) -> Parts:
    first, *others = Manifest.parse(parts[MANIFEST]).left_out
    return with_manifest(parts, left_out=(msgspec.structs.replace(first, stream="another-2021/access"), *others))


@member("completeness.manifest")
def stream_left_out_by_a_name_that_the_seal_has_no_place_for(parts: Parts) -> Parts:
    first, *others = Manifest.parse(parts[MANIFEST]).left_out
    protocol = first.stream.partition("/")[0]
    return with_manifest(parts, left_out=(msgspec.structs.replace(first, stream=f"{protocol}/measured"), *others))


@member("completeness.manifest")
def other_streams_counted_otherwise(parts: Parts) -> Parts:
    return with_manifest(parts, other_streams=99)


@member("completeness.shown")
def whole_stream_said_to_be_shown_by_its_head(parts: Parts) -> Parts:
    streams = Manifest.parse(parts[MANIFEST]).streams
    changed = tuple(msgspec.structs.replace(e, shown="head") if e.stream.endswith("/access") else e for e in streams)
    return with_manifest(parts, streams=changed)
