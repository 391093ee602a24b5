"""What compaction costs for each row that it rewrites: small files of many deliveries, and a file with deleted rows."""

import time

import pyarrow as pa

from bench.measure import Row
from bench.sale_tables import table_of_lines
from bench.table_lake import TableLake, table_lake
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.maintenance import files_to_compact
from shared.records.schema import DataType

SALES = DataType.TRANSACTIONS
TABLE = BASE_TABLES[SALES]
SMALL = ((100, 100), (100, 1_000), (40, 10_000))
"""Numbers of deliveries, and the lines of each."""
LARGE, REPLACED = 1_000_000, 150_000


def measure() -> list[Row]:
    """Compact a table for each case."""
    rows = [_small(deliveries, lines) for deliveries, lines in SMALL]
    return [*rows, _with_deleted_rows()]


def _small(deliveries: int, lines: int) -> Row:
    with table_lake() as lake:
        for number in range(deliveries):
            _merge(lake, table_of_lines(lines, first=number * lines, origin=f"batch-{number}"))
        return _compacted(lake, f"{deliveries} deliveries of {lines:,} lines")


def _with_deleted_rows() -> Row:
    with table_lake() as lake:
        _merge(lake, table_of_lines(LARGE))
        _merge(lake, table_of_lines(REPLACED, origin="correction", first=LARGE - REPLACED))
        return _compacted(lake, f"{LARGE:,} lines of which {REPLACED:,} were replaced")


def _merge(lake: TableLake, lines: pa.Table) -> None:
    lake.deliver(SALES, lines["_origin"][0].as_py(), lines)
    lake.merge(SALES)


def _compacted(lake: TableLake, name: str) -> Row:
    head = lake.wired.lake_tables.head(TABLE)
    files = list(files_to_compact(head))
    rows = sum(each.rows - each.deleted for each in files)
    lake.requests.reset()
    began = time.perf_counter()
    lake.wired.maintenance.compact(TABLE)
    seconds = time.perf_counter() - began
    told, after = lake.requests, len(lake.wired.lake_tables.head(TABLE).files)
    return Row(
        name=f"{name}: {len(head.files)} files into {after}",
        ours=f"{seconds:.2f} s, {seconds / rows * 1e6:.1f} us a row, {told.calls.total()} requests",
        against="bytes read, written per row",
        theirs=f"{told.read['s3'] / rows:.0f}, {told.written['s3'] / rows:.0f} B",
        ratio=told.calls.total() / rows,
        aim="-",
        met=None,
    )
