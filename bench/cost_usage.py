"""Units that are charged for, added up."""

from collections.abc import Mapping
from typing import Self

from bench.cost_prices import Meter


class Usage(dict[Meter, float]):
    """Units by meter, none of those that are not named."""

    def __missing__(self, meter: Meter) -> float:
        return 0.0

    def __add__(self, other: Mapping[Meter, float]) -> Self:
        return type(self)({meter: self[meter] + other.get(meter, 0.0) for meter in (*self, *other)})

    def times(self, number: float) -> Self:
        """Return the units of so many of the same."""
        return type(self)({meter: units * number for meter, units in self.items()})
