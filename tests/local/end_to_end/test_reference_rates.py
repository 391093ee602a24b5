"""Reference rates loaded from the command line, and the metrics converted with them."""

from decimal import Decimal

from typer.testing import CliRunner

from infra.local.cli import app
from tests.datasets import DATASETS, needs
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, sale

SERIES = DATASETS / "ecb_eurofxref_hist.csv.gz"
pytestmark = needs(SERIES)

FRIDAY, SATURDAY, MONDAY, TUESDAY = "2013-06-07", "2013-06-08", "2013-06-10", "2013-06-11"
PLN_FRIDAY, PLN_MONDAY = Decimal("1.326") / Decimal("4.3058"), Decimal("1.3209") / Decimal("4.2532")
"""The bank's quotes of those days, in dollars and zloty per euro."""


def test_sales_are_reported_in_the_reporting_currency_once_rates_are_loaded(
    client: Client, platform: RunningPlatform
) -> None:
    sales = [
        sale("rates-1", FRIDAY, unit_price="100", currency="PLN"),
        sale("rates-2", SATURDAY, unit_price="100", currency="PLN"),
        sale("rates-3", MONDAY, unit_price="100", currency="PLN"),
        sale("rates-4", MONDAY, unit_price="7", currency="SAR"),
        sale("rates-5", MONDAY, unit_price="0.5", currency="USD"),
    ]
    client.send_all("rates-till", sales)
    before = client.metric("revenue", FRIDAY, TUESDAY)

    loaded = CliRunner().invoke(app, ["rates", "load", str(SERIES), "--directory", str(platform.layout.directory)])

    assert loaded.exit_code == 0, loaded.output
    after = client.metric("revenue", FRIDAY, TUESDAY)
    assert (before["summary"]["total"], before["metadata"]["excluded_records"]) == (Decimal("0.5"), 4)
    assert after["metadata"]["excluded_records"] == 1  # the bank publishes no rate of the riyal
    assert [point["value"] for point in after["data"]] == [
        round(100 * PLN_FRIDAY, 4),
        round(100 * PLN_FRIDAY, 4),
        0,
        round(100 * PLN_MONDAY + Decimal("0.5"), 4),
    ]


def test_a_query_in_one_currency_is_reported_in_it(client: Client) -> None:
    zloty = client.metric("revenue", FRIDAY, TUESDAY, **{"filters[currency]": "PLN"})

    assert zloty["summary"]["total"] == 300
    assert zloty["metadata"]["excluded_records"] == 0


def test_loaded_rates_are_shown_with_their_origin(platform: RunningPlatform) -> None:
    words = ["rates", "show", "PLN", "--on", SATURDAY, "--directory", str(platform.layout.directory)]

    shown = CliRunner().invoke(app, words)

    assert shown.exit_code == 0, shown.output
    _, rate, _, _, zloty, dollar = (line.split() for line in shown.stdout.splitlines())
    assert rate == ["PLN", str(round(PLN_FRIDAY, 15)), "USD"]
    assert zloty[:5] == [FRIDAY, "4.3058", "PLN", "EUR", SERIES.name]
    assert dollar[:5] == [FRIDAY, "1.326", "USD", "EUR", SERIES.name]
