"""Roll-ups: each a function of one base partition, computed whenever that partition changes."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.columns import AMOUNT, MOMENT
from shared.lake.rollup_tables import NO_DIMENSION, SALES_DIMENSIONS, SALES_HOURLY, SALES_HOURLY_BY_DIMENSION
from shared.lake.table import LakeTable
from shared.records.schema import DataType

_MEASURES = {
    "lines": ("lines", "sum"),
    "net_amount": ("net_amount", "sum"),
    "lowest_amount": ("lowest_amount", "min"),
    "highest_amount": ("highest_amount", "max"),
}
_AT_SCALE = pa.decimal128(24, 10)
_ARROW_TYPES = {"timestamp": MOMENT, "string": pa.string(), "bigint": pa.int64(), "decimal(38,10)": AMOUNT}


def roll_up(data_type: DataType, base: pa.Table) -> dict[str, pa.Table]:
    """Compute every roll-up of a base partition, by table name.

    Net amount of a line = quantity x unit_price - discount, exact in decimal; only completed lines count.
    """
    return _sales(base) if data_type in ROLLUPS else {}


ROLLUPS: Mapping[DataType, Sequence[str]] = {DataType.TRANSACTIONS: (SALES_HOURLY.name, SALES_HOURLY_BY_DIMENSION.name)}
"""The names of the roll-ups that each data type has."""


def _sales(transactions: pa.Table) -> dict[str, pa.Table]:
    """Completed lines per hour: by all dimensions at once, and by one at a time and none."""
    cube = _by_all_dimensions(transactions)
    nothing = pa.nulls(len(cube), pa.string())
    faces = [_face(cube, name, cube[name]) for name in SALES_DIMENSIONS] + [_face(cube, NO_DIMENSION, nothing)]
    return {
        SALES_HOURLY.name: _in_shape(cube, SALES_HOURLY),
        SALES_HOURLY_BY_DIMENSION.name: _in_shape(pa.concat_tables(faces), SALES_HOURLY_BY_DIMENSION),
    }


def _by_all_dimensions(transactions: pa.Table) -> pa.Table:
    lines = transactions.filter(pc.equal(transactions["status"], "completed"))
    gross = pc.multiply(lines["quantity"], lines["unit_price"])
    net = pc.subtract(gross, lines["discount"].cast(_AT_SCALE)).cast(AMOUNT)
    keys = {"hour": pc.floor_temporal(lines["timestamp"], unit="hour"), "currency": lines["currency"]}
    keys |= {name: lines[name] for name in SALES_DIMENSIONS}
    measures = {
        "lines": pa.repeat(pa.scalar(1, pa.int64()), len(lines)),
        **dict.fromkeys(("net_amount", "lowest_amount", "highest_amount"), net),
    }
    return _summed(pa.table(keys | measures), list(keys))


def _face(cube: pa.Table, dimension: str, value: pa.ChunkedArray | pa.Array) -> pa.Table:
    keys = {"hour": cube["hour"], "currency": cube["currency"], "value": value}
    sums = _summed(pa.table(keys | {name: cube[name] for name in _MEASURES}), list(keys))
    return sums.append_column("dimension", pa.repeat(pa.scalar(dimension), len(sums)))


def _summed(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    sums = table.group_by(keys).aggregate(list(_MEASURES.values()))
    return sums.rename_columns([*keys, *_MEASURES])


def _in_shape(sums: pa.Table, table: LakeTable) -> pa.Table:
    """Columns as declared, rows in one order however they were computed: equal bases give equal bytes."""
    schema = pa.schema([(column.name, _ARROW_TYPES[column.glue_type]) for column in table.columns])
    measured = {*_MEASURES}
    order = [(column.name, "ascending") for column in table.columns if column.name not in measured]
    return sums.select(schema.names).cast(schema).sort_by(order)
