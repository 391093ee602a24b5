"""A table is taken as its rows would be: the same columns, the same errors, in the same order."""

import decimal
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.parquet.columns import IngestMetadata, to_table
from shared.lake.validation.rows import validate_table
from shared.lake.validation.tables import check_table, rows_of
from shared.records.schema import DataType, Field
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, validate
from tests.fakes.records import GOOD, NOW, good
from tests.tiers import examples
from tests.unit.lake.test_intake import ODD, STAMP

TEXTS = [
    *sorted({str(value) for value in ODD}),
    "+1",
    "-0",
    "007.5",
    "1_000",
    "1e3",
    ".5",
    "5.",
    "1.00005",
    "1.50000000",
    "0.30000000000000004",
    "+5",
    "1e3",
    "10.",
    ".",
    "NULL",
    "\\N",
    "#N/A",
    " None ",
    "\u2003",
    "Completed ",
    "eur",
    "HRK",
    "dem",
    "0.0000005",
    "123456789012.123456",
    "99999999999.999999",
    "1,5",
    "NaN",
    "inf",
    "TRUE",
    "yes",
    "f",
    '"quoted"',
    "a\\b",
    "tab\tinside",
    "31.12.2024",
    "12/31/2024 08:00",
    "2025-02-27 10:15:00",
    "2025-02-27 10:15:00.5+01:00",
    "10000-01-01T00:00:00Z",
]
NAIVE = datetime(2025, 2, 27, 10)  # noqa: DTZ001 # as Parquet has it
TYPED: list[pa.Array] = [
    pa.array([1, None, -5, 2**60], pa.int64()),
    pa.array([1, None, 3, 4], pa.uint8()),
    pa.array([1.5, None, float("nan"), 1e308]),
    pa.array([0.1, None, 3.0, -0.0], pa.float32()),
    pa.array([1.0, None, 1990.0, 4.0]),
    pa.array([decimal.Decimal("12.50"), None, decimal.Decimal("-1.00"), decimal.Decimal("99999999999999.99")]),
    pa.array([decimal.Decimal("0.123456789"), None, decimal.Decimal(1), decimal.Decimal(2)]),
    pa.array([True, None, False, True]),
    pa.array(["x", None, "", " y"]),
    pa.array(["2025-02-27T10:15:00Z", None, "2025-02-27", "12.5"], pa.large_string()),
    pa.array(["completed", None, "completed", "EUR"]).dictionary_encode(),
    pa.array([b"bytes", None, b"\xff", b""]),
    pa.array([NAIVE, None, NAIVE + timedelta(days=9), NAIVE - timedelta(days=365 * 40)], pa.timestamp("us")),
    pa.array([1_740_000_000_123_456_789, None, 0, 1], pa.int64()).cast(pa.timestamp("ns", "Europe/Paris")),
    pa.array([10**12, None, -(10**12), 1_740_000_000], pa.int64()).cast(pa.timestamp("s")),
    pa.array([date(2025, 2, 27), None, date(9999, 12, 31), date(1, 1, 1)]),
    pa.array([timedelta(seconds=5), None, timedelta(0), timedelta(days=1)]),
    pa.array([{"a": 1, "at": NAIVE}, None, {"a": None, "at": None}, {}]),
    pa.array([[("k", 1.5)], None, [], [("k", 2.5), ("k", 3.5)]], pa.map_(pa.string(), pa.float64())),
    pa.array([[1, 2], None, [], [None]]),
    pa.nulls(4),
]


def _is_taken_as_its_rows(data_type: DataType, table: pa.Table, rows: list[dict[str, Any]], form: Form) -> None:
    moments = [1_740_000_000_000 + row for row in range(len(rows))]
    stamp = IngestMetadata(source_id="shop", ingested_at=moments, origin="batch-1", reporting_currency="EUR")

    taken = validate_table(data_type, table, form=form, at=NOW, stamp=stamp)
    expected = validate(data_type, rows, form=form, at=NOW)

    assert repr(list(taken.errors)) == repr(expected.errors)  # their texts, for NaN is not equal to itself
    stamp = replace(stamp, ingested_at=[moments[place] for place in expected.places])
    assert taken.table.equals(to_table(data_type, expected.rows, stamp))


def _good_text(data_type: DataType) -> dict[str, str]:
    return {name: str(value) for name, value in GOOD[data_type].items()}


def _every_field() -> list[tuple[DataType, Field]]:
    return [(schema.data_type, field) for schema in SCHEMAS.values() for field in schema.fields]


