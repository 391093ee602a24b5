"""The demo's euro and pound are worth something on every day of its window, and real rates are left as they are."""

from datetime import date
from decimal import Decimal

from rich.console import Console

from infra.local.demo.loader import hold_rates
from infra.local.demo.rates import rates_file
from infra.local.demo.scenario import demo
from infra.local.demo.window import DemoWindow
from infra.local.progress import Progress
from shared.app.wiring import Wiring
from shared.currency.decompression import text_of
from shared.currency.parser import read
from shared.currency.rate_intervals import derive_intervals
from shared.currency.rates import ReferenceRates
from tests.local.demo.conftest import END

WINDOW = DemoWindow(END)


def test_sales_of_every_day_can_be_converted_even_from_a_sunday() -> None:
    for first in range(7):
        window = DemoWindow(END, 90 - first)

        spans = list(derive_intervals(read(text_of(rates_file(7, window))), "USD"))

        for currency in ("EUR", "GBP"):
            assert min(it.valid_from for it in spans if it.currency == currency) <= window.first.isoformat()


def test_rates_exist_for_weekdays_and_change_little_between_them() -> None:
    quotes = [quote for quote in read(text_of(rates_file(7, WINDOW))) if quote.currency == "USD"]

    assert {date.fromisoformat(quote.day).weekday() for quote in quotes} == {0, 1, 2, 3, 4}
    assert all(Decimal("1.02") <= quote.rate <= Decimal("1.16") for quote in quotes)
    assert len({quote.rate for quote in quotes}) > len(quotes) / 2


def test_the_same_seed_gives_the_same_rates() -> None:
    assert rates_file(7, WINDOW) == rates_file(7, WINDOW)
    assert rates_file(7, WINDOW) != rates_file(8, WINDOW)


def test_the_demo_has_rates_for_all_its_days(wired: Wiring) -> None:
    rates = ReferenceRates(
        wired.lake,
        wired.lake_tables,
        wired.table_states,
        wired.clock,
        reporting_currency="USD",
        events=wired.platform_events,
    )

    hold_rates(demo(end=END), rates, Progress(Console(quiet=True)))

    assert all([span.currency for span in rates.on(day.isoformat())] == ["EUR", "GBP"] for day in WINDOW.days())


def test_existing_rates_are_not_replaced(wired: Wiring) -> None:
    rates = ReferenceRates(
        wired.lake,
        wired.lake_tables,
        wired.table_states,
        wired.clock,
        reporting_currency="USD",
        events=wired.platform_events,
    )
    rates.load("real.csv", b"Date,USD\n2026-01-02,1.1721\n")
    before = rates.quotes()

    hold_rates(demo(end=END), rates, Progress(Console(quiet=True)))

    assert rates.quotes() == before
