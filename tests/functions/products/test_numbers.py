"""Every number of an answer equals the one computed from the records alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.lake.catalog.state import TableState
from shared.products.models import ProductPerformanceResponse
from shared.products.question import MOST_PRODUCTS, ProductQuestion, SortBy
from shared.records.schema import DataType
from shared.runtime.numbers import ZERO, to_json_number
from tests.functions.products.conftest import OpenShop
from tests.functions.products.shop import CATEGORIES, DAYS, OPENED
from tests.tiers import examples

END = OPENED + timedelta(days=DAYS)
CALM = (timedelta(), timedelta(hours=7, milliseconds=1))
FIELDS = ("name", "category", "margin", "conversion_rate", "inventory_turnover", "trend")


def told(answer: ProductPerformanceResponse) -> list[dict[str, Any]]:
    """The products of a result, with None for absent, explained figures."""
    rows = [product.model_dump(mode="json") for product in answer.products]
    for row in rows:
        assert row["absent"].keys() == {name for name in FIELDS if name not in row}
    return [row | dict.fromkeys(row.pop("absent")) for row in rows]


def expected(shop: OpenShop, question: ProductQuestion) -> list[dict[str, Any]]:
    return [
        {name: _rounded(value) for name, value in product.items() if name not in ("lines", "excluded")}
        for product in shop.oracle.products(question)[: question.limit]
    ]


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return to_json_number(value) if isinstance(value, Decimal) else value


@st.composite
def questions(draw: st.DrawFn) -> ProductQuestion:
    unit = timedelta(milliseconds=draw(st.sampled_from([1, 3_600_000, 86_400_000, 86_400_000])))
    start = OPENED - timedelta(days=3) + draw(st.integers(0, timedelta(days=40) // unit)) * unit
    return ProductQuestion(
        start=start,
        end=start + draw(st.integers(1, timedelta(days=45) // unit)) * unit,
        category=draw(st.sampled_from([None, None, "unheard of", *filter(None, CATEGORIES)])),
        sort_by=draw(st.sampled_from(SortBy)),
        limit=draw(st.sampled_from([1, 3, MOST_PRODUCTS])),
    )


@pytest.mark.parametrize("sort_by", SortBy)
@pytest.mark.parametrize("limit", [1, 5, MOST_PRODUCTS])
def test_the_best_products_equal_those_of_the_records(open_shop: OpenShop, sort_by: SortBy, limit: int) -> None:
    question = ProductQuestion(start=OPENED, end=END, sort_by=sort_by, limit=limit)

    assert told(open_shop.report(question)) == expected(open_shop, question)


@given(questions())
@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_results_equal_those_of_the_records(open_shop: OpenShop, question: ProductQuestion) -> None:
    answer = open_shop.report(question)

    assert told(answer) == expected(open_shop, question)
    every = open_shop.oracle.products(question)
    assert answer.metadata.total_records == sum(each["lines"] for each in every)
    assert answer.metadata.excluded_records == open_shop.oracle.excluded(question)


@pytest.fixture
def half_rolled_up(open_shop: OpenShop) -> Iterator[OpenShop]:
    """The shop after commits to every second day, which its roll-ups do not include yet."""
    states = open_shop.wired.table_states
    names = (DataType.TRANSACTIONS, DataType.EVENTS, DataType.INVENTORY)
    before = states.get_many(names)
    for name in names:
        states.update(name, lambda state: replace(state, days=_with_every_second_changed(state)))
    yield open_shop
    for name in names:
        states.update(name, lambda state: replace(state, days=before[state.name].days))


def _with_every_second_changed(state: TableState) -> dict[str, int]:
    return {day: state.rolled_up + place % 2 for place, day in enumerate(sorted(state.days))}


@pytest.mark.parametrize("cut_off", CALM)
def test_dirty_days_from_the_base_equal_days_from_rollups(half_rolled_up: OpenShop, cut_off: timedelta) -> None:
    question = ProductQuestion(start=OPENED + cut_off, end=END - cut_off, limit=MOST_PRODUCTS)

    assert told(half_rolled_up.report(question)) == expected(half_rolled_up, question)


def test_the_same_snapshots_give_the_same_numbers(open_shop: OpenShop) -> None:
    question = ProductQuestion(start=OPENED, end=END, limit=MOST_PRODUCTS)
    first = open_shop.report(question)

    again = open_shop.report(
        replace(question, as_of={name: int(snapshot) for name, snapshot in first.metadata.snapshots.items()})
    )

    assert again.metadata.snapshots == first.metadata.snapshots
    assert told(again) == told(first) == expected(open_shop, question)


@pytest.mark.parametrize("cut_off", CALM)
def test_days_from_rollups_equal_days_from_records(open_shop: OpenShop, cut_off: timedelta) -> None:
    every_day = [(OPENED + timedelta(days=day)).date().isoformat() for day in range(DAYS)]
    question = ProductQuestion(start=OPENED + cut_off, end=END - cut_off, limit=MOST_PRODUCTS)

    by_records = open_shop.report(question, every_day)

    assert told(by_records) == told(open_shop.report(question)) == expected(open_shop, question)


def test_rollups_are_wrong_for_days_with_a_cost_change(open_shop: OpenShop) -> None:
    question = ProductQuestion(start=OPENED, end=END, limit=MOST_PRODUCTS)

    assert told(open_shop.report(question, [])) != expected(open_shop, question)


@pytest.mark.parametrize("category", [*filter(None, CATEGORIES), "unheard of"])
def test_a_category_total_includes_products_beyond_the_limit(open_shop: OpenShop, category: str) -> None:
    question = ProductQuestion(start=OPENED, end=END, category=category, limit=1)

    summary = open_shop.report(question).category_summary

    assert summary is not None
    within = open_shop.oracle.products(question)
    every = open_shop.oracle.products(replace(question, category=None))
    margins = [each["margin"] for each in within]
    told = summary.model_dump(mode="json")
    assert told.pop("absent").keys() == ({"margin"} if None in margins else set())
    assert told == {
        "category": category,
        "revenue": to_json_number(revenue := sum((each["revenue"] for each in within), ZERO)),
        "quantity_sold": to_json_number(sum((each["quantity_sold"] for each in within), ZERO)),
        **({} if None in margins else {"margin": to_json_number(sum(margins, ZERO))}),
        "product_count": len(within),
        "revenue_share": to_json_number(revenue / sum(each["revenue"] for each in every)),
    }
