"""Decisions become texts in their order, from as many files as Athena writes."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from shared.exports.decision_cells import ROWS_AT_ONCE, decision_cells
from shared.exports.decision_columns import LABEL, LABEL_STATE, STORED
from shared.lake.parquet.columns import arrow_type
from shared.lake.parquet.unloaded import read_unloaded
from shared.records.schema import Field, Kind


def _type(field: Field) -> pa.DataType:
    """The type that Athena writes a column in."""
    return {Kind.TIMESTAMP: pa.int64(), Kind.MONEY: pa.string()}.get(field.kind) or arrow_type(field)


SCHEMA = pa.schema([*((each.name, _type(each)) for each in STORED), (LABEL, pa.string()), (LABEL_STATE, pa.string())])


def unloaded(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Decisions as they are read from a file of Athena."""
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), SCHEMA), file)
    return read_unloaded(file.getvalue())


def decision(number: int, at: int, **fields: Any) -> dict[str, Any]:
    """A decision with an id and a time."""
    return {"decision_id": f"d{number:06}", "timestamp": at, "score": 0.5, **fields}


def test_features_of_files_with_other_keys_keep_their_names() -> None:
    files = [
        unloaded([decision(number, number, features=[(f"f{number}", "1"), ('say "hi"', '"x"')])]) for number in range(3)
    ]

    (cells,) = decision_cells(pa.concat_tables(files).combine_chunks())

    assert [orjson.loads(each) for each in cells["features"].to_pylist()] == [
        {f"f{number}": 1, 'say "hi"': "x"} for number in range(3)
    ]


def test_decisions_are_in_order_over_all_batches() -> None:
    rows = ROWS_AT_ONCE + 5
    stored = unloaded([decision(rows - number, number // 2) for number in range(rows)])

    batches = list(decision_cells(stored))

    assert [each.num_rows for each in batches] == [ROWS_AT_ONCE, 5]
    ids = [each for batch in batches for each in batch["decisionId"].to_pylist()]
    assert ids == [f"d{rows - number:06}" for number in sorted(range(rows), key=lambda n: (n // 2, rows - n))]


def test_amounts_have_no_zeros_at_the_end() -> None:
    amounts = ["12.500000", "100.000000", "100", "0.000000", "0.000001", None]
    stored = unloaded([decision(number, number, amount=each) for number, each in enumerate(amounts)])

    (cells,) = decision_cells(stored)

    assert cells["amount"].to_pylist() == ["12.5", "100", "100", "0", "0.000001", None]


def test_no_decisions_are_no_batches() -> None:
    assert list(decision_cells(unloaded([]))) == []
