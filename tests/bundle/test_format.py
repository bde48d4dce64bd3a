"""docs/formats/bundle.md says what the code does."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import msgspec
import pytest

from ledger.bundle.archive import LARGEST_MEMBER, Archive, NotABundle
from ledger.bundle.archive_writer import ArchiveWriter
from ledger.bundle.manifest import ENTRIES, ENTRIES_PROOF, MANIFEST, REQUIRED, STREAMS_PROOF, Manifest
from ledger.bundle.proofs import EntriesProof, MalformedProof, StreamsProof
from ledger.errors import InputRejected
from tests.bundle.forge import good, members
from tests.docs.blocks import ROOT, block

PAGE = ROOT / "docs/formats/bundle.md"


def test_the_examples_are_proofs_in_their_one_spelling() -> None:
    entries = block(PAGE, "entries.proof").code.encode()
    assert bytes(EntriesProof.parse(entries)) == entries
    streams = block(PAGE, "streams.proof").code.encode()
    assert bytes(StreamsProof.parse(streams)) == streams


def test_every_member_and_every_field_is_described() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in (*REQUIRED, MANIFEST, *Manifest.__struct_fields__):
        assert f"`{name}`" in text, name


def test_every_fault_of_protocol_files_checkpoint_and_summaries_is_described() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "ledger/bundle").glob("*.py")))
    faults = set(re.findall(r'fault\(\s*"((?:agreement|checkpoint|document|proof|protocol|usage)\.[a-z-]+)"', code))
    assert {"usage.summary", "protocol.other-file", "checkpoint.key-not-valid"} <= faults
    assert {fault for fault in faults if f"`{fault}`" not in PAGE.read_text(encoding="utf-8")} == set()


def test_any_zip_tool_reads_a_bundle(tmp_path: Path) -> None:
    path = good(tmp_path)
    with zipfile.ZipFile(path) as other:
        assert other.testzip() is None
        assert {name: other.read(name) for name in other.namelist()} == members(path)


def test_what_another_zip_tool_writes_is_no_bundle(tmp_path: Path) -> None:
    path = good(tmp_path)
    with zipfile.ZipFile(tmp_path / "other.zip", "w", zipfile.ZIP_DEFLATED) as other:
        for name, data in members(path).items():
            other.writestr(name, data)
    with pytest.raises(NotABundle):
        Archive.open(tmp_path / "other.zip")


def test_an_interrupted_writer_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), ArchiveWriter(tmp_path / "b.zip") as archive:
        archive.add("a", interrupted)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("longest", [2, 3])
def test_a_line_may_be_as_long_as_is_said_and_no_longer(tmp_path: Path, longest: int) -> None:
    with ArchiveWriter(tmp_path / "b.zip") as archive:
        archive.add("a", b"123\n12\n")
    with Archive.open(tmp_path / "b.zip") as opened:
        if longest == 3:
            assert list(opened.lines("a", longest)) == [b"123", b"12"]
        else:
            with pytest.raises(NotABundle, match="longer than 2 bytes"):
                list(opened.lines("a", longest))


def test_only_the_entries_may_be_larger_than_what_is_held_in_memory(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path / "b.zip") as archive:
        archive.add(ENTRIES, bytes(LARGEST_MEMBER + 1))
        archive.add(STREAMS_PROOF, bytes(LARGEST_MEMBER))
    with Archive.open(tmp_path / "b.zip") as opened:
        assert [member.size - LARGEST_MEMBER for member in opened.members.values()] == [1, 0]
    with (
        pytest.raises(InputRejected, match="has more than"),
        ArchiveWriter(tmp_path / "c.zip") as archive,
    ):
        archive.add(STREAMS_PROOF, bytes(LARGEST_MEMBER + 1))
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]


@pytest.mark.parametrize("name", [ENTRIES_PROOF, STREAMS_PROOF])
def test_a_proof_of_one_flipped_bit_is_another_proof_or_none(tmp_path: Path, name: str) -> None:
    raw = members(good(tmp_path))[name]
    kind = EntriesProof if name == ENTRIES_PROOF else StreamsProof
    parsed = kind.parse(raw)
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        try:
            assert kind.parse(changed) != parsed
        except MalformedProof:
            continue


def test_a_manifest_has_one_spelling(tmp_path: Path) -> None:
    raw = members(good(tmp_path))[MANIFEST]
    manifest = Manifest.parse(raw)
    assert bytes(manifest) == raw
    assert Manifest.parse(bytes(msgspec.structs.replace(manifest, request="R-1"))).request == "R-1"
