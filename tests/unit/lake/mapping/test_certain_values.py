"""What a mapping cannot read for certain is an error of its row, and what is no number is left as it is."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.lake.mapping.apply import map_records
from shared.lake.mapping.nested_fields import with_fields
from shared.mapping.model import SourceMapping
from shared.records.schemas import TRANSACTIONS
from shared.records.validation import Form

GERMAN = {"*": {"decimal": ",", "thousands": "."}}


def mapped(rows: list[Any], **mapping: Any) -> tuple[list[dict[str, Any]], list[tuple[int | None, str]]]:
    found = SourceMapping.model_validate(mapping)
    given = with_fields(rows, found, Form.TYPED)
    records = map_records(given, found, TRANSACTIONS, form=Form.TEXT, places=range(len(rows)))
    return records.take(range(len(records))), [(each.row, each.field) for each in records.errors]


def test_a_result_that_rounds_to_a_further_digit_does_not_stop_its_delivery() -> None:
    found, errors = mapped([{"a": "9.99999999"}, {"a": "1.5"}], expressions={"unit_price": "a * 1"}, drop=["*"])

    assert found == [{"unit_price": "10"}, {"unit_price": "1.5"}]
    assert errors == []


def test_a_plain_number_that_a_format_rules_out_is_an_error_in_arithmetic() -> None:
    rows = [{"total": "12.50"}, {"total": "1.240,50"}]

    found, errors = mapped(rows, numbers=GERMAN, expressions={"unit_price": "total / 1"}, drop=["*"])

    assert errors == [(0, "/total")]
    assert found[1] == {"unit_price": "1240.5"}


def test_minor_units_without_a_currency_are_an_error_in_arithmetic() -> None:
    _, errors = mapped(
        [{"Cents": "1240"}], numbers={"Cents": {"minor_units": True}}, expressions={"unit_price": "Cents * 1"}
    )

    assert errors == [(0, "/Cents")]


def test_minor_units_are_not_those_of_every_number() -> None:
    with pytest.raises(ValidationError, match="must name the columns in minor_units"):
        SourceMapping.model_validate({"numbers": {"*": {"minor_units": True}}})


@pytest.mark.parametrize("sku", ["00123", "1e3", "(40)", "1,240"])
def test_a_number_format_leaves_the_ids_in_expressions_as_they_are(sku: str) -> None:
    numbers = {"*": {"thousands": ",", "negative_in_parentheses": True}}

    found, _ = mapped([{"SKU": sku}], numbers=numbers, expressions={"product_id": "coalesce(SKU, Item)"}, drop=["*"])

    assert found == [{"product_id": sku}]


def test_numbers_that_expressions_pass_on_are_read_in_their_format() -> None:
    computed = {"_price": "coalesce(Sale, List)", "_same": "_price"}

    found, _ = mapped(
        [{"List": "1.240,50"}], numbers=GERMAN, computed=computed, expressions={"unit_price": "_same"}, drop=["*"]
    )

    assert found == [{"unit_price": "1240.5"}]


@pytest.mark.parametrize("prices", [["12,50", "3,50"], ["", "abc", "5"], ["NULL", "5"]])
def test_a_sum_with_what_is_no_plain_number_is_an_error(prices: list[str]) -> None:
    rows = [{"lines": [{"price": each} for each in prices]}]

    _, errors = mapped(rows, records={"sums": {"tax": "lines[*].price"}}, numbers={"tax": {"decimal": ","}})

    assert errors == [(0, "/tax")]


def test_the_time_of_a_derived_record_is_in_the_zone_of_the_source() -> None:
    derive = [
        {
            "when": "back > 0",
            "template": {"transaction_id": "{id}-refund"},
            "expressions": {"timestamp": "returned"},
        }
    ]

    found, _ = mapped(
        [{"id": "1", "back": "5", "returned": "2024-07-01 00:30:00"}],
        columns={"id": "transaction_id"},
        derive=derive,
        timezone="Europe/Berlin",
        drop=["*"],
    )

    assert found[1]["timestamp"] == "2024-06-30T22:30:00.000Z"


@pytest.mark.parametrize("amount", ["1_000", "\u0661\u0662", "1e400", "1e-999999"])
def test_only_a_plain_number_is_allocated(amount: str) -> None:
    rows = [{"order": "1", "paid": amount, "quantity": "1", "unit_price": "5"}]

    found, errors = mapped(rows, allocate=[{"within": "order", "column": "paid", "to": "discount"}], drop=["*"])

    assert errors == [(0, "/discount")]
    assert "discount" not in found[0]


def test_totals_that_are_too_large_for_columns_are_added_up_by_row() -> None:
    rows = [{"order": "1", "n": "9" * 26}] * 20

    found, errors = mapped(
        rows,
        fill_down={"within": "order", "columns": ["order"]},
        computed={"_n": "total(n)"},
        templates={"order_id": "{_n}"},
        drop=["*"],
    )

    assert errors == []
    assert found[0]["order_id"] == str(20 * int("9" * 26))


def test_a_word_has_one_meaning_whatever_its_case() -> None:
    with pytest.raises(ValidationError, match="must have one meaning of 'PAID '"):
        SourceMapping.model_validate({"values": {"status": {"Paid": "completed", "PAID ": "cancelled"}}})


@pytest.mark.parametrize(
    ("total", "pieces", "fits"),
    [("1.00", "3", True), ("10.00", "7", True), ("1.00", "30000", False), ("99.99", "1000000", False)],
)
def test_a_price_whose_rounding_changes_the_amount_is_an_error(total: str, pieces: str, *, fits: bool) -> None:
    row = {"total": total, "pieces": pieces}

    _, errors = mapped([row], columns={"pieces": "quantity"}, expressions={"unit_price": "total / pieces"})

    assert errors == ([] if fits else [(0, "/unit_price")])
