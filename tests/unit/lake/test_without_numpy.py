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
from shared.lake.quarantine import rejected_rows
from shared.lake.rollups import compute
from shared.lake.files.options import FileOptions
from shared.lake.files.reader import read_parts
from shared.lake.merge import fingerprints, settle
from shared.lake.table import data_files, iceberg, port
from shared.lake.rollups import products
from shared.records.schema import DataType
from shared.records.validation import Form

row = {"transaction_id": "t-1", "timestamp": "2025-01-01T10:00:00Z", "product_id": "p", "quantity": 2, "unit_price": 3}
at = datetime(2025, 1, 2, tzinfo=UTC)
stamp = columns.IngestMetadata(source_id="shop", ingested_at=at, origin="o", reporting_currency="USD")
taken = rows.validate_rows(DataType.TRANSACTIONS, [row, {**row, "quantity": "x"}], form=Form.TYPED, at=at, stamp=stamp)
base = columns.read_parquet(columns.write_parquet(taken.table), columns.arrow_schema(DataType.TRANSACTIONS))
text = "transaction_id,timestamp,product_id,quantity,unit_price\\nt-2,2025-01-01 10:00:00,p,2,x\\n"
(part,) = read_parts(io.BytesIO(text.encode()), FileOptions())
refused = rows.validate_table(DataType.TRANSACTIONS, part.rows, form=Form.TEXT, at=at, stamp=stamp)
held = fingerprints.with_fingerprints(DataType.TRANSACTIONS, base).select(settle.rank_columns(DataType.TRANSACTIONS))
held = held.append_column(port.FILE, [["f"]]).append_column(port.POSITION, [[0]])
later = columns.IngestMetadata(source_id="shop", ingested_at=at, origin="p", reporting_currency="USD")
again = rows.validate_rows(DataType.TRANSACTIONS, [{**row, "quantity": 3}], form=Form.TYPED, at=at, stamp=later)
settled = settle.settle(
    DataType.TRANSACTIONS, [fingerprints.with_fingerprints(DataType.TRANSACTIONS, again.table)], held
)
print(refused.rejected, len(settled.winners), dict(settled.outcomes[0]), len(settled.changes))
print({path: at.to_pylist() for path, at in settle.positions_of(settled.beaten).items()})
print([len(table) for table in compute.roll_up(DataType.TRANSACTIONS, base).values()])
print(compute.roll_up(DataType.TRANSACTIONS, base)["sales_hourly"]["net_amount"].to_pylist())
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
        "1 1 {'conflict': 1} 1",
        "{'f': [0]}",
        "[1, 5, 1, 1, 0, 1]",
        "[Decimal('6.0000000000')]",
        "[0]",
        "[0, 0]",
        "[Decimal('2.000000')] set()",
    ]
