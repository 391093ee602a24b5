"""A source's own columns become fields of the data model, in records and in files alike."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.lake.mapping.apply import map_records
from shared.lake.mapping.records import MappedRecords
from shared.mapping.model import SourceMapping
from shared.mapping.written_times import WrittenTimes
from shared.records.schemas import TRANSACTIONS
from shared.records.validation import Form
from tests.online_retail import RETAIL_MAPPING

_INVOICE = {
    "InvoiceNo": "536365",
    "StockCode": "85123A",
    "Description": "WHITE HANGING HEART T-LIGHT HOLDER",
    "Quantity": "6",
    "InvoiceDate": "2010-12-01 08:26:00",
    "UnitPrice": "2.55",
    "CustomerID": "17850.0",
    "Country": "United Kingdom",
}


def mapped(rows: list[Any], mapping: dict[str, Any], form: Form = Form.TYPED) -> MappedRecords:
    """Return rows mapped to transactions."""
    read = SourceMapping.model_validate(mapping)
    return map_records(rows, read, TRANSACTIONS, form=form, places=range(len(rows)))


def _one(row: Any, mapping: dict[str, Any], place: int = 0, form: Form = Form.TYPED) -> Any:
    found = map_records([row], SourceMapping.model_validate(mapping), TRANSACTIONS, form=form, places=[place])
    return found.take([0])[0]


def test_a_line_of_the_online_retail_file_becomes_a_transaction() -> None:
    assert _one(_INVOICE, RETAIL_MAPPING, 7, Form.TEXT) == {
        "transaction_id": "536365-7",
        "order_id": "536365",
        "product_id": "85123A",
        "product_name": "WHITE HANGING HEART T-LIGHT HOLDER",
        "quantity": "6",
        "unit_price": "2.55",
        "timestamp": "2010-12-01T08:26:00.000Z",
        "customer_id": "17850",
        "region": "United Kingdom",
        "currency": "GBP",
        "channel": "web",
    }


def test_a_record_with_the_model_names_is_unchanged() -> None:
    sale = {"transaction_id": "t-1", "order_id": "o-1", "timestamp": "2025-01-31T12:00:00.000Z"}

    assert _one(sale, RETAIL_MAPPING) == sale | {
        "timestamp": "2025-01-31T12:00:00.000Z",
        "currency": "GBP",
        "channel": "web",
    }


@pytest.mark.parametrize("row", [None, 5, "text", ["a"]])
def test_non_objects_are_left_for_validation_to_refuse(row: Any) -> None:
    assert _one(row, {"constants": {"currency": "GBP"}}) == row


def test_columns_may_be_swapped() -> None:
    assert _one({"a": "1", "b": "2"}, {"columns": {"a": "b", "b": "a"}}) == {"a": "2", "b": "1"}


def test_a_blank_column_does_not_hide_the_value_of_the_field() -> None:
    assert _one({"Region": "  ", "region": "EU"}, {"columns": {"Region": "region"}}) == {"region": "EU"}


@pytest.mark.parametrize("absent", [{}, {"no": None}, {"no": " "}, {"no": ["x"]}])
def test_a_template_with_an_absent_column_gives_no_value(absent: dict[str, Any]) -> None:
    assert "id" not in _one(absent, {"templates": {"id": "{no}-{row}"}})


def test_a_template_formats_numbers_plainly_and_reads_no_attributes() -> None:
    row = {"no": 536365.0, "line": 3, "first": True, "no.real": "x"}

    mapping = {"templates": {"id": "{no}/{line}/{first}/{no.real}/{row}"}}

    assert _one(row, mapping)["id"] == "536365/3/true/x/0"


def test_a_column_named_row_precedes_the_row_number() -> None:
    assert _one({"row": "own"}, {"templates": {"id": "{row}"}}, 4)["id"] == "own"


@pytest.mark.parametrize(
    ("text", "formats", "zone", "told"),
    [
        ("31/01/2025 08:30", ["%d/%m/%Y %H:%M"], "Europe/Berlin", "2025-01-31T07:30:00.000Z"),
        ("31/07/2025 08:30", ["%d/%m/%Y %H:%M"], "Europe/Berlin", "2025-07-31T06:30:00.000Z"),
        ("Jan 31 2025", ["%d/%m/%Y", "%b %d %Y"], "UTC", "2025-01-31T00:00:00.000Z"),
        ("2025-01-31 +0100", ["%Y-%m-%d %z"], "America/New_York", "2025-01-30T23:00:00.000Z"),
        ("1738310400", ["unix"], "Asia/Tokyo", "2025-01-31T08:00:00.000Z"),
        (1738310400123, ["unix_ms"], "UTC", "2025-01-31T08:00:00.123Z"),
        ("2025-01-31T12:00:00", ["unix"], "Europe/Berlin", "2025-01-31T11:00:00.000Z"),
        ("2025-01-31", ["unix"], "Europe/Berlin", "2025-01-30T23:00:00.000Z"),
    ],
)
def test_times_are_parsed_in_the_format_of_the_source(text: Any, formats: list[str], zone: str, told: Any) -> None:
    mapping = {"date_formats": {"timestamp": WrittenTimes(formats=formats, timezone=zone)}}

    assert _one({"timestamp": text}, mapping) == {"timestamp": told}


@pytest.mark.parametrize("text", ["yesterday", "01/01/0001", "9" * 17, "2025" + " " * 200 + "01"])
def test_a_time_in_no_declared_format_is_an_error_of_its_row(text: str) -> None:
    mapping = {"date_formats": {"timestamp": {"formats": ["%d/%m/%Y", "unix"], "timezone": "Asia/Tokyo"}}}

    found = mapped([{"timestamp": text}], mapping)

    assert [(each.row, each.field, each.code, each.rejected_value) for each in found.errors] == [
        (0, "/timestamp", "timestamp", text.strip())
    ]
    assert found.take([0]) == [{}]


def test_constants_override_and_defaults_yield() -> None:
    mapping = {"constants": {"active": True, "price": 2.5}, "defaults": {"unit": "piece", "pack": 1.0}}
    row = {"price": 9, "unit": "kg", "pack": ""}

    assert _one(row, mapping) == {"price": "2.5", "unit": "kg", "pack": "1", "active": "true"}


@pytest.mark.parametrize(
    "mapping",
    [
        {"templates": {"id": "fixed"}},
        {"date_formats": {"timestamp": {"formats": ["%d.%m."]}}},
        {"date_formats": {"timestamp": {"formats": ["%Y %Q"]}}},
        {"date_formats": {"timestamp": {"formats": ["%Y %Y"]}}},
        {"constants": {"x": 10**30}},
        {"constants": {"x": float("inf")}},
        {"date_formats": {"timestamp": {"formats": ["%Y%"]}}},
        {"date_formats": {"timestamp": {"formats": []}}},
        {"date_formats": {"timestamp": {"formats": ["%Y"], "timezone": "../etc/passwd"}}},
        {"columns": {"": "x"}},
        {"columns": {"x": ["a", "b"]}},
        {"constants": {"x": None}},
        {"eval": "x"},
    ],
)
def test_an_invalid_mapping_is_refused(mapping: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SourceMapping.model_validate(mapping)


NAMES = st.sampled_from(["a", "b", "c", "row"])
FIELDS = st.sampled_from(["a", "b", "x", "y"])
VALUES = st.none() | st.sampled_from(["", " ", "1.0", " 7 ", "31/01/2025", "1738310400", "é.0", "Zürich"]) | st.text()
FORMATS = st.builds(
    WrittenTimes,
    formats=st.lists(st.sampled_from(["%d/%m/%Y", "unix", "%Y"]), min_size=1, max_size=2),
    timezone=st.sampled_from(["UTC", "Europe/Berlin"]),
)
TEMPLATES = st.lists(NAMES, min_size=1, max_size=3).map(lambda names: "-".join(f"{{{name}}}" for name in names))
CONSTANTS = st.dictionaries(FIELDS, st.text(max_size=3) | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9))
MAPPINGS = st.builds(
    SourceMapping,
    columns=st.dictionaries(NAMES, FIELDS),
    templates=st.dictionaries(FIELDS, TEMPLATES),
    suffixes=st.dictionaries(FIELDS, st.sampled_from([".0", "0", "é.0"])),
    date_formats=st.dictionaries(FIELDS, FORMATS),
    constants=CONSTANTS,
    defaults=CONSTANTS,
    drop=st.lists(NAMES, max_size=2),
)
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(("a", "b", "c"), VALUES)), max_size=4)


@settings(deadline=None)  # the first example pays for what is loaded once
@given(rows=ROWS, mapping=MAPPINGS, first_row=st.integers(0, 10**9))
def test_a_file_is_mapped_as_a_batch_of_the_same_rows_is(
    rows: list[dict[str, Any]], mapping: SourceMapping, first_row: int
) -> None:
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in ("a", "b", "c")})
    places = range(first_row, first_row + 2 * len(rows), 2)

    of_file = map_records(table, mapping, TRANSACTIONS, form=Form.TEXT, places=places)
    of_batch = map_records(rows, mapping, TRANSACTIONS, form=Form.TEXT, places=places)

    every = range(len(rows))
    assert list(map(_present, of_file.take(every))) == list(map(_present, of_batch.take(every)))
    assert of_file.errors == of_batch.errors


def _present(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "")}
