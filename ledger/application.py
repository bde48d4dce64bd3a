"""The only writer. What it is given is admitted by the door, told to the vault, appended, and marked, in that order.

If we die between vault and ledger, openings without an event are left behind and swept later; between ledger and mark,
the mark lags, which is no fault. The same call again finds what was written and adds nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import NamedTuple, Self

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import event_of
from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.note import Note
from ledger.chain.proof import check_consistency, consistency_proof
from ledger.clock import Clock, now, spell
from ledger.door import Door, caught_up, door_of
from ledger.errors import Conflict, LedgerError, VerificationFailed
from ledger.events.codec import decoded_fast
from ledger.events.seals import StreamsSealed
from ledger.ids import new_id
from ledger.keys.keystore import KeyPair
from ledger.keys.signing import Random, SignedLine, meaning, sign_event
from ledger.place import Place
from ledger.storage.append import BATCH, Receipt, Row, StaleDecision
from ledger.storage.highwater import HighWater, Mark, check
from ledger.storage.known_ids import KnownIds
from ledger.storage.opening import open_store
from ledger.storage.store import Store
from ledger.storage.vault_store import VaultStore
from ledger.verification.whole import seal_root

TRIES = 200
"""How often a decision is taken again because another writer was faster."""


class OtherMeaning(Conflict):
    """An id that was recorded before, for something else."""

    code = "event.other-meaning"


class Inconsistent(VerificationFailed):
    """The ledger no longer holds what its last checkpoint was signed over."""

    code = "checkpoint.inconsistent"


class Recorded(NamedTuple):
    """Where an event stands, and whether this call put it there."""

    position: int
    type: str
    id: str
    new: bool


class Application:
    """One ledger, opened for reading and writing. Close it, or use it in a `with`."""

    def __init__(self, place: Place, store: Store, vault: VaultStore, clock: Clock, ids: Callable[[], str]) -> None:
        self.place, self.store, self.vault, self.clock, self.ids = place, store, vault, clock, ids
        self._known = KnownIds(place.views)
        self._mark = HighWater(place.head)
        self._door: Door | None = None

    @classmethod
    def open(
        cls, place: Place, *, clock: Clock = now, ids: Callable[[], str] = new_id, random: Random = secrets.token_bytes
    ) -> Self:  # fmt: skip
        """Raises NotFound where there is no ledger or vault, RolledBack or BesideTheMark where it is not at its mark."""
        with ExitStack() as undo:
            store = undo.enter_context(open_store(place.url, clock=clock))
            vault = VaultStore.open(place.vault, place.vault_key, random=random, clock=clock)
            undo.callback(vault.close)
            opened = cls(place, store, vault, clock, ids)
            opened.check_mark()
            undo.pop_all()
            return opened

    def close(self) -> None:
        self._known.close()
        self.vault.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check_mark(self) -> None:
        """Refuse a ledger that is behind or beside its high-water mark."""
        if mark := self._mark.read():
            check(mark, self.store)

    @property
    def door(self) -> Door:
        """The state that decisions are read from, at the ledger's present size."""
        self._door = caught_up(self._door, self.store) if self._door else door_of(self.store)
        return self._door

    def record(
        self, lines: Sequence[SignedLine], files: Mapping[str, bytes] | None = None,
        *, numbers: Sequence[int] | None = None, file: str = "",
    ) -> list[Recorded]:  # fmt: skip
        """Append these events, all or none; those that are here already are found, and not written again.

        `files` are protocol files by digest, for the events that name them. `numbers` are the line numbers of `lines`
        in `file`, for the errors they meet. Raises InputRejected (by the door), OtherMeaning, Conflict after too many
        others were faster; then nothing was written.
        """
        for _ in range(TRIES):
            door = self.door
            self._known.catch_up(self.store, door.size)
            try:
                results, rows, new = self._decided(door, lines, files or {})
            except LedgerError as error:
                raise _placed(error, numbers, file) from error
            if not rows:
                return results
            for line in new:
                self.vault.put_openings(line.event.id, line.openings)
            try:
                self.marked(self.store.append(rows, at=door.size, files=files))
            except StaleDecision:
                continue
            return results
        raise Conflict("others kept writing to this ledger", hint="run the same command again", code="ledger.busy")

    def _decided(
        self, door: Door, lines: Sequence[SignedLine], files: Mapping[str, bytes]
    ) -> tuple[list[Recorded], list[Row], list[SignedLine]]:
        """What to write, on the state given; a line's index is added to the error it meets."""
        results: list[Recorded] = []
        rows: list[Row] = []
        new: dict[str, SignedLine] = {}
        stored = {**self.store.protocol_files(), **files} if files else self._stored_files(lines)
        for number, line in enumerate(lines):
            event = line.event
            position = self._known.position_of(event.id)
            if position or event.id in new:
                first = new.get(event.id) or self._recorded_line(position or 0)
                self._check_same(line, first, number)
                position = position or next(result.position for result in results if result.id == event.id)
                results.append(Recorded(position, event.type, event.id, False))
                continue
            try:
                rows.append(door.admitted(line))
                door = door.after(event, stored)
            except LedgerError as error:
                raise error.at(line=number) from error
            new[event.id] = line
            results.append(Recorded(door.size, event.type, event.id, True))
        return results, rows, list(new.values())

    def _stored_files(self, lines: Sequence[SignedLine]) -> Mapping[str, bytes]:
        registers = any(line.event.type.startswith("protocol-version-registered/") for line in lines)
        return self.store.protocol_files() if registers else {}

    def _recorded_line(self, position: int) -> SignedLine:
        raw = self.store.entry(position)
        event = decoded_fast(event_of(raw))
        return SignedLine(event_of(raw), "", tuple(self.vault.openings(event.id)), event)  # type: ignore[arg-type]

    def _check_same(self, line: SignedLine, first: SignedLine, number: int) -> None:
        if line.event_bytes == first.event_bytes:
            return
        if meaning(line.event, line.openings) != meaning(first.event, first.openings):
            raise OtherMeaning(
                f"the id {line.event.id} was recorded before, with another meaning", line=number,
                hint="to change what was stated, record an event that `corrects` it; else leave the id out",
            )  # fmt: skip

    def ingest(self, protocol: str, opener: SignedLine, members: Sequence[bytes], imports_version: int) -> Receipt:
        """Append one signed batch: its opener and its uses.

        `imports_version` is the version of `<protocol>/imports` that "none of these is known" was read from: raises
        StaleDecision if it has moved. Raises InputRejected as `record` does.
        """
        door = self.door
        row = door.admitted(opener)
        usage = f"{protocol}/usage"
        rows = [row, *(Row(usage, "access-used/1", member, BATCH) for member in members)]
        keys = self.store.stream_version("ledger/keys")
        if caught_up(door, self.store).keyring is not door.keyring:
            raise StaleDecision("the keys have moved since this was decided")
        expecting = {f"{protocol}/imports": imports_version, "ledger/keys": keys}
        return self.marked(self.store.append(rows, expecting=expecting))

    def known_uses(self, named: Sequence[tuple[str, str]]) -> set[str]:
        """Of these uses, by (happened_at, id), the ids that are recorded already."""
        self._known.catch_up(self.store)
        return self._known.known_uses(named)

    def marked(self, receipt: Receipt, *, sync: bool = False) -> Receipt:
        self._mark.replace(Mark(receipt.last, receipt.leaf), sync=sync)
        return receipt

    def sign_checkpoint(self, log: KeyPair, events: KeyPair) -> bytes:
        """Seal all streams and sign the ledger's size and root; the note is stored with the seal.

        Raises Inconsistent if the last checkpoint is not kept: then nothing is signed.
        """
        for _ in range(TRIES):
            door = self.door
            self._check_last(door)
            line = sign_event(self._seal(events), events, door.origin)
            notes: list[bytes] = []

            def signed(size: int, root: Digest, notes: list[bytes] = notes, origin: str = door.origin) -> bytes:
                notes.append(bytes(Checkpoint(origin, size, root).signed(log.vkey, log.sign)))
                return notes[-1]

            try:
                receipt = self.store.append([door.admitted(line)], at=door.size, checkpoint=signed)
            except StaleDecision:
                continue
            self.marked(receipt, sync=True)
            return notes[-1]
        raise Conflict("others kept writing to this ledger", hint="run the same command again", code="ledger.busy")

    def _seal(self, key: KeyPair) -> StreamsSealed:
        """The seal over the streams as they are; each head is compared with the entry it names."""
        heads = self.store.stream_heads()
        for head in heads:
            if leaf_hash(self.store.entry(head.position)) != head.leaf:
                raise Inconsistent(f"the stored head of {head.stream} is not its last entry", hint="run: ledger verify")
        root = seal_root({head.stream: (head.version, head.leaf) for head in heads})
        moment = spell(self.clock())
        return StreamsSealed(
            author=key.party, happened_at=moment, id=self.ids(), key=key.key_id, stated_at=moment,
            streams=len(heads), root=root.hex(),
        )  # fmt: skip

    def _check_last(self, door: Door) -> None:
        last, head = self.store.latest_checkpoint(), self.store.head()
        if last is None or head.size != door.size:
            return
        promised = Checkpoint.parse(Note.parse(last.note).text)
        nodes = self.store.nodes()
        try:
            proof = consistency_proof(promised.size, head.size, nodes)
            check_consistency(promised.size, head.size, proof, promised.root, head.root)
        except VerificationFailed as error:
            raise Inconsistent(
                f"checkpoint {promised.size} was signed over other entries", hint="run: ledger verify"
            ) from error


def _placed(error: LedgerError, numbers: Sequence[int] | None, file: str) -> LedgerError:
    """The error with the place of its line: in the file, where the caller said."""
    index = error.where.pop("line", None)
    if isinstance(index, int):
        error.at(line=numbers[index] if numbers else index + 1)
    return error.at(file=file) if file else error
