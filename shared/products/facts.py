"""What the lake says of one product over a range, as the query tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from shared.products.trend import Parts


@dataclass(frozen=True, kw_only=True)
class ProductRow:
    """One product, and the sums over all that are asked for, which every row repeats.

    `counts` is false of a row that is there for the sums alone. Amounts are in the reporting currency. `uncosted_lines`
    are those whose cost is not known, `worth_by_time` is in units of currency x milliseconds (with what the largest
    levels come to, no decimal of Athena's holds that), and `parts` is the revenue of each part of the range.
    """

    product_id: str
    name: str | None
    category: str | None
    counts: bool
    lines: int
    quantity: Decimal | None
    revenue: Decimal | None
    cost: Decimal
    margin: Decimal | None
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


PRODUCT_ROWS: TypeAdapter[Sequence[ProductRow]] = TypeAdapter(Sequence[ProductRow])
"""How rows are written down and read again."""


def product_rows(found: Sequence[Mapping[str, Any]], parts: Parts | None) -> Sequence[ProductRow]:
    """Read the rows of a result, whose columns tell the parts one by one; a part without sales is 0."""
    names = [f"part_{n}" for n in range(parts.count)] if parts else []
    return PRODUCT_ROWS.validate_python([{**row, "parts": [row[name] or 0 for name in names]} for row in found])
