"""Valid rows are stored unchanged through columns and Parquet."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.parquet.columns import (
    IngestMetadata,
    arrow_schema,
    read_parquet,
    rows_of_day,
    to_table,
    write_parquet,
)
from shared.lake.validation.rows import validate_rows
from shared.records.features import decode
from shared.records.schema import DataType, Field, Kind
from shared.records.schemas import PLATFORM_CURRENCY, SCHEMAS
from shared.records.validation import Form, validate
from tests.fakes.records import GOOD, NOW, good, records
from tests.tiers import examples

STAMP = IngestMetadata(source_id="web-shop", ingested_at=NOW, origin="batch-1", reporting_currency="EUR")
_PLACES = {Kind.MONEY: Decimal("0.000001"), Kind.QUANTITY: Decimal("0.0001")}


def _stored(data_type: DataType, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    checked = validate(data_type, rows, form=Form.TYPED, at=NOW)
    assert checked.errors == []
    written = write_parquet(to_table(data_type, checked.rows, STAMP))
    read: list[dict[str, Any]] = read_parquet(written, arrow_schema(data_type)).to_pylist()
    return read


def _as_stored(field: Field, value: Any) -> Any:
    match field.kind:
        case Kind.MONEY | Kind.QUANTITY:
            exact = Decimal(value) if isinstance(value, str | int) else Decimal(repr(value))
            return exact.quantize(_PLACES[field.kind])
        case Kind.TIMESTAMP:
            moment = datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
            return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        case Kind.TEXT_MAP:
            return {name: (type(each) in {int, float}, each) for name, each in value.items()}
        case Kind.NUMBER_MAP:
            return {name: float(each) for name, each in value.items()}
        case _:
            return value


def _read(field: Field, stored: Any) -> Any:
    if field.kind is Kind.TEXT_MAP:
        found = {name: decode(text) for name, text in stored}
        return {name: (type(each) in {int, float}, each) for name, each in found.items()}
    return dict(stored) if field.kind is Kind.NUMBER_MAP else stored


@pytest.mark.parametrize("data_type", DataType)
@settings(max_examples=examples(40), deadline=None)
@given(data=st.data())
def test_any_valid_record_is_read_back_with_its_values(data_type: DataType, data: st.DataObject) -> None:
    said = data.draw(records(data_type))

    (stored,) = _stored(data_type, [said])

    for field in SCHEMAS[data_type].fields:
        if said.get(field.name) is not None:
            read = _read(field, stored[field.name])
            assert read == _as_stored(field, said[field.name]), field.name


@pytest.mark.parametrize("data_type", DataType)
def test_an_absent_field_has_its_default_or_null(data_type: DataType) -> None:
    (stored,) = _stored(data_type, [dict(GOOD[data_type])])

    for field in SCHEMAS[data_type].fields:
        if field.name in GOOD[data_type]:
            continue
        if field.default_from is not None:
            assert stored[field.name] == stored[field.default_from]
        elif field.default == PLATFORM_CURRENCY:
            assert stored[field.name] == "EUR"
        else:
            assert stored[field.name] == field.default


@given(units=st.integers(0, 10**15 - 1))
@settings(max_examples=examples(400), deadline=None)
def test_a_price_that_is_a_float_is_stored_as_the_decimal_that_it_is_written_as(units: int) -> None:
    price = Decimal(units).scaleb(-6)

    (stored,) = _stored(DataType.TRANSACTIONS, [good(DataType.TRANSACTIONS, unit_price=float(price))])

    assert stored["unit_price"] == price


@given(first=st.integers(0, 10**8), second=st.integers(0, 10**8))
@settings(max_examples=examples(400), deadline=None)
def test_the_sum_of_two_floats_is_stored_without_their_noise(first: int, second: int) -> None:
    total = first / 100 + second / 1000

    (stored,) = _stored(DataType.TRANSACTIONS, [good(DataType.TRANSACTIONS, unit_price=total)])

    assert stored["unit_price"] == Decimal(first) / 100 + Decimal(second) / 1000


def test_unknown_fields_are_stored_as_json() -> None:
    extra = {"gift": True, "attributes": {"a": 1}, "source_id": "theirs", "_origin": "x", "ingested_at": None}

    known, unknown = _stored(DataType.ORDERS, [good(DataType.ORDERS), good(DataType.ORDERS, **extra)])

    assert known["attributes"] is None
    assert json.loads(unknown["attributes"]) == extra
    assert (unknown["source_id"], unknown["_origin"]) == ("web-shop", "batch-1")


def test_the_rows_of_a_day_are_those_with_event_times_in_it_by_utc() -> None:
    rows = [
        good(DataType.ORDERS, order_id="c", timestamp="2025-02-28T00:00:00Z"),
        good(DataType.ORDERS, order_id="b", timestamp="2025-02-28T00:30:00+01:00"),
        good(DataType.ORDERS, order_id="a", timestamp="2025-02-27T23:59:59.999Z"),
    ]
    table = validate_rows(DataType.ORDERS, rows, form=Form.TYPED, at=NOW, stamp=STAMP).table

    days = {
        day: rows_of_day(DataType.ORDERS, table, day)["order_id"].to_pylist()
        for day in ("2025-02-26", "2025-02-27", "2025-02-28")
    }

    assert days == {"2025-02-26": [], "2025-02-27": ["b", "a"], "2025-02-28": ["c"]}
