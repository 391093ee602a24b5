"""The rate of the pound in dollars, read from the European Central Bank's own file by pandas."""

from typing import Any

import pandas as pd

from tests.datasets import DATASETS, needs

FILE = DATASETS / "ecb_eurofxref_hist.csv.gz"
needs_rates = needs(FILE)


def dollars_per_pound(first: str, last: str) -> Any:
    """The rate of each UTC day; on days without one, the last known."""
    quotes = pd.read_csv(FILE, usecols=["Date", "USD", "GBP"], parse_dates=["Date"]).set_index("Date").sort_index()
    known = (quotes.USD / quotes.GBP).dropna()
    days = pd.date_range(first, last)
    return known.reindex(known.index.union(days)).ffill().reindex(days).tz_localize("UTC")


def in_dollars(sales: Any) -> Any:
    """The same lines with their net amounts in thousandths of a dollar, at the rate of the line's day."""
    days = sales.timestamp.dt.floor("D")
    rates = dollars_per_pound(days.min().date(), days.max().date())
    return sales.assign(net=sales.net * rates.reindex(days).to_numpy())
