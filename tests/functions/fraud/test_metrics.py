"""The fraud metrics of the Handbook's decisions equal those of pandas and scikit-learn."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from tests.functions.fraud.conftest import NOW, Client, World
from tests.handbook import needs_handbook
from tests.oracles import fraud, fraud_estimates

pytestmark = needs_handbook

START, END = "2018-07-28T00:00:00Z", "2018-08-09T13:30:00Z"
MONTH = {"startDate": START, "endDate": END}
EARLIER = "2018-08-30T12:00:00Z"
AT = [pytest.param(None, id="now"), pytest.param(EARLIER, id="as of an earlier time")]


def _asked(as_of: str | None) -> dict[str, str]:
    return MONTH if as_of is None else {**MONTH, "asOf": as_of}


def _truth(world: World, as_of: str | None) -> tuple[pd.DataFrame, datetime]:
    at = NOW if as_of is None else datetime.fromisoformat(as_of)
    return world.truth(at, start=datetime.fromisoformat(START), end=datetime.fromisoformat(END)), at


def _near(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-4, nan_ok=False)


def _chosen(told: Any, names: Any) -> dict[str, Any]:
    return {name: told[name] for name in names}


@pytest.mark.parametrize("as_of", AT)
def test_every_kpi_equals_that_of_pandas(world: World, client: Client, as_of: str | None) -> None:
    told = client.get("metrics", **_asked(as_of)).told
    truth, at = _truth(world, as_of)

    expected = fraud.kpis(truth)
    assert _chosen(told, expected) == _near(expected)
    assert _chosen(told, fraud.counts(truth)) == fraud.counts(truth)
    assert told["amounts"] == _near(fraud.amounts(truth))
    assert told["excludedFromAmounts"] == fraud.excluded_from_amounts(truth)
    assert told["decisions"] == len(truth) == sum(told["outcomes"].values())
    throughput = fraud.throughput(truth, datetime.fromisoformat(START), datetime.fromisoformat(END), at)
    assert told["decisionThroughput"] == pytest.approx(throughput["perSecond"])
    assert pd.Timestamp(told["throughput"].pop("peakAt")) == throughput.pop("peakAt")
    assert told["throughput"] == pytest.approx(throughput)


@pytest.mark.parametrize("as_of", AT)
def test_maturity_bounds_and_matured_equal_those_of_pandas(world: World, client: Client, as_of: str | None) -> None:
    told = client.get("metrics", **_asked(as_of)).told
    truth, at = _truth(world, as_of)

    maturity = fraud.maturity(truth, at)
    assert {pd.Timestamp(told["maturity"].pop(name)) for name in ("asOf", "completeBy")} == {
        maturity.pop("asOf"),
        maturity.pop("completeBy"),
    }
    assert told["maturity"] == pytest.approx(maturity)
    assert told["maturity"]["revised"] > 0
    expected = fraud.bounds(truth)
    assert {name: tuple(told["bounds"][name]) for name in expected} == {
        name: _near(pair) for name, pair in expected.items()
    }
    matured = fraud.matured(truth)
    if told["maturity"]["presumed"]:
        assert _chosen(told["matured"], matured) == _near(matured)
    else:
        assert told["matured"] is None


@pytest.mark.parametrize("as_of", AT)
def test_ranking_and_latency_equal_those_of_scikit_learn_and_numpy(
    world: World, client: Client, as_of: str | None
) -> None:
    told = client.get("metrics", **_asked(as_of)).told
    truth, _ = _truth(world, as_of)

    assert told["ranking"] == pytest.approx(fraud.ranking(truth))
    latency = fraud.latency(truth)
    assert latency is not None
    assert told["latency"] == pytest.approx(latency, rel=0.01)
    assert (told["latency"]["maxMs"], told["latency"]["count"]) == (latency["maxMs"], latency["count"])


@pytest.mark.parametrize("as_of", AT)
def test_estimates_equal_those_of_loops_over_decisions(world: World, client: Client, as_of: str | None) -> None:
    told = client.get("metrics", **_asked(as_of)).told["estimated"]
    truth, at = _truth(world, as_of)
    curves = [fraud_estimates.learn(world.decisions, world.labels, at, source=each) for each in (None, "chargeback")]

    expected = fraud_estimates.estimated(truth, *curves)
    assert told.pop("excluded") == expected.excluded
    for name, estimate in expected.of.items():
        if estimate is None:
            assert told[name] == {"value": None, "interval": None, "reason": "too few labels"}
        else:
            assert told[name]["value"] == _near(estimate.value)


def test_precision_and_recall_are_those_of_the_metrics(client: Client) -> None:
    told, metrics = client.get("metrics/precision-recall", **MONTH).told, client.get("metrics", **MONTH).told

    assert told == _chosen(metrics, told)


def test_latency_and_throughput_are_left_out_on_request(client: Client) -> None:
    told = client.get("metrics", **MONTH, includeLatency="false", includeThroughput="false").told

    assert not {"latency", "throughput"} & told.keys()


@pytest.mark.parametrize("granularity", ["hour", "day", "week"])
@pytest.mark.parametrize("as_of", AT)
def test_confusion_matrices_equal_those_of_pandas(
    world: World, client: Client, granularity: str, as_of: str | None
) -> None:
    told = client.get("explain/confusion-matrix", **_asked(as_of), granularity=granularity).told["matrix"]
    truth, _ = _truth(world, as_of)

    start, end = datetime.fromisoformat(START), datetime.fromisoformat(END)
    expected = fraud.confusion_matrix(truth, start, end, granularity)
    assert [{**each, "timestamp": pd.Timestamp(each["timestamp"])} for each in told] == expected


def test_one_decision_without_a_label_has_no_ratio_without_a_denominator(world: World, client: Client) -> None:
    at = datetime.fromisoformat(world.decisions[-1]["timestamp"])
    asked = {"startDate": at.isoformat(), "endDate": (at + timedelta(milliseconds=1)).isoformat()}

    told = client.get("metrics", **asked).told

    assert told["decisions"] == 1
    assert (told["precision"], told["recall"], told["f1Score"]) == (None, None, None)
    assert told["bounds"]["recall"] in ([0.0, 0.0], [1.0, 1.0], None)
    assert told["estimated"]["recall"]["value"] is None


def test_a_range_without_decisions_has_nulls_and_zeros(client: Client) -> None:
    told = client.get("metrics", startDate="2015-01-01", endDate="2015-01-02").told

    assert told["decisions"] == 0
    assert told["maturity"] | {"asOf": 0} == {
        **dict.fromkeys(("decisions", "labelled", "presumed", "pending", "unverified", "revised", "afterHorizon"), 0),
        "asOf": 0, "horizonDays": 45, "coverage": None, "provisional": False, "completeBy": None,
    }  # fmt: skip
    assert (told["precision"], told["approvalRate"], told["fraudLoss"], told["matured"]) == (None, None, 0, None)
    assert told["throughput"] == {"perSecond": 0, "perMinute": 0, "peakPerMinute": 0, "peakAt": None}
    assert "latency" not in told
