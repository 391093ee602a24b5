"""The dashboard: windows, trends on a dense spine, the newest decisions."""

from datetime import datetime, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from tests.functions.fraud.conftest import NOW, Client, World
from tests.handbook import needs_handbook
from tests.oracles import fraud

pytestmark = needs_handbook

SPINES = {"1h": (12, 300), "24h": (24, 3600), "7d": (28, 21_600), "30d": (30, 86_400), "90d": (90, 86_400)}


@pytest.mark.parametrize("window", SPINES)
def test_each_window_has_a_dense_spine_that_ends_with_the_running_step(client: Client, window: str) -> None:
    told = client.get("dashboard", timeWindow=window).told

    points, seconds = SPINES[window]
    starts = [datetime.fromisoformat(each["timestamp"]) for each in told["trends"][0]["dataPoints"]]
    assert len(starts) == points
    assert {later - sooner for sooner, later in pairwise(starts)} == {timedelta(seconds=seconds)}
    assert starts[-1] <= NOW < datetime.fromisoformat(told["endDate"]) == starts[-1] + timedelta(seconds=seconds)


def test_trends_equal_the_kpis_of_each_day(world: World, client: Client) -> None:
    told = client.get("dashboard", timeWindow="90d").told
    truth = world.truth()

    trends = {each["metric"]: each["dataPoints"] for each in told["trends"]}
    assert list(trends)[:8] == [
        "precision", "recall", "f1Score", "captureRate", "approvalRate", "falsePositiveCost", "chargebackRate",
        "decisionThroughput",
    ]  # fmt: skip
    for place, point in enumerate(trends["precision"]):
        start = datetime.fromisoformat(point["timestamp"])
        of_day = fraud.between(truth, start, start + timedelta(days=1))
        expected = fraud.kpis(of_day)
        assert {name: trends[name][place]["value"] for name in expected} == pytest.approx(expected, abs=1e-4)
    assert {name: told["kpis"][name] for name in fraud.kpis(truth)} == pytest.approx(fraud.kpis(truth), abs=1e-4)


def test_all_starts_with_the_first_decision(world: World, client: Client) -> None:
    told = client.get("dashboard", timeWindow="all").told
    truth = world.truth()

    seconds = (NOW - truth["at"].min()).total_seconds()
    assert told["maturity"]["decisions"] == len(truth)
    assert told["kpis"]["decisionThroughput"] == pytest.approx(len(truth) / seconds)


def test_the_newest_decisions_come_first_with_what_is_known_of_them(world: World, client: Client) -> None:
    told = client.get("dashboard", timeWindow="90d").told["recentDecisions"]
    truth = world.truth().sort_values(["at", "decision_id"], ascending=[False, True]).head(20)

    assert [each["decisionId"] for each in told] == list(truth.decision_id)
    assert [each["labelState"] for each in told] == list(truth.state)
    assert [each["label"] for each in told] == [None if pd.isna(label) else label for label in truth.label]
    assert [each["amount"] for each in told] == pytest.approx(list(truth.amount))


def test_a_range_has_the_steps_of_the_shortest_window_that_is_not_shorter(client: Client) -> None:
    told = client.get("dashboard", startDate="2018-08-01T00:00:00Z", endDate="2018-08-02T12:00:00Z").told

    starts = [each["timestamp"] for each in told["trends"][0]["dataPoints"]]
    assert starts == [f"2018-08-0{day}T{hour:02}:00:00Z" for day in (1, 2) for hour in range(0, 24, 6)][:6]


def test_an_unknown_investigation_has_no_decisions(client: Client) -> None:
    told = client.get("dashboard", timeWindow="90d", investigationId="nobody").told

    assert (told["maturity"]["decisions"], told["recentDecisions"]) == (0, [])


@pytest.mark.parametrize(
    ("asked", "failing"),
    [
        ({"timeWindow": "2d"}, {"timeWindow"}),
        ({"timeWindow": "7d", "startDate": "2018-08-01"}, {"timeWindow"}),
        ({"endDate": "2018-08-01"}, {"startDate"}),
        ({"startDate": "2018-08-02", "endDate": "2018-08-01"}, {"endDate"}),
        ({"startDate": "2999-08-02"}, {"startDate"}),
        ({"asOf": "2999-01-01", "timeWindow": "x"}, {"asOf", "timeWindow"}),
        ({"investigationId": ""}, {"investigationId"}),
        ({"investigationId": "x" * 129}, {"investigationId"}),
        ({"window": "7d"}, {"window"}),
    ],
)
def test_wrong_parameters_of_the_dashboard_are_all_named(
    client: Client, asked: dict[str, str], failing: set[str]
) -> None:
    assert client.get("dashboard", **asked).failing.keys() == failing
