"""Each declared check counts the rows that it looks at, and those that fail it."""

from datetime import timedelta
from typing import Any

import pytest

from shared.quality.check_suites import STANDARDS
from shared.quality.checks import QualityDimension
from shared.quality.rules import dimension_score
from shared.quality.state import Count
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from tests.fakes.records import AT, GOOD, NOW, good
from tests.unit.quality.assessing import assessed

T, O, P, C, I, E, D, L = (  # noqa: E741 # one letter for each type
    DataType.TRANSACTIONS,
    DataType.ORDERS,
    DataType.PRODUCTS,
    DataType.CUSTOMERS,
    DataType.INVENTORY,
    DataType.EVENTS,
    DataType.DECISIONS,
    DataType.LABELS,
)

# type, check, fields that keep it, fields that break it
CASES: list[tuple[DataType, str, dict[str, Any], dict[str, Any]]] = [
    (T, "consistency.discount_within_amount", {"discount": 19.98}, {"discount": 19.99}),
    (T, "consistency.discount_within_amount", {"quantity": -2, "discount": 19.98}, {"quantity": -2, "discount": 20}),
    (T, "consistency.discount_within_amount", {"quantity": -2, "discount": -19.98}, {"quantity": -2, "discount": -20}),
    (T, "accuracy.unit_cost_plausible", {"unit_cost": "99.90"}, {"unit_cost": "99.91"}),
    (T, "accuracy.unit_price_plausible", {"unit_price": 1e8}, {"unit_price": 1.1e8}),
    (T, "accuracy.quantity_plausible", {"quantity": -100_000}, {"quantity": -100_001}),
    (T, "timeliness.late", {"timestamp": "2025-02-28T12:00:00Z"}, {"timestamp": "2025-02-28T11:59:59.999Z"}),
    (O, "consistency.timestamp_before_updated_at", {"updated_at": AT}, {"updated_at": "2025-02-27T10:14:59Z"}),
    (O, "accuracy.total_amount_plausible", {"total_amount": 0}, {"total_amount": 1e9}),
    (O, "accuracy.item_count_plausible", {"item_count": 0}, {"item_count": 10**6}),
    (O, "timeliness.late", {"updated_at": "2025-03-01T00:00:00Z"}, {}),
    (P, "consistency.active_product_has_price", {"active": True, "price": 0}, {"active": True}),
    (P, "accuracy.cost_plausible", {"price": 2, "cost": 20}, {"price": 2, "cost": 20.01}),
    (P, "accuracy.price_plausible", {"price": 5}, {"price": 10**9}),
    (
        C,
        "consistency.born_before_registered",
        {"birth_year": 2024, "registered_at": AT[:4].replace("2025", "2024") + AT[4:]},
        {"birth_year": 2025, "registered_at": "2024-12-31T23:59:59Z"},
    ),
    (C, "accuracy.birth_year_plausible", {"birth_year": 1900}, {"birth_year": 1899}),
    (C, "accuracy.born_before_received", {"birth_year": 2025}, {"birth_year": 2026}),
    (I, "consistency.stock_not_negative", {"quantity_on_hand": 0}, {"quantity_on_hand": -2}),
    (I, "consistency.reserved_within_stock", {"reserved": 5}, {"reserved": 5.5}),
    (I, "accuracy.quantity_on_hand_plausible", {"quantity_on_hand": 10**7}, {"quantity_on_hand": 10**8}),
    (I, "accuracy.unit_cost_plausible", {"unit_cost": 1}, {"unit_cost": "999999999"}),
    (
        E,
        "consistency.product_event_names_product",
        {"event_type": "product_view", "product_id": "p"},
        {"event_type": "add_to_cart"},
    ),
    (E, "consistency.purchase_names_order", {"event_type": "purchase", "order_id": "o"}, {"event_type": "purchase"}),
    (D, "consistency.experiment_names_variant", {"experiment_id": "x", "variant_id": "a"}, {"experiment_id": "x"}),
    (D, "consistency.variant_names_experiment", {"experiment_id": "x", "variant_id": "a"}, {"variant_id": "a"}),
    (D, "consistency.attributions_have_base", {"attributions": {"a": 1}, "base_value": 0}, {"attributions": {}}),
    (D, "accuracy.latency_ms_plausible", {"latency_ms": 0.5}, {"latency_ms": 1e9}),
    (D, "accuracy.amount_plausible", {"amount": "1.5"}, {"amount": 1e10}),
    (L, "consistency.decision_timestamp_before_labelled_at", {}, {"labelled_at": "2025-02-27T10:14:00Z"}),
    (
        L,
        "consistency.won_dispute_is_legitimate",
        {"source": "dispute_won", "label": "legitimate"},
        {"source": "dispute_won"},
    ),
    (L, "accuracy.labelled_within_two_years", {}, {"decision_timestamp": "2023-02-27T10:14:00Z"}),
    (L, "accuracy.amount_plausible", {"amount": 3}, {"amount": 10**9}),
    (L, "timeliness.late", {"labelled_at": AT}, {"labelled_at": "2025-02-20T10:15:00Z"}),
]
GROUPED = {"consistency.one_currency_per_order_id", "accuracy.one_customer_id_per_session_id"}


