"""Models of the product route; fields added to the contract start with "Added:" in their description."""

from pydantic import Field

from shared.products.trend import MOST_PARTS, SMALLEST_CHANGE, RevenueTrend
from shared.runtime.models import Model, Optional
from shared.runtime.numbers import Number
from shared.runtime.query_metadata import QueryMetadata, TimeRange
from shared.statistics.trend_tests import FEWEST_POINTS

_WHY = "Added: for each absent field, the reason."


class ProductMetrics(Model):
    """Performance of one product over the range, by its completed lines; with `category`, by those of that category.

    Lines without a known exchange rate are left out of amounts, but count in quantities.
    """

    product_id: str = Field(description="Id of the product.")
    name: Optional[str] = Field(description="Name in the catalogue, otherwise in the latest line that has one.")
    category: Optional[str] = Field(
        description="Category of the latest line that has one: its own, otherwise that of the product version valid at "
        "the sale, or of the first version for an earlier sale."
    )
    revenue: Number = Field(description="Net amount of its lines, less returns.", examples=[56000.26])
    quantity_sold: Number = Field(description="Units sold minus units returned.", examples=[311])
    additional_metrics: dict[str, Number] = Field(
        description="Added: `tax` and `shipping` of its lines, less those of returns; neither is part of the revenue.",
        examples=[{"tax": 8960.04, "shipping": 420}],
    )
    margin: Optional[Number] = Field(
        description="Revenue - quantity x unit cost. The unit cost is the line's own, otherwise that of the product "
        "version valid at the sale. Absent if the cost of any line is unknown.",
        examples=[21000.5],
    )
    conversion_rate: Optional[Number] = Field(
        description="Share of the sessions that viewed the product within the range and also purchased it, 0 to 1.",
        examples=[0.0413],
    )
    inventory_turnover: Optional[Number] = Field(
        description="Cost of goods sold ÷ time-weighted mean stock value, over the part of the range "
        "with a known stock level. The last record of each day and location counts.",
        examples=[3.2],
    )
    trend: Optional[RevenueTrend] = Field(
        description=f"Revenue trend over up to {MOST_PARTS} equal parts of the range, each made of whole UTC days "
        f"with complete data; absent with fewer than {FEWEST_POINTS}. `stable` unless the trend is significant "
        "(Mann-Kendall, 5 %) and the median slope (Theil-Sen), from the first part to the last, amounts to "
        f"{SMALLEST_CHANGE:.0%} or more of the mean revenue of a part."
    )
    absent: dict[str, str] = Field(description=_WHY)


class CategorySummary(Model):
    """Totals of the lines of the category, including products beyond `limit`.

    The revenue equals that of `/analytics/metrics` with the filter `product_category`.
    """

    category: str = Field(description="The category.")
    revenue: Number = Field(description="Net amount, less returns.")
    quantity_sold: Number = Field(description="Units sold minus units returned.")
    margin: Optional[Number] = Field(description="Sum of the products' margins; absent if any of them is.")
    product_count: int = Field(description="Number of products with a completed line within the range.")
    revenue_share: Optional[Number] = Field(description="Share of the revenue of all categories, 0 to 1.")
    absent: dict[str, str] = Field(description=_WHY)


class ProductPerformanceResponse(Model):
    """The top products of a range, best first; ties are ordered by `product_id`."""

    products: list[ProductMetrics] = Field(
        description="Products with a completed line within the range. Sorted by margin, those without one come last."
    )
    category_summary: Optional[CategorySummary] = Field(
        description="Totals of the category; present if `category` is given."
    )
    time_range: TimeRange = Field(description="The requested range.")
    reporting_currency: str = Field(description="Added: currency of all amounts.", examples=["USD"])
    metadata: QueryMetadata = Field(
        description="Added: provenance and freshness of the result, for the requested category."
    )
