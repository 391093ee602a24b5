"""A preview raises the alerts that the live evaluator raised on the same data."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.alerts.models import RulePreviewResponse
from shared.runtime.errors import InvalidRequest
from shared.runtime.query_metadata import TimeRange
from tests.fakes.fault_injection import CrashPoint
from tests.functions.alerts.scripted import START, STEP, Desk, Platform, request
from tests.tiers import examples

_CONDITIONS = st.sampled_from(
    [
        {"condition": {"type": "above", "threshold": 10}},
        {"condition": {"type": "above", "threshold": 10}, "recovery": 4, "for": "PT5M"},
        {"condition": {"type": "below", "threshold": 10}, "recovery": 12, "no_data": "resolve"},
        {"condition": {"type": "outside", "low": 4, "high": 12}, "recovery": 8},
        {"condition": {"type": "change_above", "percent": 50, "against": "previous"}, "no_data": "fire"},
        {"condition": {"type": "change_below", "percent": -30, "against": "week_before"}, "for": "PT10M"},
        {"condition": {"type": "anomaly", "k": 3}},
        {"condition": {"type": "above", "threshold": 10}, "evaluate_every": "PT15M", "window": "PT15M"},
    ]
)
_VALUES = st.lists(st.sampled_from([None, 0.0, 3.0, 8.0, 10.0, 11.0, 13.0, 40.0]), min_size=5, max_size=30)
_WEEKS = st.lists(st.sampled_from([None, 8.0, 9.0, 10.0, 30.0]), min_size=8, max_size=8)
WEEK = timedelta(weeks=1)


def previewed(desk: Desk, **changes: Any) -> RulePreviewResponse:
    """Try a rule on the whole script."""
    return desk.back_test.preview(request(**changes), TimeRange(start=START, end=desk.script.watermark + STEP))


def test_a_preview_equals_what_the_evaluator_did(scripted_platform: Platform) -> None:
    @settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
    @given(_CONDITIONS, _VALUES, _WEEKS, st.data())
    def compare(changes: dict[str, Any], values: list[float | None], weeks: list[float | None], data: Any) -> None:
        scripted_platform.empty()
        desk = Desk(scripted_platform)
        for place in range(1, len(values) + 1):
            for number, value in enumerate(weeks, start=1):
                desk.script.values[START + place * STEP - number * WEEK, None] = value
        rule = desk.create(**changes)
        desk.script.values[START, None] = 5.0
        desk.evaluate()  # the window at the start, which a preview does not judge, holds no condition but a change's
        before = len(desk.all(rule.rule_id))
        while values:
            count = data.draw(st.integers(1, 4))
            desk.say(*values[:count])
            values = values[count:]
            with scripted_platform.injector.killing(
                data.draw(st.integers(0, 6)), data.draw(st.sampled_from(CrashPoint))
            ):
                desk.evaluate()
        desk.clock.pass_by(timedelta(minutes=15))
        desk.evaluate()

        assert before or previewed(desk, **changes).alerts == desk.happened(rule.rule_id)
        desk.check(rule.rule_id)

    compare()


def test_a_preview_says_what_it_could_not_judge(desk: Desk) -> None:
    desk.say(5, None, 7)

    found = previewed(desk, condition={"type": "change_above", "percent": 10, "against": "week_before"})

    assert (found.alerts, found.windows) == ([], 3)
    assert found.not_evaluated == {"no base": 2, "no data": 1}


def test_a_preview_leaves_out_windows_after_the_watermark(desk: Desk) -> None:
    desk.say(5, 12)
    until = desk.script.watermark + timedelta(days=5)

    found = desk.back_test.preview(request(), TimeRange(start=START, end=until))

    assert found.windows == 2
    assert [(each.fired_at, each.cleared_at) for each in found.alerts] == [(START + 2 * STEP, None)]


def test_a_preview_judges_groups_by_themselves(desk: Desk) -> None:
    desk.watermark_moves(1)
    desk.script.values |= {(desk.script.watermark, "web"): 12.0, (desk.script.watermark, "app"): 3.0}

    assert [each.group for each in previewed(desk, group_by="channel").alerts] == ["web"]


@pytest.mark.parametrize(
    ("changes", "days", "field"),
    [
        ({}, 30, "time_range"),
        (
            {"metric": "drift:score", "window": "P1D", "condition": {"type": "above", "threshold": 0.2}},
            120,
            "time_range",
        ),
        ({"metric": "customers:count", "window": "P2D"}, 60, "time_range"),
        ({"metric": "pipeline:merge:freshness"}, 1, "rule.metric"),
    ],
)
def test_what_is_too_much_is_refused(desk: Desk, changes: dict[str, Any], days: int, field: str) -> None:
    desk.script.watermark = START + timedelta(days=400)
    desk.clock.now = desk.script.watermark

    with pytest.raises(InvalidRequest) as refused:
        desk.back_test.preview(request(**changes), TimeRange(start=START, end=START + timedelta(days=days)))

    assert [each.field for each in refused.value.field_errors] == [field]
