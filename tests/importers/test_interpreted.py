"""What a mapping and a directory add to records, what they refuse, and what they do not guess."""

from __future__ import annotations

import pickle
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ledger.events.codec import decoded
from ledger.importers.directory import Known, load_directory
from ledger.importers.importer import Record
from ledger.importers.interpreted import Files, Interpreted
from ledger.importers.m365_audit import M365Audit
from ledger.importers.mapping_faults import DirectoryRejected, MappingRejected
from ledger.importers.meaning import load_meaning
from ledger.importers.members import Author, draft
from tests.importers.logs import audit, json_lines

KNOWN = Known({"VLAIO", "FIO", "TBT"}, {"adviser", "clerk"})
MAPPING = """
applications: {sharepoint: Office-365}
datasets:
  - {place: https://Fictief.example/sites/vragen/, dataset: vraagtraject}
  - {application: office-365, object_class: file, dataset: dossiers}
sharing: {parties: [vlaio.example, "@tbt.example"]}
thresholds: {bulk_items: 500, unusual_least: 40, unusual_times: 5}
"""
PEOPLE = """
people:
  - {id: An.Voorbeeld@fictief.example, employed_by: VLAIO, function: adviser, from: 2021-10-01, until: 2022-06-30}
  - {id: an.voorbeeld@fictief.example, employed_by: VLAIO, function: clerk, from: 2022-07-01}
  - {id: jan.voorbeeld@fictief.example, employed_by: VLAIO, acting_for: FIO}
  - {id: jan.voorbeeld@fictief.example, employed_by: VLAIO, from: 2022-01-01, until: 2022-01-31}
"""


def key(purpose: str) -> bytes:
    return purpose.encode().ljust(32, b".")[:32]


def interpreted(folder: Path, mapping: str = "", people: str = "", name: str = "people.yaml") -> Any:
    files = Files(folder / "mapping.yaml" if mapping else None, folder / name if people else None)
    (folder / "mapping.yaml").write_text(mapping)
    (folder / name).write_text(people)
    return Interpreted.by(M365Audit(), files, KNOWN, "vlaio-fio-tbt-2021", key)


def the(importer: Any, **fields: Any) -> Record:
    found = list(importer.read(BytesIO(json_lines([audit(1, **fields)]).encode())))
    assert isinstance(found[0], Record)
    return found[0]


def test_without_files_the_importer_stays_as_it_is(tmp_path: Path) -> None:
    assert isinstance(interpreted(tmp_path), M365Audit)


@pytest.mark.parametrize(
    ("site", "dataset"),
    [
        ("https://fictief.example/sites/Vragen", "vraagtraject"),
        ("https://fictief.example/sites/vragen/2022/mei", "vraagtraject"),
        ("https://fictief.example/sites/vragenlijst", None),
        ("https://elders.example/sites/vragen", None),
    ],
)
def test_a_rule_fits_its_place_and_what_lies_below(site: str, dataset: str | None, tmp_path: Path) -> None:
    found = the(interpreted(tmp_path, MAPPING), SiteUrl=site)
    assert (found.dataset, found.application) == (dataset, "Office-365")
    assert found.notes == (() if dataset else ("no-dataset",))


def test_the_first_rule_that_fits_counts(tmp_path: Path) -> None:
    importer = interpreted(tmp_path, MAPPING)
    assert the(importer, SiteUrl="https://fictief.example/sites/vragen", ItemType="File").dataset == "vraagtraject"
    assert the(importer, SiteUrl="https://fictief.example/sites/x", ItemType="File").dataset == "dossiers"


@pytest.mark.parametrize(
    ("operation", "target", "shared"),
    [
        ("SharingSet", "an@vlaio.example", "parties"),
        ("SharingSet", "An@Mail.TBT.example", "parties"),
        ("SharingSet", "jan_tbt.example#EXT#@vlaio.example", "parties"),
        ("AddedToSecureLink", "iemand@elders.example", "outside"),
        ("SharingSet", "jan_elders.example#ext#@vlaio.example", "outside"),
        ("SharingSet", "an@nietvlaio.example", "outside"),
        ("SharingSet", "Leden van Vragen", "unknown"),
        ("SharingSet", None, "unknown"),
        ("AnonymousLinkCreated", None, "anyone"),
        ("FileAccessed", "iemand@elders.example", None),
        ("SharingRevoked", "iemand@elders.example", None),
    ],
)
def test_a_share_is_told_apart_by_the_domain_of_its_target(
    operation: str, target: str | None, shared: str | None, tmp_path: Path
) -> None:
    found = the(interpreted(tmp_path, MAPPING), Operation=operation, TargetUserOrGroupName=target)
    assert found.shared_with == shared


