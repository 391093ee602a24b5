"""A stock ledger that real sales imply, and what its levels are, found by looking each one up.

Every fortieth product is stocked at home and for export. Each minute in which a product was sold tells what was left of
it there; the opening stock is what was sold beyond returns, so that nothing is ever below nothing.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from tests.oracles.metrics.asked import Asked, Told
from tests.oracles.metrics.retail import CATEGORIES

EVERY = 40
_HOME = "United Kingdom"
_KEY = ["product_id", "location"]


def ledger(sales: Any) -> Any:
    """The stock on hand after each minute with a sale of the product, by time."""
    stocked = sorted(sales.product_id.unique())[::EVERY]
    sold = sales[sales.product_id.isin(stocked)]
    where = pd.Series(np.where(sold.region == _HOME, "home", "export"), index=sold.index, name="location")
    moves = sold.groupby([sold.product_id, where, "timestamp"]).quantity.sum().rename("sold").reset_index()
    moves["gone"] = moves.groupby(_KEY).sold.cumsum()
    moves["quantity_on_hand"] = moves.groupby(_KEY).gone.transform("max").clip(lower=0) - moves.gone
    return moves.sort_values("timestamp", kind="stable", ignore_index=True)


def products(stock: Any) -> Any:
    """The products that are stocked, with the categories that they have at present."""
    ids = pd.Series(sorted(stock.product_id.unique()), name="product_id")
    return pd.DataFrame({"product_id": ids, "name": "Product " + ids, "category": category(ids)})


def category(product_ids: Any) -> Any:
    """The category of each product; some have none."""
    return product_ids.str[0].map(CATEGORIES)


def told(stock: Any, asked: Asked) -> Told:
    """Find the levels at the end of each bucket, and at the end of the range."""
    known = stock
    for values in asked.filters.values():
        known = stock[category(stock.product_id).isin(values)]
    series = [(_epoch(each.timestamp), each.quantity_on_hand.to_numpy()) for _, each in known.groupby(_KEY)]
    begins = asked.spine
    found = {
        begin: _value(asked.aggregation, _levels(series, end))
        for begin, end in zip(begins, [*begins[1:], asked.end], strict=True)
    }
    points = {begin: value for begin, value in found.items() if value is not None}
    return Told(points=points, total=_value(asked.aggregation, _levels(series, asked.end)) or Fraction(0))


def _levels(series: Sequence[tuple[Any, Any]], end: Any) -> list[int]:
    """The last level before a moment of every product and location that had one."""
    (moment,) = _epoch(pd.Series([end]))
    places = ((int(np.searchsorted(times, moment)), levels) for times, levels in series)
    return [int(levels[place - 1]) for place, levels in places if place]


def _epoch(moments: Any) -> Any:
    return moments.astype("datetime64[ms, UTC]").astype("int64").to_numpy()


def _value(aggregation: str, levels: Sequence[int]) -> Fraction | None:
    if not levels:
        return None
    values: Mapping[str, Fraction] = {
        "sum": Fraction(sum(levels)),
        "avg": Fraction(sum(levels), len(levels)),
        "min": Fraction(min(levels)),
        "max": Fraction(max(levels)),
    }
    return values[aggregation]
