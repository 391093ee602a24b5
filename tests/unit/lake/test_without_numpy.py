"""The Lambda layer brings Arrow without numpy; the lake must not need it."""

import subprocess
import sys

SCRIPT = """
import io
import sys
sys.modules["numpy"] = None
from datetime import UTC, datetime
from shared.lake.parquet import columns
from shared.lake.validation import rows
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge import cycle
from shared.lake.merge.fingerprints import with_fingerprints
from shared.lake.merge.settle import rank_columns, settle
from shared.lake.quarantine import rejected_rows
from shared.lake.rollups import compute
from shared.lake.files.options import FileOptions
from shared.lake.files.reader import read_parts
from shared.lake.rollups import products
from shared.lake.table.port import TableSnapshot
from shared.records.schema import DataType
from shared.records.validation import Form
from tests.fakes.memory_tables import MemoryTables

row = {"transaction_id": "t-1", "timestamp": "2025-01-01T10:00:00Z", "product_id": "p", "quantity": 2, "unit_price": 3}
at = datetime(2025, 1, 2, tzinfo=UTC)
stamp = columns.IngestMetadata(source_id="shop", ingested_at=at, origin="o", reporting_currency="USD")
taken = rows.validate_rows(DataType.TRANSACTIONS, [row, {**row, "quantity": "x"}], form=Form.TYPED, at=at, stamp=stamp)
base = columns.read_parquet(columns.write_parquet(taken.table), columns.arrow_schema(DataType.TRANSACTIONS))
text = "transaction_id,timestamp,product_id,quantity,unit_price\\nt-2,2025-01-01 10:00:00,p,2,x\\n"
(part,) = read_parts(io.BytesIO(text.encode()), FileOptions())
refused = rows.validate_table(DataType.TRANSACTIONS, part.rows, form=Form.TEXT, at=at, stamp=stamp)
transactions, sales = BASE_TABLES[DataType.TRANSACTIONS], DataType.TRANSACTIONS
held = MemoryTables().rows(transactions, TableSnapshot(), rank_columns(sales))
merged = settle(sales, [with_fingerprints(sales, each) for each in (base, taken.table)], held).winners
print(refused.rejected, len(merged))
print([len(table) for table in compute.roll_up(DataType.TRANSACTIONS, merged).values()])
print(compute.roll_up(DataType.TRANSACTIONS, merged)["sales_hourly"]["net_amount"].to_pylist())
for data_type in (DataType.INVENTORY, DataType.EVENTS):
    print([len(table) for table in compute.roll_up(data_type, columns.arrow_schema(data_type).empty_table()).values()])
at_cost = columns.to_table(DataType.PRODUCTS, [{"product_id": "p", "name": "Mug", "cost": 2, "updated_at": at}], stamp)
costs = products.cost_intervals(products.next_versions(products.VERSIONS.empty_table(), [at_cost, at_cost]))
print(costs["cost"].to_pylist(), products.intraday_change_days(costs))
"""


def test_rows_are_loaded_merged_and_rolled_up_without_numpy() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)  # noqa: S603 # our own script

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "1 1",
        "[1, 5, 1, 1, 0, 1]",
        "[Decimal('6.0000000000')]",
        "[0]",
        "[0, 0]",
        "[Decimal('2.000000')] set()",
    ]