@pytest.mark.parametrize(
    ("operation", "recipients", "shared"),
    [
        ("ShareReport", ["an@vlaio.example", "iemand@elders.example"], "outside"),
        ("ShareDashboard", ["an@vlaio.example", "Leden van Vragen"], "unknown"),
        ("ShareDashboard", ["an@vlaio.example", None], "unknown"),
        ("ShareDataset", ["an@vlaio.example", "jan@tbt.example"], "parties"),
        ("ShareReport", [], "unknown"),
        ("PublishToWebReport", [], "anyone"),
    ],
)
def test_a_share_in_power_bi_is_told_by_the_recipient_who_is_farthest_from_the_parties(
    operation: str, recipients: list[str | None], shared: str, tmp_path: Path
) -> None:
    for key in ("RecipientEmail", "recipientEmail"):
        told = [{key: each, "ResharePermission": "Read"} for each in recipients]
        found = the(interpreted(tmp_path, MAPPING), Operation=operation, Workload="PowerBI", SharingInformation=told)
        assert found.shared_with == shared


@pytest.mark.parametrize("operation", ["AnonymousLinkCreated", "PublishToWebReport"])
def test_what_whoever_has_the_link_may_open_is_told_without_a_mapping(operation: str) -> None:
    assert the(M365Audit(), Operation=operation).shared_with == "anyone"


@pytest.mark.parametrize(
    ("moment", "function"),
    [
        ("2021-09-30T21:59:59", None), ("2021-09-30T22:00:00", "adviser"), ("2022-06-30T21:59:59", "adviser"),
        ("2022-06-30T22:00:00", "clerk"), ("2030-01-01T00:00:00", "clerk"),
    ],
)  # fmt: skip
def test_a_person_has_the_function_of_that_day_in_brussels(moment: str, function: str | None, tmp_path: Path) -> None:
    importer = interpreted(tmp_path, people=PEOPLE)
    found = the(importer, UserId="AN.VOORBEELD@fictief.example", CreationTime=moment)
    assert found.function == function
    assert found.notes == (() if function else ("outside-validity",))


def test_two_things_said_at_once_are_not_guessed_at(tmp_path: Path) -> None:
    importer = interpreted(tmp_path, people=PEOPLE)
    before = the(importer, UserId="jan.voorbeeld@fictief.example", CreationTime="2021-12-31T10:00:00")
    during = the(importer, UserId="jan.voorbeeld@fictief.example", CreationTime="2022-01-10T10:00:00")
    assert (before.employed_by, before.acting_for, before.notes) == ("VLAIO", "FIO", ())
    assert (during.employed_by, during.acting_for, during.notes) == (None, None, ("ambiguous-in-directory",))


def test_who_is_not_in_the_directory_stays_without_words(tmp_path: Path) -> None:
    found = the(interpreted(tmp_path, people=PEOPLE), UserId="griet@fictief.example")
    assert (found.employed_by, found.notes) == (None, ("not-in-directory",))


@pytest.mark.parametrize(
    "text",
    [
        "id;employed_by;function;from;until\r\nan.voorbeeld@fictief.example;VLAIO;adviser;01/10/2021;30/06/2022\r\n",
        "ID,Function,Employed_By,From\nan.voorbeeld@fictief.example,adviser,VLAIO,2021-10-01\n\n",
        "\ufeffid\temployed_by\tfunction\nan.voorbeeld@fictief.example\tVLAIO\tadviser",
    ],
)
def test_an_export_of_the_personnel_office_is_read_as_it_is(text: str, tmp_path: Path) -> None:
    importer = interpreted(tmp_path, people=text, name="people.csv")
    found = the(importer, UserId="an.voorbeeld@fictief.example", CreationTime="2022-01-10T10:00:00")
    assert (found.employed_by, found.function) == ("VLAIO", "adviser")


