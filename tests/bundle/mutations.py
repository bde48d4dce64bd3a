"""The catalogue of docs/threats.md: what each name does to a good bundle, and the fault that must be told.

Three hands: one that has the file only (`container`, `member`), one that also makes the manifest fit (`content`), and
an operator with every key but the witness's who writes the whole ledger anew (`ledger`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ledger.bundle.manifest import CHECKPOINT, ENTRIES, ENTRIES_PROOF, MANIFEST, OPENINGS, STREAMS_PROOF, Manifest
from ledger.bundle.proofs import StreamsProof
from ledger.canonical import encode_fast
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import Entry, spell_signature, spliced
from ledger.chain.hashing import Digest, sha256
from ledger.chain.note import Note
from ledger.chain.spelling import dump_base64
from ledger.clock import spell_recorded
from ledger.storage.reader import StreamHead
from tests.bundle.forge import (
    ABOUT,
    FILE,
    GROUNDS,
    REASON,
    STRANGER,
    Forge,
    disclosed,
    good,
    honest,
    members,
    rewritten,
    unsealed,
    vkey,
)
from tests.keys.people import (
    FIO,
    LOG,
    OPERATOR,
    PROTOCOL,
    TBT,
    TBT_IMPORTS,
    TBT_NEXT,
    VLAIO,
    Person,
    enrolment,
    revocation,
)

Parts = dict[str, bytes]
Make = Callable[[Path], Path]
"""Writes the mutated bundle into a folder, and gives its path."""

MUTATIONS: dict[str, Mutation] = {}


class Mutation(NamedTuple):
    """`code` is the fault, `exit` what `ledger evidence verify` ends with, `position` the entry, where it names one."""

    make: Make
    code: str
    exit: int
    position: int


@dataclass
class Kind:
    """A decorator that files a mutation under its function's name."""

    into: Callable[[Callable[[Any], Any]], Make]
    exit: int = 3

    def __call__(self, code: str, *, position: int = -1, exit: int | None = None) -> Callable[[Any], Any]:
        def file(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
            name = function.__name__.replace("_", " ")
            MUTATIONS[name] = Mutation(self.into(function), code, self.exit if exit is None else exit, position)
            return function

        return file


def _of_bytes(function: Callable[[bytes], bytes]) -> Make:
    def make(folder: Path) -> Path:
        path = good(folder)
        path.write_bytes(function(path.read_bytes()))
        return path

    return make


def _of_parts(*, relist: bool) -> Callable[[Callable[[Parts], Parts]], Make]:
    def into(function: Callable[[Parts], Parts]) -> Make:
        def make(folder: Path) -> Path:
            path = good(folder)
            return rewritten(path, function(members(path)), relist=relist)

        return make

    return into


def _of_ledger(function: Callable[[], Forge]) -> Make:
    return lambda folder: function().bundle(folder / "b.zip")


container = Kind(_of_bytes, 5)
member = Kind(_of_parts(relist=False))
content = Kind(_of_parts(relist=True))
ledger = Kind(_of_ledger)
path_of = Kind(lambda function: function)


# --- the container ---------------------------------------------------------------------------------------------------


def _records(raw: bytes) -> tuple[int, int]:
    """Where the directory begins and ends."""
    end = len(raw) - 22
    return int.from_bytes(raw[end + 16 : end + 20], "little"), end


def _put(raw: bytes, at: int, piece: bytes) -> bytes:
    return raw[:at] + piece + raw[at + len(piece) :]


def _both(raw: bytes, local: int, central: int, piece: bytes) -> bytes:
    """The same bytes in the first member's header and in its line of the directory."""
    return _put(_put(raw, local, piece), _records(raw)[0] + central, piece)


@container("bundle.malformed")
def empty_file(raw: bytes) -> bytes:
    return b""


@container("bundle.malformed")
def file_cut_short(raw: bytes) -> bytes:
    return raw[:-40]


@container("bundle.malformed")
def bytes_before_the_first_member(raw: bytes) -> bytes:
    return b"#!/bin/sh\n" + raw


@container("bundle.malformed")
def comment_at_the_end(raw: bytes) -> bytes:
    return raw[:-2] + b"\x05\x00hello"


@container("bundle.malformed")
def compressed_member(raw: bytes) -> bytes:
    return _both(raw, 8, 10, b"\x08\x00")


@container("bundle.malformed")
def encrypted_member(raw: bytes) -> bytes:
    return _both(raw, 6, 8, b"\x01\x00")


@container("bundle.malformed")
def member_with_a_time(raw: bytes) -> bytes:
    return _both(raw, 10, 12, b"\x11\x22")


@container("bundle.malformed")
def member_that_is_a_link(raw: bytes) -> bytes:
    return _put(raw, _records(raw)[0] + 38, (0o120777 << 16).to_bytes(4, "little"))


@container("bundle.malformed")
def size_of_a_zip_bomb(raw: bytes) -> bytes:
    start = _records(raw)[0]
    return _put(raw, start + 24, (2**32 - 2).to_bytes(4, "little"))


@container("bundle.malformed")
def two_names_for_one_member(raw: bytes) -> bytes:
    return _put(raw, 30, b"SUMMARY.xx.md")


@container("bundle.malformed")
def number_of_members_of_a_bomb(raw: bytes) -> bytes:
    return _put(raw, len(raw) - 14, b"\xff\xff\xff\xff")


def _renamed(raw: bytes, name: bytes) -> bytes:
    assert len(name) == len(b"SUMMARY.en.md")
    return raw.replace(b"SUMMARY.en.md", name)


@container("bundle.name")
def path_out_of_the_folder(raw: bytes) -> bytes:
    return _renamed(raw, b"../../../etc1")


@container("bundle.name")
def absolute_path(raw: bytes) -> bytes:
    return _renamed(raw, b"/etc/passwd12")


@container("bundle.name")
def path_of_another_system(raw: bytes) -> bytes:
    return _renamed(raw, b"C:\\temp\\a.txt")


@container("bundle.name")
def name_that_is_not_ascii(raw: bytes) -> bytes:
    return _renamed(raw, "SUMMARY.é.md".encode())


@container("bundle.malformed")
def member_twice(raw: bytes) -> bytes:
    return _renamed(raw, b"SUMMARY.nl.md")


@container("bundle.malformed")
def members_out_of_order(raw: bytes) -> bytes:
    return _renamed(raw, b"aUMMARY.en.md")


@member("bundle.members", exit=5)
def file_that_the_manifest_does_not_list(parts: Parts) -> Parts:
    return {**parts, "README.md": b"trust me\n"}


@content("bundle.members", exit=5)
def listed_file_that_no_bundle_has(parts: Parts) -> Parts:
    return {**parts, "trust.txt": b"log example.org+00000000+AAAA\n"}


@member("bundle.members", exit=5)
def file_that_is_not_there(parts: Parts) -> Parts:
    return {name: data for name, data in parts.items() if name != STREAMS_PROOF}


@content("bundle.members", exit=5)
def needed_file_taken_off_the_manifest_too(parts: Parts) -> Parts:
    return {name: data for name, data in parts.items() if name != ENTRIES_PROOF}


@path_of("bundle.member-checksum")
def checksum_of_a_member(folder: Path) -> Path:
    path = good(folder)
    raw = path.read_bytes()
    path.write_bytes(_both(raw, 14, 16, b"\0\0\0\0"))
    return path


@path_of("bundle.member-changed")
def one_flipped_bit(folder: Path) -> Path:
    path = good(folder)
    raw = path.read_bytes()
    at = raw.index(b"security-plan")
    path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
    return path


# --- the manifest ----------------------------------------------------------------------------------------------------


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
def other_streams_counted_otherwise(parts: Parts) -> Parts:
    return with_manifest(parts, other_streams=99)


@member("completeness.shown")
def whole_stream_said_to_be_shown_by_its_head(parts: Parts) -> Parts:
    streams = Manifest.parse(parts[MANIFEST]).streams
    changed = tuple(msgspec.structs.replace(e, shown="head") if e.stream.endswith("/access") else e for e in streams)
    return with_manifest(parts, streams=changed)


# --- the entries -----------------------------------------------------------------------------------------------------


def _lines(parts: Parts) -> list[bytes]:
    return parts[ENTRIES].split(b"\n")[:-1]


def _with_lines(parts: Parts, lines: list[bytes]) -> Parts:
    fitted = with_manifest(parts, entries=len(lines))
    return {**fitted, ENTRIES: b"".join(line + b"\n" for line in lines)}


def _of(parts: Parts, type_name: str, nth: int = 0) -> int:
    """The index of the nth line of a type."""
    return [n for n, line in enumerate(_lines(parts)) if b'"type":"%s/1"}' % type_name.encode() in line][nth]


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
    lines = _lines(parts)
    at = _of(parts, "measure-attested")
    lines[at] = lines[at].replace(b"security-policy", b"security-polish")
    return _with_lines(parts, lines)


@content("proof.inclusion")
def recording_time_changed(parts: Parts) -> Parts:
    lines = _lines(parts)
    at = _of(parts, "measure-attested", 3)
    lines[at] = lines[at].replace(b'"recorded_at":"2022-05-30T12:00:00.', b'"recorded_at":"2022-05-30T12:00:01.')
    return _with_lines(parts, lines)


@content("entry.time-went-back")
def recorded_before_its_forerunner(parts: Parts) -> Parts:
    lines = _lines(parts)
    at = _of(parts, "measure-attested")
    lines[at] = _respelled(lines[at], recorded_at="2021-01-01T00:00:00.000000Z")
    return _with_lines(parts, lines)


@content("chain.broken-link")
def link_changed(parts: Parts) -> Parts:
    lines = _lines(parts)
    at = _of(parts, "measure-attested", 1)
    lines[at] = _respelled(lines[at], prev=bytes(32))
    return _with_lines(parts, lines)


@content("completeness.hole")
def entry_left_out(parts: Parts) -> Parts:
    lines = _lines(parts)
    del lines[_of(parts, "measure-attested", 1)]
    return _with_lines(parts, lines)


@content("entry.order")
def entry_doubled(parts: Parts) -> Parts:
    lines = _lines(parts)
    at = _of(parts, "measure-attested", 1)
    lines.insert(at, lines[at])
    return _with_lines(parts, lines)


@content("entry.order")
def entries_swapped(parts: Parts) -> Parts:
    lines = _lines(parts)
    at = _of(parts, "measure-attested", 1)
    lines[at], lines[at - 1] = lines[at - 1], lines[at]
    return _with_lines(parts, lines)


@content("entry.stream")
def entry_moved_to_another_stream(parts: Parts) -> Parts:
    lines = _lines(parts)
    at = _of(parts, "measure-attested", 3)
    lines[at] = _respelled(lines[at], stream=f"{PROTOCOL}/access", version=4)
    return _with_lines(parts, lines)


@content("completeness.truncated")
def tail_of_a_stream_cut(parts: Parts) -> Parts:
    lines = _lines(parts)
    del lines[_of(parts, "measure-attested", 3)]
    return _with_lines(parts, lines)


@content("completeness.hole")
def head_of_a_stream_cut(parts: Parts) -> Parts:
    lines = _lines(parts)
    del lines[_of(parts, "application-registered")]
    return _with_lines(parts, lines)


@content("completeness.missing-stream")
def whole_stream_left_out(parts: Parts) -> Parts:
    return _with_lines(parts, [line for line in _lines(parts) if b'/access","v":1' not in line])


@content("completeness.no-seal")
def seal_left_out(parts: Parts) -> Parts:
    return _with_lines(parts, _lines(parts)[:-1])


@content("completeness.extra-stream")
def entry_that_nobody_asked_for(parts: Parts) -> Parts:
    lines, stray = _lines(parts), honest()
    lines.insert(_of(parts, "log-batch-ingested"), stray.entry(stray.at("dossier-closed/1")))
    return _with_lines(parts, lines)


@content("signature.false")
def signature_of_another_entry(parts: Parts) -> Parts:
    lines = _lines(parts)
    at = _of(parts, "measure-attested", 1)
    lines[at] = _respelled(lines[at], signature=Entry.parse(lines[at - 1]).signature)
    return _with_lines(parts, lines)


@content("signature.missing")
def signature_said_to_be_a_batchs(parts: Parts) -> Parts:
    lines = _lines(parts)
    at = _of(parts, "measure-attested", 1)
    lines[at] = _respelled(lines[at], signature="batch:9")
    return _with_lines(parts, lines)


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


# --- the proofs ------------------------------------------------------------------------------------------------------


def _hashes(parts: Parts, name: str) -> tuple[list[bytes], list[bytes]]:
    """A proof's lines: its head, and its hashes."""
    lines = parts[name].split(b"\n")[:-1]
    cut = lines.index(b"") + 1 if b"" in lines else 2
    return lines[:cut], lines[cut:]


def _proof(parts: Parts, name: str, hashes: list[bytes]) -> Parts:
    return {**parts, name: b"".join(line + b"\n" for line in [*_hashes(parts, name)[0], *hashes])}


@content("proof.inclusion")
def hash_of_the_proof_dropped(parts: Parts) -> Parts:
    return _proof(parts, ENTRIES_PROOF, _hashes(parts, ENTRIES_PROOF)[1][:-1])


@content("proof.inclusion")
def hash_of_the_proof_added(parts: Parts) -> Parts:
    hashes = _hashes(parts, ENTRIES_PROOF)[1]
    return _proof(parts, ENTRIES_PROOF, [*hashes, hashes[0]])


@content("proof.inclusion")
def hash_of_the_proof_changed(parts: Parts) -> Parts:
    return _proof(parts, ENTRIES_PROOF, [dump_base64(bytes(32)).encode(), *_hashes(parts, ENTRIES_PROOF)[1][1:]])


@content("bundle.proof-malformed")
def hash_in_another_base64(parts: Parts) -> Parts:
    hashes = _hashes(parts, ENTRIES_PROOF)[1]
    return _proof(parts, ENTRIES_PROOF, [hashes[0].rstrip(b"="), *hashes[1:]])


@content("proof.size")
def size_of_the_proof_changed(parts: Parts) -> Parts:
    return {**parts, ENTRIES_PROOF: parts[ENTRIES_PROOF].replace(b"size ", b"size 1", 1)}


@content("bundle.proof-malformed")
def size_of_the_proof_with_a_sign(parts: Parts) -> Parts:
    return {**parts, ENTRIES_PROOF: parts[ENTRIES_PROOF].replace(b"size ", b"size +", 1)}


def _streams(parts: Parts, change: Callable[[StreamsProof], StreamsProof]) -> Parts:
    return {**parts, STREAMS_PROOF: bytes(change(StreamsProof.parse(parts[STREAMS_PROOF])))}


@content("completeness.seal")
def sealed_version_changed(parts: Parts) -> Parts:
    cut = _with_lines(parts, [line for n, line in enumerate(_lines(parts)) if n != _of(parts, "measure-attested", 3)])
    return {**cut, STREAMS_PROOF: cut[STREAMS_PROOF].replace(b"/measures 4 ", b"/measures 3 ")}


@content("completeness.seal")
def line_of_the_seal_dropped(parts: Parts) -> Parts:
    return _streams(parts, lambda proof: proof._replace(lines=proof.lines[1:]))


@content("completeness.seal")
def number_of_sealed_streams_changed(parts: Parts) -> Parts:
    return _streams(parts, lambda proof: proof._replace(total=proof.total + 1))


@content("completeness.seal")
def hash_of_the_seals_proof_changed(parts: Parts) -> Parts:
    return _streams(parts, lambda proof: proof._replace(hashes=(Digest(bytes(32)), *proof.hashes[1:])))


# --- the checkpoint --------------------------------------------------------------------------------------------------


def _note(parts: Parts, change: Callable[[Note], Note]) -> Parts:
    return {**parts, CHECKPOINT: bytes(change(Note.parse(parts[CHECKPOINT])))}


@content("checkpoint.signature")
def root_changed(parts: Parts) -> Parts:
    note = Note.parse(parts[CHECKPOINT])
    checkpoint = Checkpoint.parse(note.text)
    other = msgspec.structs.replace(checkpoint, root=Digest(bytes(32)))
    return _note(parts, lambda note: Note(str(other), note.signatures))


@content("checkpoint.other-log")
def checkpoint_of_another_log(parts: Parts) -> Parts:
    checkpoint = Checkpoint.parse(Note.parse(parts[CHECKPOINT]).text)
    other = msgspec.structs.replace(checkpoint, origin="example.org/other")
    return _note(parts, lambda note: other.signed(vkey(LOG, "example.org/other"), LOG.sign))


@content("checkpoint.signature")
def signature_of_the_log_dropped(parts: Parts) -> Parts:
    return _note(parts, lambda note: Note(note.text, note.signatures[1:]))


@content("checkpoint.signature")
def signature_of_the_log_by_an_unknown_key(parts: Parts) -> Parts:
    def signed(note: Note) -> Note:
        return Checkpoint.parse(note.text).signed(vkey(FIO), FIO.sign)

    return _note(parts, signed)


@content("checkpoint.malformed")
def checkpoint_with_an_extension_line(parts: Parts) -> Parts:
    return {**parts, CHECKPOINT: parts[CHECKPOINT].replace(b"\n\n", b"\nexempt\n\n", 1)}


@content("checkpoint.malformed")
def checkpoint_with_a_sign_before_its_size(parts: Parts) -> Parts:
    return {**parts, CHECKPOINT: parts[CHECKPOINT].replace(b"\n", b"\n+", 1)}


@content("checkpoint.malformed")
def checkpoint_with_line_ends_of_another_system(parts: Parts) -> Parts:
    return {**parts, CHECKPOINT: parts[CHECKPOINT].replace(b"\n", b"\r\n")}


@content("agreement.cosignature")
def cosignature_changed(parts: Parts) -> Parts:
    def broken(note: Note) -> Note:
        first, second = note.signatures
        return Note(note.text, (first, msgspec.structs.replace(second, signature=bytes(72))))

    return _note(parts, broken)


@content("agreement.cosignature")
def cosignature_moved_in_time(parts: Parts) -> Parts:
    def moved(note: Note) -> Note:
        first, second = note.signatures
        later = (int.from_bytes(second.signature[:8], "big") + 86400).to_bytes(8, "big")
        return Note(note.text, (first, msgspec.structs.replace(second, signature=later + second.signature[8:])))

    return _note(parts, moved)


@content("", exit=9)
def cosignature_dropped(parts: Parts) -> Parts:
    return _note(parts, lambda note: Note(note.text, note.signatures[:1]))


@content("", exit=9)
def cosignature_by_a_key_that_the_policy_does_not_know(parts: Parts) -> Parts:
    def other(note: Note) -> Note:
        return Note(note.text, note.signatures[:1]).cosigned(
            vkey(STRANGER, "serv.example/w"), STRANGER.sign, 1653912000
        )

    return _note(parts, other)


@content("", exit=0)
def cosignature_doubled(parts: Parts) -> Parts:
    return _note(parts, lambda note: Note(note.text, (*note.signatures, note.signatures[1])))


@content("", exit=0)
def signature_that_nobody_knows_added(parts: Parts) -> Parts:
    return _note(parts, lambda note: note.cosigned(vkey(STRANGER, "serv.example/w"), STRANGER.sign, 1653912000))


# --- an operator with every key --------------------------------------------------------------------------------------


def _sealed(forge: Forge) -> Forge:
    forge.seal()
    forge.sign()
    return forge


@ledger("signature.key-not-valid")
def signed_with_a_revoked_key() -> Forge:
    forge = unsealed()
    forge.append(forge.state(TBT, "measure-attested/1", measure="later"), TBT)
    return _sealed(forge)


@ledger("signature.unknown-key")
def signed_with_a_key_that_is_enrolled_later() -> Forge:
    forge = unsealed(until="revoke")
    forge.append(forge.state(TBT_NEXT, "measure-attested/1", measure="early"), TBT_NEXT)
    forge.append(msgspec.structs.replace(enrolment(TBT, TBT_NEXT), id="9e" * 16), TBT)
    return _sealed(forge)


@ledger("signature.unknown-key")
def signed_with_a_key_that_nobody_enrolled() -> Forge:
    forge = unsealed()
    forge.append(forge.state(FIO, "measure-attested/1", measure="mine"), FIO)
    return _sealed(forge)


@ledger("signature.other-party")
def act_of_another_party() -> Forge:
    forge = unsealed()
    event = forge.state(TBT, "measure-attested/1", measure="said-by-vlaio")
    forge.append(msgspec.structs.replace(event, key=VLAIO.key_id), VLAIO)
    return _sealed(forge)


@ledger("signature.false")
def old_act_changed_and_signed_anew_with_a_later_key() -> Forge:
    forge = unsealed(until="leave")
    forge.append(forge.state(TBT, "measure-attested/1", measure="rewritten"), TBT_NEXT)
    return _sealed(forge)


@ledger("signature.false")
def act_of_another_ledger_played_again() -> Forge:
    forge = unsealed()
    forge.append(forge.state(VLAIO, "measure-attested/1", measure="elsewhere"), VLAIO, origin="example.org/other")
    return _sealed(forge)


@ledger("signature.key-use")
def act_signed_with_a_key_for_imports() -> Forge:
    forge = unsealed(until="leave")
    forge.append(msgspec.structs.replace(enrolment(TBT, TBT_IMPORTS), id="9e" * 16), TBT)
    forge.append(forge.state(TBT_IMPORTS, "measure-attested/1", measure="by-service"), TBT_IMPORTS)
    return _sealed(forge)


@ledger("signature.not-pinned")
def party_given_a_key_by_the_operator() -> Forge:
    """TBT's key is said to be lost, and the operator enrols one of its own making."""
    forge = unsealed(until="revoke")
    forge.append(msgspec.structs.replace(revocation(OPERATOR, TBT), id="9d" * 16), OPERATOR)
    made_up = Person("TBT", 66)
    forge.append(msgspec.structs.replace(enrolment(OPERATOR, made_up), id="9e" * 16), OPERATOR)
    forge.append(forge.state(made_up, "measure-attested/1", measure="never-said"), made_up)
    return _sealed(forge)


@ledger("key.history")
def key_of_low_order_enrolled() -> Forge:
    forge = unsealed(until="leave")
    event = enrolment(VLAIO, Person("VLAIO", 44))
    forge.append(msgspec.structs.replace(event, public_key="00" * 32, possession="00" * 64, id="9e" * 16), VLAIO)
    return _sealed(forge)


@ledger("signature.unknown-key")
def act_signed_under_a_key_of_low_order() -> Forge:
    forge = key_of_low_order_enrolled()
    event = forge.state(VLAIO, "measure-attested/1", measure="free-for-all")
    event = msgspec.structs.replace(event, key=sha256(bytes(32)).hex())
    forge.append(event, VLAIO, signature=spell_signature(bytes(64)))
    return _sealed(forge)


@ledger("key.history")
def key_enrolled_without_its_private_half() -> Forge:
    forge = unsealed(until="leave")
    event = enrolment(VLAIO, Person("VLAIO", 44), possession="11" * 64)
    forge.append(msgspec.structs.replace(event, id="9e" * 16), VLAIO)
    return _sealed(forge)


@ledger("signature.not-operator")
def erasure_that_the_operator_did_not_state() -> Forge:
    forge = unsealed()
    event = forge.state(VLAIO, "subject-erased/1", ground="request", decided_by="VLAIO", tokens=[ABOUT])
    forge.append(event, VLAIO)
    return _sealed(forge)


@ledger("event.id-twice")
def one_id_for_two_events() -> Forge:
    forge = unsealed()
    event = forge.state(VLAIO, "measure-attested/1", measure="once")
    forge.append(event, VLAIO)
    forge.append(msgspec.structs.replace(event, measure="twice"), VLAIO)
    return _sealed(forge)


@ledger("entry.stream")
def act_hidden_in_another_stream() -> Forge:
    forge = unsealed()
    forge.append(forge.state(VLAIO, "measure-lapsed/1", measure="security-plan"), VLAIO, stream=f"{PROTOCOL}/access")
    return _sealed(forge)


@ledger("completeness.beyond-seal")
def seal_that_says_less_than_there_is() -> Forge:
    """The tail is hidden from the seal; whoever shows it has proof of a false seal."""
    forge = unsealed()
    lower = {name: _before(forge, head) if name.endswith("/measures") else head for name, head in forge.heads.items()}
    forge.seal(heads=lower)
    forge.sign()
    return _ShowsAll(**vars(forge))


class _ShowsAll(Forge):
    """Shows the lines of its seal, and every entry beside."""

    def stream_heads(self) -> list[StreamHead]:
        return sorted(_before(self, h) if h.stream.endswith("/measures") else h for h in self.heads.values())


def _before(forge: Forge, head: StreamHead) -> StreamHead:
    rows = [row for row in forge.stream_entries(head.stream) if row[2] == head.version - 1]
    entry = Entry.parse(rows[0][4])
    return StreamHead(head.stream, entry.version, entry.position, entry.leaf)


@ledger("completeness.usage")
def use_that_no_batch_counts() -> Forge:
    forge = unsealed()
    forge.batch(VLAIO, 3, counted=2)
    return _sealed(forge)


@ledger("completeness.usage")
def use_taken_away() -> Forge:
    forge = unsealed()
    forge.batch(VLAIO, 3, counted=4)
    return _sealed(forge)


@path_of("protocol.file-changed")
def protocol_file_changed(folder: Path) -> Path:
    path = good(folder)
    parts = members(path)
    name = next(each for each in parts if each.startswith("protocol/"))
    return rewritten(path, {**parts, name: FILE.replace(b"art. 5, item 3", b"art. 5, item 9")})


@path_of("protocol.versions")
def protocol_file_of_ones_own(folder: Path) -> Path:
    """A file that asks for less, well listed; the governance stream names another."""
    own = FILE.replace(b"proof: [log-batch-ingested, access-reviewed]", b"proof: [access-reviewed]")
    path = good(folder)
    parts = members(path)
    name = next(each for each in parts if each.startswith("protocol/"))
    version = msgspec.structs.replace(Manifest.parse(parts[MANIFEST]).versions[0], digest=sha256(own).hex())
    del parts[name]
    return rewritten(path, with_manifest({**parts, version.member: own}, versions=(version,)))


@path_of("proof.inclusion")
def two_ledgers_spliced(folder: Path) -> Path:
    """The entries of one ledger under the checkpoint of another with the same keys."""
    other = unsealed()
    other.append(other.state(VLAIO, "measure-attested/1", measure="other"), VLAIO)
    _sealed(other)
    path = other.bundle(folder / "other.zip")
    there = members(path)
    mine = members(good(folder))
    return rewritten(folder / "b.zip", {**mine, CHECKPOINT: there[CHECKPOINT]})


@path_of("proof.inclusion")
def checkpoint_of_the_same_size_with_another_root(folder: Path) -> Path:
    """The log signed a second history of the same length, and no witness saw it."""
    path = good(folder)
    fork = honest()
    fork.sign(root=Digest(sha256(b"fork")))
    return rewritten(path, {**members(path), CHECKPOINT: fork.note})


# --- the sealed parts ------------------------------------------------------------------------------------------------


def _opening(code: str, *lines: Callable[[Forge], bytes]) -> Mutation:
    def make(folder: Path) -> Path:
        forge = honest()
        path = good(folder)
        return rewritten(path, {**members(path), OPENINGS: b"".join(line(forge) + b"\n" for line in lines)})

    return Mutation(make, code, 3, -1)


MUTATIONS |= {
    "opening with another value": _opening(
        "persons.other-value", lambda forge: bytes(disclosed(forge, REASON)._replace(value="Iets anders"))
    ),
    "opening with another blind": _opening(
        "persons.other-value", lambda forge: bytes(disclosed(forge, REASON)._replace(blind="22" * 32))
    ),
    "opening of another entry": _opening(
        "persons.no-such-part", lambda forge: bytes(disclosed(forge, REASON)._replace(position=1))
    ),
    "opening twice": _opening(
        "persons.twice", lambda forge: bytes(disclosed(forge, REASON)), lambda forge: bytes(disclosed(forge, REASON))
    ),
    "erased part that is disclosed": _opening(
        "persons.erased-disclosed", lambda forge: bytes(disclosed(forge, GROUNDS, 1))
    ),
    "opening with a field too many": _opening(
        "persons.malformed", lambda forge: encode_fast({**disclosed(forge, REASON)._asdict(), "why": "x"})
    ),
}
