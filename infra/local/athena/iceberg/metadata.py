"""Finds the snapshot that a query names in a table's metadata file."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError as InvalidDocument
from pyiceberg.exceptions import ValidationError
from pyiceberg.serializers import FromInputFile
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Snapshot

from infra.local.athena.errors import QueryFailed
from infra.local.athena.iceberg.columns import columns_of
from infra.local.athena.tables import GlueTable, IcebergTable, TableName, Version
from shared.lake.table.file_io import S3FileIO
from shared.lake.table.layout import Cache

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

# Trino's sentences, word for word: callers recognize an expired snapshot by the first.
NO_SNAPSHOT = "Iceberg snapshot ID does not exists: {version}"
NO_REFERENCE = "Cannot find snapshot with reference name: {version}"
NO_HISTORY = 'No version history table "{database}"."{table}" at or before {version}'

METADATA_REMEMBERED = 64
SNAPSHOTS_REMEMBERED = 512


class IcebergMetadata:
    """Resolves versions of tables; a metadata file never changes, so each is read once."""

    def __init__(self, s3: "S3Client") -> None:
        self._io = S3FileIO(s3)
        self._metadata: Cache[str, TableMetadata] = Cache(METADATA_REMEMBERED)
        self._tables: Cache[tuple[TableName, str, Version | None], IcebergTable] = Cache(SNAPSHOTS_REMEMBERED)

    def table(self, found: GlueTable, version: Version | None) -> IcebergTable:
        """Describe a table at a version, or now."""
        location = found.parameters.get("metadata_location")
        if not location:
            raise QueryFailed("ICEBERG_INVALID_METADATA", f"Table {found.name} is missing [metadata_location] property")
        return self._tables.get((found.name, location, version), lambda: self._resolve(found.name, location, version))

    def _resolve(self, name: TableName, location: str, version: Version | None) -> IcebergTable:
        metadata = self._metadata.get(location, lambda: self._read(name, location))
        snapshot = metadata.current_snapshot() if version is None else _find(metadata, name, version)
        # A query at a version sees the columns of that time; a query of the present those of the present.
        schema = (
            metadata.schema_by_id(snapshot.schema_id)
            if version is not None and snapshot and snapshot.schema_id is not None
            else metadata.schema()
        )
        if schema is None:
            raise QueryFailed("ICEBERG_INVALID_METADATA", f"Table {name} has no schema of its snapshot in {location}")
        return IcebergTable(name, columns_of(schema), snapshot.manifest_list if snapshot else None)

    def _read(self, name: TableName, location: str) -> TableMetadata:
        try:
            return FromInputFile.table_metadata(self._io.new_input(location))
        except FileNotFoundError:
            sentence = f"Metadata not found in metadata location for table {name}: {location}"
            raise QueryFailed("ICEBERG_INVALID_METADATA", sentence) from None
        except (InvalidDocument, ValidationError, ValueError) as error:
            sentence = f"Invalid metadata file for table {name}: {location}"
            raise QueryFailed("ICEBERG_INVALID_METADATA", sentence) from error


def _find(metadata: TableMetadata, name: TableName, version: Version) -> Snapshot:
    if isinstance(version, int):
        found, sentence = metadata.snapshot_by_id(version), NO_SNAPSHOT
    elif isinstance(version, str):
        found, sentence = metadata.snapshot_by_name(version), NO_REFERENCE
    else:
        found, sentence = _at(metadata, version), NO_HISTORY
    if found is None:
        text = sentence.format(version=version, database=name.database, table=name.name)
        raise QueryFailed("INVALID_ARGUMENTS", text)
    return found


def _at(metadata: TableMetadata, moment: datetime) -> Snapshot | None:
    milliseconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000
    past = [entry for entry in metadata.snapshot_log if entry.timestamp_ms <= milliseconds]
    return metadata.snapshot_by_id(past[-1].snapshot_id) if past else None
