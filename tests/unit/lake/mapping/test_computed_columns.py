"""Computed columns: each may read those before it, sums are over the rows of a group, and none is stored."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.lake.mapping.apply import map_records
from shared.lake.mapping.records import MappedRecords
from shared.mapping.model import SourceMapping
from shared.records.schemas import TRANSACTIONS
from shared.records.validation import Form

IN_ORDERS: dict[str, Any] = {"fill_down": {"within": "Order", "columns": ["Paid"]}}


def mapped(rows: list[Any], *, form: Form = Form.TEXT, **mapping: Any) -> MappedRecords:
    found = SourceMapping.model_validate(mapping)
    return map_records(rows, found, TRANSACTIONS, form=form, places=range(len(rows)))


def records(rows: list[Any], **mapping: Any) -> list[dict[str, Any]]:
    return [dict(each) for each in mapped(rows, **mapping).take(range(len(rows)))]


def test_a_column_is_computed_from_those_before_it() -> None:
    computed = {"_net": "Total - Fee", "_each": "round(_net / Pieces, 2)"}
    expressions = {"unit_price": "_each", "quantity": "Pieces"}

    found = records([{"Total": "10.00", "Fee": "1", "Pieces": "7"}], computed=computed, expressions=expressions)

    assert found[0]["unit_price"] == "1.29"
    assert found[0]["quantity"] == "7"


def test_lines_are_numbered_and_columns_added_up_within_their_group() -> None:
    rows = [
        {"Order": "A", "Paid": "5", "Price": "1.10"},
        {"Order": "A", "Price": "2.20"},
        {"Order": "A", "Price": ""},
        {"Order": "B", "Paid": "9", "Price": "4"},
    ]
    computed = {"_line": "line()", "_total": "total(Price)", "_left": "Paid - _total"}

    found = records(
        rows,
        computed=computed,
        templates={"transaction_id": "{Order}-{_line}"},
        expressions={"discount": "_left"},
        drop=["*"],
        **IN_ORDERS,
    )

    assert found == [
        {"transaction_id": "A-1", "discount": "1.7"},
        {"transaction_id": "A-2", "discount": "1.7"},
        {"transaction_id": "A-3", "discount": "1.7"},
        {"transaction_id": "B-1", "discount": "5"},
    ]


def test_a_group_without_any_amount_has_no_total() -> None:
    found = records(
        [{"Order": "A"}], computed={"_total": "total(`Unit price`)"}, expressions={"discount": "_total"}, **IN_ORDERS
    )

    assert "discount" not in found[0]


def test_what_cannot_be_added_up_is_an_error_of_its_row() -> None:
    rows = [{"Order": "A", "Price": "1,240.00"}, {"Order": "A", "Price": "1e3"}]

    found = mapped(rows, computed={"_total": "total(Price)"}, expressions={"unit_price": "_total"}, **IN_ORDERS)

    assert [(error.row, error.field, error.message) for error in found.errors] == [
        (0, "/_total", "Price must be a number to be added up")
    ]


def test_long_numbers_are_added_up_exactly_and_too_long_ones_not_at_all() -> None:
    rows = [{"Order": order, "Price": price} for order in "AB" for price in ("9" * 40, "0.0000000000001")]
    rows += [{"Order": "B", "Price": "0." + "0" * 50 + "1"}]

    found = mapped(
        rows, computed={"_total": "total(Price)"}, templates={"product_id": "{_total}"}, drop=["*"], **IN_ORDERS
    )

    assert found.take([0]) == [{"product_id": "9" * 40 + ".0000000000001"}]
    assert [(error.row, error.message) for error in found.errors] == [
        (row, "the total of Price has more than 76 digits") for row in (2, 3, 4)
    ]


def test_derived_records_and_allocations_read_computed_columns() -> None:
    rows = [{"Order": "A", "Paid": "8", "id": "1", "n": "1", "p": "6"}, {"Order": "A", "id": "2", "n": "1", "p": "3"}]

    found = mapped(
        rows,
        computed={"_amount": "n * p", "_off": "total(_amount)", "_discount": "_off - Paid", "_back": "Paid / 2"},
        columns={"id": "transaction_id", "n": "quantity", "p": "unit_price"},
        allocate=[{"within": "Order", "column": "_discount", "to": "discount"}],
        derive=[
            {"when": "_back > 3", "template": {"transaction_id": "{id}-back"}, "expressions": {"unit_price": "_back"}}
        ],
        drop=["*"],
        **IN_ORDERS,
    ).take(range(4))

    assert [each["discount"] for each in found] == ["0.67", "0.67", "0.33", "0.33"]
    assert [each["unit_price"] for each in found] == ["6", "4", "3", "4"]
    assert [each["transaction_id"] for each in found] == ["1", "1-back", "2", "2-back"]


@pytest.mark.parametrize("form", Form)
def test_everything_that_is_not_named_can_be_dropped(form: Form) -> None:
    row = {"Name": "A", "Street": "1 Main St", "quantity": "2"}

    found = mapped([row, "no object"], form=form, columns={"Name": "order_id"}, drop=["*"])

    assert found.take([0]) == [{"order_id": "A", "quantity": "2"}]
    assert found.attributes().to_pylist() == [None, None]
    assert found.take([1]) == ["no object"]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"computed": {"_line": "line()"}}, "need groups of rows"),
        ({"computed": {"_total": "total(price)"}}, "need groups of rows"),
        ({"computed": {"_total": "total(price + 1)"}}, "unknown function total"),
        ({"computed": {"_bad": "1 +"}}, "cannot be parsed"),
    ],
)
def test_computations_that_mean_nothing_are_refused(mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SourceMapping.model_validate(mapping)
