"""What a currency is worth in the reporting currency, from one day to the next: quotes turned into a step function."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which one unit of a currency is worth the same; days are `yyyy-MM-dd`, the last is not one of them."""

    currency: str
    valid_from: str
    valid_before: str
    rate: Decimal
