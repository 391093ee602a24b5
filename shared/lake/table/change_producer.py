"""Makes the manifests of one commit: files appended, positions deleted, files dropped, small manifests combined.

The library writes no position deletes yet and drops files only by predicate. This producer overrides only how the
manifests of a snapshot are made; the version of the library is pinned, and tests read what it writes with others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
    ManifestWriter,
    ManifestWriterV2,
)
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.table import Transaction
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update import AddSnapshotUpdate, TableUpdate, UpdatesAndRequirements
from pyiceberg.table.update.snapshot import _SnapshotProducer

EntriesOf = Callable[[ManifestFile], Sequence[ManifestEntry]]
"""Reads the live entries of a manifest."""

MOST_MANIFESTS = 16
"""Most manifests of a content in a snapshot; more are combined, because every cold reader reads each of them."""


class _DeleteManifestWriter(ManifestWriterV2):
    def content(self) -> ManifestContent:
        return ManifestContent.DELETES

    @property
    def _meta(self) -> dict[str, str]:
        return {**super()._meta, "content": "deletes"}


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """The files of a commit: data and delete files that are added, and the paths of those that are dropped."""

    added: Sequence[DataFile]
    dropped: frozenset[str]
    summary: Mapping[str, str]


class ChangeProducer(_SnapshotProducer["ChangeProducer"]):
    """Produces a snapshot from the current one: the files of a change in, the dropped ones out."""

    def __init__(self, transaction: Transaction, change: FileChange, entries_of: EntriesOf) -> None:
        appends = not change.dropped and all(each.content == DataFileContent.DATA for each in change.added)
        super().__init__(
            Operation.APPEND if appends else Operation.OVERWRITE,
            transaction,
            transaction._table.io,  # noqa: SLF001 # as the library's own producers are given it
            snapshot_properties=dict(change.summary),
        )
        self._added_data_files = list(change.added)
        self._dropped = change.dropped
        self._entries_of = entries_of

    @property
    def snapshot_id(self) -> int:
        """The id of the snapshot that is produced."""
        return self._snapshot_id

    def _commit(self) -> UpdatesAndRequirements:
        """Produce the snapshot with a timestamp later than all earlier ones, even if the clock was set back.

        Other engines refuse to read a table whose snapshots are not in the order of time.
        """
        updates, requirements = super()._commit()
        metadata = self._transaction.table_metadata
        earliest = 1 + max((each.timestamp_ms for each in metadata.snapshots), default=metadata.last_updated_ms)
        return tuple(_not_before(each, earliest) for each in updates), requirements

    def _clean_all_uncommitted(self) -> None:
        """Leave the files of a failed commit to the sweep: it may have succeeded, and only its response was lost."""

    def _existing_manifests(self) -> list[ManifestFile]:
        return []

    def _deleted_entries(self) -> list[ManifestEntry]:
        return []

    def _manifests(self) -> list[ManifestFile]:
        """Return the manifests of the snapshot: those of the current one, what changes in them, and the new ones."""
        kept, live, gone = self._divide()
        self._deleted_data_files = {entry.data_file for entry in gone}
        added = [self._added(each) for each in self._added_data_files]
        manifests = list(kept)
        for content in ManifestContent:
            new = [each for each in (*added, *live, *gone) if _content(each) is content]
            old = [each for each in kept if each.content == content]
            if len(old) + bool(new) > MOST_MANIFESTS:
                manifests = [each for each in manifests if each.content != content]
                new += [_existing(entry) for each in old for entry in self._entries_of(each)]
            manifests += self._write(new, content)
        return manifests

    def _divide(self) -> tuple[list[ManifestFile], list[ManifestEntry], list[ManifestEntry]]:
        """Return the manifests that stay as they are, and the entries of the others: those that stay and those that go.

        A manifest of which a file is dropped is written anew.
        """
        kept, live, gone = list[ManifestFile](), list[ManifestEntry](), list[ManifestEntry]()
        for manifest in self._current_manifests():
            if not self._dropped:
                kept.append(manifest)
                continue
            entries = self._entries_of(manifest)
            dropped = [each for each in entries if self._is_dropped(each.data_file)]
            if not dropped:
                kept.append(manifest)
                continue
            live += [_existing(each) for each in entries if not self._is_dropped(each.data_file)]
            gone += [self._deleted(each) for each in dropped]
        return kept, live, gone

    def _current_manifests(self) -> Iterator[ManifestFile]:
        """Yield the manifests with live files."""
        parent = self._parent_snapshot_id
        snapshot = None if parent is None else self._transaction.table_metadata.snapshot_by_id(parent)
        for manifest in [] if snapshot is None else snapshot.manifests(self._io):
            if manifest.has_added_files() or manifest.has_existing_files():
                yield manifest

    def _is_dropped(self, file: DataFile) -> bool:
        return file.file_path in self._dropped

    def _write(self, entries: Iterable[ManifestEntry], content: ManifestContent) -> Iterator[ManifestFile]:
        by_spec = dict[int, list[ManifestEntry]]()
        for entry in entries:
            by_spec.setdefault(entry.data_file.spec_id, []).append(entry)
        for spec_id, group in by_spec.items():
            with self._writer(self.spec(spec_id), content) as writer:
                for entry in group:
                    writer.add_entry(entry)
            yield writer.to_manifest_file()

    def _writer(self, spec: PartitionSpec, content: ManifestContent) -> ManifestWriter:
        if content is ManifestContent.DATA:
            return self.new_manifest_writer(spec)
        return _DeleteManifestWriter(
            spec, self.schema(), self.new_manifest_output(), self._snapshot_id, self._compression
        )

    def _added(self, file: DataFile) -> ManifestEntry:
        return ManifestEntry.from_args(
            status=ManifestEntryStatus.ADDED,
            snapshot_id=self._snapshot_id,
            sequence_number=None,
            file_sequence_number=None,
            data_file=file,
        )

    def _deleted(self, entry: ManifestEntry) -> ManifestEntry:
        return _with_status(entry, ManifestEntryStatus.DELETED, self._snapshot_id)


def _not_before(update: TableUpdate, earliest_ms: int) -> TableUpdate:
    if not isinstance(update, AddSnapshotUpdate) or update.snapshot.timestamp_ms >= earliest_ms:
        return update
    return AddSnapshotUpdate(snapshot=update.snapshot.model_copy(update={"timestamp_ms": earliest_ms}))


def _existing(entry: ManifestEntry) -> ManifestEntry:
    return _with_status(entry, ManifestEntryStatus.EXISTING, entry.snapshot_id)


def _with_status(entry: ManifestEntry, status: ManifestEntryStatus, snapshot_id: int | None) -> ManifestEntry:
    return ManifestEntry.from_args(
        status=status,
        snapshot_id=snapshot_id,
        sequence_number=entry.sequence_number,
        file_sequence_number=entry.file_sequence_number,
        data_file=entry.data_file,
    )


def _content(entry: ManifestEntry) -> ManifestContent:
    is_data = entry.data_file.content == DataFileContent.DATA
    return ManifestContent.DATA if is_data else ManifestContent.DELETES
