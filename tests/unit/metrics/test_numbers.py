"""Exact inside, rounded once at the edge."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.metrics.catalogue import METRICS, Aggregation, MetricType
from shared.metrics.facts import Measure
from shared.metrics.numbers import value_of
from shared.runtime.numbers import mean, percentage, to_json_number


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("0.00005", 0),
        ("0.00015", 0.0002),
        ("0.00025", 0.0002),
        ("-0.00015", -0.0002),
        ("0.000250000001", 0.0003),
        ("748957.0200000000", 748957.02),
        ("123456789012.34565", 123456789012.3456),
    ],
)
def test_numbers_are_rounded_half_even_to_four_places(exact: str, shown: float) -> None:
    assert to_json_number(Decimal(exact)) == shown


def test_whole_numbers_have_no_decimal_point() -> None:
    assert isinstance(to_json_number(Decimal("5.0000")), int)


def test_zero_is_never_negative() -> None:
    assert str(to_json_number(Decimal("-0.00001"))) == "0"


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=10))
def test_a_json_number_is_exact_to_four_places(exact: Decimal) -> None:
    assert abs(Decimal(repr(to_json_number(exact))) - exact) <= Decimal("0.00005")


def test_a_change_is_a_percentage_of_the_absolute_base() -> None:
    assert percentage(Decimal(50), Decimal(-200)) == Decimal(25)


def test_a_change_from_zero_has_no_percentage() -> None:
    assert percentage(Decimal(50), Decimal(0)) is None


def test_the_mean_of_no_values_is_0() -> None:
    assert mean([]) == 0


def test_sums_of_thirty_eight_digits_are_exact() -> None:
    digits = Decimal("9999999999999999999999999999.0000000001")

    assert mean([digits, digits]) == digits


DENSE = [
    (MetricType.REVENUE, Aggregation.SUM),
    (MetricType.REVENUE, Aggregation.COUNT),
    (MetricType.TRANSACTIONS, Aggregation.COUNT),
    (MetricType.CUSTOMERS, Aggregation.COUNT),
]


@pytest.mark.parametrize(
    ("metric_type", "aggregation"), [(name, each) for name, metric in METRICS.items() for each in metric.formulas]
)
def test_without_data_counts_and_sums_are_0_and_others_absent(
    metric_type: MetricType, aggregation: Aggregation
) -> None:
    value = value_of(METRICS[metric_type].formulas[aggregation], {})

    assert value == (0 if (metric_type, aggregation) in DENSE else None)


def test_a_ratio_with_a_zero_denominator_is_absent() -> None:
    formula = METRICS[MetricType.AVERAGE_ORDER_VALUE].formulas[Aggregation.AVG]

    assert value_of(formula, {Measure.NET_AMOUNT: Decimal(-5), Measure.ORDERS: Decimal(0)}) is None