@pytest.mark.parametrize(("data_type", "check", "keeps", "breaks"), CASES)
def test_every_row_is_counted_and_one_that_breaks_a_rule_as_failed(
    data_type: DataType, check: str, keeps: dict[str, Any], breaks: dict[str, Any]
) -> None:
    kept, broken = assessed(data_type, [good(data_type, **keeps)]), assessed(data_type, [good(data_type, **breaks)])

    wrong = int(check in STANDARDS[data_type].errors)
    assert kept.of(check) == Count(1, 0)
    assert broken.of(check) == broken.of(check.partition(".")[0]) == Count(1, 1, wrong)
    assert broken.samples[check]


def test_an_incomplete_or_inconsistent_row_is_poor_and_not_wrong() -> None:
    wrong = {name for standard in STANDARDS.values() for name in standard.errors}

    assert {case[1] for case in CASES} - wrong == {
        "consistency.active_product_has_price",
        "consistency.stock_not_negative",
        "consistency.reserved_within_stock",
        "consistency.product_event_names_product",
        "consistency.purchase_names_order",
        "consistency.experiment_names_variant",
        "consistency.variant_names_experiment",
        "consistency.attributions_have_base",
        "consistency.won_dispute_is_legitimate",
        "timeliness.late",
    }
    assert not wrong & GROUPED


def test_a_row_that_fails_both_ways_is_one_row_and_wrong() -> None:
    rows = [good(T, currency="EUR", order_id="o"), good(T, transaction_id="t-2", order_id="o", discount=500)]

    assert assessed(T, rows).of("consistency") == Count(2, 2, 1)


def test_every_declared_check_has_a_case() -> None:
    declared = {
        (data_type, f"{dimension}.{check.name}")
        for data_type, standard in STANDARDS.items()
        for dimension, checks in standard.checks
        for check in checks
    }

    assert {each for each in declared if each[1] not in GROUPED} <= {(case[0], case[1]) for case in CASES}
    assert {each[1] for each in declared} >= GROUPED


@pytest.mark.parametrize("data_type", DataType)
def test_a_valid_row_fails_only_completeness_checks(data_type: DataType) -> None:
    state = assessed(data_type, [GOOD[data_type]])

    failing = {name.partition(".")[0] for name, count in state.counts.items() if count.failed}
    assert failing <= {QualityDimension.COMPLETENESS, QualityDimension.TIMELINESS}


@pytest.mark.parametrize("data_type", DataType)
def test_expected_fields_are_optional_and_have_no_default(data_type: DataType) -> None:
    for name in STANDARDS[data_type].expected:
        field = SCHEMAS[data_type].by_name[name]
        assert (field.required, field.default, field.default_from) == (False, None, None)


