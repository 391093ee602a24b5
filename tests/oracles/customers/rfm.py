"""An independent RFM in pandas, from the lines alone: the reference for customers and segments."""

from collections import Counter
from typing import Any

import pandas as pd
import pytest

DAY = pd.Timedelta(days=1)


def rfm(sold: Any) -> Any:
    """One row for each customer; lines have `customer_id`, `order_id`, `timestamp`, `quantity` and `net`."""
    known = sold[sold.customer_id.notna()]
    bought = known[known.quantity > 0]
    placed = bought.groupby(["customer_id", "order_id"]).timestamp.min().reset_index()
    placed["day"] = placed.timestamp.dt.floor("D")
    grouped = placed.groupby("customer_id")
    table = grouped.agg(
        orders=("order_id", "count"),
        first=("timestamp", "min"),
        last=("timestamp", "max"),
        days=("day", "nunique"),
        last_day=("day", "max"),
        first_day=("day", "min"),
    )
    table["net"] = known.groupby("customer_id").net.sum()
    nets = known.groupby(["customer_id", "order_id"]).net.sum()
    table["paid"] = nets[nets > 0].groupby("customer_id").count().reindex(table.index).fillna(0)
    end = placed.day.max() + DAY
    table["now"] = placed[placed.timestamp >= end - 90 * DAY].groupby("customer_id").order_id.count()
    before = placed[(placed.timestamp < end - 90 * DAY) & (placed.timestamp >= end - 180 * DAY)]
    table["before"] = before.groupby("customer_id").order_id.count()
    return table.fillna({"now": 0, "before": 0}).assign(segment=_segments(table))


def _segments(table: Any) -> list[str]:
    """A second reading of the table of segments: rows are recency scores from 5 to 1, columns value scores."""
    grid = {
        5: "new_customers potential_loyalists potential_loyalists champions champions",
        4: "promising potential_loyalists loyal_customers loyal_customers champions",
        3: "about_to_sleep need_attention need_attention loyal_customers loyal_customers",
        2: "hibernating about_to_sleep at_risk at_risk cannot_lose_them",
        1: "lost lost hibernating at_risk cannot_lose_them",
    }
    count = len(table)
    frequency = 1 + (5 * (table.orders.rank(method="min") - 1) // count)
    monetary = 1 + (5 * (table.net.rank(method="min") - 1) // count)
    recency = 5 - (5 * (count - table.last_day.rank(method="max")) // count)
    value = ((frequency + monetary + 1) // 2).astype(int)
    return [grid[int(r)].split()[v - 1] for r, v in zip(recency, value, strict=True)]


def assert_shared_out(told: Any, expected: Any) -> None:
    """Segments have the customers, averages and retention of the table."""
    counts = Counter(expected.segment)
    assert told["total_customers"] == len(expected)
    for each in told["segments"]:
        members = expected[expected.segment == each["segment_id"]]
        assert each["customer_count"] == counts[each["segment_id"]] > 0
        assert each["percentage"] == pytest.approx(100 * len(members) / len(expected), abs=1e-4)
        assert each["avg_lifetime_value"] == pytest.approx(float(members.net.sum()) / len(members), abs=1e-4)
        assert each["avg_order_value"] == pytest.approx(float(members.net.sum()) / members.paid.sum(), abs=1e-4)
        before = members[members.before > 0]
        share = (before.now > 0).mean() if len(before) else None
        assert each["retention_rate"] == (None if share is None else pytest.approx(share, abs=1e-4))
