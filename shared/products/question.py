"""A question about products: validated, in UTC."""

from dataclasses import dataclass
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
    """The half-open range, the category, and the number and ranking of products."""

    start: datetime
    end: datetime
    category: str | None = None
    sort_by: SortBy = SortBy.REVENUE
    limit: int = DEFAULT_LIMIT
