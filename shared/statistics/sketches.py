"""Percentiles within 1 % from counts in logarithmic buckets, which can be added up over days and partitions.

The buckets are those of DDSketch (Masson, Rim and Lee 2019, https://doi.org/10.14778/3352063.3352135) without its
limit on their number: with a = 0.01 and g = (1 + a)/(1 - a), the bucket of index i = ⌈ln|x| / ln g⌉ has the values
g^(i-1) < |x| ≤ g^i, and 2g^i/(g + 1) is within the fraction a of each of them.

A bucket's number is i + 40 000 for positive values, -(i + 40 000) for negative ones, and 0 for 0. So numbers have the
order of values, for every double.

**The same bucket everywhere.** Python, Trino, DuckDB and Arrow compute the number by the same three operations, of
which only the logarithm may differ, in its last bit; division and ceiling have one correct result. The constant is
written with 17 digits, so that it is the same double. So, for sizes from 1e-80 to 1e80, the numbers of engines differ
at most for values within 1e-13 (relatively) of an edge g^i, and then by one: such a value counts in the next bucket,
whose representative is within 1 % + 1e-13 of it. Of the values with at most nine significant digits from 1e-9 to 1e12
none is nearer than 1e-12 to an edge, except ±1, whose logarithm is exactly 0 everywhere. Code that divides values at
an edge must compare bucket numbers, not values.
"""

import math
import sys
from collections.abc import Mapping

RELATIVE_ERROR = 0.01
"""Greatest relative distance between a value and the representative of its bucket."""
LOG_GAMMA = math.log1p(2 * RELATIVE_ERROR / (1 - RELATIVE_ERROR))
"""Natural logarithm of the quotient g of a bucket's bounds."""
OFFSET = 40_000
"""Number of the bucket that ends at 1; above the index of any double, which is -37 220 to 35 488."""
_LOG_MIDDLE = math.log1p(-RELATIVE_ERROR)  # 2 / (g + 1) = 1 - a
_LARGEST = math.log(sys.float_info.max)


def bucket_of(value: float) -> int:
    """Return the number of a value's bucket.

    Raises:
        ValueError: The value is infinite or no number.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} has no bucket")
    if not value:
        return 0
    number = math.ceil(math.log(abs(value)) / LOG_GAMMA) + OFFSET
    return number if value > 0 else -number


def representative(bucket: int) -> float:
    """Return the value that stands for a bucket: within 1 % of all its values, unless these are below 1e-307."""
    return _signed(bucket, _LOG_MIDDLE)


def upper_edge(bucket: int) -> float:
    """Return the greatest value of a bucket, up to rounding; of a bucket of negative values, the bound above them."""
    return _signed(bucket, -LOG_GAMMA if bucket < 0 else 0.0)


def _signed(bucket: int, log_factor: float) -> float:
    if not bucket:
        return 0.0
    size = math.exp(min((abs(bucket) - OFFSET) * LOG_GAMMA + log_factor, _LARGEST))
    return math.copysign(size, bucket)


def percentile(counts: Mapping[int, int], percent: int) -> float | None:
    """Return a percentile within 1 %: the representative of the item at rank ⌊q(n - 1)⌋, from 0, with q = percent/100.

    Args:
        counts: The number of values in each bucket, by its number, in any order.
        percent: 0 (the least value) to 100 (the greatest).

    Returns:
        None without values. It may exceed the exact maximum by 1 %; callers who know that cut it there.
    """
    remaining = percent * (sum(counts.values()) - 1) // 100
    for bucket in sorted(counts):
        remaining -= counts[bucket]
        if remaining < 0 and counts[bucket]:
            return representative(bucket)
    return None
