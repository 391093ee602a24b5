"""The memory of a merge follows from the limits of its pass, not from what waits or from what its table holds."""

from dataclasses import replace

import pyarrow as pa
import pytest

from bench.wide_rows import wide_rows
from shared.app.wiring import Wiring
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.fingerprints import KEY
from shared.lake.merge.limits import PassLimits
from shared.lake.parquet.columns import IngestMetadata, to_table, write_parquet
from shared.lake.storage.paths import incoming_key
from shared.lake.table.port import TableChange
from shared.lake.table.schema import arrow_schema_of
from shared.records.schema import DataType
from shared.records.validation import Form, validate
from tests.fakes.arrow_memory import peak_bytes
from tests.fakes.records import NOW
from tests.fakes.state_dump import keys

MEGA = 1024 * 1024
LIMITS = PassLimits(size=4 * MEGA)
MOST_COPIES = 6
"""A row is held as it was read, with its hidden columns, settled, in the order of its file, and as it is written."""


@pytest.mark.parametrize("data_type", [DataType.TRANSACTIONS, DataType.DECISIONS])
@pytest.mark.parametrize("deliveries", [3, 8])
def test_a_merge_of_the_widest_rows_takes_a_few_times_the_size_of_a_pass(
    wired: Wiring, data_type: DataType, deliveries: int
) -> None:
    for number in range(deliveries):
        wired.lake.put(incoming_key(data_type, f"batch-{number}"), _widest(data_type, f"batch-{number}"))
    merger = replace(wired.merger, cycle=replace(wired.merger.cycle, limits=LIMITS))

    peak = peak_bytes(lambda: merger.merge({data_type}, has_time=lambda: True))

    assert keys(wired.settings, "incoming/") == []
    assert LIMITS.size / 2 < peak < MOST_COPIES * LIMITS.size


def _widest(data_type: DataType, name: str) -> bytes:
    rows = validate(data_type, wide_rows(data_type, name, 3 * MEGA), form=Form.TYPED, at=NOW).rows
    stamp = IngestMetadata(source_id="shop", ingested_at=NOW, origin=name, reporting_currency="EUR")
    return write_parquet(to_table(data_type, rows, stamp))


def test_rows_all_over_a_file_are_found_without_decoding_it_at_once(wired: Wiring) -> None:
    table, tables, size = BASE_TABLES[DataType.TRANSACTIONS], wired.lake_tables, 600_000
    rows = {KEY: pa.array(range(size)), "timestamp": pa.repeat(pa.scalar(NOW.replace(tzinfo=None)), size)}
    schema = arrow_schema_of(table)
    columns = [rows[each.name].cast(each.type) if each.name in rows else pa.nulls(size, each.type) for each in schema]
    head = tables.commit(table, tables.head(table), TableChange(rows=pa.table(columns, schema=schema)))
    [file] = head.files
    wanted = {file.path: pa.array(range(0, size, 100_000))}

    def find() -> None:
        assert len(tables.rows_at(table, head, schema.names, wanted)) == 6

    def read() -> None:
        assert len(tables.rows(table, head, schema.names)) == size

    assert peak_bytes(find) < peak_bytes(read) / 3
