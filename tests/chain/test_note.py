from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.ed25519 import BadPublicKey, BadSignature
from ledger.chain.note import (
    COSIGNATURE,
    MalformedKey,
    MalformedNote,
    NoKnownSignature,
    Note,
    Signature,
    VerifierKey,
    WrongSigner,
)
from tests.chain.keys import LOG, NOTES, OUTSIDE, POET, PRIVATE, TBT, key
from tests.chain.vectors import own, published

SIGNED = NOTES["signed"].encode()
COSIGNED = NOTES["cosigned"].encode()


def test_golden_notes_are_reproduced() -> None:
    note = Note(NOTES["checkpoint"], ()).signed(LOG, PRIVATE["log"].sign)
    assert bytes(note) == SIGNED
    for name, cosigner in (("tbt", TBT), ("outside", OUTSIDE)):
        note = note.cosigned(cosigner, PRIVATE[name].sign, NOTES["times"][name])
    assert bytes(note) == COSIGNED
    assert Note.parse(COSIGNED) == note
    assert note.verified([OUTSIDE, LOG, TBT]) == ((LOG, None), (TBT, 1653897600), (OUTSIDE, 1653897601))


def test_the_last_blank_line_ends_the_text() -> None:
    note = Note.parse(NOTES["note_with_blank_lines"].encode())
    assert note.text == NOTES["text_with_blank_lines"]
    assert note.verified([POET]) == ((POET, None),)


@pytest.mark.parametrize("name", ["log", "tbt", "outside", "poet"])
def test_a_key_line_comes_back(name: str) -> None:
    assert str(VerifierKey.parse(NOTES["vkeys"][name])) == NOTES["vkeys"][name]


def test_a_key_line_may_hold_plus_signs_in_its_base64() -> None:
    private = next(
        made
        for made in (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(1, 255))
        if "+" in str(VerifierKey("a", made.public_key().public_bytes_raw())).split("+", 2)[2]
    )
    made = VerifierKey("a", private.public_key().public_bytes_raw())
    assert VerifierKey.parse(str(made)) == made


LOG_LINE = NOTES["vkeys"]["log"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+12345678",
        LOG_LINE + " ",
        LOG_LINE + "\n",
        LOG_LINE.replace("example", "exemple"),
        LOG_LINE.replace("853cb0af", "853cb0ae"),
        LOG_LINE.replace("853cb0af", "853CB0AF"),
        LOG_LINE.replace("AYqI", "BYqI"),
        LOG_LINE[:-1] + "d",
        LOG_LINE[:-4],
        "a b" + LOG_LINE,
        "\u2003" + LOG_LINE,
        "\udc80" + LOG_LINE,
        LOG_LINE[LOG_LINE.index("+") :],
        "x+00000000+",
        "x+00000000+AQ==",
    ],
)
def test_any_other_key_line_is_refused(text: str) -> None:
    with pytest.raises((MalformedKey, BadPublicKey)) as refused:
        VerifierKey.parse(text)
    assert refused.value.exit == 8


@pytest.mark.parametrize("text", own("ed25519.json")["low_order"])
def test_no_key_line_holds_a_key_of_low_order(text: str) -> None:
    with pytest.raises(BadPublicKey):
        VerifierKey("example.org", bytes.fromhex(text))


@pytest.mark.parametrize(
    ("fault", "raw"),
    [
        ("empty", b""),
        ("no signature", NOTES["checkpoint"].encode()),
        ("no signature after the blank line", NOTES["checkpoint"].encode() + b"\n"),
        ("no text", SIGNED[SIGNED.index(b"\n\n") + 2 :]),
        ("no final LF", SIGNED[:-1]),
        ("two final LF", SIGNED + b"\n"),
        ("CRLF", SIGNED.replace(b"\n", b"\r\n")),
        ("CRLF at the end", SIGNED[:-1] + b"\r\n"),
        ("tab", SIGNED.replace(b"1000", b"1000\t")),
        ("NUL", SIGNED.replace(b"1000", b"1000\x00")),
        ("not UTF-8", SIGNED.replace(b"1000", b"\xff1000")),
        ("surrogate in UTF-8", SIGNED.replace(b"1000", b"\xed\xa0\x801000")),
        ("byte order mark on a line", SIGNED.replace("\u2014".encode(), "\ufeff\u2014".encode())),
        ("hyphen for dash", SIGNED.replace("\u2014".encode(), b"-")),
        ("en dash", SIGNED.replace("\u2014".encode(), "\u2013".encode())),
        ("two spaces", SIGNED.replace("\u2014 ".encode(), "\u2014  ".encode())),
        ("no-break space in the name", SIGNED.replace(b"golden hT", "gol\u00a0den hT".encode())),
        ("line separator in the name", SIGNED.replace(b"golden hT", "gol\u2028den hT".encode())),
        ("plus in the name", SIGNED.replace(b"golden hT", b"gol+den hT")),
        ("space in the base64", SIGNED.replace(b" hTyw", b" hT yw")),
        ("junk in the base64", SIGNED.replace(b" hTyw", b" hT!yw")),
        ("URL-safe base64", SIGNED.replace(b"hTyw", b"hT-w")),
        ("no padding", SIGNED.replace(b"=\n", b"\n")),
        ("too much padding", SIGNED[:-1] + b"=\n"),
        ("loose bits", SIGNED.replace(b"E=\n", b"F=\n")),
        ("no signature behind the id", NOTES["checkpoint"].encode() + "\n\u2014 x AAAAAA==\n".encode()),
        ("text between signatures", SIGNED + b"hello\n"),
        ("101 signatures", SIGNED + "".join(f"\u2014 n{n} AAAAAAA=\n" for n in range(100)).encode()),
    ],
)
def test_a_note_has_one_spelling(fault: str, raw: bytes) -> None:
    assert raw != SIGNED, fault
    with pytest.raises(MalformedNote) as refused:
        Note.parse(raw)
    assert refused.value.exit == 5


