"""The expected results, computed record by record in plain decimals, by the data model alone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from scipy import stats

from shared.products.question import ProductQuestion
from tests.functions.products.shop import Row, Shop

REPORTING_CURRENCY = "USD"
_ZERO = Decimal(0)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Oracle:
    """Results for a shop; days without sales after `delivered` are not counted."""

    shop: Shop
    delivered: datetime

    def products(self, question: ProductQuestion) -> list[dict[str, Any]]:
        """Every product with data, the best first; unknown figures are None."""
        found = [self._product(question, each) for each in sorted({line["product_id"] for line in self.shop.lines})]
        listed = [each for each in found if each["lines"] or each["excluded"]]
        column = {"quantity": "quantity_sold"}.get(question.sort_by.value, question.sort_by.value)
        known = [each for each in listed if each[column] is not None]
        unknown = [each for each in listed if each[column] is None]
        return [*sorted(known, key=lambda each: (-each[column], each["product_id"])), *unknown]

    def excluded(self, question: ProductQuestion) -> int:
        """Lines of the category that no rate is known for."""
        products = (self._product(question, each) for each in {line["product_id"] for line in self.shop.lines})
        return sum(each["excluded"] for each in products)

    def rate(self, currency: str | None, moment: datetime) -> Decimal | None:
        """The rate of a currency on the day."""
        if currency == REPORTING_CURRENCY:
            return Decimal(1)
        day = moment.date().isoformat()
        known = [each for each in self.shop.rates if each["currency"] == currency]
        return next((Decimal(each["rate"]) for each in known if each["valid_from"] <= day < each["valid_before"]), None)

    def _product(self, question: ProductQuestion, product: str) -> dict[str, Any]:
        sold = [line for line in self.shop.lines if line["product_id"] == product and _within(question, line)]
        categorised = [{**line, "product_category": self._category(line)} for line in sold]
        own = [line for line in categorised if question.category in (None, line["product_category"])]
        lines = [line for line in own if self.rate(line["currency"], line["timestamp"]) is not None]
        catalogue = next((each for each in self.shop.catalogue if each["product_id"] == product), {})
        revenue = sum((self._revenue(line) for line in lines), _ZERO)
        costs = [self._cost(line) for line in lines]
        cost = None if None in costs or not lines else sum(filter(None, costs), _ZERO)
        return {
            "product_id": product,
            "name": catalogue.get("name") or _latest(categorised, "product_name"),
            "category": _latest(own, "product_category"),
            "revenue": revenue,
            "quantity_sold": sum((Decimal(str(line["quantity"])) for line in own), _ZERO),
            "additional_metrics": {name: self._beside(lines, name) for name in ("tax", "shipping")},
            "margin": None if cost is None else revenue - cost,
            "conversion_rate": self._conversion(question, product),
            "inventory_turnover": None if cost is None else self._turnover(question, product, cost),
            "trend": self._trend(question, lines),
            "lines": len(lines),
            "excluded": len(own) - len(lines),
        }

    def _revenue(self, line: Row) -> Decimal:
        quantity, price = (Decimal(str(line[name])) for name in ("quantity", "unit_price"))
        return (quantity * price - _signed(line, "discount")) * (
            self.rate(line["currency"], line["timestamp"]) or _ZERO
        )

    def _beside(self, lines: Sequence[Row], name: str) -> Decimal:
        rated = (_signed(line, name) * (self.rate(line["currency"], line["timestamp"]) or _ZERO) for line in lines)
        return sum(rated, _ZERO)

    def _category(self, line: Row) -> str | None:
        """The category of the line, or else of the version at the sale, or of the first one if that is later."""
        if line.get("product_category") is not None:
            own: str = line["product_category"]
            return own
        known = [each for each in self.shop.versions if each["product_id"] == line["product_id"]]
        ordered = sorted(known, key=lambda each: each["updated_at"])
        valid = [each for each in ordered if each["updated_at"] <= line["timestamp"]] or ordered[:1]
        return valid[-1]["category"] if valid else None

    def _cost(self, line: Row) -> Decimal | None:
        if line.get("unit_cost") is not None:
            unit, currency = Decimal(str(line["unit_cost"])), line["currency"]
        else:
            found = self._version(line["product_id"], line["timestamp"])
            if found is None:
                return None
            unit, currency = found
        rate = self.rate(currency, line["timestamp"])
        return None if rate is None else Decimal(str(line["quantity"])) * unit * rate

    def _version(self, product: str, moment: datetime) -> tuple[Decimal, str] | None:
        valid = [each for each in self.shop.versions if each["product_id"] == product and each["updated_at"] <= moment]
        newest = max(valid, key=lambda each: each["updated_at"], default=None)
        if newest is None or newest["cost"] is None:
            return None
        return Decimal(str(newest["cost"])), newest["currency"]

    def _conversion(self, question: ProductQuestion, product: str) -> Decimal | None:
        steps = [each for each in self.shop.events if each["product_id"] == product and _in_range(question, each)]
        viewed = {each["session_id"] for each in steps if each["event_type"] == "product_view"}
        bought = {each["session_id"] for each in steps if each["event_type"] == "purchase"}
        return Decimal(len(viewed & bought)) / len(viewed) if viewed else None

    def _turnover(self, question: ProductQuestion, product: str, cost: Decimal) -> Decimal | None:
        """Cost ÷ mean worth, by walking over every location's levels from one to the next."""
        total, since = _ZERO, question.end
        for levels in self._levels(question, product):
            for level, until in zip(levels, [*(each["timestamp"] for each in levels[1:]), question.end], strict=True):
                begun = max(level["timestamp"], question.start)
                if begun >= until:
                    continue
                worth = self._worth(level)
                if worth is None:
                    return None
                total, since = total + worth * ((until - begun) // timedelta(milliseconds=1)), min(since, begun)
        return cost * ((question.end - since) // timedelta(milliseconds=1)) / total if total else None

    def _levels(self, question: ProductQuestion, product: str) -> Iterator[list[Row]]:
        """By location, of each day the last record; of the day in which the range begins, of both its parts."""
        last: dict[Any, dict[Any, Row]] = defaultdict(dict)
        for each in sorted(self.shop.inventory, key=lambda each: each["timestamp"]):
            if each["product_id"] == product and each["timestamp"] < question.end:
                key = (each["timestamp"].date(), each["timestamp"] >= question.start)
                last[each["location"]][key] = each
        yield from (list(levels.values()) for levels in last.values())

    def _worth(self, level: Row) -> Decimal | None:
        quantity = max(Decimal(str(level["quantity_on_hand"])), _ZERO)  # oversold goods have no value
        if level["unit_cost"] is not None or not quantity:
            return quantity * Decimal(str(level["unit_cost"] or 0))
        found = self._version(level["product_id"], level["timestamp"])
        rate = self.rate(found[1], level["timestamp"]) if found else None
        return None if found is None or rate is None else quantity * found[0] * rate

    def _trend(self, question: ProductQuestion, lines: Sequence[Row]) -> str | None:
        """By SciPy's slope and its tau, over days dealt out from the last one backwards."""
        first, beyond = _next_midnight(question.start), _last_midnight(min(question.end, self.delivered))
        days = (beyond - first) // _DAY
        if days < 7:
            return None
        each = next(size for size in range(1, 40) if days / size <= 30)
        revenue = [_ZERO] * (days // each)
        for line in lines:
            back = (beyond - line["timestamp"] - timedelta(milliseconds=1)) // _DAY // each
            if 0 <= back < len(revenue):
                revenue[-1 - back] += self._revenue(line)
        return _direction([float(each) for each in revenue])


def _direction(values: Sequence[float]) -> str:
    if len(set(values)) == 1:
        return "stable"
    count = len(values)
    ups = sum((b > a) - (b < a) for i, a in enumerate(values) for b in values[i + 1 :])
    ties = [values.count(value) for value in set(values)]
    variance = (count * (count - 1) * (2 * count + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    slope = float(stats.theilslopes(values).slope) * (count - 1)
    significant = 2 * stats.norm.sf((abs(ups) - 1) / variance**0.5) < 0.05
    if not significant or abs(slope) < 0.1 * sum(map(abs, values)) / count:
        return "stable"
    return "increasing" if slope > 0 else "decreasing"


def _signed(line: Row, name: str) -> Decimal:
    """An amount of the line, negative for a return, whichever sign the line has for it."""
    return abs(Decimal(str(line.get(name) or 0))).copy_sign(Decimal(str(line["quantity"])))


def _within(question: ProductQuestion, line: Row) -> bool:
    return line["status"] == "completed" and _in_range(question, line)


def _in_range(question: ProductQuestion, row: Row) -> bool:
    moment: datetime = row["timestamp"]
    return question.start <= moment < question.end


def _latest(lines: Sequence[Row], name: str) -> Any:
    """The last value: that of the group of lines (day, category, currency) with the latest sale."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for line in lines:
        groups[line["timestamp"].date(), line.get("product_category"), line["currency"]].append(line)
    said: list[tuple[datetime, str]] = []
    for group in groups.values():
        texts = [(line["timestamp"], line[name]) for line in group if line.get(name) is not None]
        if texts:
            said.append((max(line["timestamp"] for line in group), max(texts)[1]))
    return max(said)[1] if said else None


def _next_midnight(moment: datetime) -> datetime:
    midnight = _last_midnight(moment)
    return midnight if midnight == moment else midnight + _DAY


def _last_midnight(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
