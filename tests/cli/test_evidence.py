"""From request to proof: asked, built, handed over, and checked by somebody who has the file and a policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.hashing import EMPTY_ROOT
from ledger.chain.note import Note, Signature, VerifierKey
from ledger.keys.keystore import KeyStore
from ledger.witness.memory import Memory
from ledger.witness.published import Published
from tests.bundle.authority import authority
from tests.cli.commands import here, ledger
from tests.keys.people import LOG
from tests.worlds import V, World, import_log, log_file

Capture = pytest.CaptureFixture[str]


def signed(world: World, capfd: Capture) -> None:
    assert here(capfd, "checkpoint", "sign", world=world).exit == 0


def built(world: World, capfd: Capture, folder: Path, *more: str) -> Path:
    path = folder / "proof.zip"
    said = here(capfd, "evidence", "build", "--protocol", V, "--clause", "art. 5", *more, "-o", str(path), world=world)
    assert said.exit == 0, said.err
    return path


def test_proof_is_checked_without_a_ledger(world: World, capfd: Capture, tmp_path: Path) -> None:
    path = built(world, capfd, tmp_path)
    policy = tmp_path / "trust.policy"
    policy.write_bytes(world.place.policy.read_bytes())
    said = ledger("evidence", "verify", str(path), "--policy", str(policy))
    assert said.exit == 0, said.err
    assert "integrity    ok" in said.out
    assert "completeness ok" in said.out
    assert "not checked  whether others saw the same ledger" in said.out


def test_without_a_policy_nothing_is_called_right(world: World, capfd: Capture, tmp_path: Path) -> None:
    said = here(capfd, "evidence", "verify", str(built(world, capfd, tmp_path)), "--json")
    answer = json.loads(said.out)
    assert said.exit == 9
    assert set(answer["verdicts"].values()) == {"not-checked"}
    assert answer["faults"] == []


def test_a_changed_bundle_is_proven_wrong_by_name(world: World, capfd: Capture, tmp_path: Path) -> None:
    path = built(world, capfd, tmp_path)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"measure-attested", b"measure-attestee", 1))
    said = here(capfd, "evidence", "verify", str(path), "--policy", str(world.place.policy), "--json")
    assert said.exit == 3
    assert "bundle.member-changed" in {fault["code"] for fault in json.loads(said.out)["faults"]}
    assert "does not prove what it claims" in said.err


def test_what_is_no_bundle_is_rejected_as_input(world: World, capfd: Capture, tmp_path: Path) -> None:
    (tmp_path / "letter.zip").write_bytes(b"Dear sir")
    said = here(capfd, "evidence", "verify", str(tmp_path / "letter.zip"))
    assert (said.exit, "bundle letter.zip: a bundle has" in said.err, "hint:" in said.err) == (5, True, True)
    assert here(capfd, "evidence", "verify", str(tmp_path / "none.zip")).exit == 6


def test_a_policy_that_cannot_be_used_checks_nothing(world: World, capfd: Capture, tmp_path: Path) -> None:
    path = built(world, capfd, tmp_path)
    assert here(capfd, "evidence", "verify", str(path), "--policy", str(path)).exit == 8
    assert here(capfd, "evidence", "verify", str(path), "--policy", str(tmp_path / "none")).exit == 8


def test_a_recorded_request_names_the_clauses(world: World, capfd: Capture, tmp_path: Path) -> None:
    path = tmp_path / "proof.zip"
    arguments = ("evidence", "build", "--protocol", V, "--request", "R-2022-1", "-o", str(path), "--json")
    answer = json.loads(here(capfd, *arguments, world=world).out)
    assert answer["clauses"] == ["art. 5", "art. 6"]
    assert answer["requester"] == "TBT"
    assert answer["manifest"] == json.loads(here(capfd, "evidence", "show", str(path), "--json").out)["manifest"]


def test_handing_over_is_recorded_with_the_manifest(world: World, capfd: Capture, tmp_path: Path) -> None:
    path = built(world, capfd, tmp_path)
    before = world.size()
    arguments = ("evidence", "provide", str(path), "--as", "VLAIO", "--to", "TBT", "--request", "R-2022-1")
    assert here(capfd, *arguments, world=world).exit == 0
    assert world.size() == before + 1
    assert json.loads(here(capfd, "evidence", "show", str(path), "--json").out)["manifest"] in world.bytes().decode()


def test_what_answers_no_recorded_request_is_not_recorded(world: World, capfd: Capture, tmp_path: Path) -> None:
    path, size = built(world, capfd, tmp_path), world.size()
    arguments = ("evidence", "provide", str(path), "--as", "VLAIO", "--to", "TBT", "--request", "R-9")
    said = here(capfd, *arguments, world=world)
    assert (said.exit, "recorded are R-2022-1; record it: ledger evidence request" in said.err) == (6, True)
    assert world.size() == size


def test_uses_are_shown_by_their_batches(world: World, capfd: Capture, tmp_path: Path) -> None:
    import_log(world, log_file(tmp_path, 40))
    signed(world, capfd)
    path = built(world, capfd, tmp_path)
    raw = path.read_bytes()
    assert b"log-batch-ingested/1" in raw
    assert b"access-used/1" not in raw
    assert here(capfd, "evidence", "verify", str(path), "--policy", str(world.place.policy)).exit == 0


def test_a_sealed_part_is_disclosed_where_it_is_asked(world: World, capfd: Capture, tmp_path: Path) -> None:
    plain = json.loads(here(capfd, "evidence", "verify", str(built(world, capfd, tmp_path)), "--json").out)
    lines = [json.loads(line) for line in world.bytes().splitlines()]
    shown = [
        line["position"]
        for line in lines
        if "sealed" in json.dumps(line["event"]) and line["stream"] == f"{V}/governance"
    ]
    disclose = [word for position in shown for word in ("--disclose", str(position))]
    opened = json.loads(here(capfd, "evidence", "verify", str(built(world, capfd, tmp_path, *disclose)), "--json").out)
    assert plain["counts"]["opened"] == 0
    assert opened["counts"]["opened"] == len(shown) > 0
    assert opened["faults"] == []


def test_the_same_bundle_has_the_same_bytes(world: World, capfd: Capture, tmp_path: Path) -> None:
    first = built(world, capfd, tmp_path).read_bytes()
    assert built(world, capfd, tmp_path).read_bytes() == first


def test_an_unknown_clause_or_protocol_is_not_found(world: World, capfd: Capture, tmp_path: Path) -> None:
    output = ("-o", str(tmp_path / "b.zip"))
    unknown = ("evidence", "build", "--protocol", V, "--clause", "art. 99", *output)
    assert here(capfd, *unknown, world=world).exit == 6
    other = ("evidence", "build", "--protocol", "nobody", "--clause", "art. 5", *output)
    assert here(capfd, *other, world=world).exit == 6
    assert here(capfd, "evidence", "build", "--protocol", V, *output, world=world).exit == 2
    assert list(tmp_path.glob("*.zip")) == []


def test_another_party_cosigns_and_the_policy_sees_it(world: World, capfd: Capture, tmp_path: Path) -> None:
    """VLAIO publishes, TBT cosigns on its own machine, VLAIO adds it, and an auditor's quorum is reached."""
    www, keys, state, cosigned = (tmp_path / name for name in ("www", "keys", "state", "cosigned"))
    key = KeyStore(keys).create_in_clear("TBT", "cosign")
    policy = tmp_path / "trust.policy"
    own = world.place.policy.read_text().replace("quorum none\n", "")
    policy.write_text(f"{own}witness tbt {key.vkey}\nquorum tbt\n")
    assert here(capfd, "checkpoint", "publish", str(www), world=world).exit == 0
    assert here(capfd, "verify", "--policy", str(policy), world=world).exit == 9
    visit = ("checkpoint", "cosign", str(www), "--party", "TBT", "--policy", str(policy), "--keys", str(keys))
    assert here(capfd, *visit, "--state", str(state), "-o", str(cosigned)).exit == 0
    for _ in range(2):
        assert here(capfd, "checkpoint", "add", str(cosigned), world=world).exit == 0
    assert here(capfd, "verify", "--policy", str(policy), world=world).exit == 0
    path = built(world, capfd, tmp_path)
    said = here(capfd, "evidence", "verify", str(path), "--policy", str(policy), "--json")
    assert said.exit == 0
    assert json.loads(said.out)["verdicts"]["agreement"] == "ok"
    assert here(capfd, "checkpoint", "publish", str(www), world=world).exit == 0
    assert Published(str(www)).checkpoint() == cosigned.read_bytes()


