"""Every mistake of a dashboard is named at once, by JSON pointer."""

from typing import Any

import pytest

from tests.functions.dashboards.conftest import User, dashboard, widget

REVENUE: dict[str, Any] = {"source": "metrics", "metric_type": "revenue", "time_window": "30d"}


def refused(user: User, body: Any) -> dict[str, str]:
    answer = user.ask("POST", body=body)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR"), answer.body
    return answer.fields


def of_widget(user: User, kind: str, **configuration: Any) -> dict[str, str]:
    """The mistakes of one widget, by the pointer below it."""
    found = refused(user, dashboard(widget("a", kind, **configuration)))
    assert all(field.startswith("/widgets/0/") for field in found)
    return {field.removeprefix("/widgets/0/"): message for field, message in found.items()}


def placed(widget_id: str, x: int, y: int, w: int, h: int) -> dict[str, Any]:
    return {**widget(widget_id), "position": {"x": x, "y": y, "w": w, "h": h}}


def test_all_mistakes_are_named_together(ann: User) -> None:
    body = {
        "name": "n" * 500,
        "category": "sales",
        "is_public": "yes",
        "owner": "somebody",
        "widgets": [
            placed("a", 0, 0, 6, 2),
            {**placed("a", 5, 1, 8, 2), "refresh_interval": 4},
            {**widget("c d", "pie", at=9), "title": " "},
            widget("d", "line_chart", at=10, metric_type="profit", time_window="1w", filters={"shop": ["x"]}),
            5,
        ],
    }

    assert refused(ann, body).keys() == {
        "/name",
        "/category",
        "/is_public",
        "/owner",
        "/widgets/1/widget_id",
        "/widgets/1/position",
        "/widgets/1/position/w",
        "/widgets/1/refresh_interval",
        "/widgets/2/widget_id",
        "/widgets/2/type",
        "/widgets/2/title",
        "/widgets/3/configuration/metric_type",
        "/widgets/3/configuration/time_window",
        "/widgets/3/configuration/filters/shop",
        "/widgets/4",
    }


def test_widgets_touch_but_do_not_overlap(ann: User) -> None:
    side_by_side = [placed("a", 0, 0, 6, 2), placed("b", 6, 0, 6, 2), placed("c", 0, 2, 12, 1)]
    assert ann.make(widgets=side_by_side)

    assert refused(ann, dashboard(*side_by_side, placed("d", 11, 1, 1, 5))) == {
        "/widgets/3/position": "must not overlap that of widget 1"
    }
    assert refused(ann, dashboard(placed("a", 11, 0, 2, 1))) == {
        "/widgets/0/position/w": "must end at column 12: x + w is 13"
    }


@pytest.mark.parametrize("position", [{"x": -1}, {"w": 0}, {"h": 0}, {"x": 1.5}, {"y": "1"}, {"x": True}, {"z": 1}])
def test_positions_are_whole_cells(ann: User, position: dict[str, Any]) -> None:
    one = widget("a")
    one["position"] |= position

    assert list(refused(ann, dashboard(one))) == [f"/widgets/0/position/{next(iter(position))}"]


def test_a_dashboard_has_at_most_50_widgets(ann: User) -> None:
    many = [widget(f"w{number}", at=number) for number in range(51)]

    assert refused(ann, dashboard(*many)) == {"/widgets": "must have at most 50 items"}
    assert ann.make(widgets=many[:50])


@pytest.mark.parametrize("body", [{}, {"widgets": {}}, {"widgets": None}, {"widgets": [None]}, {"name": 5}])
def test_a_body_of_another_form_is_refused(ann: User, body: Any) -> None:
    assert refused(ann, body)


def test_a_map_shows_metrics_by_region_alone(ann: User) -> None:
    region = "configuration/group_by"
    assert of_widget(ann, "map", **REVENUE) == {region: "must be region for a map"}
    assert of_widget(ann, "map", **REVENUE, group_by="channel") == {region: "must be region for a map"}
    assert of_widget(ann, "map", source="segments").keys() == {"type"}
    assert of_widget(ann, "map", source="fraud", view="metrics", time_window="7d").keys() == {"type"}
    assert ann.make(widgets=[widget("a", "map", **{**REVENUE, "group_by": "region"})])


@pytest.mark.parametrize(
    ("kind", "configuration"),
    [
        ("pie_chart", REVENUE),
        ("line_chart", {**REVENUE, "group_by": "channel"}),
        ("metric_card", {**REVENUE, "group_by": "channel"}),
        ("pie_chart", {"source": "products", "time_window": "7d"}),
        ("line_chart", {"source": "segments"}),
        ("bar_chart", {"source": "quality", "time_window": "7d"}),
        ("line_chart", {"source": "alerts"}),
        ("pie_chart", {"source": "pipeline"}),
    ],
)
def test_a_source_is_shown_by_some_types_of_widgets(ann: User, kind: str, configuration: Any) -> None:
    assert of_widget(ann, kind, **configuration).keys() == {"type"}


