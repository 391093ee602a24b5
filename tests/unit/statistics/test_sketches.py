"""Buckets are within 1 % of their values, the same in every engine, and percentiles are those of sorted values."""

import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infra.local.athena.statement import Select, parse
from infra.local.athena.translation import translate
from shared.athena.buckets import bucket_of as bucket_sql
from shared.athena.sql import sql
from shared.statistics.sketches import (
    LOG_GAMMA,
    OFFSET,
    RELATIVE_ERROR,
    bucket_of,
    percentile,
    representative,
    upper_edge,
)

NORMAL = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
ORDINARY = st.integers(-1150, 1500)
"""Indices of edges from 1e-10 to 1e13."""


def _edge(index: int) -> Decimal:
    with localcontext(prec=60):
        return (Decimal("1.01") / Decimal("0.99")) ** index


@given(NORMAL.filter(lambda value: abs(value) > 1e-307))
@example(sys.float_info.max)
@example(1.0)
@example(-1.0)
def test_a_representative_is_within_1_percent_of_a_value(value: float) -> None:
    assert representative(bucket_of(value)) == pytest.approx(value, rel=RELATIVE_ERROR * (1 + 1e-9), abs=0)


@given(NORMAL, NORMAL)
def test_bucket_numbers_have_the_order_of_values(one: float, other: float) -> None:
    assert (bucket_of(one) <= bucket_of(other)) is (one <= other) or bucket_of(one) == bucket_of(other)


@given(NORMAL)
def test_negative_values_mirror_positive_ones(value: float) -> None:
    assert bucket_of(-value) == -bucket_of(value)
    assert representative(bucket_of(-value)) == -representative(bucket_of(value))


@pytest.mark.parametrize("value", [0.0, -0.0])
def test_zero_has_a_bucket_of_its_own(value: float) -> None:
    assert bucket_of(value) == 0
    assert representative(0) == upper_edge(0) == 0.0
    assert bucket_of(-5e-324) < 0 < bucket_of(5e-324)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_has_no_bucket(value: float) -> None:
    with pytest.raises(ValueError, match="has no bucket"):
        bucket_of(value)


@given(ORDINARY)
def test_a_bucket_ends_at_its_upper_edge(index: int) -> None:
    bucket = bucket_of(float(_edge(index) * Decimal("0.99")))

    assert upper_edge(bucket) == pytest.approx(float(_edge(index)), rel=1e-12)
    assert upper_edge(-bucket) == pytest.approx(-float(_edge(index - 1)), rel=1e-12)
    assert bucket_of(upper_edge(bucket) * (1 - 1e-12)) == bucket
    assert bucket_of(upper_edge(-bucket) * (1 + 1e-12)) == -bucket


def _in_duckdb(values: Sequence[float | None]) -> list[int | None]:
    """Compute buckets in the local Athena's translation."""
    expression = bucket_sql(sql("x")).text
    statement = parse(f"SELECT {expression} AS bucket FROM (VALUES 1E0) AS input (x)", "tally")  # noqa: S608 # ours
    assert isinstance(statement, Select)
    translated = translate(statement.query, "tally", {}).sql.replace("(VALUES (1E0))", "numbers")
    with duckdb.connect() as connection:
        connection.register("numbers", pa.table({"x": pa.array(values, pa.float64())}))
        return [bucket for (bucket,) in connection.execute(translated).fetchall()]


def _in_arrow(values: Sequence[float]) -> list[int]:
    numbers = pa.array(values, pa.float64())
    index = pc.ceil(pc.divide(pc.ln(pc.abs(numbers)), LOG_GAMMA))
    signed = pc.multiply(pc.sign(numbers), pc.add(index, float(OFFSET)))
    return [int(each) for each in pc.if_else(pc.equal(numbers, 0.0), 0.0, signed).to_pylist()]


Engine = Callable[[Sequence[float]], list[int]]
ENGINES = pytest.mark.parametrize("engine", [_in_duckdb, _in_arrow])


@ENGINES
def test_engines_and_python_find_the_same_buckets(engine: Engine) -> None:
    chance = np.random.default_rng(13)
    sizes = np.exp(chance.uniform(-300, 300, 20_000))
    cents = np.round(chance.lognormal(4, 2, 20_000), 2)
    values = [0.0, 1.0, -1.0, *sizes, *-sizes, *cents, *np.arange(0, 1.0001, 0.0001)]

    assert engine(values) == [bucket_of(each) for each in values]


@ENGINES
def test_next_to_an_edge_all_find_the_exact_bucket(engine: Engine) -> None:
    near, buckets = list[float](), list[int]()
    for index in range(-1150, 1500):
        for factor, above in (("0.9999999999999", 0), ("1.0000000000001", 1)):
            near.append(float(_edge(index) * Decimal(factor)))
            buckets.append(index + above + OFFSET)

    assert [bucket_of(each) for each in near] == buckets
    assert engine(near) == buckets


def test_no_value_of_nine_digits_is_near_an_edge_except_1() -> None:
    for index in set(range(-1150, 1500)) - {0}:
        edge = _edge(index)
        nearest = edge.quantize(Decimal(1).scaleb(edge.adjusted() - 8))

        assert abs(nearest - edge) > edge * Decimal("1e-12")


def test_the_expression_of_nothing_is_null() -> None:
    assert _in_duckdb([None]) == [None]


def test_the_constant_is_a_double_in_trino() -> None:
    expression = bucket_sql(sql("score")).text
    assert expression.count(f"/ {LOG_GAMMA:.16E})") == expression.count(f"+ {OFFSET}") == 2
    assert float("2.0000666706669525E-02") == LOG_GAMMA


@given(st.lists(NORMAL.filter(lambda value: value == 0 or abs(value) > 1e-307), min_size=1), st.integers(0, 100))
def test_a_percentile_is_within_1_percent_of_the_item_at_its_rank(values: list[float], percent: int) -> None:
    item = sorted(values)[percent * (len(values) - 1) // 100]

    ours = percentile(Counter(map(bucket_of, values)), percent)

    assert ours == pytest.approx(item, rel=RELATIVE_ERROR * (1 + 1e-9), abs=0)


def test_the_rank_of_a_percentile_is_exact() -> None:
    # 0.29 x 100 is 28.999999999999996
    counts = {bucket_of(1.0): 29, bucket_of(2.0): 72}

    assert percentile(counts, 28) == pytest.approx(1.0, rel=0.011)
    assert percentile(counts, 29) == pytest.approx(2.0, rel=0.011)


def test_without_values_there_is_no_percentile() -> None:
    assert percentile({}, 50) is None
    assert percentile({bucket_of(1.0): 0}, 50) is None