def test_two_histories_are_found_when_two_hands_meet(
    world: World, spoilt: World, capfd: Capture, tmp_path: Path
) -> None:
    """The operator shows one ledger to each; the checkpoints are of one size, and both bear its signature."""
    notes = []
    for number, each in enumerate((world, spoilt)):
        with each.open() as opened:
            opened.record([each.signed("VLAIO", "measure-attested", measure=f"history-{number}")])
            notes.append(tmp_path / f"note-{number}")
            notes[-1].write_bytes(opened.sign_checkpoint(each.key("OPERATOR", "log"), each.key("OPERATOR")))
    compare = ("checkpoint", "compare", *map(str, notes), "--policy", str(world.place.policy))
    said = here(capfd, *compare)
    assert said.exit == 3
    assert "signed two histories" in said.err
    assert "keep both files" in said.err
    assert here(capfd, "checkpoint", "add", str(notes[1]), world=world).exit == 3


def test_a_checkpoint_under_our_key_that_we_never_signed_is_a_fork(
    world: World, spoilt: World, capfd: Capture, tmp_path: Path
) -> None:
    """It came back from a witness, of a size that this ledger has no checkpoint of."""
    with spoilt.open() as opened:
        opened.record([spoilt.signed("VLAIO", "measure-attested", measure="elsewhere")])
        (tmp_path / "note").write_bytes(opened.sign_checkpoint(spoilt.key("OPERATOR", "log"), spoilt.key("OPERATOR")))
    said = here(capfd, "checkpoint", "add", str(tmp_path / "note"), world=world)
    assert said.exit == 3
    assert "second history" in said.err
    stranger = (tmp_path / "note").read_text().replace("ledger.invalid/demo", "ledger.invalid/other")
    (tmp_path / "note").write_text(stranger)
    assert here(capfd, "checkpoint", "add", str(tmp_path / "note"), world=world).exit == 6