@pytest.mark.parametrize("data_type", DataType)
def test_an_empty_delivery_counts_nothing(data_type: DataType) -> None:
    assert assessed(data_type, []).counts == {}


def test_a_rule_without_applicable_rows_counts_nothing() -> None:
    state = assessed(T, [good(T), good(T, transaction_id="t-2", unit_price=0, unit_cost=5)])

    assert state.of("accuracy.unit_cost_plausible") == Count(0, 0)
    assert state.of("accuracy") == Count(2, 0)


def test_all_rows_of_an_order_in_two_currencies_fail() -> None:
    rows = [
        good(T, transaction_id=f"t-{number}", order_id=order, currency=currency)
        for number, (order, currency) in enumerate([("a", "EUR"), ("a", "GBP"), ("b", "EUR"), ("a", "EUR")])
    ]

    assert assessed(T, rows).of("consistency.one_currency_per_order_id") == Count(4, 3)


def test_a_session_of_two_customers_fails_and_a_late_login_does_not() -> None:
    rows = [
        good(E, event_id=f"e-{number}", session_id=session, customer_id=customer)
        for number, (session, customer) in enumerate([("a", None), ("a", "x"), ("b", "x"), ("b", "y")])
    ]

    assert assessed(E, rows).of("accuracy.one_customer_id_per_session_id") == Count(3, 2)


@pytest.mark.parametrize(
    ("data_type", "changes", "repeated"),
    [
        (T, [{}, {}, {"quantity": 9}], 2),
        (T, [{}, {"transaction_id": "t-2"}], 0),
        (O, [{"updated_at": AT}, {"updated_at": "2025-02-28T00:00:00Z"}, {"updated_at": AT}], 1),
        (I, [{}, {"location": "default"}, {"location": "b"}], 1),
        (L, [{}, {"source": "manual_review"}, {"label": "legitimate"}], 1),
    ],
)
def test_a_row_whose_key_and_version_came_earlier_in_the_delivery_is_repeated(
    data_type: DataType, changes: list[dict[str, Any]], repeated: int
) -> None:
    state = assessed(data_type, [good(data_type, **fields) for fields in changes])

    assert state.of("uniqueness") == Count(len(changes), repeated)


def test_completeness_is_the_share_of_expected_values_present() -> None:
    state = assessed(C, [good(C), good(C, customer_id="c-2", region="EU")])

    assert state.of("completeness") == Count(6, 3)
    assert state.of("completeness.registered_at") == Count(2, 2)
    assert dimension_score(state, QualityDimension.COMPLETENESS) == 50


def test_a_row_counts_once_in_a_dimension_however_many_checks_it_fails() -> None:
    state = assessed(T, [good(T, quantity=10**6, unit_price=2 * 10**8, unit_cost=None)])

    assert state.of("accuracy") == Count(1, 1, 1)
    assert state.of("accuracy.quantity_plausible") == state.of("accuracy.unit_price_plausible") == Count(1, 1, 1)


def test_an_invalid_row_counts_once_and_per_reason_without_further_checks() -> None:
    state = assessed(T, [good(T), {"quantity": "x"}, 7])

    assert state.of("validity") == Count(3, 2, 2)
    assert state.of("validity.quantity:type").failed == 1
    assert state.of("validity.record:type").failed == 1
    assert dict(state.checks_of(QualityDimension.VALIDITY))["quantity:type"] == Count(3, 1, 1)
    assert {state.of(each).checked for each in ("consistency", "accuracy", "uniqueness", "timeliness")} == {1}


def test_an_infrequent_source_is_late_only_past_its_cadence() -> None:
    old = good(T, timestamp=(NOW - timedelta(days=6)).isoformat())

    assert assessed(T, [old]).of("timeliness") == Count(1, 1)
    assert assessed(T, [old], cadence=timedelta(days=7)).of("timeliness") == Count(1, 0)
    assert assessed(T, [old], cadence=timedelta(hours=1)).of("timeliness") == Count(1, 1)
