"""What an operator can do who has every key of its own, and the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from ledger.bundle.manifest import CHECKPOINT, MANIFEST, Manifest
from ledger.chain.entry import Entry, spell_signature
from ledger.chain.hashing import Digest, sha256
from ledger.events.codec import decoded
from ledger.storage.reader import StreamHead
from tests.bundle.forge import (
    ABOUT,
    FILE,
    ROW,
    Forge,
    good,
    honest,
    members,
    rewritten,
    unsealed,
)
from tests.bundle.mutations.manifest import with_manifest
from tests.bundle.mutations.mutation import ledger, path_of
from tests.keys.people import (
    FIO,
    LOG,
    OPERATOR,
    PROTOCOL,
    TBT,
    TBT_IMPORTS,
    TBT_NEXT,
    VLAIO,
    Person,
    enrolment,
    revocation,
)


def _sealed(forge: Forge) -> Forge:
    forge.seal()
    forge.sign()
    return forge


@ledger("signature.key-not-valid")
def signed_with_a_revoked_key() -> Forge:
    forge = unsealed()
    forge.append(forge.state(TBT, "measure-attested/1", measure="later"), TBT)
    return _sealed(forge)


@ledger("signature.unknown-key")
def signed_with_a_key_that_is_enrolled_later() -> Forge:
    forge = unsealed(until="revoke")
    forge.append(forge.state(TBT_NEXT, "measure-attested/1", measure="early"), TBT_NEXT)
    forge.append(msgspec.structs.replace(enrolment(TBT, TBT_NEXT), id="9e" * 16), TBT)
    return _sealed(forge)


@ledger("signature.unknown-key")
def signed_with_a_key_that_nobody_enrolled() -> Forge:
    forge = unsealed()
    forge.append(forge.state(FIO, "measure-attested/1", measure="mine"), FIO)
    return _sealed(forge)


@ledger("signature.other-party")
def act_of_another_party() -> Forge:
    forge = unsealed()
    event = forge.state(TBT, "measure-attested/1", measure="said-by-vlaio")
    forge.append(msgspec.structs.replace(event, key=VLAIO.key_id), VLAIO)
    return _sealed(forge)


@path_of("checkpoint.key-not-valid")
def checkpoint_signed_with_a_log_key_that_was_revoked(folder: Path) -> Path:
    """The thief of an old log key, whom a reader with an old policy would believe."""
    forge, next_key = unsealed(), Person("OPERATOR", 46, "log")
    forge.append(msgspec.structs.replace(enrolment(OPERATOR, next_key), id="9e" * 16), OPERATOR)
    forge.append(msgspec.structs.replace(revocation(OPERATOR, LOG), id="9d" * 16), OPERATOR)
    return _sealed(forge).bundle(folder / "b.zip")


@ledger("completeness.extra-stream")
def older_seal_shown_beside_the_last_one() -> Forge:
    forge = unsealed()
    forge.seal()
    return _ShowsSeals(**vars(_sealed(forge)))


class _ShowsSeals(Forge):
    """Takes the older seals for a part of the measures, when it is asked for them."""

    def stream_entries(self, name: str, after: int = 0, size: int = 0) -> Iterator[ROW]:
        yield from super().stream_entries(name, after, size)
        if name == "ledger/erasures" and not after:
            yield next(super().stream_entries("ledger/seals"))


@ledger("signature.false")
def old_act_changed_and_signed_anew_with_a_later_key() -> Forge:
    forge = unsealed(until="leave")
    forge.append(forge.state(TBT, "measure-attested/1", measure="rewritten"), TBT_NEXT)
    return _sealed(forge)


@ledger("signature.false")
def act_of_another_ledger_played_again() -> Forge:
    forge = unsealed()
    forge.append(forge.state(VLAIO, "measure-attested/1", measure="elsewhere"), VLAIO, origin="example.org/other")
    return _sealed(forge)


@ledger("signature.key-use")
def act_signed_with_a_key_for_imports() -> Forge:
    forge = unsealed(until="leave")
    forge.append(msgspec.structs.replace(enrolment(TBT, TBT_IMPORTS), id="9e" * 16), TBT)
    forge.append(forge.state(TBT_IMPORTS, "measure-attested/1", measure="by-service"), TBT_IMPORTS)
    return _sealed(forge)


@ledger("signature.not-pinned")
def party_given_a_key_by_the_operator() -> Forge:
    """TBT's key is said to be lost, and the operator enrols one of its own making."""
    forge = unsealed(until="revoke")
    forge.append(msgspec.structs.replace(revocation(OPERATOR, TBT), id="9d" * 16), OPERATOR)
    made_up = Person("TBT", 66)
    forge.append(msgspec.structs.replace(enrolment(OPERATOR, made_up), id="9e" * 16), OPERATOR)
    forge.append(forge.state(made_up, "measure-attested/1", measure="never-said"), made_up)
    return _sealed(forge)


