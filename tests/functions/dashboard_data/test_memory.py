"""Answers are remembered while nothing changes, given once more after a change, and never fail one another."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from shared.alerts.parameters import AlertsQuery
from shared.app.wiring import Wiring
from shared.athena.result_cache import RESULT_CACHE_TABLE
from shared.auth.scopes import Scope
from shared.dashboards.answers import WIDGET_ANSWERS_TABLE
from shared.dashboards.built_ins import BUILT_INS
from shared.dashboards.data import STALE_FOR
from shared.dashboards.questions import WidgetQuestion
from shared.dashboards.store import DASHBOARDS_TABLE
from shared.records.schema import DataType
from shared.runtime.deadline import Timeout
from shared.runtime.errors import Unavailable
from tests.fakes.identities import Visitor
from tests.functions.dashboard_data.conftest import NOW, Platform
from tests.functions.dashboards.conftest import User, widget

REVENUE: dict[str, Any] = {"metric_type": "revenue", "time_window": "30d"}


_REVENUE_OF_30_DAYS = {
    "metric_type": "revenue",
    "time_range.start": "2025-03-05T00:00:00Z",
    "time_range.end": "2025-04-04T00:00:00Z",
}


def states(told: Any) -> dict[str, tuple[str, str]]:
    return {name: (each["status"], each["cache_status"]) for name, each in told["data"].items()}


class Alerts:
    """The alerts of a platform, and what was asked about them."""

    def __init__(self, answer: Callable[[], Any] = lambda: {"alerts": []}) -> None:
        self.asked: list[AlertsQuery] = []
        self._answer = answer

    def list(self, query: AlertsQuery) -> Any:
        """Return the body of the route."""
        self.asked.append(query)
        return self._answer()


def total(told: Any, name: str = "a") -> Any:
    return told["data"][name]["data"]["summary"]["total"]


def test_an_answer_is_remembered_until_its_tables_change(platform: Platform) -> None:
    made = platform.user.make(
        widgets=[widget("a", **REVENUE), widget("b", "table", 1, source="products", time_window="30d")]
    )

    platform.warm(made)

    first, second = platform.data(made), platform.data(made)
    platform.deliver(DataType.EVENTS, [_event("of-another-table")])
    third = platform.data(made)

    assert set(states(first).values()) == {("success", "miss")}
    assert set(states(second).values()) == {("success", "hit")}
    assert second["data"]["a"]["data"] == first["data"]["a"]["data"]
    assert states(third) == {"a": ("success", "hit"), "b": ("success", "stale")}


def _event(name: str) -> dict[str, Any]:
    return {"event_id": name, "session_id": name, "timestamp": NOW.isoformat(), "event_type": "page_view"}


def test_after_a_change_the_former_answer_is_given_while_the_new_one_is_computed(platform: Platform) -> None:
    made = platform.user.make(widgets=[widget("a", **REVENUE)])
    before = platform.data(made)
    platform.sell("t-after", unit_price=1000)

    stale, again = platform.data(made), platform.data(made)
    messages = platform.waiting()
    refreshed = [platform.refreshed(WidgetQuestion.read(json.loads(each))) for each in messages]
    after = platform.data(made)

    assert states(stale) == states(again) == {"a": ("success", "stale")}
    assert total(stale) == total(before)
    assert len(messages) == 1  # of two requests within half a minute
    assert [each.changed for each in refreshed] == [True]
    assert states(after) == {"a": ("success", "hit")}
    assert total(after) == pytest.approx(total(before) + 2000)


def test_a_former_answer_of_more_than_ten_minutes_is_not_given(platform: Platform) -> None:
    made = platform.user.make(widgets=[widget("a", **REVENUE)])
    before = platform.data(made)
    platform.clock.pass_by(STALE_FOR + timedelta(seconds=1))
    assert states(platform.data(made)) == {"a": ("success", "hit")}
    platform.sell("t-much-later", unit_price=1000)
    platform.route("/analytics/metrics", **_REVENUE_OF_30_DAYS)  # so that the query is not too late

    after = platform.data(made)

    assert states(after) == {"a": ("success", "miss")}
    assert total(after) == pytest.approx(total(before) + 2000)
    assert platform.waiting() == []


def test_a_window_moves_on_with_the_running_bucket(platform: Platform) -> None:
    made = platform.user.make(widgets=[widget("a", **REVENUE)])
    first = platform.data(made)
    platform.clock.pass_by(timedelta(hours=13))
    same_day = platform.data(made)
    platform.clock.pass_by(timedelta(hours=1))
    next_day = platform.data(made)

    ends = [each["data"]["a"]["data"]["time_range"]["end"] for each in (first, same_day, next_day)]
    assert ends == ["2025-04-04T00:00:00Z", "2025-04-04T00:00:00Z", "2025-04-05T00:00:00Z"]


def test_refreshing_an_answer_tells_whether_it_changed(platform: Platform) -> None:
    question = platform.wired.widget_refresher.question(_widget_of("executive", "revenue"))

    first, second = platform.refreshed(question), platform.refreshed(question)
    platform.sell("t-told", unit_price=10)
    third = platform.refreshed(question)

    assert [each.changed for each in (first, second, third)] == [True, False, True]
    assert second.body == first.body
    assert second.digest == first.digest != third.digest
    assert question.depends_on == {"transactions", "exchange_rates"}


def test_an_answer_as_of_an_earlier_moment_does_not_replace_that_of_a_later_one(platform: Platform) -> None:
    refresher = platform.wired.widget_refresher
    value, revenue = (refresher.question(_widget_of("executive", name)) for name in ("orders-value", "revenue"))
    earlier = refresher.moment()
    refresher.refresh(value, earlier)
    platform.clock.pass_by(timedelta(seconds=1))
    platform.sell("t-between", unit_price=10)

    newest = platform.refreshed(revenue)
    late = refresher.refresh(revenue, earlier)

    assert late.digest != newest.digest
    assert platform.wired.widget_refresher.answers.get_many([revenue])[revenue].digest == newest.digest


def test_an_answer_without_a_state_is_changed_only_if_its_lasting_fields_are(platform: Platform) -> None:
    question = platform.wired.widget_refresher.question(_widget_of("operations", "quality"))

    answers = []
    for _ in range(2):
        answers.append(platform.refreshed(question))
        platform.clock.pass_by(timedelta(seconds=5))

    assert [each.changed for each in answers] == [True, False]


def _widget_of(dashboard_id: str, widget_id: str) -> Any:
    return next(each for each in BUILT_INS[dashboard_id].widgets if each.widget_id == widget_id)


def test_equal_questions_are_asked_once(platform: Platform) -> None:
    alerts = Alerts()
    platform.over(alerts=alerts)
    same = [widget(f"w{number}", "table", number, source="alerts", limit=5) for number in range(4)]
    other = widget("other", "metric_card", 9, source="alerts", severity="high")

    told = platform.show(*same, other)

    assert {(each.severity, each.limit) for each in alerts.asked} == {(None, 5), ("high", 100)}
    assert len(alerts.asked) == 2
    assert set(states(told).values()) == {("success", "miss")}


def test_twelve_widgets_of_three_questions_read_three_cached_results(platform: Platform) -> None:
    questions = [{**REVENUE, "metric_type": each} for each in ("revenue", "transactions", "customers")]
    widgets = [widget(f"w{number}", at=number, **questions[number % 3]) for number in range(12)]
    made = platform.user.make(widgets=widgets)
    platform.warm(made)

    with platform.reads_of(RESULT_CACHE_TABLE) as keys:
        told = platform.data_now(made)

    assert set(states(told).values()) == {("success", "miss")}
    assert len(keys) == len(set(keys)) == 3


def test_one_failing_widget_does_not_affect_the_others(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> Any:
        raise RuntimeError("a fault of the platform")

    platform.over(alerts=Alerts(fail))

    told = platform.show(
        widget("good", **REVENUE),
        widget("bad", "table", 1, source="alerts"),
        widget("gone", "table", 2, source="pipeline", pipelineId="no-such"),
    )["data"]

    assert [told[name]["status"] for name in ("good", "bad", "gone")] == ["success", "error", "error"]
    assert told["bad"]["data"] is None
    assert told["bad"]["error_message"].startswith("An unexpected error occurred")
    assert told["gone"]["error_message"].startswith("There is no such pipeline")
    assert "a fault of the platform" in caplog.text


def test_a_source_needs_the_scope_of_its_route(platform: Platform) -> None:
    reader = User(Visitor(platform.wired.identity, Scope.DASHBOARDS_READ, Scope.QUALITY_READ))

    told = reader.ask("GET", "/operations/data").data["data"]

    assert told["quality"]["status"] == "success"
    assert told["lines"]["error_message"] == "The access token lacks the scope analytics:read"
    assert told["pipelines"]["error_message"] == "The access token lacks the scope fraud:read"
    assert told["alerts"]["error_message"] == "The access token lacks the scope alerts:read"


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Opens at the end of the test at the latest."""
    event = threading.Event()
    yield event
    event.set()


