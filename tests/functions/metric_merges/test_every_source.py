"""After late and restated data, every source and the cache give the same result to any query."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.metrics.catalogue import MetricType
from shared.metrics.planner import Source
from shared.metrics.question import MetricQuestion
from shared.records.schema import DataType
from tests.functions.metric_merges.histories import questions, rows
from tests.functions.metric_merges.market import Market
from tests.tiers import examples

TOLD = {
    MetricType.REVENUE: (DataType.TRANSACTIONS,),
    MetricType.TRANSACTIONS: (DataType.TRANSACTIONS,),
    MetricType.CUSTOMERS: (DataType.TRANSACTIONS,),
    MetricType.AVERAGE_ORDER_VALUE: (DataType.TRANSACTIONS,),
    MetricType.INVENTORY: (DataType.INVENTORY, DataType.INVENTORY, DataType.PRODUCTS),
    MetricType.CONVERSION: (DataType.EVENTS,),
}
"""The data types that a metric depends on."""
MERGES = 2
RUNS = settings(max_examples=examples(3), deadline=None, suppress_health_check=list(HealthCheck))


def sources(question: MetricQuestion) -> Iterator[Source]:
    """Every table that can answer the query."""
    for source, table in question.metric.fact.tables.items():
        if len(question.filters) <= table.max_filters:
            yield source


@pytest.mark.parametrize("metric_type", MetricType)
@given(data=st.data())
@RUNS
def test_after_every_merge_and_roll_up_all_sources_and_the_cache_agree(
    market: Market, metric_type: MetricType, data: st.DataObject
) -> None:
    market.empty()
    asked = data.draw(st.lists(questions(metric_type), min_size=2, max_size=2))

    for _ in range(MERGES):
        data_type = data.draw(st.sampled_from(TOLD[metric_type]))
        market.deliver(data_type, data.draw(rows(data_type)))
        told = [told_by_all(market, question) for question in asked]

        if data.draw(st.booleans()):
            market.roll_up()
            assert [told_by_all(market, question) for question in asked] == told


def told_by_all(market: Market, question: MetricQuestion) -> Any:
    """What every source answers, and what is remembered."""
    computed = [market.compute(question, source) for source in sources(question)]
    told_twice = [market.tell(question) for _ in range(2)]
    assert [*computed, *told_twice] == [computed[-1]] * (len(computed) + 2)
    return computed[-1]
