"""Words, numbers, expressions, shares and derived records of a mapping, in the order in which they apply."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shared.lake.mapping.apply import map_records
from shared.mapping.model import SourceMapping
from shared.records.schemas import DECISIONS, TRANSACTIONS
from shared.records.validation import Form
from tests.unit.mapping.test_mapping import mapped


def _values(field: str, rows: list[Any], mapping: dict[str, Any], form: Form = Form.TEXT) -> list[Any]:
    found = mapped(rows, mapping, form)
    return [record.get(field) for record in found.take(range(len(found)))]


def _errors(rows: list[Any], mapping: dict[str, Any], form: Form = Form.TEXT) -> list[tuple[int | None, str, str]]:
    return [(each.row, each.field, each.code) for each in mapped(rows, mapping, form).errors]


STATUS = {"values": {"status": {"Paid": "completed", "voided": "cancelled"}}}


def test_words_are_translated_whatever_their_case_and_absent_ones_stay_absent() -> None:
    rows = [{"status": " PAID "}, {"status": "Voided"}, {"status": ""}, {}]

    assert _values("status", rows, STATUS) == ["completed", "cancelled", None, None]


def test_other_words_have_the_entry_of_the_star_and_absent_ones_do_not() -> None:
    mapping = {"values": {"status": {"paid": "completed", "*": "pending"}}}

    assert _values("status", [{"status": "odd"}, {"status": None}], mapping) == ["pending", None]


def test_a_word_without_an_entry_is_an_error_that_lists_the_words_found() -> None:
    found = mapped([{"status": "paid"}, {"status": "odd"}, {"status": "strange"}], STATUS)

    assert [(each.row, each.field, each.code) for each in found.errors] == [
        (1, "/status", "vocabulary"),
        (2, "/status", "vocabulary"),
    ]
    assert "'odd', 'strange'" in found.errors[0].message


def test_constants_and_defaults_are_words_of_the_model_already() -> None:
    assert _values("status", [{}], STATUS | {"defaults": {"status": "pending"}}) == ["pending"]


@pytest.mark.parametrize(
    ("nulls", "form", "names", "ids"),
    [
        ([], Form.TEXT, [None, None, "None", "-"], [None, None, None, "-"]),
        ([], Form.TYPED, ["NULL", r"\N", "None", "-"], ["NULL", r"\N", "None", "-"]),
        (["-"], Form.TEXT, ["NULL", r"\N", "None", None], ["NULL", r"\N", "None", None]),
        ({"Customer": ["-"]}, Form.TEXT, [None, None, "None", "-"], ["NULL", r"\N", "None", None]),
    ],
)
def test_words_that_mean_absent(nulls: Any, form: Form, names: list[Any], ids: list[Any]) -> None:
    mapping = {"columns": {"Product": "product_name", "Customer": "customer_id"}, "nulls": nulls}
    rows = [{"Product": word, "Customer": word} for word in ("NULL", r"\N", "None", "-")]

    assert _values("product_name", rows, mapping, form) == names
    assert _values("customer_id", rows, mapping, form) == ids


def test_expressions_read_numbers_as_they_are_written_and_round_to_the_places_of_the_field() -> None:
    mapping = {
        "columns": {"Qty": "quantity"},
        "numbers": {"*": {"thousands": ",", "symbols": ["$"]}},
        "expressions": {"unit_price": "Total / Qty"},
    }

    assert _values("unit_price", [{"Qty": "3", "Total": "$1,000.00"}], mapping) == ["333.333333"]


def test_a_format_for_all_columns_leaves_words_of_conditions_alone() -> None:
    mapping = {
        "numbers": {"*": {"thousands": ","}},
        "expressions": {"quantity": "if(Type = 'Refund', -1, 1) * Qty"},
    }

    assert _values("quantity", [{"Type": "refund", "Qty": "1,000"}], mapping) == ["-1000"]


def test_a_wrong_number_is_an_error_of_the_field() -> None:
    mapping = {"columns": {"Price": "unit_price"}, "numbers": {"Price": {"thousands": ","}}}

    assert _errors([{"Price": "1,24"}], mapping) == [(0, "/unit_price", "number")]


def test_minor_units_are_those_of_the_currency_of_the_row() -> None:
    mapping = {"numbers": {"unit_price": {"minor_units": True}}}
    rows = [{"unit_price": 1240, "currency": each} for each in ("EUR", "jpy", "KWD")]

    assert _values("unit_price", rows, mapping, Form.TYPED) == ["12.4", "1240", "1.24"]
    assert _errors([{"unit_price": 1240}], mapping, Form.TYPED) == [(0, "/unit_price", "number")]


def test_a_share_is_added_to_what_the_line_has_itself() -> None:
    mapping = {
        "columns": {"Line discount": "discount"},
        "allocate": [{"within": "Order", "column": "Discount", "to": "discount", "by": "Weight"}],
    }
    rows = [
        {"Order": "1", "Discount": "3.00", "Line discount": "1.00", "Weight": "1"},
        {"Order": "1", "Discount": "", "Weight": "2"},
        {"Order": "2", "Discount": "", "Line discount": "5", "Weight": "x"},
    ]

    assert _values("discount", rows, mapping) == ["2.00", "2.00", "5"]


REFUND = {
    "columns": {"Id": "transaction_id", "Qty": "quantity"},
    "derive": [{"when": "Refunded > 0", "template": {"transaction_id": "{Id}-refund"}, "omit": ["discount"]}],
}


def test_a_derived_record_follows_that_of_its_row_and_has_its_other_fields() -> None:
    rows = [{"Id": "1", "Qty": "2", "Refunded": "1", "discount": "3", "note": "x"}, {"Id": "2", "Refunded": ""}]

    found = mapped(rows, REFUND)

    assert found.rows == [0, 0, 1]
    assert [record["transaction_id"] for record in found.take(range(3))] == ["1", "1-refund", "2"]
    assert found.take([1]) == [{"transaction_id": "1-refund", "quantity": "2", "Refunded": "1", "note": "x"}]


def test_a_derived_record_keeps_lists_and_objects_of_its_row() -> None:
    mapping = SourceMapping.model_validate(
        {"derive": [{"when": "again = 'yes'", "template": {"decision_id": "{decision_id}-2"}}]}
    )
    row = {"decision_id": "1", "again": "yes", "features": {"a": 1}, "more": [1, 2]}

    found = map_records([row], mapping, DECISIONS, form=Form.TYPED, places=[0])

    assert found.take(range(2)) == [row, row | {"decision_id": "1-2"}]


@pytest.mark.parametrize("template", ["{Id}", "{None}"])
def test_a_derived_record_without_a_key_of_its_own_is_an_error_of_its_row(template: str) -> None:
    mapping = REFUND | {"derive": [{"when": "Refunded > 0", "template": {"transaction_id": template}}]}

    assert _errors([{"Id": "1", "Refunded": "1"}], mapping) == [(0, "/transaction_id", "derived")]


def test_a_row_that_is_no_object_makes_the_groups_beside_it_uncertain() -> None:
    mapping = {"fill_down": {"within": "Order", "columns": ["currency"]}}

    errors = _errors([{"Order": "1", "currency": "EUR"}, None, {"Order": "1"}], mapping, Form.TYPED)

    assert sorted(row for row, _, _ in errors if row is not None) == [0, 1, 2]


CELLS = st.sampled_from(["", "1", "2.50", "10", "x", "NULL", "paid"])
ORDERS = st.lists(
    st.tuples(st.sampled_from("abc"), st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=3)),
    max_size=4,
    unique_by=lambda order: order[0],
)
WHOLE = SourceMapping.model_validate(
    {
        "columns": {"Name": "order_id", "Qty": "quantity", "Status": "status"},
        "templates": {"transaction_id": "{Name}-{row}"},
        "expressions": {"unit_price": "Total / Qty"},
        "values": {"status": {"paid": "completed", "*": "pending"}},
        "fill_down": {"within": "Name", "columns": ["Status"]},
        "allocate": [{"within": "Name", "column": "Discount", "to": "discount"}],
        "derive": [{"when": "Total > 5", "template": {"transaction_id": "{Name}-{row}-x", "status": "cancelled"}}],
    }
)


@settings(deadline=None, phases=[Phase.explicit, Phase.generate])
@given(orders=ORDERS)
def test_a_delivery_is_mapped_as_its_groups_are_in_any_container(orders: list[Any]) -> None:
    rows = [
        {"Name": name, "Qty": qty, "Total": total, "Discount": discount, "Status": status}
        for name, lines in orders
        for qty, total, discount, status in lines
    ]
    places = range(10, 10 + len(rows))
    names = ("Name", "Qty", "Total", "Discount", "Status")
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})

    batch = map_records(rows, WHOLE, TRANSACTIONS, form=Form.TEXT, places=places)
    file = map_records(table, WHOLE, TRANSACTIONS, form=Form.TEXT, places=places)
    redriven = [row for order in _one_by_one(orders, rows, places) for row in order]

    assert _content(batch) == _content(file)
    assert [record for record, _ in _content(batch)] == redriven
    assert batch.errors == file.errors


def _content(found: Any) -> list[tuple[Any, int]]:
    records = found.take(range(len(found)))
    present = [{name: value for name, value in record.items() if value} for record in records]
    return list(zip(present, found.rows, strict=True))


def _one_by_one(orders: list[Any], rows: list[Any], places: range) -> Any:
    """Map each order alone, as a redrive or a record of the stream does."""
    first = 0
    for _, lines in orders:
        end = first + len(lines)
        found = map_records(rows[first:end], WHOLE, TRANSACTIONS, form=Form.TEXT, places=places[first:end])
        yield [record for record, _ in _content(found)]
        first = end
