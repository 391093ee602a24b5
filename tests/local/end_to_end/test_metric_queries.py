"""The metrics route takes a question in every spelling, knows both contracts' forms, and refuses with all reasons."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, connected, data_of, sale
from tests.local.end_to_end.refusals import error_of, fields_of

SOURCE, CURRENCY = "metric-queries", "SEK"
ODD = 'Ö&=+%41 "quoted" [1]'
REGIONS = {"North": "1.00", "South": "20.00", "West": "300.00", ODD: "4000.00"}
WANTED = 4_001
RANGE = {"start": "2017-03-01", "end": "2017-03-04"}


@pytest.fixture(scope="module", autouse=True)
def _sold(platform: RunningPlatform) -> None:
    """Sell once in each region, and late on the day before midnight in Stockholm."""
    with connected(platform) as client:
        sales = [
            sale(f"q-{place}", "2017-03-02", currency=CURRENCY, region=region, unit_price=price)
            for place, (region, price) in enumerate(REGIONS.items())
        ]
        client.send_all(SOURCE, sales)


def spelt(*parameters: tuple[str, str]) -> str:
    """Write a query string with everything encoded that need be."""
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in parameters)


METRIC, SEK = ("metric_type", "revenue"), ("filters[currency]", CURRENCY)
BRACKETS = (("time_range[start]", RANGE["start"]), ("time_range[end]", RANGE["end"]))
DOTS = (("time_range.start", RANGE["start"]), ("time_range.end", RANGE["end"]))
ODD_JSON = ODD.replace('"', '\\"')
SPELLINGS = {
    "axios": spelt(METRIC, *BRACKETS, SEK, ("filters[region][]", "North"), ("filters[region][]", ODD)),
    "numbered": spelt(METRIC, *BRACKETS, SEK, ("filters[region][0]", "North"), ("filters[region][1]", ODD)),
    "repeated": spelt(METRIC, *BRACKETS, SEK, ("filters[region]", "North"), ("filters[region]", ODD)),
    "dots": spelt(METRIC, *DOTS, ("filters.currency", CURRENCY), ("filters.region", "North"), ("filters.region", ODD)),
    "json": spelt(
        METRIC,
        ("time_range", '{"start": "2017-03-01T00:00:00Z", "end": "2017-03-04T02:00:00+02:00"}'),
        ("filters", f'{{"region": ["{ODD_JSON}", "North"], "currency": "{CURRENCY}"}}'),
    ),
    "mixed": spelt(METRIC, BRACKETS[0], DOTS[1], SEK, ("filters[region][]", ODD), ("filters", '{"region": "North"}')),
    "unencoded brackets": "metric_type=revenue&time_range[start]=2017-03-01&time_range[end]=2017-03-04"
    f"&filters[currency]=SEK&filters[region][]=North&filters[region][]={quote(ODD)}",
    "blank for plus": spelt(METRIC, ("time_range[start]", RANGE["start"]), SEK, ("filters[region][]", "North"))
    + f"&time_range[end]=2017-03-04T02:00:00+02:00&filters[region][]={quote(ODD)}",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_a_query_has_the_same_result(client: Client, spelling: str) -> None:
    answer = data_of(client.http.get(f"/analytics/metrics?{SPELLINGS[spelling]}"))

    assert answer["summary"]["total"] == WANTED
    assert [(point["timestamp"], point["value"]) for point in answer["data"]] == [
        ("2017-03-01T00:00:00Z", 0),
        ("2017-03-02T00:00:00Z", WANTED),
        ("2017-03-03T00:00:00Z", 0),
    ]
    assert answer["granularity"] == "daily"


def test_values_are_decoded_once(client: Client) -> None:
    query = f"{spelt(METRIC, *BRACKETS, SEK)}&filters[region]="

    twice = data_of(client.http.get(f"/analytics/metrics?{query}{quote(quote(ODD))}"))
    once = data_of(client.http.get(f"/analytics/metrics?{query}{quote(ODD)}"))

    assert (twice["summary"]["total"], once["summary"]["total"]) == (0, 4000)


def test_a_value_is_never_sql(client: Client) -> None:
    answer = client.metric("revenue", **RANGE, **{"filters[currency]": CURRENCY, "filters[region]": "' OR 1=1 --"})

    assert (answer["summary"]["total"], answer["metadata"]["total_records"]) == (0, 0)


def test_the_comparison_is_with_the_previous_range(client: Client) -> None:
    answer = client.metric(
        "revenue", "2017-03-03", "2017-03-05", include_comparison="true", **{"filters[currency]": CURRENCY}
    )

    assert [point["value"] for point in answer["comparison"]["previous_period"]] == [0, 4321]
    assert (answer["comparison"]["variance"], answer["comparison"]["variance_percentage"]) == (-4321, -100)
    assert (answer["summary"]["change_from_previous"], answer["summary"]["change_percentage"]) == (-4321, -100)


def test_a_time_zone_moves_the_edges_of_buckets(client: Client) -> None:
    answer = client.metric("transactions", **RANGE, timezone="Asia/Tokyo", **{"filters[currency]": CURRENCY})

    sold = {point["timestamp"]: point["value"] for point in answer["data"] if point["value"]}
    assert sold == {"2017-03-01T15:00:00Z": len(REGIONS)}


@pytest.mark.parametrize(("aggregation", "value"), [("avg", "1080.25"), ("min", "1"), ("max", "4000"), ("count", "4")])
def test_revenue_is_aggregated_as_requested(client: Client, aggregation: str, value: str) -> None:
    answer = client.metric("revenue", **RANGE, aggregation=aggregation, **{"filters[currency]": CURRENCY})

    assert str(answer["summary"]["total"]) == value


def test_the_fraud_form_is_answered_in_the_fraud_dialect(client: Client) -> None:
    answer = client.http.get("/analytics/metrics", params={"startDate": "2024-01-01", "endDate": "2024-02-01"})

    body = answer.json()
    assert answer.status_code in {200, 422}
    assert "success" not in body
    if answer.status_code == 422:
        assert body["error"] == "unprocessable"
        assert body["requestId"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"granularity": "daily"},
        {"metric_type": "revenue", "startDate": "2024-01-01"},
        {"time_range[start]": "2024-01-01", "endDate": "2024-02-01"},
        {"time_range": "{}", "startDate": "2024-01-01", "endDate": "2024-02-01"},
    ],
)
def test_a_request_in_both_or_neither_form_is_refused(client: Client, query: dict[str, str]) -> None:
    error = error_of(client.http.get("/analytics/metrics", params=query), 400, "VALIDATION_ERROR")

    assert all(name in error["message"] for name in ("metric_type", "time_range", "startDate", "endDate"))


def test_every_failing_parameter_is_named_at_once(client: Client) -> None:
    query = {
        "metric_type": "profit",
        "granularity": "minutely",
        "aggregation": "median",
        "include_comparison": "maybe",
        "timezone": "Mars/Phobos",
        "time_range[start]": "soon",
        "filters[colour]": "red",
        "filters[currency]": "pounds",
        "filters[region][]": "",
        "shape": "round",
    }

    error = error_of(client.http.get("/analytics/metrics", params=query), 400, "VALIDATION_ERROR")

    assert fields_of(error).keys() == {
        *("metric_type", "granularity", "aggregation", "include_comparison", "timezone", "shape"),
        *("time_range.start", "time_range.end", "filters.colour", "filters.currency", "filters.region"),
    }


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"time_range[end]": "2017-03-01"}, "time_range"),
        ({"time_range[end]": "2017-02-01"}, "time_range"),
        ({"time_range[start]": "1990-01-01", "granularity": "hourly"}, "time_range"),
        ({"time_range[start]": "2017-02-30"}, "time_range.start"),
        ({"metric_type": "average_order_value", "aggregation": "sum"}, "aggregation"),
        ({"metric_type": ["revenue", "transactions"]}, "metric_type"),
        ({"filters[currency]": ["SEK", "EUR"]}, "filters.currency"),
        ({"filters[region][]": [str(number) for number in range(101)]}, "filters.region"),
        ({"filters": "{not json"}, "filters"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
    ],
)
def test_an_invalid_query_is_refused(client: Client, changed: dict[str, Any], field: str) -> None:
    query = dict([METRIC, *BRACKETS]) | changed

    error = error_of(client.http.get("/analytics/metrics", params=query), 400, "VALIDATION_ERROR")

    assert field in fields_of(error)
