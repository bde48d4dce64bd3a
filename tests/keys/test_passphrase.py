from __future__ import annotations

import pytest

from ledger.errors import KeyProblem
from ledger.keys.passphrase import NoPassphrase, passphrase_from


def test_the_file_goes_before_the_environment_and_that_before_the_question(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(b"from file\r\nsecond line\n")
    named, text = {"LEDGER_PASSPHRASE_FILE": str(path)}, {"LEDGER_PASSPHRASE": "from environment"}
    assert passphrase_from({**named, **text}, lambda: "asked")() == b"from file"
    assert passphrase_from(text, lambda: "asked")() == b"from environment"
    assert passphrase_from({}, lambda: "asked")() == b"asked"


def test_it_is_asked_once():
    answers = iter(["first", "second"])
    source = passphrase_from({}, lambda: next(answers))
    assert [source(), source()] == [b"first", b"first"]


def test_without_a_source_there_is_none():
    with pytest.raises(NoPassphrase) as caught:
        passphrase_from({})()
    assert "LEDGER_PASSPHRASE_FILE" in caught.value.hint


def test_an_empty_passphrase_is_none():
    with pytest.raises(NoPassphrase, match="empty"):
        passphrase_from({}, lambda: "")()


def test_a_passphrase_file_that_is_not_there_is_a_key_problem(tmp_path):
    with pytest.raises(KeyProblem) as caught:
        passphrase_from({"LEDGER_PASSPHRASE_FILE": str(tmp_path / "gone")})()
    assert caught.value.exit == 8