@ledger("key.history")
def key_of_low_order_enrolled() -> Forge:
    forge = unsealed(until="leave")
    event = enrolment(VLAIO, Person("VLAIO", 44))
    forge.append(msgspec.structs.replace(event, public_key="00" * 32, possession="00" * 64, id="9e" * 16), VLAIO)
    return _sealed(forge)


@ledger("signature.unknown-key")
def act_signed_under_a_key_of_low_order() -> Forge:
    forge = key_of_low_order_enrolled()
    event = forge.state(VLAIO, "measure-attested/1", measure="free-for-all")
    event = msgspec.structs.replace(event, key=sha256(bytes(32)).hex())
    forge.append(event, VLAIO, signature=spell_signature(bytes(64)))
    return _sealed(forge)


@ledger("key.history")
def key_enrolled_without_its_private_half() -> Forge:
    forge = unsealed(until="leave")
    event = enrolment(VLAIO, Person("VLAIO", 44), possession="11" * 64)
    forge.append(msgspec.structs.replace(event, id="9e" * 16), VLAIO)
    return _sealed(forge)


@ledger("signature.not-operator")
def erasure_that_the_operator_did_not_state() -> Forge:
    forge = unsealed()
    event = forge.state(VLAIO, "subject-erased/1", ground="request", decided_by="VLAIO", tokens=[ABOUT])
    forge.append(event, VLAIO)
    return _sealed(forge)


@ledger("event.id-twice")
def one_id_for_two_events() -> Forge:
    forge = unsealed()
    event = forge.state(VLAIO, "measure-attested/1", measure="once")
    forge.append(event, VLAIO)
    forge.append(msgspec.structs.replace(event, measure="twice"), VLAIO)
    return _sealed(forge)


@ledger("entry.stream")
def act_hidden_in_another_stream() -> Forge:
    forge = unsealed()
    forge.append(forge.state(VLAIO, "measure-lapsed/1", measure="security-plan"), VLAIO, stream=f"{PROTOCOL}/access")
    return _sealed(forge)


@ledger("completeness.beyond-seal")
def seal_that_says_less_than_there_is() -> Forge:
    """The tail is hidden from the seal; whoever shows it has proof of a false seal."""
    forge = unsealed()
    lower = {name: _before(forge, head) if name.endswith("/measures") else head for name, head in forge.heads.items()}
    forge.seal(heads=lower)
    forge.sign()
    return _ShowsAll(**vars(forge))


class _ShowsAll(Forge):
    """Shows the lines of its seal, and every entry beside."""

    def stream_heads(self) -> list[StreamHead]:
        return sorted(_before(self, h) if h.stream.endswith("/measures") else h for h in self.heads.values())


def _before(forge: Forge, head: StreamHead) -> StreamHead:
    rows = [row for row in forge.stream_entries(head.stream) if row[2] == head.version - 1]
    entry = Entry.parse(rows[0][4])
    return StreamHead(head.stream, entry.version, entry.position, entry.leaf)


@ledger("completeness.usage")
def use_that_no_batch_counts() -> Forge:
    forge = unsealed()
    forge.batch(VLAIO, 3, counted=2)
    return _sealed(forge)