def test_what_is_not_ready_in_time_is_loading_and_goes_on_being_computed(
    platform: Platform, gate: threading.Event
) -> None:
    platform.over(alerts=Alerts(lambda: gate.wait() and {"alerts": []}))
    platform.wired.dashboard_data = replace(platform.wired.dashboard_data, patience=Timeout(seconds=0.1))

    slow, quick = widget("slow", "table", source="alerts"), widget("quick", "table", 1, source="segments")

    told = platform.data_now(platform.user.make(widgets=[slow, quick]))
    gate.set()

    assert states(told) == {"slow": ("loading", "miss"), "quick": ("success", "miss")}
    assert told["data"]["slow"]["data"] is None
    assert [json.loads(each)["source"] for each in platform.waiting()] == ["alerts"]


def test_a_query_that_is_stopped_at_the_end_of_the_time_is_loading(platform: Platform) -> None:
    def late() -> Any:
        raise Unavailable("The query takes too long; request a shorter range", retry_after=5)

    platform.over(alerts=Alerts(late))
    made = platform.user.make(widgets=[widget("a", "table", source="alerts")])

    assert states(platform.data_now(made)) == {"a": ("error", "miss")}
    platform.wired.dashboard_data = replace(platform.wired.dashboard_data, patience=Timeout(seconds=0.5))

    assert states(platform.data_now(made)) == {"a": ("loading", "miss")}
    assert len(platform.waiting()) == 1


