"""Column validation accepts and stores exactly what row validation does."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.parquet.columns import IngestMetadata, to_table
from shared.lake.validation.rows import validate_rows
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, validate
from tests.fakes.records import GOOD, NOW, good, records, sale
from tests.tiers import examples

STAMP = IngestMetadata(source_id="web-shop", ingested_at=NOW, origin="batch-1", reporting_currency="EUR")
ODD: list[Any] = [
    None,
    "",
    " ",
    "x",
    "x" * 4096,
    "x" * 4097,
    " x",
    "x\u3000",
    "x\x1c",
    "x\x85",
    "x" * 128,
    "ß" * 129,
    True,
    0,
    -0.0,
    -1e-9,
    0.00005,
    1.0000005,
    1e9,
    1e9 + 0.00001,
    1e12,
    999999999999.4,
    1e308,
    2**53 + 1,
    2**63,
    -(2**63),
    "1",
    "1.50",
    "usd",
    "HRK",
    " \u2003",
    "Completed ",
    "NULL",
    ".99",
    "+5",
    "1e3",
    "0.30000000000000004",
    0.1 + 0.2,
    "2019-06-01T00:00:00Z",
    "EUR",
    "completed",
    "2025-02-27",
    "2025-02-27T10:15:00",
    "2025-02-27T10:15:00Z",
    "2025-02-27t10:15:00z",
    "2025-02-27T10:15:00.1234567Z",
    "2025-02-27T24:00:00Z",
    "2025-02-27T10:15:60Z",
    "2025-02-30T10:15:00Z",
    "2025-02-27T10:15:00+23:59",
    "2025-02-27T10:15:00+24:00",
    "2025-03-01T12:05:00Z",
    "2025-03-01T12:05:00.001Z",
    "1990-01-01T00:00:00Z",
    "1989-12-31T23:59:59.999999Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-05:00",
    [],
    {},
    {"a": 1},
]


def _agrees(data_type: DataType, rows: list[Any]) -> None:
    moments = [1_740_000_000_000 + row for row in range(len(rows))]
    validated = validate_rows(data_type, rows, form=Form.TYPED, at=NOW, stamp=replace(STAMP, ingested_at=moments))
    checked = validate(data_type, rows, form=Form.TYPED, at=NOW)

    assert list(validated.errors) == checked.errors
    stamp = replace(STAMP, ingested_at=[moments[place] for place in checked.places])
    assert validated.table.equals(to_table(data_type, checked.rows, stamp))


def _every_field() -> list[tuple[DataType, str]]:
    return [(schema.data_type, field.name) for schema in SCHEMAS.values() for field in schema.fields]


@pytest.mark.parametrize(("data_type", "name"), _every_field())
def test_an_odd_value_in_any_field_has_the_same_result_on_both_paths(data_type: DataType, name: str) -> None:
    for value in ODD:
        _agrees(data_type, [GOOD[data_type], good(data_type, **{name: value})])


@pytest.mark.parametrize("data_type", DataType)
@settings(max_examples=examples(30), deadline=None)
@given(data=st.data())
def test_valid_records_are_stored_alike_on_both_paths(data_type: DataType, data: st.DataObject) -> None:
    _agrees(data_type, data.draw(st.lists(records(data_type), min_size=1, max_size=4)))


@settings(max_examples=examples(1200), deadline=None)
@given(data=st.data(), data_type=st.sampled_from(DataType))
def test_any_mixture_of_rows_is_validated_alike_on_both_paths(data: st.DataObject, data_type: DataType) -> None:
    names = st.sampled_from([*SCHEMAS[data_type].by_name, "extra"])
    values = st.sampled_from(ODD) | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=5)
    odd = st.dictionaries(names, values, max_size=3).map(lambda changes: good(data_type, **changes))
    row: st.SearchStrategy[Any] = (
        st.just(GOOD[data_type]) | odd | records(data_type) | st.sampled_from([None, 7, [], {}])
    )

    _agrees(data_type, data.draw(st.lists(row, max_size=8)))


def test_rows_left_to_row_validation_keep_their_positions() -> None:
    sale = GOOD[DataType.TRANSACTIONS]
    rows = [sale, {**sale, "product_name": " tea "}, 7, {**sale, "unit_price": "12.50"}, {**sale, "status": "x"}, sale]

    _agrees(DataType.TRANSACTIONS, rows)


@pytest.mark.parametrize("rows", [[None], [7, "x"], [{}], [[]]])
def test_non_records_are_refused_on_both_paths(rows: list[Any]) -> None:
    _agrees(DataType.TRANSACTIONS, rows)


def test_unknown_fields_are_stored_alike_on_both_paths() -> None:
    _agrees(DataType.ORDERS, [good(DataType.ORDERS, gift=True, attributes="x"), good(DataType.ORDERS, channel=None)])


@pytest.mark.parametrize("quantity", [1, 0, -1])
@pytest.mark.parametrize("name", ["discount", "tax", "shipping"])
def test_the_sign_of_an_amount_is_validated_alike_on_both_paths(name: str, quantity: int) -> None:
    amounts = [4.45, -4.45, "4.45", "-4.45", -0.0, 0, None]

    _agrees(DataType.TRANSACTIONS, [sale(row, quantity=quantity, **{name: each}) for row, each in enumerate(amounts)])
