"""One visit of a shop's page to the running platform: the requests of its axios client, and the responses."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import connected, data_of, sale

CLIENTS = Path(__file__).resolve().parents[2] / "clients"
FOREIGN = "http://shop.example"
REGIONS = ["Île-de-France & Co", "50% [off] + more"]
RANGE = {"start": "2016-02-01T00:00:00Z", "end": "2016-02-03T02:00:00+02:00"}
FILTERS = {"region": REGIONS, "currency": "ISK"}
BATCH = {
    "source_id": "axios-shop",
    "data_type": "transactions",
    "format": "json",
    "data": [
        sale("axios-1", "2016-02-01", unit_price=10, currency="ISK", region=REGIONS[0]),
        sale("axios-2", "2016-02-02", unit_price="5.50", currency="ISK", region=REGIONS[1]),
        sale("axios-3", "2016-02-02", unit_price=100, currency="ISK", region="Elsewhere"),
        sale("axios-4", "2016-02-02", quantity="one"),
        *(sale(f"axios-later-{number}", "2016-03-01", currency="ISK", region="Elsewhere") for number in range(4)),
    ],
}
RECORD = {
    "source_id": "axios-till",
    "data_type": "transactions",
    "timestamp": "2016-02-04T12:00:00Z",
    "data": sale("axios-5", "2016-02-04", currency="ISK"),
    "correlation_id": "basket-7",
}
METRICS = {
    "metric_type": "revenue",
    "time_range": RANGE,
    "granularity": "daily",
    "filters": FILTERS,
    "include_comparison": True,
}
Told = Mapping[str, Any]


def token_of(http: httpx.Client, *scopes: str) -> tuple[str, str]:
    """Make an API key for these scopes; return its id and a token of it."""
    key = data_of(http.post("/auth/keys", json={"name": "axios", "scopes": scopes}))
    pair = data_of(http.post("/auth/token", auth=(key["id"], key["client_secret"])))
    return key["id"], pair["access_token"]


def spend(platform: RunningPlatform, key_id: str) -> None:
    """Let a key be over its limit, whatever that is, now and in the next window, in the counter's own words."""
    dynamodb, table = platform.client("dynamodb"), platform.outputs.every["RateLimitsTableName"]
    (window,) = [item for item in dynamodb.scan(TableName=table)["Items"] if item["window"]["S"].endswith(f"#{key_id}")]
    rate_class, ends_at, _ = window["window"]["S"].split("#")
    for end in (int(ends_at), int(ends_at) + 3600):
        spent = {"window": {"S": f"{rate_class}#{end}#{key_id}"}, "used": {"N": str(10**9)}}
        dynamodb.put_item(TableName=table, Item={**window, **spent})


def visit(platform: RunningPlatform) -> Told:
    """Return the responses to the page, by request."""
    with connected(platform) as client:
        _, reader = token_of(client.http, "ingest:read")
        spent_key, spent = token_of(client.http, "ingest:read")
        client.http.get("/ingest/sources", headers={"Authorization": f"Bearer {spent}"})
    spend(platform, spent_key)
    given = {
        "api": platform.api_url,
        "origin": f"http://localhost:{platform.ports.web}",
        "foreign": FOREIGN,
        "token": platform.token,
        "reader": reader,
        "spent": spent,
        "batch": BATCH,
        "record": RECORD,
        "metrics": METRICS,
    }
    ran = subprocess.run(  # noqa: S603 # our own script
        ["node", str(CLIENTS / "visit.mjs")],  # noqa: S607 # the one that `make` found
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: Told = json.loads(ran.stdout)
    return found
