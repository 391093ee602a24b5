"""What is expected of one customer, and the words for why nothing is. Pure, without NumPy."""

from dataclasses import dataclass

TOO_FEW_PURCHASES = "purchases on fewer than two days"
NOT_FINITE = "the model returns no finite number"
NOT_WITHIN_A_YEAR = "no purchase is expected within a year"
NOTHING_PAID = "no order has a positive net amount in the reporting currency"


@dataclass(frozen=True)
class Expectation:
    """What the model expects of one customer: alive with this probability, so many purchases, the next in so long."""

    probability_alive: float
    purchases: float
    days_until_next: int | None
