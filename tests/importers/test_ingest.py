from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.chain.hashing import keyed, leaf_hash, sha256
from ledger.chain.merkle import merkle_root
from ledger.errors import Conflict, InputRejected, LedgerError, NotFound
from ledger.events.codec import built, decoded, encoded
from ledger.importers.importer import NotThisFormat
from ledger.importers.ingest import LARGEST_BATCH
from tests.importers.logs import World, audit, csv_text, json_lines, reasons


@pytest.fixture
def world() -> World:
    return World()


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_members_and_opener_are_events_of_the_catalogue(world: World, tmp_path: Path) -> None:
    records = [audit(1), audit(2, UserId="S-1-5-18"), audit(3, OperationCount=4)]
    world.imported(written(tmp_path / "log.csv", csv_text(records)))
    (batch,) = world.batches
    for member in batch.members:
        assert encoded(decoded(member)) == member
    opener = built({**batch.opener, "key": "ab" * 32, "stated_at": "2026-02-01T09:00:00Z"})
    assert opener.batch.count == 3  # type: ignore[attr-defined]
    assert bytes.fromhex(batch.opener["batch"]["root"]) == batch.root
    assert batch.root == merkle_root([leaf_hash(member) for member in batch.members])
    assert (batch.opener["first"], batch.opener["last"]) == ("2026-01-05T08:01:00Z", "2026-01-05T08:03:00Z")


def test_digests_are_keyed_and_can_be_made_again_from_the_file(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", json_lines([audit(1), audit(2)]))
    world.imported(path)
    raw, event = path.read_bytes(), world.events[1]
    key = world.secrets.record_key("import/vlaio-fio-tbt-2021/m365-audit/2026")
    line = raw[event["offset"] :].split(b"\n")[0]
    assert event["line"] == keyed(key, b"ledger/line/v1\n" + line).hex()
    assert event["record"] == keyed(key, b"m365-audit\n" + audit(2)["Id"].encode()).hex()
    assert event["id"] == event["record"][:32]
    blind = world.secrets.record_key("import/vlaio-fio-tbt-2021/m365-audit/files")
    opener = world.batches[0].opener
    assert (opener["file"], opener["file_bytes"]) == (keyed(blind, sha256(raw)).hex(), len(raw))


def test_nothing_of_a_person_is_in_a_member(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv", csv_text([audit(1), audit(2, Operation="An Voorbeeld")]))
    world.imported(path)
    said = b"".join(member for batch in world.batches for member in batch.members).lower()
    for personal in ("voorbeeld", "fictief", "192.0.2", "zondervan", "dossier", "sites", audit(1)["Id"]):
        assert personal.encode() not in said
    assert {event["actor"] for event in world.events} == set(world.secrets.made.values())


def test_the_same_person_has_one_token_however_their_name_is_spelled(world: World, tmp_path: Path) -> None:
    spelled = ["An.Voorbeeld@fictief.example", "an.voorbeeld@FICTIEF.example"]
    world.imported(written(tmp_path / "l", json_lines([audit(n, UserId=name) for n, name in enumerate(spelled)])))
    assert len({event["actor"] for event in world.events}) == 1


def test_importing_twice_adds_nothing(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv", csv_text([audit(1), audit(2), audit(1), ""]))
    first, second = world.imported(path).counts, world.imported(path).counts
    assert (first.new, first.duplicate, first.rejected, first.read) == (2, 1, 1, 4)
    assert (second.new, second.duplicate, second.rejected, second.read) == (0, 3, 1, 4)
    assert len(world.batches) == 1


def test_a_record_is_known_again_in_another_shape(world: World, tmp_path: Path) -> None:
    records = [audit(number) for number in range(5)]
    world.imported(written(tmp_path / "log.csv", csv_text(records)))
    run = world.imported(written(tmp_path / "log.json", json.dumps([*records[::-1], audit(9)])))
    assert (run.counts.new, run.counts.duplicate) == (1, 5)


def test_a_repeat_with_other_content_is_refused_and_kept(world: World, tmp_path: Path) -> None:
    elsewhere = audit(1, ObjectId="https://fictief.example/anders")
    lines = [
        audit(1),
        elsewhere,
        audit(1),
        audit(1, CreationTime="2025-01-01T00:00:00"),
    ]
    path = written(tmp_path / "log.jsonl", json_lines(lines))
    run = world.imported(path)
    assert (run.counts.new, run.counts.duplicate, run.counts.rejected, run.counts.conflicting) == (1, 1, 2, 2)
    rejects = reasons(path)
    assert [(each["line"], each["code"]) for each in rejects] == [(2, "conflict"), (4, "conflict")]
    assert [json.loads(each["raw"]) for each in rejects] == [lines[1], lines[3]]


def test_a_run_stopped_between_two_batches_completes_without_doubles(world: World, tmp_path: Path) -> None:
    count = LARGEST_BATCH + 7
    lines = [json.dumps(audit(number)) for number in range(count)]
    path = written(tmp_path / "log.jsonl", "\n".join(lines))
    assert world.imported(path, stop_after=1).counts.rejected == 0
    assert [len(batch.members) for batch in world.batches] == [LARGEST_BATCH]
    run = world.imported(path)
    assert (run.counts.new, run.counts.duplicate) == (7, LARGEST_BATCH)
    assert len({event["id"] for event in world.events}) == len(world.events) == count
    assert len({batch.opener["id"] for batch in world.batches}) == 2


def test_a_batch_that_was_never_appended_is_made_the_same_again(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", json_lines([audit(1), audit(2)]))
    first, again = (next(iter(world.ingestion().batches(path))) for _ in range(2))
    assert first == again


def test_a_rehearsal_counts_and_leaves_nothing(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", json_lines([audit(1), audit(2), audit(1), 5]))
    run = world.ingestion(rehearsal=True)
    assert sum(len(batch.members) for batch in run.batches(path)) == 2
    assert (run.counts.new, run.counts.duplicate, run.counts.rejected) == (2, 1, 1)
    assert world.secrets.made == {}
    assert [each.name for each in tmp_path.iterdir()] == ["log.jsonl"]


def test_an_operation_that_is_not_listed_is_recorded_and_counted(world: World, tmp_path: Path) -> None:
    run = world.imported(written(tmp_path / "l", json_lines([audit(1, Operation="Nieuwigheid"), audit(2)])))
    assert (run.counts.new, run.counts.unlisted) == (2, 1)


@pytest.mark.parametrize(("content", "error", "exit_code"), [(None, NotFound, 6), (b"a,b\n", NotThisFormat, 5)])
def test_a_file_that_cannot_be_imported_is_named(
    world: World, tmp_path: Path, content: bytes | None, error: type[LedgerError], exit_code: int
) -> None:
    path = tmp_path / "log.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error) as caught:
        world.imported(path)
    assert (caught.value.exit, caught.value.where["file"]) == (exit_code, str(path))
    assert caught.value.hint


def test_a_folder_is_no_log(world: World, tmp_path: Path) -> None:
    with pytest.raises(InputRejected):
        world.imported(tmp_path)


def test_a_file_that_is_written_to_meanwhile_is_refused(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", "\n".join(json.dumps(audit(n)) for n in range(LARGEST_BATCH + 1)))
    batches = world.ingestion().batches(path)
    next(batches)
    with path.open("a") as log:
        log.write("\n" + json.dumps(audit(70_000)))
    with pytest.raises(Conflict):
        next(batches)
