"""The prediction for one customer, and the reasons why there is none. Pure, without NumPy."""

from dataclasses import dataclass

TOO_FEW_PURCHASES = "purchases on fewer than two days"
NOT_FINITE = "the model returns no finite number"
NOT_WITHIN_A_YEAR = "no purchase is expected within a year"
NOTHING_PAID = "no order has a positive net amount in the reporting currency"


@dataclass(frozen=True)
class Expectation:
    """The model's prediction for one customer: probability of being active, purchases and time until the next."""

    probability_alive: float
    purchases: float
    days_until_next: int | None