def test_every_fault_of_a_directory_is_told_at_once_and_no_person_in_any(tmp_path: Path) -> None:
    text = (
        "id;employed_by;function;from;until\n"
        ";VLAIO;;;\n"
        "griet@fictief.example;griet@fictief.example;;;\n"
        "griet@fictief.example;VLAIO;zondervan;;\n"
        "griet@fictief.example;VLAIO;;griet@fictief.example;\n"
        "griet@fictief.example;VLAIO;;2022-02-30;\n"
        "griet@fictief.example;VLAIO;;2022-02-01;2022-01-01\n"
        "griet@fictief.example;;;;\n"
        "griet@fictief.example;VLAIO\n"
    )
    with pytest.raises(DirectoryRejected) as caught:
        interpreted(tmp_path, people=text, name="people.csv")
    assert [(each.line, each.code) for each in caught.value.faults] == [
        (2, "directory.missing-key"), (3, "directory.word"), (4, "directory.word"), (5, "directory.type"),
        (6, "directory.type"), (7, "directory.order"), (8, "directory.missing-key"), (9, "directory.form"),
    ]  # fmt: skip
    said = " ".join([str(caught.value), *map(str, caught.value.faults)]).lower()
    assert "griet" not in said
    assert "zondervan" not in said


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("datasets: [{dataset: x}]", "missing-key"),
        ("datasets: [{place: /, dataset: x}]", "empty"),
        ("dataset: [{place: a, dataset: x}]", "unknown-key"),
        ("thresholds: {bulk_items: 0}", "type"),
        ("thresholds: {unusual_least: 10}", "missing-key"),
        ("sharing: {parties: [an@vlaio.example]}", "word"),
        ("sharing: {}", "missing-key"),
        ("applications: [KRIS]", "form"),
    ],
)
def test_a_mapping_that_says_something_else_is_refused_with_its_line(text: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(MappingRejected) as caught:
        interpreted(tmp_path, text)
    assert [(each.line, each.code) for each in caught.value.faults] == [(1, f"mapping.{code}")]


def test_nothing_of_the_directory_can_be_read_back_from_what_is_kept_of_it(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text(PEOPLE)
    directory = load_directory(tmp_path / "people.yaml", KNOWN, key("directory"))
    assert b"voorbeeld" not in pickle.dumps(directory).lower()
    other = load_directory(tmp_path / "people.yaml", KNOWN, key("another"))
    assert not set(directory.people) & set(other.people)


def test_it_may_be_handed_to_another_process(tmp_path: Path) -> None:
    importer = pickle.loads(pickle.dumps(interpreted(tmp_path, MAPPING, PEOPLE)))
    assert the(importer, UserId="an.voorbeeld@fictief.example", CreationTime="2022-01-10T10:00:00").function


def test_a_use_with_every_word_is_the_event_that_it_would_be_if_it_were_built(tmp_path: Path) -> None:
    record = the(
        interpreted(tmp_path, MAPPING, PEOPLE), UserId="an.voorbeeld@fictief.example", Operation="SharingSet",
        CreationTime="2022-01-10T10:00:00", SiteUrl="https://fictief.example/sites/vragen", ItemType="File",
        TargetUserOrGroupName="iemand@elders.example",
    )._replace(acting_for="FIO", items=3, network="internal", factors="two")  # fmt: skip
    member = draft(record, Author("VLAIO", "vlaio-fio-tbt-2021"), "8c" * 32, "9d" * 32).member("7b" * 16)
    event: Any = decoded(member)
    assert (event.dataset, event.application, event.shared_with) == ("vraagtraject", "Office-365", "outside")
    assert (event.employed_by, event.acting_for, event.function) == ("VLAIO", "FIO", "adviser")


def test_the_openers_say_the_thresholds_and_which_files_it_was(tmp_path: Path) -> None:
    stated = interpreted(tmp_path, MAPPING, PEOPLE).stated
    assert {name: stated[name] for name in ("bulk_items", "unusual_least", "unusual_times")} == {
        "bulk_items": 500, "unusual_least": 40, "unusual_times": 5,
    }  # fmt: skip
    assert stated["mapping"] != load_meaning(tmp_path / "mapping.yaml").digest.hex()
    assert len(stated["mapping"]) == len(stated["directory"]) == 64
