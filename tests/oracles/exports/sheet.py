"""The lines of a shop's own books, and their sums."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from fractions import Fraction


@dataclass(frozen=True, kw_only=True)
class Line:
    """What was sold (units above 0) or returned, at amounts that are negative for a return."""

    order: str
    moment: datetime
    currency: str
    customer: str | None
    product: str
    units: Fraction
    net: Fraction
    tax: Fraction = Fraction(0)
    shipping: Fraction = Fraction(0)


@dataclass(frozen=True)
class Books:
    """The live lines of a shop: without what was cancelled, is unpaid, or never was a sale."""

    lines: Sequence[Line]

    @property
    def currencies(self) -> set[str]:
        """The currencies in which something was sold."""
        return {line.currency for line in self.lines}

    def of(self, currency: str) -> "Books":
        """Return the lines in a currency."""
        return Books([line for line in self.lines if line.currency == currency])

    def revenue_by_day(self, zone: tzinfo) -> Mapping[date, Fraction]:
        """Net sales by day in the shop's time zone."""
        days: defaultdict[date, Fraction] = defaultdict(Fraction)
        for line in self.lines:
            days[line.moment.astimezone(zone).date()] += line.net
        return days

    @property
    def revenue(self) -> Fraction:
        """Net sales: without tax and shipping, less discounts and returns."""
        return _sum(line.net for line in self.lines)

    @property
    def refunds(self) -> Fraction:
        """What was refunded for goods."""
        return -_sum(line.net for line in self.lines if line.units < 0)

    @property
    def tax(self) -> Fraction:
        """Tax, less that of returns."""
        return _sum(line.tax for line in self.lines)

    @property
    def shipping(self) -> Fraction:
        """Shipping charged, less what was refunded of it."""
        return _sum(line.shipping for line in self.lines)

    @property
    def orders(self) -> int:
        """Orders that something remains of after returns."""
        amounts: defaultdict[str, Fraction] = defaultdict(Fraction)
        for line in self.lines:
            amounts[line.order] += line.net
        return len([amount for amount in amounts.values() if amount > 0])

    @property
    def customers(self) -> set[str]:
        """Who bought something."""
        return {line.customer for line in self.lines if line.customer and line.units > 0}

    @property
    def units(self) -> Mapping[str, Fraction]:
        """Units by product, less returns."""
        units: Counter[str] = Counter()
        for line in self.lines:
            units[line.product] += line.units  # type: ignore[assignment] # counts of goods by weight are fractions
        return {product: Fraction(number) for product, number in units.items() if number}


def _sum(numbers: Iterable[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0))
