"""Query results of one product over a range."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from shared.athena.pinned_queries import PinnedResult
from shared.products.trend import Parts


@dataclass(frozen=True, kw_only=True)
class ProductRow:
    """One product, with the totals over all matching products, which every row repeats.

    `counts` is false for a row that only carries the totals. Amounts are in the reporting currency; `lines` have a rate
    for it, and `excluded` lines have none. `uncosted_lines` counts lines without a known cost. `worth_by_time` is in
    currency units x milliseconds, a float because the largest values exceed Athena's decimals. `parts` is the revenue
    of each part of the range.
    """

    product_id: str
    name: str | None
    category: str | None
    counts: bool
    lines: int
    excluded: int
    quantity: Decimal | None
    revenue: Decimal | None
    cost: Decimal
    margin: Decimal | None
    tax: Decimal | None
    shipping: Decimal | None
    uncosted_lines: int
    viewing_sessions: int | None
    buying_sessions: int | None
    stocked_since: datetime | None
    unvalued_levels: int | None
    worth_by_time: float | None
    all_revenue: Decimal | None
    all_lines: int
    all_excluded: int
    listed_revenue: Decimal | None
    listed_quantity: Decimal | None
    listed_margin: Decimal | None
    listed_products: int
    marginless_products: int
    parts: tuple[Decimal, ...]


PRODUCT_ROWS: TypeAdapter[PinnedResult[Sequence[ProductRow]]] = TypeAdapter(PinnedResult[Sequence[ProductRow]])
"""Serializes rows for the result cache."""

_ROWS: TypeAdapter[Sequence[ProductRow]] = TypeAdapter(Sequence[ProductRow])


def product_rows(found: Sequence[Mapping[str, Any]], parts: Parts | None) -> Sequence[ProductRow]:
    """Parse the rows of a result, which has a column for each part; a part without sales is 0."""
    names = [f"part_{n}" for n in range(parts.count)] if parts else []
    return _ROWS.validate_python([{**row, "parts": [row[name] or 0 for name in names]} for row in found])
