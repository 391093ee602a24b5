"""Iceberg tables as the lake writes them, and pyiceberg's own scan as a second opinion of what they contain."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.conversions import to_bytes
from pyiceberg.io import FileIO
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table import Table
from pyiceberg.typedef import EMPTY_DICT, Properties
from pyiceberg.types import StringType

from shared.lake.catalog.table import LakeTable
from shared.lake.table.change_producer import ChangeProducer, FileChange
from shared.lake.table.data_files import FILE_PATH_ID
from shared.lake.table.file_io import S3FileIO
from shared.lake.table.iceberg import IcebergTables
from shared.lake.table.port import TableChange
from tests.local.athena.conftest import BUCKET, DATABASE, Lake

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient


class IcebergLake:
    """Writes tables in the lake's bucket, and reads them."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.tables = IcebergTables(lake.glue, lake.s3, database=DATABASE, bucket=BUCKET)
        self.catalog = _Catalog(lake.glue, S3FileIO(lake.s3))

    def append(self, table: LakeTable, rows: pa.Table) -> int:
        """Append rows in one commit; gives its snapshot."""
        return self._commit(table, TableChange(rows=rows))

    def delete(self, table: LakeTable, positions: Mapping[str, Sequence[int]]) -> int:
        """Delete rows by position in their files, with one delete file each; gives the snapshot."""
        return self._commit(table, TableChange(deleted={path: pa.array(found) for path, found in positions.items()}))

    def delete_in_partition(self, table: LakeTable, positions: Mapping[str, Sequence[int]]) -> None:
        """Delete rows of several files of a partition with one delete file, as other engines do."""
        target = self.load(table)
        files = {task.file.file_path: task.file for task in target.scan().plan_files()}
        deletes = _partition_deletes(target, files[min(positions)], positions)
        with target.transaction() as transaction:
            change = FileChange(added=[deletes], dropped=frozenset(), summary={})
            ChangeProducer(transaction, change, lambda manifest: manifest.fetch_manifest_entry(target.io)).commit()

    def load(self, table: LakeTable) -> Table:
        """Load a table as it is now."""
        return self.catalog.load_table((DATABASE, table.name))

    def files(self, table: LakeTable) -> list[str]:
        """List the current data files, in the order of their first rows."""
        return [file.path for file in sorted(self.tables.head(table).files, key=lambda file: str(file.first))]

    def rows(self, table: LakeTable, columns: Sequence[str], snapshot: int | None = None) -> list[list[str]]:
        """Read rows with pyiceberg, as text and in order."""
        scan = self.load(table).scan(selected_fields=tuple(columns), snapshot_id=snapshot)
        return sorted([str(row[column]) for column in columns] for row in scan.to_arrow().to_pylist())

    def _commit(self, table: LakeTable, change: TableChange) -> int:
        made = self.tables.commit(table, self.tables.head(table), change)
        assert made.id is not None
        return made.id


class _Catalog(GlueCatalog):
    def __init__(self, glue: "GlueClient", files: FileIO) -> None:
        super().__init__("tests", client=glue)
        self._files = files

    def _load_file_io(self, properties: Properties = EMPTY_DICT, location: str | None = None) -> FileIO:  # noqa: ARG002 the library's signature
        return self._files


def _partition_deletes(target: Table, one: DataFile, positions: Mapping[str, Sequence[int]]) -> DataFile:
    pairs: list[dict[str, Any]] = [
        {"file_path": path, "pos": position} for path in sorted(positions) for position in sorted(positions[path])
    ]
    content = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(pairs), content)
    path = f"{target.location()}/data/deletes-of-a-partition.parquet"
    with target.io.new_output(path).create() as stream:
        stream.write(content.getvalue())
    deletes = DataFile.from_args(
        content=DataFileContent.POSITION_DELETES,
        file_path=path,
        file_format=FileFormat.PARQUET,
        partition=one.partition,
        record_count=len(pairs),
        file_size_in_bytes=len(content.getvalue()),
        lower_bounds={FILE_PATH_ID: to_bytes(StringType(), min(positions))},
        upper_bounds={FILE_PATH_ID: to_bytes(StringType(), max(positions))},
    )
    deletes.spec_id = one.spec_id
    return deletes
