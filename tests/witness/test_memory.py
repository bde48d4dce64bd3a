"""What a witness has seen outlives a disk that is full."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.chain.note import Note
from ledger.witness.memory import Memory
from tests.keys.people import ORIGIN
from tests.limits import files_of_at_most
from tests.witness.logs import leaves, note


def test_a_full_disk_does_not_cut_short_what_was_seen(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    with memory.locked(ORIGIN) as seen:
        seen.remember(Note.parse(note(leaves(3))))
        with files_of_at_most(100), pytest.raises(OSError, match="too large"):
            seen.remember(Note.parse(note(leaves(8))))
    last = memory.last(ORIGIN)
    assert last is not None
    assert last.size == 3
