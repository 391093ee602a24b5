"""The declarations of metrics and facts are consistent, and the README agrees with them."""

import re
from pathlib import Path

import pytest

from shared.lake.catalog.tables import LAKE_TABLES
from shared.metrics.catalogue import METRICS, Additivity, MetricType
from shared.metrics.facts import FACTS, Fact, Grain, Source
from shared.records.schemas import SCHEMAS

README = Path(__file__).parents[3] / "README.md"
COLUMNS = {table.name: {column.name for column in table.columns} for table in LAKE_TABLES}


def test_every_metric_of_the_contract_is_declared() -> None:
    assert list(METRICS) == list(MetricType)


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_a_fact_uses_columns_of_its_records_and_its_base_is_its_last_table(fact: Fact) -> None:
    known = {each.name for each in SCHEMAS[fact.data_type].stored}

    assert {*fact.columns} <= known
    assert list(fact.tables)[-1] is Source.BASE
    assert fact.tables[Source.BASE].name == fact.data_type


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_every_table_of_a_fact_is_one_of_the_lake(fact: Fact) -> None:
    references = fact.reference_tables(filters=fact.dimensions, currency=None)

    assert {*(table.name for table in fact.tables.values()), *references} <= COLUMNS.keys()


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_daily_tables_have_a_day_and_hourly_ones_an_hour(fact: Fact) -> None:
    for table in fact.tables.values():
        time_column = {Grain.DAY: "dt", Grain.HOUR: "hour"}.get(table.grain)
        assert time_column is None or time_column in COLUMNS[table.name]


@pytest.mark.parametrize("metric_type", METRICS)
def test_ratios_and_levels_return_both_parts(metric_type: MetricType) -> None:
    metric = METRICS[metric_type]

    divided = [formula for formula in metric.formulas.values() if formula.denominator]

    assert all(formula.additivity in (Additivity.RATIO, Additivity.LEVEL) for formula in divided)
    assert all(formula.denominator in metric.supporting_measures for formula in divided)


@pytest.mark.skipif(not README.exists(), reason="the README is not beside the code")
@pytest.mark.parametrize("metric_type", METRICS)
def test_the_readme_lists_aggregations_and_filters_of_every_metric(metric_type: MetricType) -> None:
    metric = METRICS[metric_type]

    [row] = [line for line in README.read_text().splitlines() if line.startswith(f"| `{metric_type}` |")]

    aggregations, filters = (re.findall(r"`(\w+)`", cell) for cell in row.split("|")[3:5])
    assert (aggregations, filters) == (list(metric.formulas), list(metric.filters))
