"""Decisions explain themselves, and late labels confirm that the scores are meaningful."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from statistics import mean, median
from typing import Any

import pytest

from infra.local.demo.episodes import ATTACK, ATTACKED, NEW_PHONES
from infra.local.demo.scale import Scale
from infra.local.demo.scenario import Scenario, demo
from tests.local.demo.conftest import END, Story


def at(record: dict[str, Any], field: str = "timestamp") -> datetime:
    return datetime.fromisoformat(record[field])


def share(records: list[dict[str, Any]], field: str, value: str) -> float:
    return [record[field] for record in records].count(value) / len(records)


def decisions_of(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for delivery in scenario.deliveries():
        if delivery.data_type == "decisions":
            yield from delivery.records


def differences_to_log_odds(decisions: Iterable[dict[str, Any]]) -> Iterator[float]:
    for decision in decisions:
        log_odds = math.log(decision["score"] / (1 - decision["score"]))
        yield abs(decision["base_value"] + sum(decision["attributions"].values()) - log_odds)


def test_base_value_and_attributions_add_up_to_the_scores_log_odds(story: Story) -> None:
    assert max(differences_to_log_odds(story.records["decisions"])) < 1e-6


@pytest.mark.thorough
def test_they_add_up_in_a_larger_demo_too() -> None:
    assert max(differences_to_log_odds(decisions_of(demo(end=END, scale=Scale.MEDIUM)))) < 1e-6


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


def test_the_later_model_is_calibrated_otherwise_and_weighs_one_more_feature(story: Story) -> None:
    by_model: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for decision in story.records["decisions"]:
        by_model[decision["model_version"]].append(decision)
    weighed = {model: {name for it in made for name in it["attributions"]} for model, made in by_model.items()}
    bases = {model: {it["base_value"] for it in made} for model, made in by_model.items()}

    assert weighed["lr-4"] - weighed["lr-3"] == {"address_matches"}
    assert (bases["lr-3"], bases["lr-4"]) == ({-4.4}, {-3.9})
    assert median(it["score"] for it in by_model["lr-4"]) > 1.5 * median(it["score"] for it in by_model["lr-3"])
    assert 0.25 < len(by_model["lr-4"]) / len(story.records["decisions"]) < 0.5


def test_shoppers_devices_grow_younger_over_weeks_under_the_later_model(story: Story) -> None:
    window = story.scenario.window
    ages: defaultdict[int, list[float]] = defaultdict(list)
    for decision in story.records["decisions"]:
        days = (at(decision).date() - window.day_at(NEW_PHONES.start)).days
        ages[max(-1, days // 7)].append(decision["features"]["device_age_days"])

    means = [mean(ages[week]) for week in sorted(ages)]

    assert sorted(ages) == [-1, 0, 1, 2, 3]
    assert max(means[1:3]) < means[0]
    assert max(means[3:]) < 0.6 * means[0]


def attacked(decision: dict[str, Any]) -> bool:
    return decision.get("investigation_id") == f"INV-{ATTACKED}"


def test_one_merchant_is_attacked_for_a_few_days(story: Story) -> None:
    window, latest = story.scenario.window, latest_labels(story)
    first = window.day_at(ATTACK.start)
    days = {first + timedelta(days=number) for number in range(ATTACK.days)}
    frauds = Counter(
        (it["merchant"], at(it).date() in days)
        for it in story.records["decisions"]
        if latest.get(it["decision_id"]) == "fraud"
    )
    decided = Counter((it["merchant"], at(it).date() in days) for it in story.records["decisions"])
    rate = {key: frauds[key] / count for key, count in decided.items()}

    assert days == {at(it).date() for it in story.records["decisions"] if attacked(it)}
    assert rate[ATTACKED, True] > 0.25
    assert rate[ATTACKED, True] > 5 * rate[ATTACKED, False]
    assert decided[ATTACKED, True] > 0.35 * sum(count for (_, during), count in decided.items() if during)


def latest_labels(story: Story) -> dict[str, str]:
    told = sorted(story.records["labels"], key=lambda it: it["labelled_at"])
    return {label["decision_id"]: label["label"] for label in told}


def test_an_investigation_gathers_the_flagged_decisions_of_the_attack_and_others_some_reviews(story: Story) -> None:
    investigated = [it for it in story.records["decisions"] if "investigation_id" in it]
    count = Counter(it["investigation_id"] for it in investigated)

    assert count[f"INV-{ATTACKED}"] > 10
    assert len(count) > 3
    assert all(it["outcome"] != "approve" for it in investigated)


def test_some_chargebacks_come_after_the_maturity_horizon(story: Story) -> None:
    decided = {decision["decision_id"]: at(decision) for decision in story.records["decisions"]}
    days = [
        (at(label, "labelled_at") - decided[label["decision_id"]]).days
        for label in story.records["labels"]
        if label["source"] == "chargeback"
    ]

    assert 0 < sum(delay >= 45 for delay in days) < 0.3 * len(days)


def test_a_won_dispute_makes_a_charged_back_decision_legitimate(story: Story) -> None:
    told: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for label in story.records["labels"]:
        told[label["decision_id"]].append((label["labelled_at"], label["source"], label["label"]))
    won = [sorted(each) for each in told.values() if any(source == "dispute_won" for _, source, _ in each)]

    assert len(won) > 3
    for each in won:
        assert [(source, label) for _, source, label in each][-2:] == [
            ("chargeback", "fraud"),
            ("dispute_won", "legitimate"),
        ]


def test_three_sources_send_labels(story: Story) -> None:
    senders: defaultdict[str, set[str]] = defaultdict(set)
    for delivery in story.deliveries:
        if delivery.data_type == "labels":
            senders[delivery.source_id] |= {record["source"] for record in delivery.records}

    assert senders == {
        "review-desk": {"manual_review"},
        "help-desk": {"customer_report"},
        "payments-hub": {"chargeback", "dispute_won"},
    }


def test_the_engine_is_slow_on_two_days_of_the_later_model(story: Story) -> None:
    window = story.scenario.window
    by_day: defaultdict[date, list[float]] = defaultdict(list)
    for decision in story.records["decisions"]:
        by_day[at(decision).date()].append(decision["latency_ms"])
    slow = {day for day, latencies in by_day.items() if median(latencies) > 150}

    assert slow == {window.day_at(0.72), window.day_at(0.72) + timedelta(days=1)}


def test_decisions_without_customer_amount_or_card_occur(story: Story) -> None:
    decisions = story.records["decisions"]
    without = {name: sum(name not in it for it in decisions) for name in ("customer_id", "amount", "currency")}

    assert 0.01 < without["customer_id"] / len(decisions) < 0.1
    assert 0.005 < without["amount"] / len(decisions) < 0.05
    assert all(("amount" in it) == ("currency" in it) == ("amount" in it["features"]) for it in decisions)
    assert 0.1 < sum("card_country" not in it["features"] for it in decisions) / len(decisions) < 0.4


def test_decisions_are_in_three_currencies(story: Story) -> None:
    count = Counter(it["currency"] for it in story.records["decisions"] if "currency" in it)

    assert count.keys() == {"USD", "EUR", "GBP"}
    assert min(count.values()) > 50


def test_some_features_are_flags_and_some_are_words(story: Story) -> None:
    kinds: defaultdict[str, set[type]] = defaultdict(set)
    for decision in story.records["decisions"]:
        for name, value in decision["features"].items():
            kinds[name].add(type(value))

    assert {name for name, types in kinds.items() if types == {bool}} == {"is_night", "address_matches"}
    assert {name for name, types in kinds.items() if types == {str}} == {"card_country", "payment_method"}
    assert all(types <= {int, float} for types in kinds.values() if not types & {bool, str})
