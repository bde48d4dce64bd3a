"""The only writer. What it is given is admitted by the door, told to the vault, appended, and marked, in that order.

If we die between vault and ledger, openings without an event are left behind and swept later; between ledger and mark,
the mark lags, which is no fault. The same call again finds what was written and adds nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Self

import msgspec

from ledger.chain.entry import event_of, split
from ledger.clock import Clock, now, spell
from ledger.door import Door, caught_up, door_of
from ledger.drafts import clear
from ledger.erasing import Replayed, about_of, carry_out, check_scope
from ledger.errors import Conflict, LedgerError
from ledger.events.base import ProtocolEvent, SignedEvent
from ledger.events.codec import decoded_fast
from ledger.ids import new_id
from ledger.keys.keystore import KeyPair
from ledger.keys.signing import Random, SignedLine
from ledger.place import Place
from ledger.recorded import Recorded, RecordedUse
from ledger.repeating import check_by_itself, check_same
from ledger.sealing import sealed
from ledger.storage.append import BATCH, Receipt, Row, StaleDecision
from ledger.storage.faults import Damaged
from ledger.storage.highwater import HighWater, Mark
from ledger.storage.known_ids import KnownIds
from ledger.storage.lost import open_there
from ledger.storage.marks import Marks
from ledger.storage.store import Store
from ledger.storage.vault_store import VaultStore
from ledger.subjects.guard import check_members
from ledger.verification.last_checkpoint import check_checkpoint, check_last_checkpoint

TRIES = 20
"""How often a decision is taken again because a writer on another machine was faster; on this one they wait in turn."""

ORPHAN_AGE = timedelta(hours=1)
"""How long a writer may take between the vault and the ledger."""


class _Use(msgspec.Struct):
    """What a use is known again by."""

    happened_at: str
    id: str


_use = msgspec.json.Decoder(_Use).decode


def _named(member: bytes) -> tuple[str, str]:
    use = _use(member)
    return use.happened_at, use.id


class Application:
    """One ledger, opened for reading and writing. Close it, or use it in a `with`."""

    def __init__(self, place: Place, store: Store, vault: VaultStore, clock: Clock, ids: Callable[[], str]) -> None:
        self.place, self.store, self.vault, self.clock, self.ids = place, store, vault, clock, ids
        self._known = KnownIds(place.views)
        self.marks = Marks.of(place)
        self._door: Door | None = None
        self.replayed: list[Replayed] = []
        """Erasures that were recorded before, and carried out when this was opened."""

    @classmethod
    def open(
        cls, place: Place, *, clock: Clock = now, ids: Callable[[], str] = new_id, random: Random = secrets.token_bytes
    ) -> Self:  # fmt: skip
        """Raises NotFound where there is no ledger or vault, Lost, RolledBack or BesideTheMark where its mark says so.

        OtherRoot where it is not what its last checkpoint was signed over: nothing is built on such a ledger.
        """
        with ExitStack() as undo:
            store = undo.enter_context(open_there(place, clock=clock))
            vault = VaultStore.open(place.vault, place.vault_key, random=random, clock=clock)
            undo.callback(vault.close)
            opened = cls(place, store, vault, clock, ids)
            opened.check_mark()
            check_last_checkpoint(store)
            # Before anything is read: a run that was killed, or an old copy of the vault, left it to be done.
            opened.replayed = opened.carry_out_erasures()
            undo.pop_all()
            _clear_drafts(place)
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
        """Refuse a ledger that is behind or beside its high-water marks."""
        self.marks.check(self.store)

    def carry_out_erasures(self) -> list[Replayed]:
        """Destroy in the vault what the ledger says is erased, and the vault has no note of. Raises ForgedErasure."""
        return carry_out(self.store, self.vault, lambda: self.door.keyring)

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
            with self._known.turn(self.store):
                try:
                    return self._recorded(self.door, lines, files or {})
                except StaleDecision:
                    continue
                except LedgerError as error:
                    raise _placed(error, numbers, file) from error
        raise _busy()

    def _recorded(self, door: Door, lines: Sequence[SignedLine], files: Mapping[str, bytes]) -> list[Recorded]:
        results, rows, new = self._decided(door, lines, files)
        if rows:
            self.vault.put_all((line.event.id, line.openings, about_of(line.event)) for line in new)
            self.marked(self.store.append(rows, at=door.size, files=files))
            if any(line.event.type.startswith("subject-erased/") for line in new):
                self.carry_out_erasures()
        elif results:
            self.mark_end()
        return results

    def _decided(
        self, door: Door, lines: Sequence[SignedLine], files: Mapping[str, bytes]
    ) -> tuple[list[Recorded], list[Row], list[SignedLine]]:
        """What to write, on the state given; a line's index is added to the error it meets."""
        results: list[Recorded] = []
        rows: list[Row] = []
        new: dict[str, tuple[SignedLine, int]] = {}
        uses = self._known.among_uses({line.event.id for line in lines})
        stored = {**self.store.protocol_files(), **files} if files else self._stored_files(lines)
        for number, line in enumerate(lines):
            event = line.event
            try:
                first, position = new.get(event.id) or self._recorded_line(event.id)
                if first is not None:
                    check_same(line, first)
                    results.append(Recorded(position, event.type, event.id, False))
                    continue
                check_by_itself(event, uses)
                check_scope(event, self.vault, self._protocol_of)
                rows.append(door.admitted(line))
                door = door.after(event, stored)
            except LedgerError as error:
                raise error.at(line=number) from error
            new[event.id] = line, door.size
            results.append(Recorded(door.size, event.type, event.id, True))
        return results, rows, [line for line, _ in new.values()]

    def _stored_files(self, lines: Sequence[SignedLine]) -> Mapping[str, bytes]:
        registers = any(line.event.type.startswith("protocol-version-registered/") for line in lines)
        return self.store.protocol_files() if registers else {}

    def _recorded_line(self, identifier: str) -> tuple[SignedLine | None, int]:
        """The line with this id that is recorded already, and its position; None and 0 if there is none."""
        position = self._known.position_of(identifier)
        if position is None:
            return None, 0
        raw = split(self.store.entry(position))[0]
        event = decoded_fast(raw)
        if not isinstance(event, SignedEvent) or event.id != identifier:
            raise Damaged(f"entry {position} is not the event that was read there before", hint="run: ledger verify")
        return SignedLine(raw, "", tuple(self.vault.openings(identifier)), event), position

    def ingest(self, protocol: str, opener: SignedLine, members: Sequence[bytes], imports_version: int) -> Receipt:
        """Append one signed batch: its opener and its uses.

        `imports_version` is the version of `<protocol>/imports` that "none of these is known" was read from: raises
        StaleDecision if it has moved. Raises InputRejected as `record` does.
        """
        with self._known.turn(self.store):
            decided_from = ("ledger/keys", f"{protocol}/governance")
            expecting = {stream: self.store.stream_version(stream) for stream in decided_from}
            door = self.door
            row = door.admitted(opener)
            check_members(members)
            usage = f"{protocol}/usage"
            rows = [row, *(Row(usage, "access-used/1", member, BATCH) for member in members)]
            expecting[f"{protocol}/imports"] = imports_version
            receipt = self.marked(self.store.append(rows, expecting=expecting))
            self._known.take_appended(receipt, opener.event.id, map(_named, members))
            if receipt.first == door.size + 1:  # no decision is read from uses: they need not be read for it either
                self._door = replace(door, size=receipt.last)
            return receipt

    def known_uses(self, named: Sequence[tuple[str, str]]) -> set[str]:
        """Of these uses, by (happened_at, id), the ids that are recorded already."""
        self._known.catch_up(self.store)
        return set(self._known.known_uses(named))

    def recorded_uses(self, named: Sequence[tuple[str, str]]) -> dict[str, RecordedUse]:
        """Of these uses, by (happened_at, id), those whose id is recorded already: where, and the event's bytes."""
        self._known.catch_up(self.store)
        positions = self._known.known_uses(named)
        entries = self.store.entries(positions.values())
        return {each: RecordedUse(position, event_of(entries[position])) for each, position in positions.items()}

    def sweep_orphans(self) -> int:
        """Destroy openings that were put more than an hour ago for events that never came; how many parts went."""
        with self._known.turn(self.store):
            old = self.vault.opened_events(self.clock() - ORPHAN_AGE)
            return self.vault.sweep([each for each in old if self._known.position_of(each) is None])

    def _protocol_of(self, event_id: str) -> str | None:
        """The protocol of a recorded event; None where it has none, or is not recorded."""
        position = self._known.position_of(event_id)
        event = decoded_fast(split(self.store.entry(position))[0]) if position else None
        return event.protocol if isinstance(event, ProtocolEvent) else None

    def position_of(self, event_id: str) -> int | None:
        """Where an event with a signature of its own stands; None where this ledger has none with this id."""
        self._known.catch_up(self.store)
        return self._known.position_of(event_id)

    def marked(self, receipt: Receipt, *, sync: bool = False) -> Receipt:
        self.marks.replace(Mark(receipt.last, receipt.leaf), sync=sync)
        return receipt

    def mark_end(self) -> None:
        """Bring the mark to the end, where a killed writer left it behind: what is told as recorded, it knows."""
        head = self.store.head()
        self.marks.replace(Mark(head.size, head.leaf))

    def signed_unheard(self) -> bytes | None:
        """A checkpoint over all there is that the mark does not know: its signer was killed before it could answer."""
        last, head, mark = self.store.latest_checkpoint(), self.store.head(), HighWater(self.place.head).read()
        if last is None or last.size != head.size or mark is None or mark.size >= head.size:
            return None
        self.marks.replace(Mark(head.size, head.leaf), sync=True)
        return last.note

    def signed_over(self, position: int) -> bytes | None:
        """The first checkpoint over this entry, as it was signed then; None where there is none yet.

        So the same receipts can be written again. Raises OtherRoot where it was signed over other entries.
        """
        first = next((each for each in self.store.checkpoints() if each.size >= position), None)
        if first is not None:
            check_checkpoint(self.store, first)
        return first.note if first else None

    def sign_checkpoint(self, log: KeyPair, events: KeyPair) -> bytes:
        """Seal all streams and sign the ledger's size and root; the note is stored with the seal.

        Raises Inconsistent if the last checkpoint is not kept: then nothing is signed.
        """
        for _ in range(TRIES):
            with self._known.turn(self.store):
                try:
                    receipt, note = sealed(self.store, self.door, log, events, (self.ids(), spell(self.clock())))
                except StaleDecision:
                    continue
                self.marked(receipt, sync=True)
                return note
        raise _busy()


def _clear_drafts(place: Place) -> None:
    """Remove what killed processes left under hidden names: it may be a second name of a key that was to go."""
    for folder in place.folders:
        clear(folder)
    for file in place.files:
        clear(file.parent, file.name)


def _busy() -> Conflict:
    return Conflict("others kept writing to this ledger", hint="run the same command again", code="ledger.busy")


def _placed(error: LedgerError, numbers: Sequence[int] | None, file: str) -> LedgerError:
    """The error with the place of its line: in the file, where the caller said."""
    index = error.where.pop("line", None)
    if isinstance(index, int):
        error.at(line=numbers[index] if numbers else index + 1)
    return error.at(file=file) if file else error
