"""From a scan to a view over local files: partitions or files chosen, objects fetched, columns put in Glue's shape."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from infra.local.athena.catalog import GlueCatalog
from infra.local.athena.columns import null, select_column
from infra.local.athena.errors import not_supported
from infra.local.athena.iceberg.metadata import IcebergMetadata
from infra.local.athena.iceberg.reader import IcebergReader
from infra.local.athena.listing import objects_below
from infra.local.athena.objects import ObjectCache
from infra.local.athena.parquet_footers import Footer, Footers
from infra.local.athena.partitions import (
    list_registered_values,
    name,
    project_values,
    select_partitions,
    text,
)
from infra.local.athena.tables import GlueColumn, GlueTable, IcebergTable, LakeTable, TableMention, Version
from infra.local.athena.translation import Scan

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

LOOKUPS_AT_ONCE = 4
Values = tuple[str, ...]


@dataclass(frozen=True)
class LocalFile:
    """Joins a cached object with its partition's values and its footer."""

    path: Path
    values: Values
    footer: Footer


class TableReader:
    """Describes tables, creates the views of scans and returns the bytes that Athena would have read."""

    def __init__(self, catalogue: GlueCatalog, s3: "S3Client", cache: ObjectCache) -> None:
        footers = Footers()
        self._catalogue = catalogue
        self._cache = cache
        self._pool = ThreadPoolExecutor(LOOKUPS_AT_ONCE, thread_name_prefix="athena-catalogue")
        self._metadata = IcebergMetadata(s3)
        self._iceberg = IcebergReader(s3, cache, footers)
        self._external = ExternalReader(catalogue, s3, cache, footers)

    def close(self) -> None:
        """Let the downloads go."""
        self._pool.shutdown()
        self._iceberg.close()
        self._cache.close()

    def tables(self, mentions: Collection[TableMention]) -> frozenset[tuple[TableMention, LakeTable]]:
        """Describe the tables that a query mentions, each at its version."""
        names = {mention.name for mention in mentions}
        found = dict(zip(names, self._pool.map(self._catalogue.table, names), strict=True))
        return frozenset((mention, self._at_version(found[mention.name], mention.version)) for mention in mentions)

    def _at_version(self, table: GlueTable, version: Version | None) -> LakeTable:
        if table.is_iceberg:
            return self._metadata.table(table, version)
        if version is not None:
            raise not_supported(f"a version of {table.name}, which is no Iceberg table,")
        return table

    def view(self, session: duckdb.DuckDBPyConnection, scan: Scan) -> AbstractContextManager[int]:
        """Define the scan's view for as long as the block runs; gives the bytes scanned."""
        if isinstance(scan.table, IcebergTable):
            return self._iceberg.view(session, scan, scan.table)
        return self._external.view(session, scan, scan.table)


class ExternalReader:
    """Reads tables whose objects lie below the locations of their partitions."""

    def __init__(self, catalogue: GlueCatalog, s3: "S3Client", cache: ObjectCache, footers: Footers) -> None:
        self._catalogue = catalogue
        self._s3 = s3
        self._cache = cache
        self._footers = footers

    @contextmanager
    def view(self, session: duckdb.DuckDBPyConnection, scan: Scan, table: GlueTable) -> Iterator[int]:
        """Define the scan's view for as long as the block runs; gives the bytes scanned."""
        found = objects_below(self._s3, self._locations(session, scan, table))
        with self._cache.local_paths([item for item, _ in found]) as paths:
            footers = self._footers.read(session, paths)
            files = [LocalFile(*each) for each in zip(paths, (values for _, values in found), footers, strict=True)]
            session.execute(f"CREATE TEMP VIEW {name(scan.name)} AS {view_sql(table, files)}")
            yield bytes_scanned(scan, files)

    def _locations(self, session: duckdb.DuckDBPyConnection, scan: Scan, table: GlueTable) -> dict[str, Values]:
        if not table.partition_keys:
            return {table.location: ()}
        registered = {} if table.is_projected else dict(self._catalogue.partitions(table))
        source = (
            project_values(table, datetime.now(UTC))
            if table.is_projected
            else list_registered_values(table, [*registered])
        )
        rows = session.execute(select_partitions(table, scan.predicate, source)).fetchall()
        return {place or registered[tuple(values)]: tuple(values) for place, *values in rows}


def view_sql(table: GlueTable, files: Sequence[LocalFile]) -> str:
    """Write the view: one part for each schema among the files, every part with the table's columns and types."""
    groups: dict[tuple[str, ...], list[LocalFile]] = defaultdict(list)
    for file in files:
        groups[file.footer.signature].append(file)
    if not groups:
        columns = (*table.columns, *table.partition_keys)
        return f"SELECT {', '.join(map(null, columns))} WHERE false"
    return " UNION ALL ".join(_part(table, group) for group in groups.values())


def bytes_scanned(scan: Scan, files: Sequence[LocalFile]) -> int:
    """Add up the compressed bytes of the needed columns, as Athena's price does."""
    return sum(file.footer.sizes.get(column, 0) for file in files for column in scan.columns)


def _part(table: GlueTable, group: Sequence[LocalFile]) -> str:
    present = group[0].footer.columns
    columns = [select_column(column, present.get(column.name)) for column in table.columns]
    columns += [
        _partition_column(key, [file.values[place] for file in group]) for place, key in enumerate(table.partition_keys)
    ]
    files = ", ".join(text(str(file.path)) for file in group)
    return f"SELECT {', '.join(columns)} FROM read_parquet([{files}], hive_partitioning = false)"  # noqa: S608 quoted above


def _partition_column(key: GlueColumn, values: list[str]) -> str:
    """Take the value from the file's place: one constant, or looked up by the file's number."""
    shared = len(set(values)) == 1
    one = text(values[0]) if shared else f"[{', '.join(map(text, values))}][CAST(file_index AS BIGINT) + 1]"
    return f"CAST({one} AS {key.duckdb_type}) AS {name(key.name)}"
