"""The Handbook's transactions become decisions whose explanations add up and labels that arrive late."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, confusion_matrix, precision_recall_fscore_support, roc_auc_score

from shared.records.schema import DataType
from shared.records.validation import Form, validate
from tests import handbook
from tests.oracles import fraud

pytestmark = handbook.needs_handbook
FAR, BETWEEN = datetime(2019, 3, 1, tzinfo=UTC), datetime(2018, 8, 20, tzinfo=UTC)


@cache
def decisions(score: str) -> list[dict[str, Any]]:
    """All decisions without what explains them, which would take much memory."""
    explaining = ("features", "attributions", "base_value")
    return [{name: it[name] for name in it if name not in explaining} for it in handbook.decisions(score)]


@cache
def truth(score: str, as_of: datetime) -> pd.DataFrame:
    return fraud.truths(decisions(score), handbook.labels(score), as_of)


@cache
def file() -> pd.DataFrame:
    return pd.read_csv(handbook.FILE)


def delay(label: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(label["labelled_at"]) - datetime.fromisoformat(label["decision_timestamp"])


def test_every_transaction_is_a_decision() -> None:
    found = decisions("score_lr")

    assert len({it["decision_id"] for it in found}) == handbook.TRANSACTIONS == len(found)
    assert len({it["merchant"] for it in found}) == 200
    assert [it["timestamp"] for it in found] == sorted(it["timestamp"] for it in found)


def test_attributions_add_up_to_every_logistic_score() -> None:
    for it in handbook.decisions():
        log_odds = it["base_value"] + sum(it["attributions"].values())

        assert 1 / (1 + math.exp(-log_odds)) == pytest.approx(it["score"], abs=5e-8)
        assert it["attributions"].keys() == it["features"].keys() == set(handbook.FEATURES)


def test_features_are_typed() -> None:
    typed = [it["features"] for it in handbook.decisions(most=5_000)]
    kinds = {name: {type(features[name]) for features in typed} for name in handbook.FEATURES}

    assert all(kinds[name] == {bool} for name in handbook.FLAGS)
    assert kinds["CUSTOMER_ID_NB_TX_7DAY_WINDOW"] == {int}
    assert kinds["TX_AMOUNT"] == kinds["TERMINAL_ID_RISK_1DAY_WINDOW"] == {float}


@pytest.mark.parametrize(
    ("score", "outcomes"),
    [
        ("score_lr", {"approve": 124_848, "review": 182, "decline": 474}),
        ("score_dt2", {"approve": 124_952, "decline": 552}),
        ("score_rf", {"approve": 124_647, "review": 232, "decline": 625}),
    ],
)
def test_the_thresholds_decide(score: str, outcomes: dict[str, int]) -> None:
    assert Counter(it["outcome"] for it in decisions(score)) == outcomes


def test_labels_repeat_themselves_and_another_seed_delays_them_otherwise() -> None:
    assert list(handbook.labels(most=5_000)) == list(handbook.labels(most=5_000))
    assert list(handbook.labels(most=5_000)) != list(handbook.labels(most=5_000, seed=1))


def test_chargebacks_come_late_and_some_after_the_horizon() -> None:
    charged = [delay(it) for it in handbook.labels() if it["source"] == "chargeback"]

    assert min(charged) > timedelta(days=2)
    assert timedelta(days=10) < sorted(charged)[len(charged) // 2] < timedelta(days=20)
    assert 0.01 < sum(it > handbook.HORIZON for it in charged) / len(charged) < 0.1


def test_tidy_labels_are_never_revised_and_never_late() -> None:
    found = list(handbook.labels(tidy=True))

    assert max(delay(it) for it in found) < handbook.HORIZON
    assert Counter(it["decision_id"] for it in found).most_common(1)[0][1] == 1


def test_everything_that_is_labelled_in_the_end_is_the_files_fraud() -> None:
    found = truth("score_lr", FAR).set_index("decision_id")
    known = found[found.state != "unverified"]
    recorded = file().set_index("lr-" + file().TRANSACTION_ID.astype(str)).TX_FRAUD

    assert known.fraud.astype(int).equals(recorded[known.index].rename("fraud"))
    assert 0 < (found.state == "unverified").sum() < 0.25 * found.flagged.sum()


@pytest.mark.parametrize("score", handbook.SCORES)
def test_the_oracle_agrees_with_scikit_learn_once_all_is_known(score: str) -> None:
    found = truth(score, FAR)
    known = found[found.state != "unverified"]
    precision, recall, f1, _ = precision_recall_fscore_support(known.fraud, known.flagged, average="binary")
    (tn, fp), (fn, tp) = confusion_matrix(known.fraud, known.flagged)

    kpis, ranking = fraud.kpis(found), fraud.ranking(found)

    assert (kpis["precision"], kpis["recall"], kpis["f1Score"]) == pytest.approx((precision, recall, f1))
    assert tuple(fraud.counts(found).values()) == (tp, fp, tn, fn)
    assert ranking["rocAuc"] == pytest.approx(roc_auc_score(known.fraud, known.score))
    assert ranking["averagePrecision"] == pytest.approx(average_precision_score(known.fraud, known.score))


@pytest.mark.parametrize(("granularity", "buckets"), [("hour", 24 * 21), ("day", 21), ("week", 4)])
def test_a_confusion_matrix_adds_up_to_the_whole(granularity: str, buckets: int) -> None:
    found = truth("score_lr", BETWEEN)

    matrix = fraud.confusion_matrix(
        found, datetime(2018, 7, 25, tzinfo=UTC), datetime(2018, 8, 15, tzinfo=UTC), granularity
    )

    assert len(matrix) == buckets
    for name, count in fraud.counts(found).items():
        assert sum(row[name] for row in matrix) == count
    assert sum(row["pending"] for row in matrix) == fraud.maturity(found, BETWEEN)["pending"]


def test_with_tidy_labels_the_final_value_lies_within_the_bounds_of_every_earlier_day() -> None:
    few = [it for it in decisions("score_lr") if it["merchant"] < "merchant-020"]
    told = list(handbook.labels(tidy=True))
    days = [datetime(2018, 8, 15, tzinfo=UTC) + timedelta(days=days) for days in range(0, 60, 10)]
    bounds = [fraud.bounds(fraud.truths(few, told, day)) for day in days]
    final = fraud.kpis(fraud.truths(few, told, FAR))

    for name in fraud.BOUNDED:
        ends = [each for at_day in bounds if (each := at_day[name]) is not None]
        assert all(low - 1e-9 <= (final[name] or 0.0) <= high + 1e-9 for low, high in ends), name
        assert [low for low, _ in ends] == sorted(low for low, _ in ends), name
        assert [high for _, high in ends] == sorted((high for _, high in ends), reverse=True), name


@pytest.mark.parametrize(
    ("data_type", "records"), [(DataType.DECISIONS, handbook.decisions), (DataType.LABELS, handbook.labels)]
)
def test_the_records_are_valid(data_type: DataType, records: Callable[..., Iterable[dict[str, Any]]]) -> None:
    sent = list(records(most=20_000))

    found = validate(data_type, sent, form=Form.TYPED, at=datetime.now(UTC))

    assert found.errors == []
    assert len(found.rows) == len(sent)
