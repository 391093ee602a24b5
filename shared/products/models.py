"""The answer about products, as contract C § 2.3 and resolutions § 10 spell it; what is added says so."""

from pydantic import Field

from shared.metrics.models import QueryMetadata, TimeRange
from shared.metrics.numbers import Number
from shared.products.trend import MOST_PARTS, SMALLEST_CHANGE, RevenueTrend
from shared.runtime.models import Model, Optional
from shared.statistics.monotony import FEWEST_POINTS

_WHY = "Added: why each field that is absent is so."


class ProductMetrics(Model):
    """How one product did over the range; only its completed lines with a known rate of exchange count."""

    product_id: str
    name: Optional[str] = Field(description="As the catalogue has it, else as the latest line that names it.")
    category: Optional[str] = Field(description="As the catalogue has it, else as the latest line that names one.")
    revenue: Number = Field(description="Net amount of its lines, returns deducted.", examples=[56000.26])
    quantity_sold: Number = Field(description="Units sold less units returned.", examples=[311])
    margin: Optional[Number] = Field(
        description="Revenue less quantity x unit cost: the line's own, else that of the product's version valid at "
        "the sale. Absent if the cost of any line is not known.",
        examples=[21000.5],
    )
    conversion_rate: Optional[Number] = Field(
        description="Of the sessions that viewed it within the range, the share that purchased it there; 0 to 1.",
        examples=[0.0413],
    )
    inventory_turnover: Optional[Number] = Field(
        description="Cost of the goods sold ÷ mean value of the stock, weighted by time over the part of the range "
        "in which a level is known; of each day and location the last record counts.",
        examples=[3.2],
    )
    trend: Optional[RevenueTrend] = Field(
        description=f"Of its revenue over up to {MOST_PARTS} equal parts of the range, each of so many whole UTC days "
        f"that are delivered; absent with fewer than {FEWEST_POINTS}. `stable` unless their order is significant "
        "(Mann-Kendall, 5 %) and the median slope (Theil-Sen) comes, from the first part to the last, to "
        f"{SMALLEST_CHANGE:.0%} of a part's mean revenue or more."
    )
    absent: dict[str, str] = Field(description=_WHY)


class CategorySummary(Model):
    """All products of the category together, beyond the limit too."""

    category: str
    revenue: Number
    quantity_sold: Number
    margin: Optional[Number] = Field(description="Absent if that of any of its products is.")
    product_count: int = Field(description="Products with a completed line within the range.")
    revenue_share: Optional[Number] = Field(description="Of the revenue of all categories; 0.25 is a quarter.")
    absent: dict[str, str] = Field(description=_WHY)


class ProductPerformanceResponse(Model):
    """The best products of a range, the best first; where they are equal, by `product_id`."""

    products: list[ProductMetrics] = Field(
        description="Those with a completed line within the range; without a margin they are the last by margin."
    )
    category_summary: Optional[CategorySummary] = Field(description="When `category` is asked for.")
    time_range: TimeRange = Field(description="The range asked for.")
    reporting_currency: str = Field(description="Added: amounts are in it.", examples=["USD"])
    metadata: QueryMetadata = Field(description="Added: what stands behind the answer, of the category asked for.")
