"""The index of keys, over Iceberg tables and tables in memory: it finds the rows that may have a key."""

from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from shared.lake.catalog.table import LakeTable
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.fingerprints import KEY, with_fingerprints
from shared.lake.merge.key_index import KeyIndex
from shared.lake.parquet.columns import IngestMetadata, to_table
from shared.lake.table.port import DataFile, TableChange, TableSnapshot, TableStore
from shared.records.schema import DataType
from shared.records.validation import Form, validate
from tests.fakes.memory_tables import MemoryTables
from tests.fakes.records import NOW, sale

SALES = BASE_TABLES[DataType.TRANSACTIONS]


@pytest.fixture(params=["iceberg", "memory"])
def tables(request: pytest.FixtureRequest) -> TableStore:
    if request.param == "memory":
        return MemoryTables()
    found: TableStore = request.getfixturevalue("wired").lake_tables
    return found


def _rows(*numbers: int, day: str = "2025-02-27", at: datetime = NOW) -> pa.Table:
    lines = [sale(number, timestamp=f"{day}T10:00:00Z") for number in numbers]
    stamp = IngestMetadata(source_id="shop", ingested_at=at, origin="batch-1", reporting_currency="EUR")
    rows = validate(DataType.TRANSACTIONS, lines, form=Form.TYPED, at=NOW).rows
    return with_fingerprints(DataType.TRANSACTIONS, to_table(DataType.TRANSACTIONS, rows, stamp))


def _keys(*numbers: int) -> pa.Array:
    return _rows(*numbers)[KEY].combine_chunks()


def _append(tables: TableStore, *numbers: int, day: str = "2025-02-27") -> TableSnapshot:
    return tables.commit(SALES, tables.head(SALES), TableChange(rows=_rows(*numbers, day=day)))


def _found(tables: TableStore, index: KeyIndex, *numbers: int) -> list[str]:
    """Find the lines that have the keys of some numbers."""
    head = tables.head(SALES)
    at = index.find(SALES, head, _keys(*numbers))
    return sorted(tables.rows_at(SALES, head, ["transaction_id"], at)["transaction_id"].to_pylist())


def test_an_empty_table_has_no_keys(tables: TableStore) -> None:
    assert KeyIndex(tables).find(SALES, tables.head(SALES), _keys(1)) == {}


def test_keys_are_found_in_every_month_and_file(tables: TableStore) -> None:
    index = KeyIndex(tables)
    _append(tables, 1, 2)
    assert _found(tables, index, 2, 3) == ["t-2"]
    _append(tables, 3, day="2024-12-31")
    _append(tables, 4)

    assert _found(tables, index, 1, 3, 4, 5) == ["t-1", "t-3", "t-4"]


def test_files_without_the_keys_are_not_named(tables: TableStore) -> None:
    _append(tables, 1)
    head = _append(tables, 2)
    [path] = KeyIndex(tables).find(SALES, head, _keys(2))

    assert path in {each.path for each in head.files}


def test_deleted_rows_are_not_read_for_their_keys(tables: TableStore) -> None:
    head, index = _append(tables, 1, 2, 3), KeyIndex(tables)
    at = index.find(SALES, head, _keys(2))
    tables.commit(SALES, head, TableChange(deleted=at))

    assert _found(tables, index, 1, 2) == ["t-1"]


def test_files_that_a_compaction_replaced_are_forgotten_and_the_new_ones_read(tables: TableStore) -> None:
    index = KeyIndex(tables)
    _append(tables, 1)
    head = _append(tables, 2)
    assert _found(tables, index, 1, 2) == ["t-1", "t-2"]

    tables.commit(SALES, head, TableChange(rows=_rows(1, 2), dropped=frozenset(each.path for each in head.files)))

    assert _found(tables, index, 1, 2) == ["t-1", "t-2"]
    assert len(index._keys) == 1
    assert index._size == index._keys[tables.head(SALES).files[0].path].nbytes


class _Counting(MemoryTables):
    """Counts the columns that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def column(self, table: LakeTable, file: DataFile, column: str) -> pa.Array:
        """Read a column."""
        self.read.append(file.path)
        return super().column(table, file, column)


def test_only_files_with_rows_received_within_the_horizon_are_searched_and_kept(tables: TableStore) -> None:
    index = KeyIndex(tables, horizon=timedelta(days=2))
    for number in range(4):
        change = TableChange(rows=_rows(number, day="2025-01-01", at=NOW + timedelta(days=number)))
        tables.commit(SALES, tables.head(SALES), change)
    head, arrived = tables.head(SALES), (NOW + timedelta(days=4)).replace(tzinfo=None)

    def found(keys: pa.Array, at: datetime | None) -> list[str]:
        rows = tables.rows_at(SALES, head, ["transaction_id"], index.find(SALES, head, keys, at))
        return sorted(rows["transaction_id"].to_pylist())

    assert found(_keys(0, 1, 2, 3), None) == ["t-0", "t-1", "t-2", "t-3"]
    assert found(_keys(0, 1, 2, 3), arrived) == ["t-2", "t-3"]
    assert len(index._keys) == 2


def test_the_keys_of_a_file_are_read_once() -> None:
    tables = _Counting()
    index = KeyIndex(tables)
    for number in range(3):
        _append(tables, number)
        _found(tables, index, number)

    assert len(tables.read) == len(set(tables.read)) == 3


@pytest.mark.parametrize("most_bytes", [0, 8, 16, 10_000])
def test_files_beyond_the_budget_are_read_again(most_bytes: int) -> None:
    tables = _Counting()
    index = KeyIndex(tables, most_bytes=most_bytes)
    for number in range(4):
        _append(tables, number)

    assert [_found(tables, index, 0, 3) for _ in range(2)] == [["t-0", "t-3"]] * 2
    assert (len(tables.read) > 4) == (most_bytes < 4 * 8)
    assert index._size <= max(most_bytes, 8)


def test_an_index_serves_several_tables(tables: TableStore) -> None:
    index, orders = KeyIndex(tables), BASE_TABLES[DataType.ORDERS]
    _append(tables, 1)
    _found(tables, index, 1)
    head = tables.head(orders)

    assert index.find(orders, head, _keys(1)) == {}
    assert _found(tables, index, 1) == ["t-1"]
    assert len(index._keys) == 1
