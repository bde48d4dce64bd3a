"""The file of look-ups: what a power cut may take."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ledger.storage.known_ids import KnownIds
from ledger.storage.views import Views

NORMAL = 1


def test_the_write_ahead_log_is_synced_before_it_goes_into_the_file(tmp_path: Path):
    for opened in (Views, KnownIds):  # made, and opened again
        with closing(opened(tmp_path / "small.views")) as views:
            (journal,) = views._connection.execute("PRAGMA journal_mode").fetchone()
            (synced,) = views._connection.execute("PRAGMA synchronous").fetchone()
            assert (journal, synced) == ("wal", NORMAL)
