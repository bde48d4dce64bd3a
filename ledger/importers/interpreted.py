"""An importer whose records also say what they mean here: by a mapping and a directory (`docs/formats/imports.md`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ledger.chain.hashing import Digest, keyed
from ledger.importers.directory import Capacity, Directory, Known, load_directory
from ledger.importers.importer import Found, Importer, Record
from ledger.importers.meaning import NOTHING, Meaning, load_meaning

RecordKey = Callable[[str], bytes]


class Files(NamedTuple):
    """What a party says of its own logs: a mapping file, and a directory of persons."""

    mapping: Path | None = None
    directory: Path | None = None


_PERSONS = ("person", "guest", "unknown")
_NO_DATASET = ("no-dataset",)
_NOBODY = Capacity(None, None, None)
_APPLICATION, _DATASET = Record._fields.index("application"), Record._fields.index("dataset")
assert Record._fields[_DATASET:] == ("dataset", *Capacity._fields, "shared_with", "notes")
_REMEMBERED = 65_536


class Interpreted:
    """Reads as `importer` does. Records of which a mapping or directory says nothing have the reason in `notes`."""

    def __init__(
        self, importer: Importer, meaning: Meaning, directory: Directory | None, file_digest: Callable[[bytes], Digest]
    ) -> None:
        self.name = importer.name
        self.in_halves: bool = getattr(importer, "in_halves", False)
        self._importer, self._meaning, self._directory = importer, meaning, directory
        self._places: dict[tuple[str | None, str, str | None], tuple[str, str | None, tuple[str, ...]]] = {}
        self.stated: dict[str, Any] = {**meaning.thresholds.stated}
        """What the openers of its batches say besides: thresholds, keyed digests of both files."""
        if meaning is not NOTHING:
            self.stated["mapping"] = file_digest(meaning.digest).hex()
        if directory is not None:
            self.stated["directory"] = file_digest(directory.digest).hex()

    @classmethod
    def by(cls, importer: Importer, files: Files, known: Known, protocol: str, record_key: RecordKey) -> Importer:
        """The importer as these files of a party interpret it; as it is, if there are none.

        `record_key` gives the vault's secret for a purpose. Raises NotFound, InputRejected, MappingRejected,
        DirectoryRejected.
        """
        meaning = getattr(importer, "meaning", None)
        if meaning is None:
            meaning = load_meaning(files.mapping) if files.mapping else NOTHING
        directory = None
        if files.directory:
            directory = load_directory(files.directory, known, record_key(f"directory/{protocol}"))
        if meaning is NOTHING and directory is None:
            return importer
        files_key = record_key(f"import/{protocol}/{importer.name}/files")
        return cls(importer, meaning, directory, partial(keyed, files_key))

    def sniff(self, head: bytes) -> str | None:
        return self._importer.sniff(head)

    def read(self, stream: BinaryIO) -> Iterator[Found]:
        found = self._importer.read(stream)  # it refuses what is not its format before it is iterated
        return (self._meant(each) if isinstance(each, Record) else each for each in found)

    def _meant(self, record: Record) -> Record:
        application, dataset, notes = self._placed(record)
        target = record.target
        shared_with = record.shared_with if target is None else self._meaning.shared_with(target)
        capacity = _NOBODY
        if self._directory is not None and record.actor is not None and record.actor_class in _PERSONS:
            found = self._directory.capacity(record.actor, record.happened_at)
            if isinstance(found, str):
                notes = (*notes, found)
            else:
                capacity = found
        # The fields of Record in their order: naming those that change takes several times as long.
        return Record._make((
            *record[:_APPLICATION], application, *record[_APPLICATION + 1 : _DATASET], dataset, *capacity, shared_with,
            notes,
        ))  # fmt: skip

    def _placed(self, record: Record) -> tuple[str, str | None, tuple[str, ...]]:
        """Application, dataset, and the note where rules give none; looked for once a place."""
        key = (record.place, record.application, record.object_class)
        found = self._places.get(key)
        if found is None:
            if len(self._places) > _REMEMBERED:
                self._places.clear()
            dataset = self._meaning.dataset(*key)
            notes = _NO_DATASET if dataset is None and self._meaning.rules else ()
            found = self._places[key] = (self._meaning.application(record.application), dataset, notes)
        return found
