"""Customers are computed on demand and served by the front door."""

from typing import Any

from typer.testing import CliRunner

from infra.local.cli import app
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, data_of, sale

BUYER = "customers-ida"


def test_customers_are_computed_on_demand_and_served(client: Client, platform: RunningPlatform) -> None:
    client.send_all("customers-till", [sale("customers-1", "2016-05-02", customer_id=BUYER, currency="XPF")])
    platform.settle(quiet=0.1)

    done = CliRunner().invoke(app, ["customers", "compute", "--directory", str(platform.layout.directory)])

    assert done.exit_code == 0, done.output
    assert "customers are computed" in done.output
    profile = told(client, f"{BUYER}/profile")
    assert profile["total_orders"] == 1
    assert profile["excluded_records"] == 1  # another currency, so that no other test's sums are touched
    assert profile["absent"].keys() == {
        "avg_order_value",
        "predicted_next_purchase",
        "risk_score",
        "expected_purchases",
    }
    segments = told(client, "segments")
    assert profile["segment"] in {each["segment_id"] for each in segments["segments"] if each["customer_count"]}


def told(client: Client, path: str) -> Any:
    """The response of the front door."""
    return data_of(client.http.get(f"/analytics/customers/{path}"))
