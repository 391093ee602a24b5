"""The expected metrics of Online Retail, computed by pandas from the file, without any code of the platform."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pandas as pd

from tests.online_retail import FILE

_COLUMNS = {"InvoiceNo": str, "Quantity": int, "InvoiceDate": str, "UnitPrice": str, "Country": str}
_FREQUENCIES = {"hourly": "h", "daily": "D", "weekly": "W-SUN", "monthly": "M"}
_THOUSANDTH = Decimal("0.001")
Buckets = dict[str, Decimal]


class Oracle:
    """Some lines of the file, in whole thousandths of a pound."""

    def __init__(self, sales: Any) -> None:
        self._sales = sales

    @classmethod
    def of_lines(cls, most: int, *, first: int = 0) -> "Oracle":
        """Read a run of the file's lines."""
        sales = pd.read_csv(FILE, usecols=list(_COLUMNS), dtype=_COLUMNS, skiprows=range(1, first + 1), nrows=most)
        prices = sales["UnitPrice"].map(lambda text: int(Decimal(text) / _THOUSANDTH))
        sales["net"] = prices * sales["Quantity"]
        sales["at"] = pd.to_datetime(sales["InvoiceDate"])
        return cls(sales)

    def of_countries(self, *names: str) -> "Oracle":
        """Keep the lines of some countries."""
        return Oracle(self._sales[self._sales["Country"].isin(names)])

    def __len__(self) -> int:
        return len(self._sales)

    def revenue(self, granularity: str) -> Buckets:
        """Sum net amounts."""
        return {bucket: _THOUSANDTH * int(sales["net"].sum()) for bucket, sales in self._buckets(granularity)}

    def transactions(self, granularity: str) -> Buckets:
        """Count lines."""
        return {bucket: Decimal(len(sales)) for bucket, sales in self._buckets(granularity)}

    def average_order_value(self, granularity: str) -> Buckets:
        """Divide net amounts by the orders with a positive amount, omitting buckets without any."""
        values = {bucket: _order_value(sales) for bucket, sales in self._buckets(granularity)}
        return {bucket: value for bucket, value in values.items() if value is not None}

    def order_value(self) -> Decimal | None:
        """Return the average order value over all lines."""
        return _order_value(self._sales)

    def _buckets(self, granularity: str) -> list[tuple[str, Any]]:
        begins = self._sales["at"].dt.to_period(_FREQUENCIES[granularity]).dt.start_time
        return [(f"{at.isoformat()}Z", sales) for at, sales in self._sales.groupby(begins)]


def _order_value(sales: Any) -> Decimal | None:
    orders = sales.groupby("InvoiceNo")["net"].sum()
    positive = int((orders > 0).sum())
    if not positive:
        return None
    return (_THOUSANDTH * int(sales["net"].sum()) / positive).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)


def values(answer: dict[str, Any]) -> Buckets:
    """Return the buckets of an answer that hold anything, as the oracle spells them."""
    return {
        point["timestamp"].replace(".000Z", "Z"): Decimal(point["value"]) for point in answer["data"] if point["value"]
    }
