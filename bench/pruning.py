"""What a question about one day reads of a month with millions of rows, by the bounds of files and of row groups.

Partitions are months; within one, a reader knows from the manifests which files may have rows of a day, and from the
footers which row groups may.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from bench.measure import Row
from bench.sale_tables import table_of_lines
from bench.table_lake import TableLake, table_lake
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.fingerprints import with_fingerprints
from shared.lake.table.port import TableChange
from shared.records.schema import DataType

SALES = DataType.TRANSACTIONS
TABLE = BASE_TABLES[SALES]
ROWS = 3_000_000
_MONTH = datetime(2026, 3, 1, tzinfo=UTC)
_DAYS = 30
_DELIVERY = 1_000_000
_COLUMNS = ("timestamp", "quantity", "unit_price", "discount")
_ASKED = datetime(2026, 3, 15)  # noqa: DTZ001 # as the lake's times are


def measure(rows: int = ROWS) -> list[Row]:
    """Read a day and the month, of rows that came day by day and of rows that came in random order."""
    return [
        *_of_a_month(
            "day by day",
            (table_of_lines(rows // _DAYS, first=day * rows // _DAYS, day=_day(day)) for day in range(_DAYS)),
        ),
        *_of_a_month(
            f"in random order, {_DELIVERY:,} at once",
            (table_of_lines(_DELIVERY, first=first, day=_MONTH, days=_DAYS) for first in range(0, rows, _DELIVERY)),
        ),
    ]


def _of_a_month(how: str, deliveries: Iterator[pa.Table]) -> Iterator[Row]:
    with table_lake() as lake:
        tables = lake.wired.lake_tables
        for lines in deliveries:
            change = TableChange(rows=with_fingerprints(SALES, lines).sort_by("timestamp"))
            tables.commit(TABLE, tables.head(TABLE), change)
        lake.wired.maintenance.compact(TABLE)
        day = _read(lake, (_ASKED, _ASKED + timedelta(days=1)))
        month = _read(lake, (datetime.min, datetime.max))  # noqa: DTZ901 # as the lake's times are
        head = tables.head(TABLE)
    yield Row(
        name=f"{head.rows:,} rows of a month, {how}: {len(head.files)} files; one day",
        ours=f"{day[0]} files, {day[1]:,} bytes, {day[2]:,} rows, {day[3]:.2f} s",
        against="the month",
        theirs=f"{month[0]} files, {month[1]:,} bytes, {month[2]:,} rows, {month[3]:.2f} s",
        ratio=month[1] / day[1],
        aim="-",
        met=None,
    )


def _day(number: int) -> datetime:
    return _MONTH + timedelta(days=number)


def _read(lake: TableLake, span: tuple[datetime, datetime]) -> tuple[int, int, int, float]:
    """Return the files and bytes that were read, the rows that they gave, and the time."""
    tables = lake.wired.lake_tables
    head = tables.head(TABLE)
    lake.requests.reset()
    began = time.perf_counter()
    rows = tables.rows(TABLE, head, _COLUMNS, [span])
    seconds = time.perf_counter() - began
    files = sum(1 for each in head.files if each.may_have([span]))
    return files, lake.requests.read["s3"], len(rows), seconds
