"""Exports of the nights when clocks are set back, in several time zones: the right hour, or a documented rejection."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.functions.presets.conftest import Platform
from tests.functions.presets.exports import FILES

CLOCKS = ("00:30:00", "01:30:00", "02:30:00", "03:30:00", "12:00:00")
"""Local times of one night; in each zone of the tests, one of the first four occurs twice."""

Cells = Callable[[str, datetime, str], dict[str, str]]


def _woocommerce(number: str, wall: datetime, amount: str) -> dict[str, str]:
    zero = ("shipping_total", "shipping_tax_total", "fee_total", "fee_tax_total", "item_total_tax", "item_subtotal_tax")
    money = {"item_subtotal": amount, "item_total": amount, "order_total": amount}
    ids = {"order_id": number, "item_id": number, "item_quantity": "1", "date": f"{wall:%Y-%m-%d %H:%M:%S}"}
    return {**dict.fromkeys(zero, "0.00"), **money, **ids}


def _magento(number: str, wall: datetime, amount: str) -> dict[str, str]:
    told = f"{wall:%b} {wall.day}, {wall.year} {wall.hour % 12 or 12}:{wall:%M:%S} {wall:%p}"
    return {"ID": number, "Purchase Date": told, "Grand Total (Base)": amount, "Shipping and Handling": "0.0000"}


@dataclass(frozen=True)
class Night:
    """Orders of one night, all with the clock of one zone, in the layout of a preset."""

    preset: str
    file: str
    cells: Cells
    day: date
    zone: str
    currency: str

    ambiguous: str = "reject"

    @property
    def source_id(self) -> str:
        """The source that delivers it, which is also the channel of its sales."""
        return f"night-{self.preset.split('_')[0]}-{self.day:%m%d}-{self.ambiguous}"

    @property
    def walls(self) -> list[datetime]:
        """The local times of the orders."""
        return [datetime.combine(self.day, time.fromisoformat(each)) for each in CLOCKS]

    @property
    def content(self) -> bytes:
        """The file: the first row of an export of this layout, with other ids, times and amounts."""
        rows = [self.cells(f"{self.source_id}-{n}", wall, amount_of(n)) for n, wall in enumerate(self.walls)]
        return like(self.file, rows)

    def mapping(self) -> dict[str, Any]:
        """The configuration: what the preset does not know is said beside it."""
        times = {"formats": [self.written], "ambiguous": self.ambiguous}
        return {
            "preset": self.preset,
            "constants": {"channel": self.source_id},
            **({} if self.ambiguous == "reject" else {"date_formats": {"timestamp": times}}),
        }

    @property
    def written(self) -> str:
        """How the times of the layout are written."""
        return "%Y-%m-%d %H:%M:%S" if self.cells is _woocommerce else "%b %d, %Y %I:%M:%S %p"


def amount_of(number: int) -> str:
    """The amount of an order; every set of orders has a sum of its own."""
    return f"{2**number}.{number + 1:02}"


def like(file: str, rows: list[dict[str, str]]) -> bytes:
    """Write rows in the layout of an export, each with the cells of its first row that it does not have itself."""
    with (FILES / file).open(encoding="utf-8", newline="") as opened:
        first = next(iter(csv.DictReader(opened)))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(first))
    writer.writeheader()
    writer.writerows([{**first, **row} for row in rows])
    return text.getvalue().encode()


def instants(wall: datetime, zone: str) -> list[datetime]:
    """Return all the moments at which clocks of a zone show a time, found by trying every quarter of an hour."""
    start = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    tried = (start + timedelta(minutes=15 * step) for step in range(30 * 4))
    return [each for each in tried if each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall]


NIGHTS = (
    Night("woocommerce_orders_csv", "woocommerce_orders.csv", _woocommerce, date(2020, 10, 25), "Europe/Berlin", "EUR"),
    Night(
        "woocommerce_orders_csv", "woocommerce_orders.csv", _woocommerce, date(2020, 11, 1), "America/New_York", "EUR"
    ),
    Night("magento_orders_csv", "magento_orders.csv", _magento, date(2018, 11, 4), "America/Chicago", "USD"),
    Night("magento_orders_csv", "magento_orders.csv", _magento, date(2018, 10, 28), "Europe/Berlin", "USD"),
)
each_night = pytest.mark.parametrize("night", NIGHTS, ids=lambda night: night.source_id)


def by_hour(platform: Platform, night_of: date, currency: str, **more: str) -> Mapping[datetime, Decimal]:
    """Return the revenue of each hour around a day, as the API has it."""
    start = datetime.combine(night_of, time(), UTC) - timedelta(days=1)
    data = platform.ask(
        metric_type="revenue",
        granularity="hourly",
        time_range__start=start.isoformat(),
        time_range__end=(start + timedelta(days=3)).isoformat(),
        filters__currency=currency,
        **more,
    )
    return {
        datetime.fromisoformat(point["timestamp"]): Decimal(str(point["value"]))
        for point in data["data"]
        if point["value"]
    }


def hourly(sales: list[tuple[datetime, str]]) -> Mapping[datetime, Decimal]:
    """Add up amounts by the hour of their moments."""
    hours: defaultdict[datetime, Decimal] = defaultdict(Decimal)
    for moment, amount in sales:
        hours[moment.replace(minute=0)] += Decimal(amount)
    return hours


def certain(night: Night) -> list[tuple[datetime, str]]:
    """The sales of a night whose time occurs once."""
    found = [(instants(wall, night.zone), amount_of(n)) for n, wall in enumerate(night.walls)]
    return [(moments[0], amount) for moments, amount in found if len(moments) == 1]


def deliver(platform: Platform, night: Night) -> str:
    """Upload the file of a night."""
    return platform.deliver(
        night.source_id,
        "transactions",
        night.mapping(),
        file_format="csv",
        content=night.content,
        timezone=night.zone,
    )


@each_night
def test_a_time_that_occurs_twice_is_rejected_and_all_others_have_the_right_hour(
    platform: Platform, night: Night
) -> None:
    reasons = " ".join(platform.reasons(deliver(platform, night)))

    assert len(certain(night)) == len(CLOCKS) - 1
    found = by_hour(platform, night.day, night.currency, filters__channel=night.source_id)
    assert found == hourly(certain(night))
    assert f"occurs twice in {night.zone}, where clocks are set back; send an offset, or set ambiguous" in reasons


@each_night
@pytest.mark.parametrize("ambiguous", ["first", "second"])
def test_a_shop_that_says_which_of_the_two_hours_it_means_gets_that(
    platform: Platform, night: Night, ambiguous: str
) -> None:
    night = replace(night, ambiguous=ambiguous)
    assert platform.reasons(deliver(platform, night)) == set()

    place = {"first": 0, "second": -1}[ambiguous]
    sales = [(instants(wall, night.zone)[place], amount_of(n)) for n, wall in enumerate(night.walls)]
    found = by_hour(platform, night.day, night.currency, filters__channel=night.source_id)
    assert found == hourly(sales)


SQUARE_ZONES = {
    "Eastern Time (US & Canada)": "America/New_York",
    "Mountain Time (US & Canada)": "America/Denver",
    "Arizona": "America/Phoenix",
    "Berlin": "Europe/Berlin",
}
SQUARE_NIGHT = date(2019, 11, 3)


def _square_rows() -> list[tuple[str, datetime, str]]:
    walls = [datetime.combine(SQUARE_NIGHT, time.fromisoformat(each)) for each in CLOCKS]
    rows = [(name, wall) for name in SQUARE_ZONES for wall in walls]
    return [(name, wall, f"{number + 1}.{number + 1:02}") for number, (name, wall) in enumerate(rows)]


def test_tills_in_several_zones_have_each_their_own_clock(platform: Platform) -> None:
    rows: list[dict[str, Any]] = [
        {
            "Date": f"{wall:%Y-%m-%d}",
            "Time": f"{wall:%H:%M:%S}",
            "Time Zone": name,
            "Gross Sales": f"${amount}",
            "Discounts": "$0.00",
            "Net Sales": f"${amount}",
            "Qty": "1.0",
            "Tax": "$0.00",
            "Transaction ID": f"night-{number}",
        }
        for number, (name, wall, amount) in enumerate(_square_rows())
    ]

    batch_id = platform.deliver(
        "night-square",
        "transactions",
        {"preset": "square_items_csv"},
        file_format="csv",
        content=like("square_items.csv", rows),
        timezone="Asia/Tokyo",  # of no row: each has the name of its own
    )

    told = [(instants(wall, SQUARE_ZONES[name]), amount) for name, wall, amount in _square_rows()]
    assert [len(moments) for moments, _ in told].count(2) == 2  # New York and Denver; Arizona and Berlin have none
    assert by_hour(platform, SQUARE_NIGHT, "USD") == hourly(
        [(moments[0], amount) for moments, amount in told if len(moments) == 1]
    )
    reasons = " ".join(platform.reasons(batch_id))
    assert "2019-11-03 01:30:00 occurs twice in America/" in reasons


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Berlin", date(2017, 10, 29)), ("America/New_York", date(2017, 11, 5))]
)
def test_charges_in_utc_are_told_apart_in_the_hour_that_a_shop_has_twice(
    platform: Platform, zone: str, day: date
) -> None:
    """The export is in UTC whatever the zone of the source; the day on which clocks are set back has 25 hours."""
    midnight = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    moments = [midnight + timedelta(hours=hour, minutes=30) for hour in range(-1, 26)]
    rows = [
        {"id": f"ch_{day:%m%d}{n}", "Created date (UTC)": f"{each:%Y-%m-%d %H:%M:%S}", "Amount": f"{n + 1}.{n + 1:02}"}
        for n, each in enumerate(moments)
    ]

    outcome = platform.load(
        f"night-stripe-{day:%m%d}",
        "transactions",
        {"preset": "stripe_charges_csv"},
        file_format="csv",
        content=like("stripe_charges.csv", rows),
        timezone=zone,
    )
    days = platform.ask(
        metric_type="revenue",
        granularity="daily",
        time_range__start=f"{day - timedelta(days=1)}",
        time_range__end=f"{day + timedelta(days=2)}",
        timezone=zone,
        filters__currency="USD",
    )

    amounts = [Decimal(row["Amount"]) for row in rows]
    assert outcome == {"loaded": 27}
    assert by_hour(platform, day, "USD") == hourly(list(zip(moments, map(str, amounts), strict=True)))
    assert [Decimal(str(point["value"])) for point in days["data"]] == [amounts[0], sum(amounts[1:26]), amounts[26]]
