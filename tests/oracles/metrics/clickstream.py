"""Sessions of a real shop as the authors of the data expect them, and the conversion that follows: none is of ours."""

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from tests.oracles.metrics.asked import Asked, Told, Values
from tests.snowplow import expected, records


def events() -> Any:
    """The shop's events as a table, each once."""
    found: Any = pd.DataFrame(records()).drop_duplicates("event_id", keep="last", ignore_index=True)
    return found.assign(timestamp=_moments(found.timestamp))


def sessions() -> Any:
    """When each session began, whether it ended in a purchase, and the categories of its products."""
    told = pd.DataFrame(expected("sessions")).set_index("domain_sessionid")
    touched = pd.DataFrame(expected("product_interactions"))
    categories = touched.groupby("domain_sessionid").product_category.agg(set).reindex(told.index)
    return pd.DataFrame(
        {
            "timestamp": _moments(told.start_tstamp),
            "bought": pd.to_numeric(told.number_product_transactions).fillna(0) > 0,
            "product_category": categories,
        }
    )


def _moments(texts: Any) -> Any:
    return pd.to_datetime(texts, utc=True, format="ISO8601").astype("datetime64[ms, UTC]")


def told(found: Any, asked: Asked) -> Told:
    """Divide sessions with a purchase by sessions."""
    within = found[(found.timestamp >= asked.start) & (found.timestamp < asked.end)]
    for name, values in asked.filters.items():
        has_one = [isinstance(each, set) and not each.isdisjoint(values) for each in within[name]]
        within = within[np.array(has_one, dtype=bool)]
    points = _shares(within, asked.buckets(pd.DatetimeIndex(within.timestamp)))
    whole = _shares(within, pd.Index([0] * len(within)))
    return Told(points=points, total=whole.get(0, Fraction(0)))


def _shares(within: Any, keys: Any) -> Values:
    grouped = within.bought.groupby(keys)
    return {key: Fraction(int(each.sum()), len(each)) for key, each in grouped}
