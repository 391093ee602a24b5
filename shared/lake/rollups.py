"""Roll-ups: each a function of one base partition, computed whenever that partition changes."""

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.columns import AMOUNT, MOMENT
from shared.lake.tables import SALES_HOURLY
from shared.records.schema import DataType

DIMENSIONS = ("currency", "product_category", "customer_segment", "region", "channel")
_AT_SCALE = pa.decimal128(24, 10)
_MEASURES = (("net_amount", "count"), ("net_amount", "sum"), ("net_amount", "min"), ("net_amount", "max"))
_SCHEMA = pa.schema(
    [
        ("hour", MOMENT),
        *((name, pa.string()) for name in DIMENSIONS),
        ("lines", pa.int64()),
        *((name, AMOUNT) for name in ("net_amount", "lowest_amount", "highest_amount")),
    ]
)


def sales_hourly(transactions: pa.Table) -> pa.Table:
    """Sum completed lines per hour and dimension; net amount = quantity x unit_price - discount, exact in decimal."""
    lines = transactions.filter(pc.equal(transactions["status"], "completed"))
    gross = pc.multiply(lines["quantity"], lines["unit_price"])
    net = pc.subtract(gross, lines["discount"].cast(_AT_SCALE)).cast(AMOUNT)
    columns = {
        "hour": pc.floor_temporal(lines["timestamp"], unit="hour"),
        **{name: lines[name] for name in DIMENSIONS},
        "net_amount": net,
    }
    sums = pa.table(columns).group_by(["hour", *DIMENSIONS]).aggregate(list(_MEASURES))
    named = sums.rename_columns([*sums.column_names[:-4], "lines", "net_amount", "lowest_amount", "highest_amount"])
    return named.select(_SCHEMA.names).cast(_SCHEMA).sort_by([(name, "ascending") for name in ("hour", *DIMENSIONS)])


Rollup = Callable[[pa.Table], pa.Table]
ROLLUPS: Mapping[DataType, Sequence[tuple[str, Rollup]]] = {
    DataType.TRANSACTIONS: ((SALES_HOURLY.name, sales_hourly),),
}
