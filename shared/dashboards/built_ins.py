"""The dashboards that come with the platform, as data; nobody can change them, but everybody can copy them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.dashboards.models import Dashboard, DashboardWidget

OWNER = "tally"

_PUBLISHED = datetime(2026, 11, 30, tzinfo=UTC)
_MINUTE = 60

Widget = tuple[str, str, str, tuple[int, int, int, int], dict[str, Any]]
"""Id, type, title, place (x, y, w, h) and configuration."""


def _metric(metric_type: str, window: str, **further: Any) -> dict[str, Any]:
    return {"source": "metrics", "metric_type": metric_type, "time_window": window, **further}


def _fraud(view: str, window: str, **further: Any) -> dict[str, Any]:
    return {"source": "fraud", "view": view, "time_window": window, **further}


_SUMMARY = {"includeLatency": False, "includeThroughput": False}

_EXECUTIVE: tuple[Widget, ...] = (
    ("revenue", "metric_card", "Revenue, 30 days", (0, 0, 3, 2), _metric("revenue", "30d")),
    ("orders-value", "metric_card", "Average order value", (3, 0, 3, 2), _metric("average_order_value", "30d")),
    ("customers", "metric_card", "Customers, 30 days", (6, 0, 3, 2), _metric("customers", "30d")),
    ("conversion", "metric_card", "Conversion, 30 days", (9, 0, 3, 2), _metric("conversion", "30d")),
    (
        "revenue-by-day",
        "line_chart",
        "Revenue by day, with the 90 days before",
        (0, 2, 8, 4),
        _metric("revenue", "90d", include_comparison=True),
    ),
    ("regions", "map", "Revenue by country", (8, 2, 4, 4), _metric("revenue", "90d", group_by="region", limit=50)),
    (
        "categories",
        "bar_chart",
        "Revenue by category",
        (0, 6, 4, 4),
        _metric("revenue", "30d", group_by="product_category"),
    ),
    ("channels", "pie_chart", "Revenue by channel", (4, 6, 4, 4), _metric("revenue", "30d", group_by="channel")),
    ("segments", "pie_chart", "Customers by segment", (8, 6, 4, 4), {"source": "segments"}),
    (
        "months",
        "bar_chart",
        "Revenue by month, this year",
        (0, 10, 12, 4),
        _metric("revenue", "ytd", granularity="monthly", include_comparison=True),
    ),
)
_OPERATIONS: tuple[Widget, ...] = (
    ("lines", "metric_card", "Lines sold, 24 hours", (0, 0, 3, 2), _metric("transactions", "24h")),
    ("stock", "metric_card", "Units on hand", (3, 0, 3, 2), _metric("inventory", "7d")),
    ("alerts", "metric_card", "Open alerts", (6, 0, 3, 2), {"source": "alerts"}),
    ("quality", "metric_card", "Data quality, 7 days", (9, 0, 3, 2), {"source": "quality", "time_window": "7d"}),
    (
        "lines-by-hour",
        "line_chart",
        "Lines sold by hour",
        (0, 2, 6, 4),
        _metric("transactions", "24h", include_comparison=True),
    ),
    ("stock-by-day", "line_chart", "Units on hand by day", (6, 2, 6, 4), _metric("inventory", "30d")),
    ("pipelines", "table", "Health of the pipelines", (0, 6, 6, 5), {"source": "pipeline"}),
    ("open-alerts", "table", "Alerts", (6, 6, 6, 5), {"source": "alerts", "limit": 20}),
    ("quality-by-source", "table", "Data quality by source", (0, 11, 6, 5), {"source": "quality", "time_window": "7d"}),
    (
        "stock-by-category",
        "bar_chart",
        "Units on hand by category",
        (6, 11, 6, 5),
        _metric("inventory", "7d", group_by="product_category"),
    ),
)
_FINANCE: tuple[Widget, ...] = (
    ("month", "metric_card", "Revenue, this month", (0, 0, 3, 2), _metric("revenue", "mtd")),
    ("quarter", "metric_card", "Revenue, this quarter", (3, 0, 3, 2), _metric("revenue", "qtd")),
    ("year", "metric_card", "Revenue, this year", (6, 0, 3, 2), _metric("revenue", "ytd")),
    (
        "orders-value",
        "metric_card",
        "Average order value, this month",
        (9, 0, 3, 2),
        _metric("average_order_value", "mtd"),
    ),
    (
        "months",
        "bar_chart",
        "Revenue by month, with the year before",
        (0, 2, 8, 4),
        _metric("revenue", "365d", granularity="monthly", include_comparison=True),
    ),
    (
        "channels",
        "pie_chart",
        "Revenue by channel, this quarter",
        (8, 2, 4, 4),
        _metric("revenue", "qtd", group_by="channel"),
    ),
    (
        "margins",
        "table",
        "Products by margin, 90 days",
        (0, 6, 6, 5),
        {"source": "products", "time_window": "90d", "sort_by": "margin", "limit": 20},
    ),
    (
        "regions",
        "table",
        "Revenue by region, this quarter",
        (6, 6, 6, 5),
        _metric("revenue", "qtd", group_by="region", limit=20),
    ),
    ("days", "line_chart", "Revenue by day, this month", (0, 11, 6, 4), _metric("revenue", "mtd")),
    (
        "orders-value-by-week",
        "line_chart",
        "Average order value by week",
        (6, 11, 6, 4),
        _metric("average_order_value", "90d", granularity="weekly"),
    ),
)
_MARKETING: tuple[Widget, ...] = (
    ("conversion", "metric_card", "Conversion, 7 days", (0, 0, 4, 2), _metric("conversion", "7d")),
    ("customers", "metric_card", "Customers, 7 days", (4, 0, 4, 2), _metric("customers", "7d")),
    ("orders-value", "metric_card", "Average order value, 7 days", (8, 0, 4, 2), _metric("average_order_value", "7d")),
    ("conversion-by-day", "line_chart", "Conversion by day", (0, 2, 6, 4), _metric("conversion", "30d")),
    (
        "customers-by-day",
        "line_chart",
        "Customers by day",
        (6, 2, 6, 4),
        _metric("customers", "30d", include_comparison=True),
    ),
    ("segments", "pie_chart", "Customers by segment", (0, 6, 4, 4), {"source": "segments"}),
    (
        "conversion-by-channel",
        "bar_chart",
        "Conversion by channel",
        (4, 6, 4, 4),
        _metric("conversion", "30d", group_by="channel"),
    ),
    (
        "customers-by-segment",
        "bar_chart",
        "Revenue by customer segment",
        (8, 6, 4, 4),
        _metric("revenue", "30d", group_by="customer_segment"),
    ),
    (
        "products",
        "table",
        "Best-selling products, 30 days",
        (0, 10, 8, 5),
        {"source": "products", "time_window": "30d", "sort_by": "quantity", "limit": 20},
    ),
    (
        "countries",
        "map",
        "Customers by country",
        (8, 10, 4, 5),
        _metric("customers", "30d", group_by="region", limit=50),
    ),
)
_FRAUD: tuple[Widget, ...] = (
    ("kpis", "metric_card", "Fraud KPIs, 30 days", (0, 0, 6, 3), _fraud("metrics", "30d", **_SUMMARY)),
    ("today", "metric_card", "Decisions, 24 hours", (6, 0, 6, 3), _fraud("metrics", "24h")),
    ("trends", "line_chart", "KPIs over 30 days", (0, 3, 8, 5), _fraud("trends", "30d")),
    ("outcomes", "pie_chart", "Outcomes, 7 days", (8, 3, 4, 5), _fraud("metrics", "7d", **_SUMMARY)),
    (
        "confusion",
        "table",
        "Confusion matrix by week, 90 days",
        (0, 8, 6, 5),
        _fraud("confusion-matrix", "90d", granularity="week"),
    ),
    ("merchants", "table", "Merchants, 90 days", (6, 8, 6, 5), _fraud("cohorts", "90d", dimension="merchant")),
    ("channels", "bar_chart", "Channels, 30 days", (0, 13, 6, 4), _fraud("cohorts", "30d", dimension="channel")),
    ("drift", "bar_chart", "Drift of features, 7 days", (6, 13, 6, 4), _fraud("drift", "7d")),
    ("pipelines", "table", "Health of the pipelines", (0, 17, 6, 4), {"source": "pipeline"}),
    ("alerts", "table", "Alerts", (6, 17, 6, 4), {"source": "alerts", "limit": 20}),
)


def _dashboard(dashboard_id: str, name: str, description: str, category: str, widgets: tuple[Widget, ...]) -> Dashboard:
    return Dashboard(
        dashboard_id=dashboard_id,
        name=name,
        description=description,
        category=category,
        widgets=[_widget(*each) for each in widgets],
        created_at=_PUBLISHED,
        updated_at=_PUBLISHED,
        is_public=True,
        owner=OWNER,
        version=1,
    )


def _widget(
    widget_id: str, kind: str, title: str, place: tuple[int, int, int, int], asked: dict[str, Any]
) -> DashboardWidget:
    return DashboardWidget(
        widget_id=widget_id,
        type=kind,
        title=title,
        position=dict(zip("xywh", place, strict=True)),
        configuration=asked,
        refresh_interval=_MINUTE,
    )


BUILT_INS: Mapping[str, Dashboard] = {
    each.dashboard_id: each
    for each in (
        _dashboard("executive", "Executive overview", "How the business does, at a glance.", "executive", _EXECUTIVE),
        _dashboard(
            "operations",
            "Operations",
            "Sales by the hour, stock, data quality and the pipelines.",
            "operations",
            _OPERATIONS,
        ),
        _dashboard(
            "finance", "Finance", "Revenue to date, by month, channel and region, and margins.", "finance", _FINANCE
        ),
        _dashboard("marketing", "Marketing", "Conversion, customers and what they buy.", "marketing", _MARKETING),
        _dashboard(
            "fraud", "Fraud", "KPIs of fraud decisions, their trends and cohorts, and drift.", "operations", _FRAUD
        ),
    )
}
"""The dashboards by their ids."""