def test_a_stored_question_that_is_not_legal_any_more_is_an_error_of_its_widget(platform: Platform) -> None:
    made = platform.user.make(
        widgets=[widget("a", **REVENUE), widget("b", at=1, **{**REVENUE, "metric_type": "customers"})]
    )
    dynamodb, table = boto3.client("dynamodb"), platform.wired.name_of(DASHBOARDS_TABLE)
    item = dynamodb.get_item(TableName=table, Key={"dashboard_id": {"S": made["dashboard_id"]}})["Item"]
    item["body"]["S"] = item["body"]["S"].replace("customers", "profits")
    dynamodb.put_item(TableName=table, Item=item)

    told = platform.data(made)["data"]

    assert told["a"]["status"] == "success"
    assert told["b"]["error_message"].startswith("The configuration is not valid: /metric_type must be one of")


def test_without_remembered_answers_data_are_computed(platform: Platform) -> None:
    settings = platform.wired.settings
    names = {**settings.names, WIDGET_ANSWERS_TABLE.variable: "gone"}
    platform.wired = Wiring(replace(settings, names=names), platform.clock)
    made = platform.user.make(widgets=[widget("a", **REVENUE)])

    assert states(platform.data(made)) == states(platform.data(made)) == {"a": ("success", "miss")}


def test_an_unchanged_response_is_not_sent_again(platform: Platform) -> None:
    made = platform.user.make(
        widgets=[widget("a", **REVENUE), widget("b", "table", 1, source="quality", time_window="7d")]
    )
    path = f"/{made['dashboard_id']}/data"
    tag = platform.user.ask("GET", path).headers["etag"]
    platform.clock.pass_by(timedelta(minutes=1))

    unchanged = platform.user.ask("GET", path, headers={"If-None-Match": tag})
    platform.sell("t-tag", unit_price=1)
    platform.data(made)
    platform.refresh()
    changed = platform.user.ask("GET", path, headers={"If-None-Match": tag})

    assert (unchanged.status, changed.status) == (304, 200)


def test_widget_ids_narrow_and_times_are_those_of_the_widgets(platform: Platform) -> None:
    made = platform.user.make(
        widgets=[
            {**widget("a", **REVENUE), "refresh_interval": 30},
            {**widget("b", "table", 1, source="segments"), "refresh_interval": 300},
        ]
    )

    both, one = platform.data(made), platform.data(made, widget_ids="b")

    assert list(one["data"]) == ["b"]
    assert both["next_refresh"] == "2025-04-03T10:21:00Z"
    assert one["next_refresh"] == "2025-04-03T10:25:30Z"
    assert both["last_updated"] == both["data"]["a"]["data"]["metadata"]["data_freshness"]
    assert one["last_updated"] == "2025-04-03T10:20:30Z"


def test_a_dashboard_without_widgets_has_no_data(platform: Platform) -> None:
    told = platform.data(platform.user.make(widgets=[]))

    assert told["data"] == {}


@pytest.mark.parametrize("dashboard_id", list(BUILT_INS))
def test_every_widget_that_comes_with_the_platform_has_data(platform: Platform, dashboard_id: str) -> None:
    told = platform.data({"dashboard_id": dashboard_id})

    assert {name: each.get("error_message") for name, each in told["data"].items() if each["status"] != "success"} == {}
    assert len(told["data"]) >= 8
