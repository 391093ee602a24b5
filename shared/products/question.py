"""A question about products: validated, in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

DEFAULT_LIMIT, MOST_PRODUCTS = 50, 500


class SortBy(StrEnum):
    """Metric by which products are ranked."""

    REVENUE = "revenue"
    QUANTITY = "quantity"
    MARGIN = "margin"


@dataclass(frozen=True, kw_only=True)
class ProductQuestion:
    """The half-open range, the category, and the number and ranking of products.

    `as_of` has the snapshots at which tables are read instead of their current ones.
    """

    start: datetime
    end: datetime
    category: str | None = None
    sort_by: SortBy = SortBy.REVENUE
    limit: int = DEFAULT_LIMIT
    as_of: Mapping[str, int] = field(default_factory=dict)
