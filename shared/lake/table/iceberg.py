"""Tables as Iceberg tables in the Glue catalog, with their files in S3."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NoSuchPropertyException,
    NoSuchTableError,
    TableAlreadyExistsError,
    ValidationException,
)
from pyiceberg.io import FileIO
from pyiceberg.table import Table
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.typedef import EMPTY_DICT, Properties

from shared.lake.catalog.table import LakeTable
from shared.lake.table.change_producer import ChangeProducer, FileChange
from shared.lake.table.data_files import divide, write_deletes, write_rows
from shared.lake.table.file_io import S3FileIO
from shared.lake.table.layout import Cache, Layout, Layouts
from shared.lake.table.parquet_reader import DataFileReader
from shared.lake.table.port import (
    FILE,
    POSITION,
    Bound,
    CommitConflict,
    DataFile,
    SnapshotExpired,
    TableChange,
    TableSnapshot,
    TableUnreadable,
)
from shared.lake.table.retention import expire, sweep, tag
from shared.lake.table.schema import arrow_schema_of, column_changes, iceberg_schema, partition_spec
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from pyiceberg.types import PrimitiveType
    from types_boto3_glue import GlueClient
    from types_boto3_s3 import S3Client

_AT_ONCE = 8
_TRIES = 8
_PROPERTIES = {
    "format-version": "2",
    # The library's own retry appends again what another attempt may have appended.
    "commit.retry.num-retries": "0",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    "write.parquet.compression-codec": "zstd",
    "write.delete.mode": "merge-on-read",
    "write.update.mode": "merge-on-read",
    "write.merge.mode": "merge-on-read",
}
_NO_FILES = Layout({}, {}, ())


class _Catalog(GlueCatalog):
    """The Glue catalog, with files through boto3 and without questions that each commit would ask again."""

    def __init__(self, glue: "GlueClient", io: FileIO) -> None:
        super().__init__("glue", client=glue)
        self._io = io

    def _load_file_io(self, properties: Properties = EMPTY_DICT, location: str | None = None) -> FileIO:  # noqa: ARG002
        return self._io

    def _is_s3tables_database(self, database_name: str) -> bool:  # noqa: ARG002 # the library's signature
        return False

    @staticmethod
    def _write_metadata(metadata: TableMetadata, io: FileIO, metadata_path: str, **_: Any) -> None:
        """Write without looking whether the file exists: its name is random."""
        GlueCatalog._write_metadata_no_exist_check(metadata, io, metadata_path)  # noqa: SLF001


class IcebergTables:
    """Reads tables and commits to them.

    What was decoded of files that never change is kept as long as the process lives.
    """

    def __init__(self, glue: "GlueClient", s3: "S3Client", *, database: str, bucket: str) -> None:
        io = S3FileIO(s3)
        self._catalog = _Catalog(glue, io)
        self._layouts = Layouts(io)
        self._reader = DataFileReader(s3)
        self._s3 = s3
        self._database = database
        self._bucket = bucket
        self._known: Cache[tuple[str, int], tuple[TableSnapshot, Layout]] = Cache(200)

    def ensure(self, table: LakeTable) -> None:
        """Create a table, or add the columns that its declaration has gained and widen those that it has widened.

        Raises:
            CommitConflict: others kept committing to it.
            TableUnreadable: its metadata is missing or damaged.
            UnchangeableColumn: a column's type cannot become the declared one.
        """
        for _ in retry(_TRIES):
            try:
                self._evolve(table)
            except CommitFailedException:
                continue
            return
        raise CommitConflict(f"columns of {table.name} are missing, because others kept committing to it")

    def _evolve(self, table: LakeTable) -> None:
        target = self._load(table)
        added, widened = column_changes(target.schema(), iceberg_schema(table))
        if added or widened:
            with target.update_schema() as update:
                for field in added:
                    update.add_column(field.name, field.field_type, doc=field.doc)
                for field in widened:
                    update.update_column(field.name, cast("PrimitiveType", field.field_type))

    def head(self, table: LakeTable) -> TableSnapshot:
        """Return the current snapshot of a table, which is created if it does not exist."""
        target = self._load(table)
        current = target.current_snapshot()
        return TableSnapshot() if current is None else self._describe(table, target, current)[0]

    def snapshot(self, table: LakeTable, snapshot_id: int) -> TableSnapshot:
        """Return an earlier snapshot."""
        target = self._load(table)
        return self._describe(table, target, _kept(target, table, snapshot_id))[0]

    def rows(
        self,
        table: LakeTable,
        snapshot: TableSnapshot,
        columns: Sequence[str],
        ranges: Sequence[tuple[Bound, Bound]] | None = None,
        files: Sequence[DataFile] | None = None,
    ) -> pa.Table:
        """Read columns of the rows that are not deleted, with their file and position."""
        schema, time_column = self._projected(table, columns), table.time_column
        wanted = [each for each in (snapshot.files if files is None else files) if each.may_have(ranges)]

        def read(file: DataFile) -> pa.Table:
            rows = self._reader.open(file).rows(schema, time_column, ranges)
            return self._without_deleted(table, snapshot, file, rows)

        return _concatenated(self._each(read, wanted), schema)

    def rows_at(
        self, table: LakeTable, snapshot: TableSnapshot, columns: Sequence[str], positions: Mapping[str, pa.Array]
    ) -> pa.Table:
        """Read columns of the rows at sorted positions of files, unless they are deleted."""
        schema = self._projected(table, columns)
        wanted = [each for each in snapshot.files if each.path in positions]

        def read(file: DataFile) -> pa.Table:
            rows = self._reader.open(file).rows_at(schema, positions[file.path])
            return self._without_deleted(table, snapshot, file, rows)

        return _concatenated(self._each(read, wanted), schema)

    def column(self, table: LakeTable, file: DataFile, column: str) -> pa.Array:
        """Read one column of all rows of a file, deleted ones included, in order."""
        return self._reader.open(file).column(column, arrow_schema_of(table).field(column).type)

    def commit(self, table: LakeTable, parent: TableSnapshot, change: TableChange) -> TableSnapshot:
        """Replace a snapshot by its successor, or change nothing."""
        target = self._load(table)
        current = target.current_snapshot()
        if (None if current is None else current.snapshot_id) != parent.id:
            raise CommitConflict(f"{table.name} was changed since snapshot {parent.id}")
        layout = _NO_FILES if current is None else self._describe(table, target, current)[1]
        change = self._with_emptied_files(layout, parent, change)
        transaction = target.transaction()
        files = FileChange(
            added=[*self._write_rows(target, table, change), *self._write_deletes(target, layout, change)],
            dropped=_with_deletes(layout, change.dropped),
            summary=change.summary,
        )
        producer = ChangeProducer(transaction, files, self._layouts.entries_of)
        try:
            producer.commit()
            expire(transaction, keep=change.keep)
            committed = transaction.commit_transaction()
        except (CommitFailedException, ValidationException) as error:
            # If the response to an update is lost, the client repeats it, and Glue refuses it as outdated by itself.
            committed = self._load(table)
            if committed.metadata.snapshot_by_id(producer.snapshot_id) is None:
                raise CommitConflict(str(error)) from error
        made = committed.metadata.snapshot_by_id(producer.snapshot_id)
        if made is None:
            raise CommitConflict(f"{table.name} has no snapshot after a commit")
        return self._describe(table, committed, made)[0]

    def tag(self, table: LakeTable, snapshot_id: int, *, most: int) -> Mapping[str, int]:
        """Tag a snapshot as the last of the day on which it was made; return the tags of the last `most` days.

        Raises:
            CommitConflict: the table was changed at the same time.
            SnapshotExpired: the snapshot is not kept.
        """
        target = self._load(table)
        found = _kept(target, table, snapshot_id)
        try:
            return tag(target, found, most=most)
        except CommitFailedException as error:
            raise CommitConflict(str(error)) from error

    def sweep(self, table: LakeTable, before: datetime) -> int:
        """Delete files that no snapshot has, if they were written before a moment; return their number.

        Interrupted commits and expired snapshots leave them. A file younger than any commit takes is never deleted.
        """
        return sweep(self._load(table), self._s3, before, self._layouts)

    def library_table(self, table: LakeTable) -> Table:
        """Return the table as PyIceberg knows it, for readers and writers that are independent of this code."""
        return self._load(table)

    def _load(self, table: LakeTable) -> Table:
        identifier = (self._database, table.name)
        try:
            return self._catalog.load_table(identifier)
        except NoSuchTableError:
            return self._create(table)
        except (FileNotFoundError, ValueError, NoSuchPropertyException) as error:
            raise TableUnreadable(f"the metadata of {table.name} is missing or damaged: {error}") from error

    def _create(self, table: LakeTable) -> Table:
        identifier, schema = (self._database, table.name), iceberg_schema(table)
        try:
            return self._catalog.create_table(
                identifier,
                schema,
                location=f"s3://{self._bucket}/{table.name}",
                partition_spec=partition_spec(table, schema),
                properties={**_PROPERTIES, "Description": table.description},
            )
        except TableAlreadyExistsError:
            return self._catalog.load_table(identifier)

    def _describe(self, table: LakeTable, target: Table, snapshot: Snapshot) -> tuple[TableSnapshot, Layout]:
        def read() -> tuple[TableSnapshot, Layout]:
            layout = self._layouts.of(snapshot)
            files = self._layouts.describe(table, target.schema(), layout)
            summary = {} if snapshot.summary is None else dict(snapshot.summary.additional_properties)
            return TableSnapshot(snapshot.snapshot_id, snapshot.sequence_number or 0, summary, files), layout

        return self._known.get((table.name, snapshot.snapshot_id), read)

    def _layout(self, table: LakeTable, snapshot: TableSnapshot) -> Layout:
        snapshot_id = snapshot.id
        if snapshot_id is None:
            return _NO_FILES

        def read() -> tuple[TableSnapshot, Layout]:
            return snapshot, self._layouts.of(_kept(self._load(table), table, snapshot_id))

        return self._known.get((table.name, snapshot_id), read)[1]

    def _without_deleted(self, table: LakeTable, snapshot: TableSnapshot, file: DataFile, rows: pa.Table) -> pa.Table:
        if not file.deleted:
            return rows
        deleted = self._layouts.deleted(self._layout(table, snapshot), file.path)
        gone = pa.chunked_array(deleted, pa.int64()).combine_chunks()
        return rows.filter(pc.invert(pc.is_in(rows[POSITION], value_set=gone)))

    def _with_emptied_files(self, layout: Layout, parent: TableSnapshot, change: TableChange) -> TableChange:
        """Drop files of which a change deletes every row that is left, instead of listing its positions.

        Positions are compared, not only counted: another engine may have deleted a row twice.
        """
        rows = {each.path: each.rows for each in parent.files}
        deleted = {each.path: each.deleted for each in parent.files}
        emptied = {
            path
            for path, positions in change.deleted.items()
            if path in rows
            and len(positions) + deleted[path] >= rows[path]
            and _count_distinct([*self._layouts.deleted(layout, path), positions]) == rows[path]
        }
        if not emptied:
            return change
        listed = {path: positions for path, positions in change.deleted.items() if path not in emptied}
        return replace(change, deleted=listed, dropped=change.dropped | emptied)

    def _write_rows(self, target: Table, table: LakeTable, change: TableChange) -> list[Any]:
        written = list[Any]()
        for rows in chain([] if change.rows is None else [change.rows], change.streamed):
            if len(rows):
                parts = list(divide(target, table, rows))
                written += self._each(lambda each: write_rows(target, table, *each), parts)
        return written

    def _write_deletes(self, target: Table, layout: Layout, change: TableChange) -> list[Any]:
        wanted = [(layout.files[path], positions) for path, positions in change.deleted.items() if len(positions)]
        return self._each(lambda each: write_deletes(target, *each), wanted)

    def _projected(self, table: LakeTable, columns: Sequence[str]) -> pa.Schema:
        schema = arrow_schema_of(table)
        return pa.schema([schema.field(name) for name in columns])

    def _each(self, act: Any, items: Sequence[Any]) -> list[Any]:
        if len(items) <= 1:
            return [act(each) for each in items]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(act, items))


def _kept(target: Table, table: LakeTable, snapshot_id: int) -> Snapshot:
    """Return a snapshot of a loaded table.

    Raises:
        SnapshotExpired: it is not kept.
    """
    found = target.metadata.snapshot_by_id(snapshot_id)
    if found is None:
        raise SnapshotExpired(f"{table.name} has no snapshot {snapshot_id}, or no longer")
    return found


def _count_distinct(positions: Sequence[pa.Array]) -> int:
    return len(pc.unique(pa.chunked_array(positions, pa.int64())))


def _with_deletes(layout: Layout, dropped: Iterable[str]) -> frozenset[str]:
    """Return the dropped files and the delete files that are about nothing else."""
    paths = frozenset(dropped)
    return paths | {each.file_path for path in paths for each in layout.deletes.get(path, ())}


def _concatenated(parts: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    located = schema.append(pa.field(FILE, pa.dictionary(pa.int32(), pa.string()))).append(
        pa.field(POSITION, pa.int64())
    )
    return pa.concat_tables([located.empty_table(), *parts]).unify_dictionaries()
