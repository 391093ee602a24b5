"""Public WebSocket addresses and their channels, for the front door and for CloudFront's function."""

CHANNELS: dict[str, str | None] = {
    "/ws/analytics": "analytics",
    "/ws/analytics/": "analytics",
    "/ws/dashboards/d-1": "dashboards/d-1",
    "/ws/dashboards/a%20b": "dashboards/a b",
    "/ws/dashboards/gr%C3%B6%C3%9Fer": "dashboards/größer",
    "/ws/dashboards": None,
    "/ws/dashboards/": None,
    "/ws/dashboards/a/b": None,
    "/ws/other": None,
    "/ws": None,
    "/analytics": None,
}
"""The channel of each path as clients write it; None if there is none."""
