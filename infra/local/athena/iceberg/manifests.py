"""The files of a snapshot: read from its manifests, each data file with the position deletes that apply to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import (
    DataFileContent,
    FileFormat,
    ManifestEntry,
    ManifestFile,
    read_manifest_list,
)
from pyiceberg.types import DateType, IntegerType, LongType, TimestampType
from pyiceberg.utils.datetime import days_to_date

from infra.local.athena.errors import QueryFailed, not_supported
from infra.local.athena.tables import IcebergColumn
from shared.lake.table.data_files import FILE_PATH_ID
from shared.lake.table.file_io import S3FileIO
from shared.lake.table.layout import Cache

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 Iceberg's timestamps have no zone
INTEGER_BYTES = 4
READS_AT_ONCE = 4
MANIFESTS_REMEMBERED = 5_000
SNAPSHOTS_REMEMBERED = 100


@dataclass(frozen=True)
class LiveFile:
    """A file of a manifest; `lower` and `upper` have the bounds of its columns by field id."""

    path: str
    size: int
    content: DataFileContent
    sequence: int
    partition: tuple[Any, ...]
    lower: Mapping[int, bytes] = field(hash=False)
    upper: Mapping[int, bytes] = field(hash=False)


@dataclass(frozen=True)
class DataFile:
    """A data file of a snapshot and the position-delete files that apply to it."""

    file: LiveFile
    deletes: tuple[LiveFile, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """The data files of a snapshot."""

    files: tuple[DataFile, ...] = ()

    def bounds(self, column: IcebergColumn) -> tuple[list[Any], list[Any]]:
        """Return the lower and the upper bound of a column in each file; None where a file has none."""
        return (
            [_value(column, each.file.lower) for each in self.files],
            [_value(column, each.file.upper) for each in self.files],
        )


class Snapshots:
    """Reads snapshots; manifests and their lists never change, so each is read once."""

    def __init__(self, s3: "S3Client") -> None:
        self._io = S3FileIO(s3)
        self._manifests: Cache[str, tuple[LiveFile, ...]] = Cache(MANIFESTS_REMEMBERED)
        self._snapshots: Cache[str, Snapshot] = Cache(SNAPSHOTS_REMEMBERED)
        self._pool = ThreadPoolExecutor(READS_AT_ONCE, thread_name_prefix="athena-manifest")

    def close(self) -> None:
        """Let the reading threads go."""
        self._pool.shutdown()

    def get(self, manifest_list: str) -> Snapshot:
        """Return the data files of the snapshot with this manifest list."""
        return self._snapshots.get(manifest_list, lambda: self._read_snapshot(manifest_list))

    def _read_snapshot(self, manifest_list: str) -> Snapshot:
        with _Reading(manifest_list):
            manifests = list(read_manifest_list(self._io.new_input(manifest_list)))
        found = self._pool.map(self._manifest, manifests)
        return _match_deletes([each for files in found for each in files])

    def _manifest(self, manifest: ManifestFile) -> tuple[LiveFile, ...]:
        return self._manifests.get(manifest.manifest_path, lambda: self._read_manifest(manifest))

    def _read_manifest(self, manifest: ManifestFile) -> tuple[LiveFile, ...]:
        with _Reading(manifest.manifest_path):
            return tuple(_live_file(entry) for entry in manifest.fetch_manifest_entry(self._io))


class _Reading:
    """Turns whatever goes wrong while a file of the metadata is decoded into Athena's error."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, FileNotFoundError):
            raise QueryFailed("ICEBERG_INVALID_METADATA", f"Manifest not found: {self._path}") from None
        # The decoder has no error of its own: a truncated file ends in an EOFError, a ValueError, an IndexError …
        if isinstance(error, Exception) and not isinstance(error, QueryFailed):
            raise QueryFailed("ICEBERG_BAD_DATA", f"Error reading manifest {self._path}: {error}") from error


def _live_file(entry: ManifestEntry) -> LiveFile:
    file = entry.data_file
    if file.content == DataFileContent.EQUALITY_DELETES:
        raise not_supported("reading Iceberg equality deletes")
    if file.file_format != FileFormat.PARQUET:
        raise not_supported(f"reading Iceberg files of the format {file.file_format.name}")
    return LiveFile(
        path=file.file_path,
        size=file.file_size_in_bytes,
        content=file.content,
        sequence=entry.sequence_number or 0,
        partition=(file.spec_id, *(file.partition[place] for place in range(len(file.partition)))),
        lower=file.lower_bounds or {},
        upper=file.upper_bounds or {},
    )


def _match_deletes(files: Iterable[LiveFile]) -> Snapshot:
    """Give each data file its deletes: those that name this file alone, and those of its partition.

    The rules are those of the specification, "Scan planning": a delete applies to files of its sequence number and of
    lower ones.
    """
    data: list[LiveFile] = []
    by_path: dict[bytes, list[LiveFile]] = defaultdict(list)
    by_partition: dict[tuple[Any, ...], list[LiveFile]] = defaultdict(list)
    for file in files:
        lower, upper = file.lower.get(FILE_PATH_ID), file.upper.get(FILE_PATH_ID)
        if file.content == DataFileContent.DATA:
            data.append(file)
        elif lower is not None and lower == upper:
            by_path[lower].append(file)
        else:
            by_partition[file.partition].append(file)
    return Snapshot(
        tuple(
            DataFile(file, _applying(file, (by_path[file.path.encode()], by_partition[file.partition])))
            for file in data
        )
    )


def _applying(file: LiveFile, candidates: Iterable[list[LiveFile]]) -> tuple[LiveFile, ...]:
    path = file.path.encode()
    return tuple(
        each
        for each in chain.from_iterable(candidates)
        if each.sequence >= file.sequence
        and each.lower.get(FILE_PATH_ID, path) <= path <= each.upper.get(FILE_PATH_ID, path)
    )


def _value(column: IcebergColumn, bounds: Mapping[int, bytes]) -> Any:
    bound = bounds.get(column.field_id)
    if bound is None or column.primitive is None:
        return None
    # A file written before a column was widened to long has a bound of the narrower type.
    narrow = isinstance(column.primitive, LongType) and len(bound) == INTEGER_BYTES
    value: Any = from_bytes(IntegerType() if narrow else column.primitive, bound)
    if isinstance(column.primitive, TimestampType):
        return EPOCH + timedelta(microseconds=value)
    return days_to_date(value) if isinstance(column.primitive, DateType) else value