@pytest.mark.parametrize(
    ("kind", "configuration", "field"),
    [
        ("table", {"source": "sales"}, "source"),
        ("table", {"source": 5}, "source"),
        ("table", {"source": "fraud", "time_window": "7d"}, "view"),
        ("table", {"source": "fraud", "view": "kpis", "time_window": "7d"}, "view"),
        ("table", {"source": "fraud", "view": ["metrics"], "time_window": "7d"}, "view"),
        ("table", {"metric_type": "revenue"}, "time_window"),
        ("table", {**REVENUE, "time_range": {"start": "2024-01-01", "end": "2024-02-01"}}, "time_range"),
        ("table", {"metric_type": "revenue", "time_range": "2026"}, "time_range"),
        ("table", {"metric_type": "revenue", "time_range": {"start": "2024-01-01"}}, "time_range/end"),
        (
            "table",
            {"metric_type": "revenue", "time_range": {"start": "2024-01-01", "end": "2024-02-01", "x": 1}},
            "time_range/x",
        ),
        ("table", {"metric_type": "revenue", "time_range": {"start": "2024-02-01", "end": "2024-01-01"}}, "time_range"),
        ("table", {"metric_type": "revenue", "time_range": {"start": "May", "end": "2024-01-01"}}, "time_range/start"),
        ("table", {"metric_type": "revenue", "time_range": {"start": "2099-01-01", "end": "2099-02-01"}}, "time_range"),
        (
            "table",
            {"source": "fraud", "view": "metrics", "time_range": {"start": "2024-02-01", "end": "2024-01-01"}},
            "time_range/end",
        ),
        ("table", {"source": "fraud", "view": "metrics", "time_window": "7d", "startDate": "2024-01-01"}, "startDate"),
        ("table", {"source": "fraud", "view": "trends", "timeWindow": "7d", "time_window": "7d"}, "timeWindow"),
        ("table", {"source": "fraud", "view": "cohorts", "time_window": "7d"}, "dimension"),
        ("table", {"source": "fraud", "view": "cohorts", "time_window": "7d", "dimension": "x"}, "dimension"),
        ("table", {**REVENUE, "granularity": "daily", "time_window": "1h"}, "time_window"),
        ("table", {**REVENUE, "granularity": "quarterly", "time_window": "mtd"}, "time_window"),
        ("table", {**REVENUE, "granularity": "yearly"}, "granularity"),
        ("table", {**REVENUE, "timezone": "Mars/Base"}, "timezone"),
        ("table", {**REVENUE, "aggregation": "median"}, "aggregation"),
        ("table", {**REVENUE, "filters": ["EU"]}, "filters"),
        ("table", {**REVENUE, "filters": {"currency": "XXQ"}}, "filters/currency"),
        ("table", {**REVENUE, "metric_type": "inventory", "filters": {"region": "EU"}}, "filters/region"),
        ("table", {**REVENUE, "metric_type": {"a": 1}}, "metric_type"),
        ("table", {**REVENUE, "limit": 5}, "limit"),
        ("table", {**REVENUE, "a/b": 5}, "a~1b"),
        ("bar_chart", {**REVENUE, "group_by": "shop"}, "group_by"),
        ("bar_chart", {**REVENUE, "group_by": "channel", "limit": 51}, "limit"),
        ("bar_chart", {**REVENUE, "group_by": "channel", "granularity": "daily"}, "granularity"),
        ("bar_chart", {**REVENUE, "metric_type": "inventory", "group_by": "region"}, "group_by"),
        ("table", {"source": "products", "time_window": "7d", "limit": 501}, "limit"),
        ("table", {"source": "products", "time_window": "7d", "sort_by": "price"}, "sort_by"),
        ("table", {"source": "quality", "time_window": "7d", "data_type": "shops"}, "data_type"),
        ("table", {"source": "alerts", "severity": "worst"}, "severity"),
        ("table", {"source": "alerts", "limit": 1001}, "limit"),
        ("table", {"source": "alerts", "time_window": "7d"}, "time_window"),
        ("table", {"source": "segments", "limit": 5}, "limit"),
        ("table", {"source": "pipeline", "view": "all"}, "view"),
    ],
)
def test_an_illegal_question_is_refused_at_its_field(ann: User, kind: str, configuration: Any, field: str) -> None:
    assert list(of_widget(ann, kind, **configuration)) == [f"configuration/{field}"]


def test_a_change_is_checked_like_a_new_dashboard(ann: User) -> None:
    made = ann.make()

    answer = ann.ask(
        "PUT", f"/{made['dashboard_id']}", body={**dashboard(widget("a", "map")), "updated_at": "yesterday"}
    )

    assert answer.fields.keys() == {"/updated_at", "/widgets/0/configuration/group_by"}


def test_unknown_widgets_are_refused_by_their_ids(ann: User) -> None:
    answer = ann.ask("GET", "/executive/data", query={"widget_ids": ["revenue,profit", "loss"]})

    assert answer.status == 400
    assert answer.fields == {"widget_ids": "has ids of no widget of the dashboard: profit, loss"}
