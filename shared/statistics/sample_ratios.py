"""Whether units were assigned to the arms of an experiment in the intended shares (Pearson's χ² goodness of fit)."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.statistics.distributions import chi_square_tail


class GoodnessOfFit(NamedTuple):
    """The statistic Σ (observed - expected)² ÷ expected, and its p-value, 0 to 1, with one degree less than arms."""

    chi_square: float
    p_value: float


def goodness_of_fit(observed: Sequence[int], shares: Sequence[float]) -> GoodnessOfFit | None:
    """Compare numbers of units with intended shares.

    Args:
        observed: The number of units of each arm, of at least two.
        shares: Their intended shares, each above 0; together 1.

    Returns:
        None without any units.
    """
    total = sum(observed)
    if not total:
        return None
    expected = [share * total for share in shares]
    statistic = sum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))
    return GoodnessOfFit(statistic, chi_square_tail(statistic, len(observed) - 1))
