"""Of a type that this version does not know a bundle still shows who signed it, and that it stands where it may."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from ledger.bundle.report import Verdict
from ledger.bundle.verify import verify
from ledger.canonical import encode
from ledger.chain.entry import signed_bytes, spell_signature, spliced
from ledger.chain.hashing import leaf_hash
from ledger.storage.reader import StreamHead
from tests.bundle.forge import POLICY, Forge, unsealed
from tests.keys.people import FIO, NOON, ORIGIN, PROTOCOL, VLAIO, Person


def with_unknown(
    signer: Person = VLAIO, *, author: str = "", protocol: str = PROTOCOL, number: str = "9f" * 16, origin: str = ORIGIN
) -> Forge:
    """The honest ledger, and an event from a later version in its access register."""
    forge, stream = unsealed(), f"{PROTOCOL}/access"
    event = encode({
        "author": author or signer.party, "happened_at": NOON, "id": number, "key": signer.key_id, "protocol": protocol,
        "stated_at": NOON, "type": "access-pondered/7",
    })  # fmt: skip
    signature = spell_signature(signer.sign(signed_bytes(origin, event)))
    position, version = len(forge.raws) + 1, forge.heads[stream].version + 1
    raw = spliced(
        event, position, leaf_hash(forge.raws[-1]), f"2022-05-30T12:00:00.{position:06d}Z", signature, stream, version
    )
    forge.raws.append(raw)
    forge.heads[stream] = StreamHead(stream, version, position, leaf_hash(raw))
    forge.seal()
    forge.sign()
    return forge


FAULTS = {
    "signature.unknown-key": partial(with_unknown, FIO),
    "signature.other-party": partial(with_unknown, author="TBT"),
    "signature.false": partial(with_unknown, origin="example.org/other"),
    "entry.stream": partial(with_unknown, protocol="opgroeien-serv-2021"),
    "event.id-twice": partial(with_unknown, number=f"{5:032x}"),
}


def test_an_event_of_a_later_version_is_told_as_not_read(tmp_path: Path) -> None:
    report = verify(with_unknown().bundle(tmp_path / "b.zip"), POLICY)
    assert report.faults == ()
    assert report.verdicts["integrity"] is Verdict.OK
    assert any("access-pondered/7" in each for each in report.not_checked)


@pytest.mark.parametrize("code", FAULTS)
def test_an_event_of_a_later_version_is_its_author_s_all_the_same(tmp_path: Path, code: str) -> None:
    report = verify(FAULTS[code]().bundle(tmp_path / "b.zip"), POLICY)
    assert [fault.code for fault in report.faults] == [code]
    assert report.verdicts["integrity"] is Verdict.FAILED