@ledger("completeness.usage")
def use_taken_away() -> Forge:
    forge = unsealed()
    forge.batch(VLAIO, 3, counted=4)
    return _sealed(forge)


@ledger("batch.twice")
def batch_stated_twice() -> Forge:
    """The same uses, under two openers that their author signed."""
    forge = unsealed()
    forge.batch(VLAIO, 2, times=2)
    return _sealed(forge)


def _summarised(author: Person, uses: int, *, of: str = "", parts: int = 1) -> Forge:
    """The honest ledger, and a summary of VLAIO's first batch, of three uses."""
    forge = unsealed()
    opener = decoded(Entry.parse(forge.raws[forge.at("log-batch-ingested/1") - 1]).event)
    row = {"day": "2022-05-30", "application": "A0", "uses": uses, "items": uses}
    summary = {"summarised": of or opener.id, "part": 1, "parts": parts, "rows": [row]}
    forge.append(forge.state(author, "usage-summarised/1", **summary), author)
    return _sealed(forge)


@ledger("usage.summary")
def summary_of_fewer_uses_than_its_batch_counts() -> Forge:
    return _summarised(VLAIO, 2)


@ledger("usage.summary")
def summary_of_a_batch_that_is_not_there() -> Forge:
    return _summarised(VLAIO, 3, of="9c" * 16)


@ledger("usage.summary")
def summary_by_another_party() -> Forge:
    return _summarised(OPERATOR, 3)


@path_of("", exit=0)
def summary_of_countless_parts(folder: Path) -> Path:
    """Its other parts may come yet; what it says of their number costs the reader nothing."""
    return _summarised(VLAIO, 2, parts=2**53 - 1).bundle(folder / "b.zip")


@path_of("protocol.file-changed")
def protocol_file_changed(folder: Path) -> Path:
    path = good(folder)
    parts = members(path)
    name = next(each for each in parts if each.startswith("protocol/"))
    return rewritten(path, {**parts, name: FILE.replace(b"art. 5, item 3", b"art. 5, item 9")})


@path_of("protocol.versions")
def protocol_file_of_ones_own(folder: Path) -> Path:
    """A file that asks for less, well listed; the governance stream names another."""
    own = FILE.replace(b"proof: [log-batch-ingested, access-reviewed]", b"proof: [access-reviewed]")
    path = good(folder)
    parts = members(path)
    name = next(each for each in parts if each.startswith("protocol/"))
    version = msgspec.structs.replace(Manifest.parse(parts[MANIFEST]).versions[0], digest=sha256(own).hex())
    del parts[name]
    return rewritten(path, with_manifest({**parts, version.member: own}, versions=(version,)))


@path_of("", exit=9)
def clause_of_an_event_type_that_is_not_known(folder: Path) -> Path:
    """The file is that of the ledger: a later version may know the type, so nothing is proven wrong."""
    file = FILE.replace(
        b"proof: [log-batch-ingested, access-reviewed]", b"proof: [log-batch-ingested, access-pondered]"
    )
    path = honest(file=file).bundle(folder / "b.zip", clauses=("art. 5, item 2",))
    return rewritten(path, with_manifest(members(path), clauses=("art. 5, item 3",)))


@path_of("proof.inclusion")
def two_ledgers_spliced(folder: Path) -> Path:
    """The entries of one ledger under the checkpoint of another with the same keys."""
    other = unsealed()
    other.append(other.state(VLAIO, "measure-attested/1", measure="other"), VLAIO)
    _sealed(other)
    path = other.bundle(folder / "other.zip")
    there = members(path)
    mine = members(good(folder))
    return rewritten(folder / "b.zip", {**mine, CHECKPOINT: there[CHECKPOINT]})


@path_of("proof.inclusion")
def checkpoint_of_the_same_size_with_another_root(folder: Path) -> Path:
    """The log signed a second history of the same length, and no witness saw it."""
    path = good(folder)
    fork = honest()
    fork.sign(root=Digest(sha256(b"fork")))
    return rewritten(path, {**members(path), CHECKPOINT: fork.note})
