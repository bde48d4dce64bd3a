from __future__ import annotations

import io
from pathlib import Path

import pytest

from cli.main import run
from tests.cli.commands import here
from tests.docs.blocks import ROOT
from tests.projections.obligations.small import clause, text
from tests.worlds import V, World


def test_a_new_protocol_is_written_once_and_never_over_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new.yaml"
    assert run(["protocol", "new", str(file)]) == 0
    written = file.read_bytes()
    file.write_bytes(written + b"# mine\n")
    assert run(["protocol", "new", str(file)]) == 7
    assert file.read_bytes() == written + b"# mine\n"
    assert run(["protocol", "check", str(file)]) == 5
    assert "faults in this file" in capsys.readouterr().err


def test_a_file_may_come_from_stdin_and_its_faults_have_their_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for data, code, says in ((text(), 0, "small 1: 1 clause, no fault"), (text() + "- x: [", 5, "-:")):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data.encode())))
        assert run(["protocol", "check", "-"]) == code
        told = capsys.readouterr()
        assert (told.out or told.err).startswith(says)


def test_the_check_says_which_clause_no_kept_count_can_decide(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "small.yaml"
    limits = [clause("by day", "pattern: limit\nact: {type: access-used}\nat_most: 3\neach: calendar day"),
              clause("by line", "pattern: limit\nact: {type: access-used}\nat_most: 3\nper: [act.line]")]  # fmt: skip
    file.write_text(text(*limits), encoding="utf-8")
    assert run(["protocol", "check", str(file)]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("not executed")]
    assert told == ["not executed: by line: it asks for line of each use, which is not kept"]


def test_a_file_is_compared_with_the_version_that_the_ledger_holds(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--ledger", str(world.place.views.with_suffix(".db"))]
    amended = tmp_path / "amended.yaml"
    shipped = (ROOT / f"protocols/{V}.yaml").read_text(encoding="utf-8")
    amended.write_text(shipped.replace("term: 72 hours", "term: 48 hours"), encoding="utf-8")
    assert run([*place, "protocol", "diff", f"{V}/1", str(amended)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("changed: clause AVG 33(1)\n")
    assert run([*place, "protocol", "diff", V, str(ROOT / f"protocols/{V}.yaml")]) == 0
    assert capsys.readouterr().out == "they say the same\n"
    assert run([*place, "protocol", "diff", f"{V}/9", str(amended)]) == 6


@pytest.mark.parametrize(
    ("amends", "takes_over", "code", "says"),
    [
        ("1", "AVG 33(1)", 0, ""),
        ("7", "AVG 33(1)", 5, "it amends version 7, which is not registered; known here: 1"),
        ("1", "AVG 33(2)", 5, "nothing is taken over: version 1 has no clause AVG 33(2)"),
    ],
)
def test_what_a_version_amends_and_takes_over_is_there(
    amends: str, takes_over: str, code: int, says: str, world: World, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    place = ["--ledger", str(world.place.views.with_suffix(".db"))]
    amended = tmp_path / "amended.yaml"
    shipped = (ROOT / f"protocols/{V}.yaml").read_text(encoding="utf-8")
    second = shipped.replace('version: "1"', f'version: "2"\namends: "{amends}"')
    second = second.replace("    term: 72 hours", f"    takes_over: {takes_over}\n    term: 48 hours")
    amended.write_text(second, encoding="utf-8")
    assert run([*place, "protocol", "add", str(amended)]) == code
    assert says in capsys.readouterr().err


def test_a_clause_is_shown_beside_its_words_with_what_it_means(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--ledger", str(world.place.views.with_suffix(".db"))]
    assert run([*place, "protocol", "show", V, "--clause", "art. 5, item 2"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "“De partijen hebben een actueel informatieveiligheidsbeleid" in told
    assert "= All parties must state policy-reviewed" in told
    assert "depends on I-13, read as rolling" in told


def test_what_comes_next_after_a_protocol_was_added_is_the_command_that_signs_it(
    world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    file = tmp_path / "small.yaml"
    file.write_text(text().replace("ANN", "VLAIO"), encoding="utf-8")
    added = here(capfd, "protocol", "add", str(file), world=world)
    assert added.exit == 0, added.err
    _, _, command = added.err.partition("record who signed it: ledger ")
    line = command.replace("PARTY", "VLAIO").replace("MOMENT", "2022-01-10").split()
    assert line[:4] == ["protocol", "sign", "--protocol", "small"]
    assert "office" in here(capfd, *line, world=world).err
    signed = here(capfd, *line, "--office", "head", world=world)
    assert (signed.exit, "protocol-signed" in signed.out) == (0, True), signed.err


@pytest.mark.parametrize("name", ["amended.yaml", "amended.yml", "drafts/of/ours", "./amended"])
def test_a_file_that_is_not_there_is_told_as_a_file(name: str, world: World, capfd: pytest.CaptureFixture[str]) -> None:
    for pair in ((V, name), (name, V)):
        said = here(capfd, "protocol", "diff", *pair, world=world)
        assert (said.exit, f"{name.removeprefix('./')}: no such file" in said.err) == (6, True), said.err
    said = here(capfd, "protocol", "diff", V, f"{V}/7", world=world)
    assert (said.exit, f"this ledger holds no protocol {V}/7" in said.err) == (6, True), said.err