def test_a_note_that_nobody_known_signed_accuses_nobody(world: World, capfd: Capture, tmp_path: Path) -> None:
    """Of our size with another root, or of another log: anyone can write that. Told with file and way out, exit 5."""
    file, own = tmp_path / "note", Note.parse(here(capfd, "checkpoint", "show", world=world).out.encode())
    key = KeyStore(tmp_path / "keys").create_in_clear("TBT", "cosign")
    size = own.text.split("\n")[1]
    other = f"{world.origin}\n{size}\n{'A' * 43}=\n"
    for text, fact in (
        (other, "nobody known here signed it"),
        (own.text.replace(world.origin, "ledger.invalid/other"), "a checkpoint of ledger.invalid/other"),
    ):
        file.write_bytes(bytes(Note(text, ()).cosigned(key.vkey, key.sign, 1)))
        said = here(capfd, "checkpoint", "add", str(file), world=world)
        assert (said.exit, fact in said.err, str(file) in said.err) == (5, True, True), said
        assert "second history" not in said.err
    file.write_bytes(bytes(own).replace(b"\n", b"\r\n"))
    said = here(capfd, "checkpoint", "add", str(file), world=world)
    assert (said.exit, "byte for byte" in said.err) == (5, True)
    file.write_bytes(b"\xe9\n")
    assert "codec" not in here(capfd, "checkpoint", "add", str(file), world=world).err
    known = world.place.policy.read_text() + f"witness tbt {key.vkey}\n"
    world.place.policy.write_text(known)
    file.write_bytes(bytes(Note(other, ()).cosigned(key.vkey, key.sign, 1)))
    assert here(capfd, "checkpoint", "add", str(file), world=world).exit == 3, "a known witness saw another tree"


