"""1 000 000 sale lines scored in all six dimensions, against pandera with the same checks over the same columns."""

import time
import warnings
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bench.measure import Row, faster, medians
from bench.sales import DAY, sale_lines
from shared.lake.parquet.columns import IngestMetadata
from shared.lake.quality.assess import assess
from shared.lake.validation.rows import validate_rows
from shared.quality.check_suites import TRANSACTIONS
from shared.records.schema import DataType
from shared.records.validation import Form

with warnings.catch_warnings():  # of a type checker that is not used here
    warnings.simplefilter("ignore", UserWarning)
    import pandera.pandas as pandera
    from pandera.errors import SchemaErrors

if TYPE_CHECKING:
    from collections.abc import Mapping

ROWS = 1_000_000
_OF_A_KIND = 100_000
_RECEIVED = DAY + timedelta(days=1)
_MOST = {"unit_price": 100_000_000, "quantity": 100_000}


def measure() -> list[Row]:
    """Hold the counts against pandera's failure cases, by processor time; all find the same rows."""
    table, schema = _lines(), _schema()
    floats, exact = _frame(_with_floats(table)), _frame(table)
    for frame in (floats, exact):
        _require_the_same(table, frame, schema)
    taken = medians(
        {
            "ours": lambda: assess(DataType.TRANSACTIONS, table),
            "floats": lambda: _failures(schema, floats),
            "exact": lambda: _failures(schema, exact),
        },
        runs=5,
        clock=time.process_time,
    )
    name = "score 1 000 000 lines, processor time"
    return [
        faster(name, taken["ours"], ("pandera, exact amounts as pandas reads them", taken["exact"]), at_least=5),
        faster(name, taken["ours"], ("pandera, amounts as floats", taken["floats"]), at_least=5),
    ]


def _lines() -> pa.Table:
    """A million lines, of which every thousandth fails one check or another, each in turn."""
    stamp = IngestMetadata(source_id="bench-shop", ingested_at=_RECEIVED, origin="bench", reporting_currency="USD")
    rows = [_planted(number, line) for number, line in enumerate(sale_lines(_OF_A_KIND))]
    few = validate_rows(DataType.TRANSACTIONS, rows, form=Form.TYPED, at=_RECEIVED, stamp=stamp).table
    copies = [_renamed(few, number) for number in range(ROWS // _OF_A_KIND)]
    return pa.concat_tables(copies).combine_chunks()


def _planted(number: int, line: dict[str, Any]) -> dict[str, Any]:
    faults: Mapping[int, dict[str, Any]] = {
        0: {"discount": 10_000},
        1000: {"unit_cost": 10_000},
        2000: {"quantity": 200_000},
        3000: {"customer_id": None},
        4000: {"currency": "EUR"},
        5000: {"timestamp": (DAY - timedelta(days=9)).isoformat()},
        6000: {"transaction_id": "line-0000000001"},
    }
    return {**line, **faults.get(number % 7000, {})}


def _renamed(table: pa.Table, copy: int) -> pa.Table:
    """The same lines under ids of their own."""
    for name in ("transaction_id", "order_id"):
        renamed = pc.binary_join_element_wise(table[name], str(copy), "-")
        table = table.set_column(table.schema.get_field_index(name), name, renamed)
    return table


def _with_floats(table: pa.Table) -> pa.Table:
    """The same with amounts that are quick to compare, and no longer exact."""
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(place, field.name, table[field.name].cast(pa.float64()))
    return table


def _frame(table: pa.Table) -> pd.DataFrame:
    """As pandas reads it."""
    frame: pd.DataFrame = table.to_pandas()
    return frame


def _schema() -> pandera.DataFrameSchema:
    check, column = pandera.Check, pandera.Column
    expected = {name: column(nullable=False) for name in TRANSACTIONS.expected}
    return pandera.DataFrameSchema(
        {
            **expected,
            "transaction_id": column(unique=True, report_duplicates="exclude_first"),
            "unit_price": column(None, check.le(_MOST["unit_price"])),
            "quantity": column(None, check.in_range(-_MOST["quantity"], _MOST["quantity"])),
        },
        checks=[
            check(lambda rows: rows["discount"] <= (rows["quantity"] * rows["unit_price"]).abs(), name="discount"),
            check(
                lambda rows: ~((rows["unit_price"] > 0) & (rows["unit_cost"] > 10 * rows["unit_price"])), name="cost"
            ),
            check(
                lambda rows: rows.groupby("order_id", sort=False)["currency"].transform("nunique") <= 1, name="currency"
            ),
            check(lambda rows: rows["ingested_at"] - rows["timestamp"] <= TRANSACTIONS.on_time, name="on_time"),
        ],
    )


def _failures(schema: pandera.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as found:
        cases: pd.DataFrame = found.failure_cases
        return cases
    raise RuntimeError("the planted rows were not found")


def _require_the_same(table: pa.Table, frame: pd.DataFrame, schema: pandera.DataFrameSchema) -> None:
    """Let nobody win by finding less: of checks on whole rows pandera tells every column as a case."""
    state = assess(DataType.TRANSACTIONS, table)
    cases = _failures(schema, frame).drop_duplicates(["check", "index"])["check"].value_counts()
    ours = {
        "discount": state.of("consistency.discount_within_amount"),
        "currency": state.of("consistency.one_currency_per_order_id"),
        "cost": state.of("accuracy.unit_cost_plausible"),
        f"in_range(-{_MOST['quantity']}, {_MOST['quantity']})": state.of("accuracy.quantity_plausible"),
        "on_time": state.of("timeliness"),
        "not_nullable": state.of("completeness"),
        "field_uniqueness": state.of("uniqueness"),
    }
    if {name: count.failed for name, count in ours.items()} != cases.to_dict():
        raise RuntimeError(f"not the same rows fail: {ours}, {cases}")
