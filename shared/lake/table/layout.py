"""The files of a snapshot, decoded from its manifests; manifests never change, so each is read once."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Generic, TypeVar, cast

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.conversions import from_bytes
from pyiceberg.io import FileIO
from pyiceberg.manifest import DataFile as ManifestDataFile
from pyiceberg.manifest import DataFileContent, ManifestEntry, ManifestFile
from pyiceberg.schema import Schema
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.types import PrimitiveType, StringType

from shared.lake.catalog.table import LakeTable
from shared.lake.table.data_files import FILE_PATH_ID
from shared.lake.table.port import Bound, DataFile, TableUnreadable
from shared.records.schema import INGESTED_AT

K = TypeVar("K")
V = TypeVar("V")

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 # as the lake's times are: UTC without saying so


class Cache(Generic[K, V]):
    """A bounded cache of immutable values; the least recently used go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K, read: Callable[[], V]) -> V:
        """Return a value, read if it is not cached."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = read()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


@dataclass(frozen=True)
class Layout:
    """The live files of a snapshot: data files by path, and the delete files of each.

    `shared_deletes` are delete files about several data files, as other engines write them.
    """

    files: Mapping[str, ManifestDataFile]
    deletes: Mapping[str, Sequence[ManifestDataFile]]
    shared_deletes: Sequence[ManifestDataFile]


class Layouts:
    """Decodes and remembers manifests and deleted positions."""

    def __init__(self, io: FileIO) -> None:
        self._io = io
        self._entries: Cache[str, Sequence[ManifestEntry]] = Cache(4_000)
        self._manifests: Cache[str, Sequence[ManifestFile]] = Cache(200)
        self._positions: Cache[str, Mapping[str, pa.Array]] = Cache(4_000)

    def entries_of(self, manifest: ManifestFile) -> Sequence[ManifestEntry]:
        """Return the live entries of a manifest.

        Raises:
            TableUnreadable: it is missing or damaged.
        """

        def read() -> Sequence[ManifestEntry]:
            entries = manifest.fetch_manifest_entry(self._io, discard_deleted=True)
            listed = (manifest.added_files_count or 0) + (manifest.existing_files_count or 0)
            return _complete(entries, len(entries) >= listed)

        return self._entries.get(manifest.manifest_path, _readable(manifest.manifest_path, read))

    def manifests_of(self, snapshot: Snapshot) -> Sequence[ManifestFile]:
        """Return the manifests of a snapshot.

        Raises:
            TableUnreadable: their list is missing or damaged.
        """

        def read() -> Sequence[ManifestFile]:
            manifests = snapshot.manifests(self._io)
            files = None if snapshot.summary is None else snapshot.summary["total-data-files"]
            return _complete(manifests, bool(manifests) or files in (None, "0"))

        return self._manifests.get(snapshot.manifest_list, _readable(snapshot.manifest_list, read))

    def of(self, snapshot: Snapshot) -> Layout:
        """Return the files of a snapshot.

        Raises:
            TableUnreadable: a manifest is missing or damaged.
        """
        live = [entry.data_file for each in self.manifests_of(snapshot) for entry in self.entries_of(each)]
        files = {each.file_path: each for each in live if each.content == DataFileContent.DATA}
        deletes, shared = dict[str, list[ManifestDataFile]](), list[ManifestDataFile]()
        for each in live:
            if each.content == DataFileContent.DATA:
                continue
            path = _only_file(each)
            if path is None:
                shared.append(each)
            elif path in files:
                deletes.setdefault(path, []).append(each)
        return Layout(files, deletes, shared)

    def deleted(self, layout: Layout, path: str) -> Sequence[pa.Array]:
        """Return the deleted positions of a data file, one array for each delete file."""
        found = [
            self._read_positions(each).get(path) for each in (*layout.deletes.get(path, ()), *layout.shared_deletes)
        ]
        return [each for each in found if each is not None]

    def describe(self, declared: LakeTable, schema: Schema, layout: Layout) -> tuple[DataFile, ...]:
        """Describe the data files."""
        return tuple(self._describe(declared, schema, layout, each) for each in layout.files.values())

    def _describe(self, declared: LakeTable, schema: Schema, layout: Layout, file: ManifestDataFile) -> DataFile:
        deleted = sum(each.record_count for each in layout.deletes.get(file.file_path, ()))
        for each in layout.shared_deletes:
            deleted += len(self._read_positions(each).get(file.file_path, ()))
        time_column = declared.time_column
        first, last = (_bound(time_column, schema, bounds) for bounds in (file.lower_bounds, file.upper_bounds))
        has_arrival = any(column.name == INGESTED_AT for column in declared.columns)
        arrived: Any = _bound(INGESTED_AT if has_arrival else None, schema, file.upper_bounds)
        return DataFile(file.file_path, file.record_count, file.file_size_in_bytes, deleted, first, last, arrived)

    def _read_positions(self, delete_file: ManifestDataFile) -> Mapping[str, pa.Array]:
        path = delete_file.file_path

        def read() -> Mapping[str, pa.Array]:
            with self._io.new_input(path).open() as file:
                rows = pq.read_table(pa.BufferReader(file.read()), columns=["file_path", "pos"])
            groups = rows.group_by("file_path", use_threads=False).aggregate([("pos", "list")])
            lists = groups["pos_list"].combine_chunks()
            return {name: lists[place].values for place, name in enumerate(groups["file_path"].to_pylist())}

        return self._positions.get(path, _readable(path, read))


def _readable(path: str, read: Callable[[], V]) -> Callable[[], V]:
    """Wrap a read so that a failure becomes `TableUnreadable` and names the file."""

    def attempt() -> V:
        try:
            return read()
        except FileNotFoundError as error:
            raise TableUnreadable(f"{path} is missing") from error
        except (ValueError, EOFError, IndexError, KeyError, AssertionError, OSError, SystemError) as error:
            raise TableUnreadable(f"{path} is not readable: {error}") from error

    return attempt


def _complete(entries: Sequence[V], is_complete: bool) -> Sequence[V]:
    """Return the entries of an Avro file; one that is cut short between its blocks can be read as a shorter one."""
    if not is_complete:
        raise ValueError("it is cut short")
    return entries


def _only_file(delete_file: ManifestDataFile) -> str | None:
    """Return the data file about which a delete file is; None if it may be about several."""
    low = (delete_file.lower_bounds or {}).get(FILE_PATH_ID)
    high = (delete_file.upper_bounds or {}).get(FILE_PATH_ID)
    return low.decode() if low is not None and low == high else None


def _bound(column: str | None, schema: Schema, bounds: Mapping[int, bytes] | None) -> Bound | None:
    if column is None or not bounds:
        return None
    field = schema.find_field(column)
    stored = bounds.get(field.field_id)
    if stored is None:
        return None
    value: Any = from_bytes(cast("PrimitiveType", field.field_type), stored)
    return value if isinstance(field.field_type, StringType) else _EPOCH + timedelta(microseconds=value)
