"""What metrics of sales must be, by pandas over the lines."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from tests.oracles.metrics.asked import Asked, Told, Values
from tests.oracles.metrics.retail import THOUSAND

_ADDITIVE = {("revenue", "sum"), ("revenue", "count"), ("transactions", "count"), ("customers", "count")}


def lines_of(sales: Any, asked: Asked) -> Any:
    """The lines that a question is about."""
    first, last = sales.timestamp.searchsorted(pd.DatetimeIndex([asked.start, asked.end]))
    chosen = sales.iloc[first:last]
    for name, values in asked.filters.items():
        chosen = chosen[chosen[name].isin(values)]
    return chosen


def told(sales: Any, asked: Asked) -> Told:
    """Compute every bucket and the whole, each from its lines."""
    chosen = lines_of(sales, asked)
    value = _VALUES[asked.metric, asked.aggregation]
    found = value(chosen, asked.buckets(pd.DatetimeIndex(chosen.timestamp)))
    dense = (asked.metric, asked.aggregation) in _ADDITIVE
    points = {each: found.get(each, Fraction(0)) for each in asked.spine if dense or each in found}
    whole = value(chosen, pd.Index([0] * len(chosen)))
    return Told(points=points, total=whole.get(0, Fraction(0)))


def _revenue(aggregation: str) -> Callable[[Any, Any], Values]:
    def value(lines: Any, keys: Any) -> Values:
        return _money(getattr(lines.net.groupby(keys), aggregation)())

    return value


def _mean_line(lines: Any, keys: Any) -> Values:
    sums, counts = _revenue("sum")(lines, keys), _counts(lines, keys)
    return {key: each / counts[key] for key, each in sums.items()}


def _counts(lines: Any, keys: Any) -> Values:
    return {key: Fraction(int(each)) for key, each in lines.net.groupby(keys).count().items()}


def _customers(lines: Any, keys: Any) -> Values:
    bought = ((lines.quantity > 0) & lines.customer_id.notna()).to_numpy()
    people = lines.customer_id[bought].groupby(keys[bought]).nunique()
    return {key: Fraction(int(each)) for key, each in people.items()}


def _order_value(lines: Any, keys: Any) -> Values:
    orders = lines.net.groupby([keys, lines.order_id.to_numpy()]).sum()
    positive = (orders > 0).groupby(level=0).sum()
    sums = _revenue("sum")(lines, keys)
    return {key: sums[key] / int(each) for key, each in positive.items() if each}


def _money(amounts: Any) -> Values:
    return {key: Fraction(each) / THOUSAND for key, each in amounts.items()}


_VALUES: Mapping[tuple[str, str], Callable[[Any, Any], Values]] = {
    **{("revenue", each): _revenue(each) for each in ("sum", "min", "max")},
    ("revenue", "avg"): _mean_line,
    ("revenue", "count"): _counts,
    ("transactions", "count"): _counts,
    ("customers", "count"): _customers,
    ("average_order_value", "avg"): _order_value,
}
METRICS = tuple(_VALUES)
"""Every metric of sales with each of its aggregations."""
