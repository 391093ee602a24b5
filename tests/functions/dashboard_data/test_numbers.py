"""The data of a widget are the body of the route that they come from, for every source, in every zone, after merges."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.records.schema import DataType
from tests.functions.dashboard_data.conftest import NOW, Platform, lasting
from tests.functions.dashboards.conftest import widget
from tests.tiers import one_in

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata")
METRICS, PRODUCTS, FRAUD = "/analytics/metrics", "/analytics/products/performance", "/analytics"


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def tomorrow(zone: str = "UTC") -> datetime:
    """The end of today by the time of a zone."""
    local = NOW.astimezone(ZoneInfo(zone))
    return datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(zone)) + timedelta(days=1)


def days(number: int, zone: str = "UTC") -> dict[str, str]:
    """The range of so many days, of which the last is today."""
    end = tomorrow(zone)
    return {"time_range.start": moment(end - timedelta(days=number)), "time_range.end": moment(end)}


def since(year: int, month: int, zone: str) -> dict[str, str]:
    """The range from the start of a month to the end of today."""
    start = datetime(year, month, 1, tzinfo=ZoneInfo(zone))
    return {"time_range.start": moment(start), "time_range.end": moment(tomorrow(zone))}


def dates(number: int) -> dict[str, str]:
    """As `days`, in the words of the Fraud contract."""
    return dict(zip(("startDate", "endDate"), days(number).values(), strict=True))


def hours(number: int, zone: str) -> dict[str, str]:
    """The range of so many hours by the clock of a zone, of which the last is the present one."""
    end = NOW.astimezone(ZoneInfo(zone)).replace(minute=0, second=0) + timedelta(hours=1)
    return {"time_range.start": moment(end - timedelta(hours=number)), "time_range.end": moment(end)}


def cases(zone: str) -> dict[str, tuple[Any, str, Mapping[str, Any]]]:
    """Widgets with the path and the parameters of the route that they must equal."""
    here = {"timezone": zone}
    metric = {"source": "metrics", **here}
    return {
        "revenue": (
            {"metric_type": "revenue", "time_window": "30d", "include_comparison": True, **metric},
            METRICS,
            {"metric_type": "revenue", "include_comparison": "true", **days(30, zone), **here},
        ),
        "hours": (
            {"metric_type": "transactions", "time_window": "24h", **metric},
            METRICS,
            {"metric_type": "transactions", "granularity": "hourly", **hours(24, zone), **here},
        ),
        "filtered": (
            {
                "metric_type": "revenue",
                "aggregation": "avg",
                "time_window": "mtd",
                "filters": {"region": ["Germany", "FR"], "currency": "EUR"},
                **metric,
            },
            METRICS,
            {
                "metric_type": "revenue",
                "aggregation": "avg",
                "filters.region": ["Germany", "FR"],
                "filters.currency": "EUR",
                **since(2025, 4, zone),
                **here,
            },
        ),
        "quarter": (
            {"metric_type": "customers", "time_window": "ytd", "granularity": "monthly", **metric},
            METRICS,
            {
                "metric_type": "customers",
                "granularity": "monthly",
                **here,
                "time_range.start": since(2025, 1, zone)["time_range.start"],
                "time_range.end": moment(datetime(2025, 5, 1, tzinfo=ZoneInfo(zone))),
            },
        ),
        "orders": (
            {"metric_type": "average_order_value", "time_window": "90d", **metric},
            METRICS,
            {"metric_type": "average_order_value", **days(90, zone), **here},
        ),
        "fixed": (
            {"metric_type": "inventory", "time_range": {"start": "2025-03-01", "end": "2025-04-01"}, **metric},
            METRICS,
            {"metric_type": "inventory", "time_range.start": "2025-03-01", "time_range.end": "2025-04-01", **here},
        ),
        "conversion": (
            {"metric_type": "conversion", "time_window": "7d", **metric},
            METRICS,
            {"metric_type": "conversion", **days(7, zone), **here},
        ),
        "products": (
            {"source": "products", "time_window": "30d", "sort_by": "margin", "limit": 3, **here},
            PRODUCTS,
            {"sort_by": "margin", "limit": "3", **days(30, zone), **here},
        ),
    }


OTHERS: dict[str, tuple[Any, str, Mapping[str, Any]]] = {
    "segments": ({"source": "segments"}, "/analytics/customers/segments", {}),
    "alerts": ({"source": "alerts", "severity": "high", "limit": 5}, "/alerts", {"severity": "high", "limit": "5"}),
    "quality": ({"source": "quality", "time_window": "7d"}, "/data-quality/reports", days(7)),
    "kpis": ({"source": "fraud", "view": "metrics", "time_window": "30d"}, METRICS, dates(30)),
    "lean": (
        {"source": "fraud", "view": "metrics", "time_window": "7d", "includeLatency": False},
        METRICS,
        {"includeLatency": "false", **dates(7)},
    ),
    "trends": ({"source": "fraud", "view": "trends", "time_window": "7d"}, f"{FRAUD}/dashboard", {"timeWindow": "7d"}),
    "cohorts": (
        {"source": "fraud", "view": "cohorts", "time_window": "90d", "dimension": "merchant", "minCount": 1},
        f"{FRAUD}/cohorts",
        {"dimension": "merchant", "minCount": "1", **dates(90)},
    ),
    "confusion": (
        {"source": "fraud", "view": "confusion-matrix", "time_window": "7d"},
        f"{FRAUD}/explain/confusion-matrix",
        dates(7),
    ),
    "drift": (
        {"source": "fraud", "view": "drift", "time_window": "30d", "featureNames": "age,country"},
        f"{FRAUD}/drift",
        {"featureNames": "age,country", **dates(30)},
    ),
    "pipelines": (
        {"source": "pipeline", "pipelineId": "merge"},
        f"{FRAUD}/pipeline/health",
        {"pipelineId": "merge"},
    ),
}


def shown(platform: Platform, asked: Mapping[str, tuple[Any, str, Mapping[str, Any]]]) -> Any:
    """Store a dashboard of all widgets."""
    return platform.user.make(widgets=[widget(name, "table", at, **asked[name][0]) for at, name in enumerate(asked)])


def assert_equal_to_routes(platform: Platform, asked: Mapping[str, tuple[Any, str, Mapping[str, Any]]]) -> None:
    """Assert that each widget equals its route, when computed and when remembered."""
    made = shown(platform, asked)
    computed, remembered = platform.data(made)["data"], platform.data(made)["data"]
    for name, (_, path, parameters) in asked.items():
        told = lasting(platform.route(path, **parameters))
        for found in (computed[name], remembered[name]):
            assert found["status"] == "success", found
            assert lasting(found["data"]) == told, name


@pytest.mark.parametrize("zone", ZONES)
def test_metrics_and_products_equal_their_routes(platform: Platform, zone: str) -> None:
    assert_equal_to_routes(platform, cases(zone))


def test_all_other_sources_equal_their_routes(platform: Platform) -> None:
    assert_equal_to_routes(platform, OTHERS)


@pytest.mark.parametrize("zone", one_in(3, ZONES))
def test_after_a_merge_they_do_again(platform: Platform, zone: str) -> None:
    asked = {**cases(zone), **OTHERS}
    assert_equal_to_routes(platform, asked)
    platform.sell(f"late-{zone}", region="Germany", unit_price=500)
    platform.deliver(
        DataType.DECISIONS,
        [{"decision_id": f"late-{zone}", "timestamp": moment(NOW), "score": 0.9, "outcome": "decline"}],
    )
    platform.data(shown(platform, asked))
    platform.refresh()

    assert_equal_to_routes(platform, asked)


@pytest.mark.parametrize("zone", one_in(3, ZONES))
def test_groups_are_the_metric_with_a_filter_and_name_their_countries(platform: Platform, zone: str) -> None:
    asked: dict[str, Any] = {
        "metric_type": "revenue",
        "time_window": "90d",
        "group_by": "region",
        "limit": 3,
        "timezone": zone,
    }
    widgets = widget("map", "map", **asked), widget("pie", "pie_chart", 1, **asked)

    before = _groups(platform, zone, platform.show(*widgets)["data"])
    platform.sell(f"grouped-{zone}", region="Germany", unit_price=500)
    platform.show(*widgets)
    platform.refresh()
    after = _groups(platform, zone, platform.show(*widgets)["data"])

    assert after["Germany"] == pytest.approx(before["Germany"] + 1000)


def _groups(platform: Platform, zone: str, told: Any) -> dict[str, float]:
    """Check groups against the route, and return their totals."""
    asked = {"metric_type": "revenue", "timezone": zone, **days(90, zone)}
    groups = told["map"]["data"]["groups"]
    assert told["pie"]["data"] == told["map"]["data"]
    assert len(groups) == 4
    assert groups[-1]["name"] == "(other)"
    assert sum(each["total"] for each in groups) == pytest.approx(platform.route(METRICS, **asked)["summary"]["total"])
    for group in groups[:-1]:
        if "value" in group:
            filtered = platform.route(METRICS, **{"filters.region": group["value"]}, **asked)
            assert filtered["summary"]["total"] == group["total"]
    named = {each["name"]: each.get("country", {}).get("alpha_3") for each in groups}
    known = {"Germany": "DEU", "FR": "FRA", "United Kingdom": "GBR", "usa": "USA"}
    assert named == {name: known.get(name) for name in named}
    assert told["map"]["data"]["unmatched"] == [name for name, country in named.items() if country is None]
    return {each["name"]: each["total"] for each in groups}
