"""Decisions explain themselves, and late labels confirm that the scores are meaningful."""

import math
from collections import Counter
from datetime import datetime
from statistics import median
from typing import Any

import pytest

from tests.local.demo.conftest import Story


def share(records: list[dict[str, Any]], field: str, value: str) -> float:
    return [record[field] for record in records].count(value) / len(records)


def test_attributions_add_up_to_the_scores_log_odds(story: Story) -> None:
    for decision in story.records["decisions"]:
        log_odds = math.log(decision["score"] / (1 - decision["score"]))

        assert sum(decision["attributions"].values()) == pytest.approx(log_odds - decision["base_value"], abs=1e-4)


def test_every_attributed_feature_was_observed(story: Story) -> None:
    for decision in story.records["decisions"]:
        assert decision["attributions"].keys() <= decision["features"].keys()


def test_higher_scores_get_stricter_outcomes_under_the_same_rules(story: Story) -> None:
    strictness = {"approve": 0, "review": 1, "decline": 2}
    rules = {(it["rule_version"], it.get("variant_id")) for it in story.records["decisions"]}

    for version, variant in rules:
        decided = [
            (it["score"], strictness[it["outcome"]])
            for it in story.records["decisions"]
            if (it["rule_version"], it.get("variant_id")) == (version, variant)
        ]
        outcomes = [outcome for _, outcome in sorted(decided)]
        assert outcomes == sorted(outcomes)


def test_most_orders_are_approved_and_some_reviewed(story: Story) -> None:
    decisions = story.records["decisions"]

    assert share(decisions, "outcome", "approve") > 0.9
    assert share(decisions, "outcome", "review") > 0.005
    assert share(decisions, "outcome", "decline") > 0.01


def test_scores_rank_fraud_above_honest_orders(story: Story) -> None:
    score = {decision["decision_id"]: decision["score"] for decision in story.records["decisions"]}
    truth = {it["decision_id"]: it["label"] for it in sorted(story.records["labels"], key=lambda it: it["labelled_at"])}
    fraud = [score[decision] for decision, label in truth.items() if label == "fraud"]
    honest = [score[decision] for decision, label in truth.items() if label == "legitimate"]

    won = sum((bad > good) + 0.5 * (bad == good) for bad in fraud for good in honest)

    assert won / (len(fraud) * len(honest)) > 0.8


def test_labels_follow_their_decisions_and_chargebacks_take_days(story: Story) -> None:
    decided = {decision["decision_id"]: decision["timestamp"] for decision in story.records["decisions"]}
    delays: dict[str, list[float]] = {}
    for label in story.records["labels"]:
        late = datetime.fromisoformat(label["labelled_at"]) - datetime.fromisoformat(decided[label["decision_id"]])
        delays.setdefault(label["source"], []).append(late.total_seconds() / 86_400)
        assert label.get("decision_timestamp", decided[label["decision_id"]]) == decided[label["decision_id"]]

    assert delays.keys() == {"manual_review", "chargeback", "customer_report", "dispute_won"}
    assert min(min(each) for each in delays.values()) > 0
    assert 5 < median(delays["chargeback"]) < 30
    assert median(delays["manual_review"]) < 7


def test_some_old_labels_omit_the_time_of_their_decision(story: Story) -> None:
    without = sum("decision_timestamp" not in label for label in story.records["labels"])

    assert 0.02 < without / len(story.records["labels"]) < 0.3


def test_model_and_rules_change_once_part_way_and_an_experiment_starts(story: Story) -> None:
    decisions = sorted(story.records["decisions"], key=lambda it: it["timestamp"])
    models = [decision["model_version"] for decision in decisions]
    rules = [decision["rule_version"] for decision in decisions if decision["channel"] != "store"]
    variants = Counter(decision.get("variant_id") for decision in decisions)

    assert sorted(set(models)) == ["lr-3", "lr-4"] == list(dict.fromkeys(models))
    assert models == sorted(models)
    assert rules == sorted(rules)
    assert len(set(rules)) == 2
    assert 0.5 < variants["treatment"] / variants["control"] < 2


def test_shoppers_devices_drift_late_in_the_window(story: Story) -> None:
    from_day = story.scenario.window.day_at(0.66).isoformat()
    ages: dict[bool, list[float]] = {False: [], True: []}
    for decision in story.records["decisions"]:
        ages[decision["timestamp"] >= from_day].append(decision["features"]["device_age_days"])

    assert median(ages[True]) < 0.7 * median(ages[False])