def test_a_cosignature_that_does_not_hold_is_not_added(world: World, capfd: Capture, tmp_path: Path) -> None:
    """One false line under a key that somebody knows would condemn the whole checkpoint."""
    key = KeyStore(tmp_path / "keys").create_in_clear("TBT", "cosign")
    own = Note.parse(here(capfd, "checkpoint", "show", world=world).out.encode())
    line = own.cosigned(key.vkey, key.sign, 1).signatures[-1]
    false = Signature(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    (tmp_path / "note").write_bytes(bytes(Note(own.text, (*own.signatures, false))))
    policy = world.place.policy.read_text()
    world.place.policy.write_text(policy + f"witness tbt {key.vkey}\n")
    assert here(capfd, "checkpoint", "add", str(tmp_path / "note"), world=world).exit == 3
    assert here(capfd, "checkpoint", "show", world=world).out.encode() == bytes(own)
    (tmp_path / "note").write_bytes(bytes(Note(own.text, (*own.signatures, line))))
    world.place.policy.write_text(policy)
    said = here(capfd, "checkpoint", "add", str(tmp_path / "note"), world=world)
    assert (said.exit, "not checked: TBT/cosign" in said.err) == (0, True)


def test_a_fork_between_two_sizes_takes_the_tiles_of_the_larger(
    world: World, spoilt: World, capfd: Capture, tmp_path: Path
) -> None:
    """Two witnesses each cosigned their own history; when they meet, the tiles decide, and it is said what to do."""
    for number, each in enumerate((world, spoilt)):
        with each.open() as opened:
            for count in range(number + 1):
                opened.record([each.signed("VLAIO", "measure-attested", measure=f"history-{number}-{count}")])
            opened.sign_checkpoint(each.key("OPERATOR", "log"), each.key("OPERATOR"))
        folder = tmp_path / f"www-{number}"
        assert here(capfd, "checkpoint", "publish", str(folder), world=each).exit == 0
        KeyStore(tmp_path / f"keys-{number}").create_in_clear("TBT" if number else "FIO", "cosign")
        visit = ("checkpoint", "cosign", str(folder), "--party", "TBT" if number else "FIO", "--keys",
                 str(tmp_path / f"keys-{number}"), "--policy", str(world.place.policy))  # fmt: skip
        said = here(capfd, *visit, "--state", str(tmp_path / f"seen-{number}"), "-o", str(tmp_path / f"note-{number}"))
        assert (said.exit, "the first of this log that was seen here" in said.err) == (0, True)
    notes = [str(tmp_path / f"note-{number}") for number in range(2)]
    compare = ("checkpoint", "compare", *notes, "--policy", str(world.place.policy))
    for place, expected in (("www-0", 9), ("www-1", 3)):
        said = here(capfd, *compare, "--published", str(tmp_path / place))
        assert said.exit == expected, said.err
    assert "signed two histories" in said.err
    assert f"a copy of {tmp_path / 'www-1'}" in said.err
    assert "cosign nothing more" in said.err


def test_what_was_seen_of_one_log_says_nothing_of_another(world: World, capfd: Capture, tmp_path: Path) -> None:
    www, keys, state, policy = (tmp_path / name for name in ("www", "keys", "seen", "trust.policy"))
    assert here(capfd, "checkpoint", "publish", str(www), world=world).exit == 0
    other = VerifierKey("other.example.org/log", LOG.public)
    policy.write_text(f"log {other}\n{world.place.policy.read_text()}")
    with Memory(state).locked(other.name) as seen:
        seen.remember(Checkpoint(other.name, 0, EMPTY_ROOT).signed(other, LOG.sign))
    KeyStore(keys).create_in_clear("TBT", "cosign")
    visit = ("checkpoint", "cosign", str(www), "--party", "TBT", "--keys", str(keys), "--policy", str(policy))
    for expected in ("the first of this log", "it continues what was seen"):
        said = here(capfd, *visit, "--state", str(state), "-o", str(tmp_path / "note"))
        assert (said.exit, expected in said.err) == (0, True), said.err


def test_growth_is_told_from_a_fork_by_the_published_tiles(world: World, capfd: Capture, tmp_path: Path) -> None:
    first, second, www = tmp_path / "first", tmp_path / "second", tmp_path / "www"
    first.write_text(here(capfd, "checkpoint", "show", world=world).out)
    signed(world, capfd)
    second.write_text(here(capfd, "checkpoint", "show", world=world).out)
    compare = ("checkpoint", "compare", str(first), str(second), "--policy", str(world.place.policy))
    assert here(capfd, *compare).exit == 9
    assert here(capfd, "checkpoint", "publish", str(www), world=world).exit == 0
    assert here(capfd, *compare, "--published", str(www)).exit == 0


def test_what_was_published_is_never_published_otherwise(
    world: World, spoilt: World, capfd: Capture, tmp_path: Path
) -> None:
    with spoilt.open() as opened:
        opened.record([spoilt.signed("VLAIO", "measure-attested", measure="other")])
        opened.sign_checkpoint(spoilt.key("OPERATOR", "log"), spoilt.key("OPERATOR"))
    signed(world, capfd)
    assert here(capfd, "checkpoint", "publish", str(tmp_path / "www"), world=world).exit == 0
    before = (tmp_path / "www/checkpoint").read_bytes()
    said = here(capfd, "checkpoint", "publish", str(tmp_path / "www"), world=spoilt)
    assert said.exit == 3
    assert (tmp_path / "www/checkpoint").read_bytes() == before


def test_a_checkpoint_is_stamped_by_files_where_there_is_no_network(
    world: World, capfd: Capture, tmp_path: Path
) -> None:
    tsa, ask, answer = authority(tmp_path / "tsa"), tmp_path / "ask.tsq", tmp_path / "answer.tsr"
    roots = ("--tsa-roots", str(tsa.folder / "ca.pem"))
    assert here(capfd, "checkpoint", "stamp", "--request", str(ask), world=world).exit == 0
    answer.write_bytes(tsa.answered(ask.read_bytes()))
    assert here(capfd, "checkpoint", "stamp", "--response", str(answer), world=world).exit == 2
    assert here(capfd, "checkpoint", "stamp", "--response", str(answer), *roots, world=world).exit == 0
    path = built(world, capfd, tmp_path)
    check = ("evidence", "verify", str(path), "--policy", str(world.place.policy), "--json")
    assert json.loads(here(capfd, *check).out)["verdicts"]["time"] == "not-checked"
    stamped = here(capfd, *check, *roots, "--max-age", "1h")
    assert stamped.exit == 0
    assert json.loads(stamped.out)["verdicts"]["time"] == "ok"


def test_what_is_said_to_do_next_holds_when_the_answer_comes_after_another_checkpoint(
    world: World, capfd: Capture, tmp_path: Path
) -> None:
    tsa, ask, answer = authority(tmp_path / "tsa"), tmp_path / "ask.tsq", tmp_path / "answer.tsr"
    said = here(capfd, "checkpoint", "stamp", "--request", str(ask), world=world).err
    signed(world, capfd)
    answer.write_bytes(tsa.answered(ask.read_bytes()))
    files = {"FILE": str(answer), "PEM": str(tsa.folder / "ca.pem")}
    words = said.partition("ledger checkpoint ")[2].split()
    assert here(capfd, "checkpoint", *(files.get(word, word) for word in words), world=world).exit == 0


def test_a_stamp_over_another_checkpoint_is_not_kept(world: World, capfd: Capture, tmp_path: Path) -> None:
    tsa, answer = authority(tmp_path / "tsa"), tmp_path / "answer.tsr"
    answer.write_bytes(tsa.stamp(b"another checkpoint\n"))
    arguments = ("checkpoint", "stamp", "--response", str(answer), "--tsa-roots", str(tsa.folder / "ca.pem"))
    assert here(capfd, *arguments, world=world).exit == 3