@given(st.data())
@settings(deadline=None)
def test_any_changed_byte_is_found(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(SIGNED) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != SIGNED[at]))
    with pytest.raises((MalformedNote, BadSignature, NoKnownSignature)):
        Note.parse(SIGNED[:at] + bytes([byte]) + SIGNED[at + 1 :]).verified([LOG])


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_note_that_comes_back_or_are_refused(raw: bytes) -> None:
    for candidate in (raw, SIGNED[: len(raw)] + raw, raw + SIGNED):
        try:
            note = Note.parse(candidate)
        except MalformedNote:
            continue
        assert bytes(note) == candidate


def test_unknown_pairs_are_ignored_even_if_half_of_them_is_known() -> None:
    note = Note.parse(SIGNED)
    junk = bytes(64)
    strangers = (Signature(LOG.name, b"\0\0\0\0", junk), Signature("stranger", LOG.key_id, junk))
    crowded = Note(note.text, (*strangers, *note.signatures))
    assert Note.parse(bytes(crowded)).verified([LOG, TBT]) == ((LOG, None),)


def test_a_known_pair_that_fails_condemns_the_note() -> None:
    note = Note.parse(COSIGNED)
    log, tbt, outside = note.signatures
    forged = Signature(tbt.name, tbt.key_id, outside.signature)
    bad = Note.parse(bytes(Note(note.text, (log, forged))))
    with pytest.raises(BadSignature, match=r"witness\.example/tbt"):
        bad.verified([LOG, TBT])
    with pytest.raises(BadSignature):
        bad.verified([TBT, LOG])
    assert bad.verified([LOG]) == ((LOG, None),)


def test_a_second_signature_of_a_key_must_hold_too() -> None:
    note = Note.parse(SIGNED)
    doubled = Note(note.text, note.signatures * 2)
    assert doubled.verified([LOG]) == ((LOG, None),)
    forged = Note(note.text, (*note.signatures, Signature(LOG.name, LOG.key_id, bytes(64))))
    with pytest.raises(BadSignature):
        forged.verified([LOG])


@pytest.mark.parametrize("known", [[], [OUTSIDE], [key(9)]])
def test_a_note_by_no_known_key_is_rejected(known: list[VerifierKey]) -> None:
    with pytest.raises(NoKnownSignature) as rejected:
        Note.parse(SIGNED).verified(known)
    assert rejected.value.exit == 3


def test_sixteen_signatures_and_more_are_accepted() -> None:
    note, signers = Note("hello\n", ()), []
    for number in range(1, 21):
        private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        signers.append(key(number))
        note = note.signed(signers[-1], private.sign)
    assert [found for found, _ in Note.parse(bytes(note)).verified(signers)] == signers


def test_a_signature_is_checked_before_it_leaves() -> None:
    note = Note("hello\n", ())
    with pytest.raises(WrongSigner):
        note.signed(LOG, PRIVATE["tbt"].sign)
    with pytest.raises(WrongSigner):
        note.signed(TBT, PRIVATE["tbt"].sign)  # of the kind that cosigns
    with pytest.raises(WrongSigner):
        note.cosigned(LOG, PRIVATE["log"].sign, 1)


def test_the_two_kinds_of_one_key_have_two_ids() -> None:
    cosigner = VerifierKey(LOG.name, LOG.public, COSIGNATURE)
    assert cosigner.key_id != LOG.key_id
    with pytest.raises(NoKnownSignature):
        Note.parse(SIGNED).verified([cosigner])


def test_published_notes_verify() -> None:
    for case in published("signed-note.json"):
        known = VerifierKey.parse(case["vkey"])
        note = Note.parse(case["note"].encode())
        assert str(known) == case["vkey"]
        assert note.verified([known]) == ((known, None),)
        assert len(note.signatures) == 1 + len(case.get("unknown_key_names", []))
