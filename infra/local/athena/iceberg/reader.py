"""From a scan of an Iceberg table to a view over local files: files chosen by bounds, fetched once, deletes applied."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from infra.local.athena.columns import null, select_column
from infra.local.athena.errors import QueryFailed
from infra.local.athena.iceberg.bounds import lower_name, upper_name
from infra.local.athena.iceberg.manifests import DataFile, LiveFile, Snapshot, Snapshots
from infra.local.athena.listing import ListedObject, split_location
from infra.local.athena.objects import ObjectCache, ObjectGone
from infra.local.athena.parquet_footers import Footer, Footers
from infra.local.athena.partitions import name, text
from infra.local.athena.tables import IcebergColumn, IcebergTable
from infra.local.athena.translation import Scan
from shared.lake.table.layout import Cache

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

SELECTIONS_REMEMBERED = 500
ROW_BITS = 40
"""A row's place among several files is the number of its file and, in so many bits, its position there."""

Paths = Mapping[LiveFile, Path]


@dataclass(frozen=True)
class LocalDataFile:
    """Joins a data file with its local copy's footer."""

    data: DataFile
    path: Path
    footer: Footer

    def stored_name(self, column: IcebergColumn) -> str | None:
        """Return the name under which the file has a column; files written without field ids are read by name."""
        return self.footer.fields.get(column.field_id) if self.footer.fields else self.footer.columns.get(column.name)


class IcebergReader:
    """Creates the view of a scan and returns the bytes that Athena would have read."""

    def __init__(self, s3: "S3Client", cache: ObjectCache, footers: Footers) -> None:
        self._cache = cache
        self._footers = footers
        self._snapshots = Snapshots(s3)
        self._selections: Cache[tuple[str, str | None], tuple[DataFile, ...]] = Cache(SELECTIONS_REMEMBERED)

    def close(self) -> None:
        """Let the reading threads go."""
        self._snapshots.close()

    @contextmanager
    def view(self, session: duckdb.DuckDBPyConnection, scan: Scan, table: IcebergTable) -> Iterator[int]:
        """Define the scan's view for as long as the block runs; gives the bytes scanned."""
        data = self._select(session, scan, table)
        needed = list(dict.fromkeys([each.file for each in data] + [file for each in data for file in each.deletes]))
        with self._local_paths(needed) as paths:
            footers = self._read_footers(session, [paths[each.file] for each in data], table)
            files = [LocalDataFile(each, paths[each.file], footer) for each, footer in zip(data, footers, strict=True)]
            session.execute(f"CREATE TEMP VIEW {name(scan.name)} AS {view_sql(table, files, paths)}")
            yield bytes_scanned(table, scan.columns, files)

    def _select(self, session: duckdb.DuckDBPyConnection, scan: Scan, table: IcebergTable) -> tuple[DataFile, ...]:
        """Choose the files whose bounds allow a row that the query needs; the choice is the same every time."""
        if table.manifest_list is None:
            return ()
        snapshot = self._snapshots.get(table.manifest_list)
        if scan.predicate is None or not snapshot.files:
            return snapshot.files
        columns = [column for column in table.columns if column.name in scan.bounded]
        return self._selections.get(
            (table.manifest_list, scan.predicate), lambda: _matching(session, snapshot, columns, str(scan.predicate))
        )

    def _read_footers(
        self, session: duckdb.DuckDBPyConnection, paths: Sequence[Path], table: IcebergTable
    ) -> list[Footer]:
        try:
            return self._footers.read(session, paths)
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise QueryFailed("ICEBERG_BAD_DATA", f"Error reading Iceberg data of {table.name}: {error}") from error

    @contextmanager
    def _local_paths(self, files: Sequence[LiveFile]) -> Iterator[Paths]:
        items = [ListedObject(*split_location(file.path), etag=None, size=file.size) for file in files]
        try:
            with self._cache.local_paths(items) as paths:
                yield dict(zip(files, paths, strict=True))
        except ObjectGone as error:
            sentence = f"Error opening Iceberg split: {error} does not exist"
            raise QueryFailed("ICEBERG_CANNOT_OPEN_SPLIT", sentence, blame=1) from error


