"""A sample shows the error and never identifies the record."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.quality.masks import LONGEST_MASK, mask
from shared.quality.state import MOST_SAMPLES
from shared.records.schema import DataType
from tests.fakes.records import good, sale
from tests.unit.quality.assessing import assessed


@pytest.mark.parametrize(
    ("value", "drawn"),
    [
        ("alice@example.org", "xxxxx@xxxxxxx.xxx"),
        ("Ünal 7", "xxxx 9"),
        ("漢字①", "xx9"),
        (-19.5, "-99.9"),
        (True, "true"),
        (None, "null"),
        ("a\nb", "x?x"),
        ("x" * 50, "x" * LONGEST_MASK + "…"),
        ({"name": "Bo"}, "{'xxxx': 'xx'}"),
    ],
)
def test_a_value_is_masked_to_its_shape(value: Any, drawn: str) -> None:
    assert mask(value) == drawn


@given(st.text())
def test_a_shape_has_no_letter_but_x_and_no_digit_but_9(text: str) -> None:
    assert {letter for letter in mask(text) if letter.isalnum()} <= {"x", "9"}


@pytest.mark.parametrize(
    ("data_type", "row"),
    [
        (DataType.TRANSACTIONS, sale(1, transaction_id="secret", order_id="secret", discount=10**6, unit_cost=0)),
        (DataType.TRANSACTIONS, sale(1, transaction_id="secret", quantity="secret")),
        (DataType.TRANSACTIONS, {"transaction_id": ["secret"], "quantity": {"secret": 1}}),
        (DataType.DECISIONS, good(DataType.DECISIONS, decision_id="secret", features={"secret": []})),
        (DataType.EVENTS, good(DataType.EVENTS, event_id="secret", session_id="secret", event_type="purchase")),
    ],
)
def test_no_id_text_or_name_inside_a_map_is_in_any_sample(data_type: DataType, row: dict[str, Any]) -> None:
    state = assessed(data_type, [row])

    assert any(state.samples.values())
    assert "secret" not in repr((state.counts, state.samples))


def test_a_year_of_birth_is_not_shown_and_an_amount_is() -> None:
    customer = assessed(DataType.CUSTOMERS, [good(DataType.CUSTOMERS, birth_year=1890)])
    line = assessed(DataType.TRANSACTIONS, [sale(1, discount=555)])

    assert customer.samples["accuracy.birth_year_plausible"] == ("customer_id=x-9, birth_year=9999",)
    assert line.samples["consistency.discount_within_amount"] == (
        "transaction_id=x-9, discount=555.000000, quantity=2.0000, unit_price=9.990000",
    )


def test_a_sample_of_an_invalid_row_has_its_position() -> None:
    state = assessed(DataType.TRANSACTIONS, [sale(1), sale(2, quantity="two")])

    assert state.samples["validity.quantity:type"] == ("row 1: quantity=xxx",)


def test_a_check_keeps_at_most_three_samples() -> None:
    state = assessed(DataType.TRANSACTIONS, [sale(number, discount=100 + number) for number in range(9)])

    assert len(state.samples["consistency.discount_within_amount"]) == MOST_SAMPLES
    assert all(len((state + state).samples[name]) <= MOST_SAMPLES for name in state.samples)
