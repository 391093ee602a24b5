"""Cohorts add up to all decisions, and their numbers are those of pandas and statsmodels."""

from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from shared.fraud.cohort_ids import CohortId, Dimension
from tests.functions.fraud.conftest import NOW, Client, World
from tests.handbook import needs_handbook
from tests.oracles import fraud

pytestmark = needs_handbook

START, END = "2018-07-26T00:00:00Z", "2018-08-12T06:00:00Z"
RANGE = {"startDate": START, "endDate": END}


def _truth(world: World) -> pd.DataFrame:
    return world.truth(start=datetime.fromisoformat(START), end=datetime.fromisoformat(END))


def _of_cohort(truth: pd.DataFrame, cohort: Any) -> pd.DataFrame:
    names = truth[cohort["dimension"]].fillna("(none)")
    chosen: pd.DataFrame = truth[names == cohort["name"]]
    return chosen


@pytest.mark.parametrize("dimension", ["merchant", "channel", "geography", "device", "risk_band", "model_version"])
def test_each_cohort_has_the_kpis_of_its_decisions(world: World, client: Client, dimension: str) -> None:
    told = client.get("cohorts", **RANGE, dimension=dimension, minCount="150").told
    truth = _truth(world)

    assert told["overall"]["count"] == len(truth)
    assert sum(each["count"] for each in told["cohorts"]) + told["suppressed"]["count"] == len(truth)
    sizes = truth[dimension].fillna("(none)").value_counts()
    assert told["suppressed"]["cohorts"] == int((sizes < 150).sum())
    order = [(-each["count"], each["name"]) for each in told["cohorts"]]
    assert order == sorted(order)
    assert len(order) == int((sizes >= 150).sum())
    for cohort in told["cohorts"]:
        of_cohort = _of_cohort(truth, cohort)
        expected = fraud.kpis(of_cohort)
        assert cohort["count"] == len(of_cohort)
        assert {name: cohort["metrics"][name] for name in expected} == pytest.approx(expected, abs=1e-4)
        assert cohort["maturity"]["revised"] == int(of_cohort.revised.sum())
        assert cohort["maturity"]["afterHorizon"] == int(of_cohort.after_horizon.sum())


def _hits(truth: pd.DataFrame, rate: str) -> tuple[int, int]:
    tp, fp, tn, fn = (int((truth.cell == cell).sum()) for cell in ("TP", "FP", "TN", "FN"))
    approved = int((truth.outcome == "approve").sum())
    return {
        "precision": (tp, tp + fp),
        "recall": (tp, tp + fn),
        "fraudRate": (tp + fn, tp + fp + tn + fn),
        "approvalRate": (approved, len(truth)),
    }[rate]


@pytest.mark.parametrize("rate", ["precision", "recall", "fraudRate", "approvalRate"])
def test_intervals_and_differences_are_those_of_statsmodels(world: World, client: Client, rate: str) -> None:
    cohorts = client.get("cohorts", **RANGE, dimension="channel", minCount="1").told["cohorts"]
    truth = _truth(world)
    p_values = []
    for cohort in cohorts:
        own = _of_cohort(truth, cohort)
        (hits, of), (all_hits, all_of) = _hits(own, rate), _hits(truth, rate)
        rest = (all_hits - hits, all_of - of)

        assert tuple(cohort["intervals"][rate]) == pytest.approx(proportion_confint(hits, of, method="wilson"))
        versus = cohort["versusRest"][rate]
        assert versus["difference"] == pytest.approx(hits / of - rest[0] / rest[1])
        newcombe = confint_proportions_2indep(hits, of, *rest, method="newcomb", compare="diff")
        assert tuple(versus["interval"]) == pytest.approx(newcombe)
        # Without hits, or without misses, statsmodels divides 0 by 0: nothing is then evidence of a difference.
        is_same = all_hits in (0, all_of)
        p_values.append(1.0 if is_same else proportions_ztest([hits, rest[0]], [of, rest[1]])[1])
    significant = multipletests(p_values, alpha=0.05, method="fdr_bh")[0]
    assert [each["versusRest"][rate]["significant"] for each in cohorts] == [bool(each) for each in significant]


def test_cohorts_are_compared_by_their_ids_alone(client: Client) -> None:
    merchants = client.get("cohorts", **RANGE, dimension="merchant", minCount="1").told["cohorts"][:3]
    channels = client.get("cohorts", startDate=START, endDate="2018-08-01", dimension="channel").told["cohorts"][:2]
    chosen = [*merchants, *channels]

    told = client.get("cohorts/compare", cohortIds=",".join(each["id"] for each in chosen)).told

    assert [(each["id"], each["count"]) for each in told["cohorts"]] == [(each["id"], each["count"]) for each in chosen]
    for compared, cohort in zip(told["cohorts"], chosen, strict=True):
        assert compared["metrics"] == {name: cohort["metrics"][name] for name in compared["metrics"]}
        assert compared["maturity"] == cohort["maturity"]
    comparison = told["comparison"]
    f1 = {each["id"]: each["metrics"]["f1Score"] for each in chosen if each["metrics"]["f1Score"] is not None}
    assert comparison["bestPerformer"]["metric"] == "f1Score"
    assert comparison["bestPerformer"]["value"] == max(f1.values())
    assert comparison["worstPerformer"]["value"] == min(f1.values())
    assert "decisionThroughput" not in comparison["byMetric"]
    assert comparison["byMetric"]["fraudRate" if "fraudRate" in comparison["byMetric"] else "f1Score"]


def test_the_best_of_a_cost_is_the_lowest_and_never_conclusive(client: Client) -> None:
    chosen = client.get("cohorts", **RANGE, dimension="channel", minCount="1").told["cohorts"]

    told = client.get(
        "cohorts/compare", cohortIds=",".join(each["id"] for each in chosen), metrics="falsePositiveCost,approvalRate"
    ).told["comparison"]

    costs = [each["metrics"]["falsePositiveCost"] for each in chosen]
    best, worst = told["bestPerformer"], told["worstPerformer"]
    assert (best["value"], worst["value"]) == (min(costs), max(costs))
    assert (best["conclusive"], worst["conclusive"]) == (False, False)
    assert told["byMetric"].keys() == {"falsePositiveCost", "approvalRate"}


def test_a_cohort_as_of_an_earlier_time_keeps_that_time_in_its_id(client: Client) -> None:
    earlier = "2018-08-20T00:00:00Z"
    told = client.get("cohorts", **RANGE, dimension="channel", asOf=earlier).told["cohorts"]

    compared = client.get("cohorts/compare", cohortIds=",".join(each["id"] for each in told[:2])).told

    assert [each["maturity"]["asOf"] for each in compared["cohorts"]] == [earlier, earlier]


def test_a_cohort_without_decisions_does_not_exist(client: Client) -> None:
    merchants = client.get("cohorts", **RANGE, dimension="merchant").told["cohorts"]
    empty = CohortId(Dimension.MERCHANT, "nobody", NOW.replace(year=2015), NOW.replace(year=2016)).encode()

    answer = client.get("cohorts/compare", cohortIds=f"{merchants[0]['id']},{empty}")

    assert answer.status == 404
    assert answer.body["details"] == {"cohortIds": [empty]}
