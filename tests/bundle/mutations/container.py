"""What can be done to the zip itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.bundle.archive import LARGEST_MEMBER
from ledger.bundle.manifest import ENTRIES_PROOF, STREAMS_PROOF
from tests.bundle.forge import good, members, rewritten
from tests.bundle.mutations.mutation import Parts, container, content, member, path_of


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


@path_of("bundle.malformed", exit=5)
def reading_aid_that_fills_the_memory(folder: Path) -> Path:
    """The writer itself refuses; this one has another limit."""
    path = good(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger.bundle.archive_writer.LARGEST_MEMBER", 2 * LARGEST_MEMBER)
        return rewritten(path, {**members(path), "SUMMARY.en.md": bytes(LARGEST_MEMBER + 1)})


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