def view_sql(table: IcebergTable, files: Sequence[LocalDataFile], paths: Paths) -> str:
    """Write the view: one part for each schema among the files, and apart those that have deletes."""
    groups: dict[tuple[tuple[str, ...], bool], list[LocalDataFile]] = defaultdict(list)
    for file in files:
        groups[file.footer.signature, bool(file.data.deletes)].append(file)
    if not groups:
        return f"SELECT {', '.join(map(null, table.columns))} WHERE false"
    return " UNION ALL ".join(_part(table, group, paths) for group in groups.values())


def bytes_scanned(table: IcebergTable, needed: frozenset[str], files: Sequence[LocalDataFile]) -> int:
    """Add up the compressed bytes of the needed columns, as Athena's price does."""
    columns = [column for column in table.columns if column.name in needed]
    stored = ((file, file.stored_name(column)) for file in files for column in columns)
    return sum(file.footer.sizes.get(found.lower(), 0) for file, found in stored if found is not None)


def _matching(
    session: duckdb.DuckDBPyConnection, snapshot: Snapshot, columns: Sequence[IcebergColumn], predicate: str
) -> tuple[DataFile, ...]:
    lists: list[list[object]] = []
    values = [f"unnest(range({len(snapshot.files)})) AS place"]
    for column in columns:
        for label, bounds in zip((lower_name, upper_name), snapshot.bounds(column), strict=True):
            lists.append(bounds)
            values.append(f"unnest(CAST(${len(lists)} AS {column.duckdb_type}[])) AS {name(label(column.name))}")
    sql = f"SELECT place FROM (SELECT {', '.join(values)}) WHERE {predicate} ORDER BY place"  # noqa: S608 quoted above
    return tuple(snapshot.files[place] for (place,) in session.execute(sql, lists).fetchall())


def _part(table: IcebergTable, group: Sequence[LocalDataFile], paths: Paths) -> str:
    columns = ", ".join(select_column(column, group[0].stored_name(column)) for column in table.columns)
    source = _read_parquet([file.path for file in group])
    if not group[0].data.deletes:
        return f"SELECT {columns} FROM {source}"  # noqa: S608 quoted above
    place = _place("CAST(file_index AS BIGINT)", "file_row_number")
    deleted = _deleted_places(group, paths)
    return f"SELECT {columns} FROM {source} ANTI JOIN ({deleted}) AS deleted ON {place} = deleted.place"  # noqa: S608 quoted above


def _deleted_places(group: Sequence[LocalDataFile], paths: Paths) -> str:
    """Write the query for deleted rows: of each delete file, the positions in the files that it applies to."""
    deletes = list(dict.fromkeys(delete for file in group for delete in file.data.deletes))
    numbers = {delete: number for number, delete in enumerate(deletes)}
    applying = ", ".join(
        f"({numbers[delete]}, {text(file.data.file.path)}, {number})"
        for number, file in enumerate(group)
        for delete in file.data.deletes
    )
    source = _read_parquet([paths[delete] for delete in deletes])
    return (
        f"SELECT {_place('CAST(data_file AS BIGINT)', 'pos')} AS place FROM {source} "  # noqa: S608 quoted above
        f"JOIN (VALUES {applying}) AS applying(delete_file, path, data_file) "
        "ON CAST(file_index AS BIGINT) = delete_file AND file_path = path"
    )


def _place(file: str, position: str) -> str:
    return f"({file} << {ROW_BITS}) + {position}"


def _read_parquet(paths: Sequence[Path]) -> str:
    files = ", ".join(text(str(path)) for path in paths)
    return f"read_parquet([{files}], hive_partitioning = false)"
