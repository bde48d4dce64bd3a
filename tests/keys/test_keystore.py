from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ledger.chain.ed25519 import verify
from ledger.chain.note import COSIGNATURE, VerifierKey
from ledger.errors import KeyProblem
from ledger.keys.keystore import KeyFile, KeyStore, WrongPassphrase
from ledger.keys.passphrase import NoPassphrase, no_passphrase
from ledger.keys.private_file import AlreadyThere, write_private


def secret() -> bytes:
    return b"correct horse"


def wrong() -> bytes:
    return b"battery staple"


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "demo.keys")


def test_an_encrypted_key_comes_back_and_signs_as_before(keys):
    made = keys.create("TBT", "events", secret)
    again = keys.newest("TBT", "events").opened(secret)
    assert again == made
    assert again.encrypted
    verify(made.public, again.sign(b"text"), b"text")


def test_no_private_bytes_lie_on_disk_in_clear(keys):
    keys.create("TBT", "events", secret)
    pem = (keys.folder / "TBT.events.pem").read_text()
    assert pem.startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")


def test_the_private_half_is_not_shown(keys):
    assert "_private" not in repr(keys.create("TBT", "events", secret))


def test_a_wrong_passphrase_is_a_key_problem_with_a_way_out(keys):
    keys.create("TBT", "events", secret)
    with pytest.raises(WrongPassphrase) as caught:
        keys.newest("TBT", "events").opened(wrong)
    assert (caught.value.exit, bool(caught.value.hint)) == (8, True)


def test_without_a_passphrase_an_encrypted_key_stays_closed(keys):
    keys.create("TBT", "events", secret)
    with pytest.raises(NoPassphrase, match="needs a passphrase"):
        keys.newest("TBT", "events").opened(no_passphrase)


def test_files_are_for_their_owner_only(keys):
    keys.create("TBT", "events", secret)
    assert stat.S_IMODE(keys.folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in keys.folder.iterdir()}
    assert modes == {"TBT.events.pem": 0o600, "TBT.events.pub": 0o600}


def test_the_public_half_is_a_vkey_line_beside_it(keys):
    made = keys.create("OPERATOR", "log", secret, name="example.org/ledger/demo")
    line = (keys.folder / "OPERATOR.log.pub").read_text()
    assert line == f"{made.vkey}\n"
    assert VerifierKey.parse(line.strip()) == VerifierKey("example.org/ledger/demo", made.public)


def test_a_cosigning_key_says_so(keys):
    assert keys.create("TBT", "cosign", secret).vkey == VerifierKey(
        "TBT/cosign", keys.newest("TBT", "cosign").opened(secret).public, COSIGNATURE
    )


def test_a_key_in_clear_is_told_apart(keys):
    made = keys.create_in_clear("TBT", "events", seed=bytes([4]) * 32)
    assert not made.encrypted
    assert not keys.newest("TBT", "events").opened(no_passphrase).encrypted


def test_a_seed_gives_the_same_key(tmp_path):
    one, two = (KeyStore(tmp_path / name).create_in_clear("TBT", "events", seed=b"\x04" * 32) for name in "ab")
    assert one.public == two.public


def test_a_key_is_never_overwritten(keys):
    first = keys.create("TBT", "events", secret)
    with pytest.raises(AlreadyThere):
        keys.create("TBT", "events", secret)
    assert keys.newest("TBT", "events").opened(secret) == first


def test_rotation_adds_a_key_and_keeps_the_old(keys):
    first = keys.create("TBT", "events", secret)
    second = keys.create("TBT", "events", wrong, another=True)
    assert [file.path.name for file in keys.files()] == ["TBT.events.pem", "TBT.events.2.pem"]
    assert keys.newest("TBT", "events").opened(wrong) == second
    assert keys.holding(first.key_id).opened(secret) == first


def test_a_public_half_alone_is_left_in_peace(keys):
    keys.create("TBT", "events", secret)
    (keys.folder / "TBT.events.pem").unlink()
    before = (keys.folder / "TBT.events.pub").read_bytes()
    keys.create("TBT", "events", secret)
    assert (keys.folder / "TBT.events.pub").read_bytes() == before
    assert [file.path.name for file in keys.files()] == ["TBT.events.2.pem"]


def test_a_private_half_that_travels_alone_still_opens(keys, tmp_path):
    made = keys.create("TBT", "events", secret)
    moved = (keys.folder / "TBT.events.pem").rename(tmp_path / "TBT.events.pem")
    assert KeyFile.named(moved).opened(secret) == made


def test_halves_of_two_pairs_are_refused(keys):
    keys.create("TBT", "events", secret)
    other = keys.create("VLAIO", "events", secret)
    (keys.folder / "TBT.events.pub").write_text(f"{other.vkey}\n")
    with pytest.raises(KeyProblem, match="not one pair"):
        keys.newest("TBT", "events").opened(secret)


def test_a_missing_key_says_how_to_make_one(keys):
    with pytest.raises(KeyProblem) as caught:
        keys.newest("TBT", "events")
    assert (caught.value.code, caught.value.exit) == ("key.missing", 8)
    assert "ledger key create --party TBT --use events" in caught.value.hint


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_refused(keys, content):
    write_private(keys.folder / "TBT.events.pem", content)
    with pytest.raises(KeyProblem):
        keys.newest("TBT", "events").opened(no_passphrase)


def test_another_kind_of_key_is_refused(keys):
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(keys.folder / "TBT.events.pem", pem)
    with pytest.raises(KeyProblem, match="Ed25519"):
        keys.newest("TBT", "events").opened(no_passphrase)


@pytest.mark.parametrize(
    "name", ["TBT.pem", "TBT.other.pem", "../TBT.events.pem.txt", "TBT.events.01.pem", "7.log.pem"]
)
def test_a_key_file_has_a_name_that_says_whose_it_is(tmp_path, name):
    with pytest.raises(KeyProblem, match=r"PARTY\.USE\.pem"):
        KeyFile.named(tmp_path / name)


@pytest.mark.parametrize("party", ["", "../x", "T B", "a" * 33])
def test_a_party_name_cannot_leave_the_folder(keys, party):
    with pytest.raises(KeyProblem, match="not a party"):
        keys.create(party, "events", secret)
    assert not keys.folder.exists()