@pytest.mark.parametrize(("data_type", "field"), _every_field(), ids=lambda value: getattr(value, "name", value))
def test_a_column_of_odd_texts_is_validated_as_by_row(data_type: DataType, field: Field) -> None:
    rows = [_good_text(data_type) | {field.name: text, "extra": text} for text in ["", *TEXTS]]
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: pa.array([row.get(name, "") for row in rows], pa.string()) for name in names})

    _is_taken_as_its_rows(data_type, table, table.to_pylist(), Form.TEXT)


@pytest.mark.parametrize(("data_type", "field"), _every_field(), ids=lambda value: getattr(value, "name", value))
def test_a_column_of_any_type_is_validated_as_by_row(data_type: DataType, field: Field) -> None:
    for values in TYPED:
        columns = {name: pa.array([value] * len(values)) for name, value in GOOD[data_type].items()}
        table = pa.table(columns | {field.name: values, "extra": values})
        rows = check_table(SCHEMAS[data_type], table, form=Form.TYPED, at=NOW).records(range(len(table)))

        _is_taken_as_its_rows(data_type, table, rows, Form.TYPED)


@settings(deadline=None, max_examples=examples(60))
@given(data=st.data(), data_type=st.sampled_from(DataType))
def test_any_text_table_is_validated_as_its_rows(data: st.DataObject, data_type: DataType) -> None:
    names = data.draw(st.lists(st.sampled_from([*SCHEMAS[data_type].by_name, "note", 'odd "name"']), unique=True))
    given_names = list(dict.fromkeys([*_good_text(data_type), *names]))
    cell = {
        name: st.one_of(st.just(_good_text(data_type).get(name, "")), st.sampled_from(TEXTS), st.text(max_size=5))
        for name in names
    }
    count = data.draw(st.integers(0, 12))
    columns = {
        name: [data.draw(cell[name]) if name in cell else _good_text(data_type)[name] for _ in range(count)]
        for name in given_names
    }
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})

    _is_taken_as_its_rows(data_type, table, table.to_pylist(), Form.TEXT)


def test_all_errors_of_a_table_row_are_reported_together() -> None:
    rows = [
        _good_text(DataType.TRANSACTIONS),
        {**_good_text(DataType.TRANSACTIONS), "quantity": "many", "unit_price": "-1"},
    ]
    table = pa.Table.from_pylist(rows)

    taken = validate_table(DataType.TRANSACTIONS, table, form=Form.TEXT, at=NOW, stamp=STAMP)

    assert [(error.row, error.field, error.code) for error in taken.errors] == [
        (1, "/quantity", "type"),
        (1, "/unit_price", "money"),
    ]
    assert len(taken.table) == 1


def test_nested_columns_are_stored_as_json() -> None:
    sale = good(DataType.TRANSACTIONS)
    table = pa.Table.from_pylist([{**sale, "basket": {"size": 3, "tags": ["a", "b"]}}, {**sale, "basket": None}])

    taken = validate_table(DataType.TRANSACTIONS, table, form=Form.TYPED, at=NOW, stamp=STAMP)

    assert taken.table["attributes"].to_pylist() == ['{"basket":{"size":3,"tags":["a","b"]}}', None]


def test_a_map_column_becomes_a_map_field() -> None:
    decision = good(DataType.DECISIONS)
    columns = {name: pa.array([value]) for name, value in decision.items()}
    table = pa.table(columns | {"attributions": pa.array([[("amount", 0.5)]], pa.map_(pa.string(), pa.float64()))})

    taken = validate_table(DataType.DECISIONS, table, form=Form.TYPED, at=NOW, stamp=STAMP)

    assert taken.table["attributions"].to_pylist() == [[("amount", 0.5)]]


def test_a_column_of_a_wrong_type_is_refused_for_every_row_by_name() -> None:
    columns = {name: pa.array([value] * 3) for name, value in good(DataType.TRANSACTIONS).items()}
    table = pa.table(columns | {"quantity": pa.array(["two", "2", "3"]), "status": pa.array([1, 2, 3])})

    taken = validate_table(DataType.TRANSACTIONS, table, form=Form.TYPED, at=NOW, stamp=STAMP)

    assert taken.rejected == 3
    assert {error.field for error in taken.errors} == {"/quantity", "/status"}


def test_records_of_a_part_read_as_they_were_received() -> None:
    texts = pa.table({"a": ["1", ""]})
    typed = pa.table({"a": [1, None], "at": pa.array([NAIVE] * 2, pa.timestamp("ms"))})

    assert rows_of(texts, form=Form.TEXT) == [{"a": "1"}, {"a": ""}]
    assert rows_of(typed, form=Form.TYPED)[1] == {"at": "2025-02-27 10:00:00.000Z"}
