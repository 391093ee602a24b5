"""`./tally import` loads the export of a shop through the front door; the API reports what the shop reports."""

import gzip
import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

from infra.local.cli import app
from tests.functions.presets.exports import FILES
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, connected, counted, data_of
from tests.oracles.exports import shopify
from tests.oracles.exports.sheet import Books

SOURCE, PRESET = "imported-orders", "shopify_orders_csv"
FILE = FILES / "shopify_orders_eur.csv"
RANGE = ("2021-10-30T00:00:00+02:00", "2021-11-05T00:00:00+01:00")
Import = Callable[..., Result]


@pytest.fixture(scope="module")
def run_import(platform: RunningPlatform) -> Import:
    """Run the command against the platform."""

    def run(file: Path, *options: str) -> Result:
        words = [str(file), "--type", "transactions", "--directory", str(platform.layout.directory), *options]
        return CliRunner().invoke(app, ["import", *words])

    return run


@pytest.fixture(scope="module")
def imported(platform: RunningPlatform, run_import: Import) -> Result:
    """The first import of a file into a source that has a namespace and a name."""
    with connected(platform) as client:
        configured = {"name": "Shop of the example", "namespace": "imported", "thresholds": {"orders": 50}}
        assert client.http.put(f"/ingest/sources/{SOURCE}", json=configured).is_success
    return run_import(FILE, "--source", SOURCE, "--preset", PRESET, "--timezone", "Europe/Berlin")


def _books() -> Books:
    return Books(list(shopify.from_csv(FILE.read_text("utf-8")))).of("EUR")


def _cents(amount: Fraction) -> Decimal:
    return round(Decimal(amount.numerator) / amount.denominator, 2)


def test_the_revenue_tax_and_shipping_are_those_of_the_shop(imported: Result, client: Client) -> None:
    assert imported.exit_code == 0, imported.output
    told = client.metric("revenue", *RANGE, granularity="monthly", **{"filters[currency]": "EUR"})

    books, more = _books(), [point["additional_metrics"] for point in told["data"]]
    assert told["summary"]["total"] == _cents(books.revenue) == Decimal("142.35")
    assert sum(each["lines"] for each in more) == len(books.lines)
    assert [sum(each[name] for each in more) for name in ("tax", "shipping")] == [
        _cents(books.tax),
        _cents(books.shipping),
    ]


def test_the_rest_of_the_configuration_is_kept(imported: Result, client: Client) -> None:
    assert imported.exit_code == 0
    source = data_of(client.http.get(f"/ingest/sources/{SOURCE}"))

    configured = source["configuration"]
    assert (source["name"], configured["namespace"], configured["thresholds"]) == (
        "Shop of the example",
        "imported",
        {"orders": 50},
    )
    assert configured["timezone"] == "Europe/Berlin"
    assert configured["mappings"] == {"transactions": {"preset": PRESET}}


def test_a_packed_file_is_recognised_and_changes_nothing(imported: Result, run_import: Import, tmp_path: Path) -> None:
    assert imported.exit_code == 0
    packed, unnamed = tmp_path / "orders.csv.gz", tmp_path / "orders"
    packed.write_bytes(gzip.compress(FILE.read_bytes()))
    with pa.CompressedOutputStream(str(unnamed), "zstd") as file:
        file.write(FILE.read_bytes())

    for each in (packed, unnamed):
        again = run_import(each, "--source", SOURCE, "--preset", PRESET, "--json")
        assert again.exit_code == 0, again.output
        outcome = json.loads(again.stdout)["outcome"]
        assert counted(outcome).keys() == {"duplicate"}


def test_another_mapping_is_not_replaced_unasked(imported: Result, run_import: Import, client: Client) -> None:
    assert imported.exit_code == 0
    refused = run_import(FILE, "--source", SOURCE, "--preset", "square_items_csv")

    assert "another mapping of transactions" in str(refused.exception)
    source = data_of(client.http.get(f"/ingest/sources/{SOURCE}"))
    assert source["configuration"]["mappings"] == {"transactions": {"preset": PRESET}}


def test_a_corrected_preset_applies_to_the_next_file_at_once(run_import: Import) -> None:
    """The loader does not use the configuration that it had read for the refused file."""
    wrong = run_import(FILES / "square_items.csv", "--source", "imported-till", "--preset", PRESET)
    right = run_import(
        FILES / "square_items.csv", "--source", "imported-till", "--preset", "square_items_csv", "--replace"
    )

    assert wrong.exit_code == 1
    assert "it looks like square_items_csv" in wrong.output
    assert right.exit_code == 0, right.output


def test_rejected_rows_end_with_exit_code_1_and_where_to_read_them(run_import: Import, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    rows = [f"i-{number},2021-03-01T10:00:00Z,mug,{number or 'none'},1" for number in range(10)]
    file.write_text("\n".join(["transaction_id,timestamp,product_id,quantity,unit_price", *rows]))

    told = run_import(file, "--source", "imported-sales")

    assert told.exit_code == 1
    assert "sales.csv: completed, 9 loaded, 1 quarantined" in told.output
    assert "must be a number" in told.output
    assert "/errors" in told.output


def test_an_api_key_of_the_environment_opens_a_platform_elsewhere(
    platform: RunningPlatform, run_import: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = json.loads(platform.layout.own_key.read_text())
    monkeypatch.setenv("TALLY_CLIENT_ID", key["client_id"])
    monkeypatch.setenv("TALLY_CLIENT_SECRET", key["client_secret"])
    file = tmp_path / "sales.json"
    file.write_text('[{"transaction_id": "e-1", "timestamp": "2021-03-02", "product_id": "m", "quantity": 1}]')

    told = run_import(file, "--source", "imported-elsewhere", "--url", platform.ports.url("front"))

    assert told.exit_code == 1  # the price is missing: the file was read, and refused
    assert "INSUFFICIENT_DATA_QUALITY" in told.output
