"""The drift routes over decisions in a lake, from roll-ups."""

from datetime import timedelta
from typing import Any

import pytest

from shared.auth.scopes import Scope
from shared.drift.question import NO_MODEL
from shared.runtime.models import rfc3339
from tests.fakes.identities import Visitor
from tests.functions.drift.conftest import NOW, Desk
from tests.functions.drift.decisions import HALF, LONG_NAME, OPENED, PER_DAY

LATE = {"startDate": rfc3339(OPENED + HALF), "endDate": rfc3339(OPENED + 2 * HALF)}
BODY = {"startDate": rfc3339(OPENED), "endDate": rfc3339(OPENED + HALF), "modelVersion": "model-1"}
LATE_DECISIONS = 14 * PER_DAY * 9 // 10


def by_name(body: Any) -> dict[str, Any]:
    return {each["featureName"]: each for each in body["driftMetrics"]}


def wrong(body: Any) -> dict[str, str]:
    """Which parameters are wrong, and why."""
    return {each["field"]: each["message"] for each in body["details"]["fields"]}


def test_a_range_is_compared_with_the_equally_long_one_before_it(busy: Desk) -> None:
    answer = busy.get(**LATE)

    assert answer.status == 200
    assert answer.body["modelVersion"] == "model-1"
    assert answer.body["decisions"] == LATE_DECISIONS
    assert answer.body["baseline"] == {
        "source": "preceding",
        "modelVersion": "model-1",
        "startDate": rfc3339(OPENED),
        "endDate": LATE["startDate"],
    }
    found = by_name(answer.body)
    assert {name for name, each in found.items() if each["driftDetected"]} == {"amount", "channel", "new.feature"}
    assert found["amount"]["driftSeverity"] == found["channel"]["driftSeverity"] == "high"
    assert found["steady"]["driftSeverity"] == "none"
    assert LONG_NAME in found


def test_features_are_listed_with_the_highest_psi_first(busy: Desk) -> None:
    psis = [each["psi"] for each in busy.get(**LATE).body["driftMetrics"]]

    assert psis == sorted(psis, reverse=True)
    assert psis[0] > 0.25


def test_a_feature_has_every_field_of_the_contract_and_of_the_model(busy: Desk) -> None:
    metric = by_name(busy.get(**LATE).body)["amount"]

    assert isinstance(metric["psi"], float)
    assert isinstance(metric["klDivergence"], float)
    assert metric["count"] == LATE_DECISIONS
    assert 0 < metric["baselineCount"] < LATE_DECISIONS
    assert metric["insufficientData"] is False
    assert metric["psi"] > metric["criticalValue"] > 0
    assert sum(each["share"] for each in metric["bins"]) == pytest.approx(1)
    assert sum(each["baselineShare"] for each in metric["bins"]) == pytest.approx(1)
    assert sum(each["contribution"] for each in metric["bins"]) == pytest.approx(metric["psi"])
    assert metric["bins"][0].keys() == {"name", "to", "baselineShare", "share", "contribution"}
    assert [each["timestamp"] for each in metric["history"]] == [
        rfc3339(OPENED + HALF + timedelta(days=day)) for day in range(14)
    ]


def test_texts_with_and_without_quotes_are_the_same_value(busy: Desk) -> None:
    bins = {each["name"]: each for each in by_name(busy.get(**LATE).body)["channel"]["bins"]}

    assert bins.keys() == {"web", "app", "(never seen)", "(missing)"}
    assert bins["(never seen)"]["share"] > 0.3


def test_attributions_are_shared_among_features(busy: Desk) -> None:
    found = by_name(busy.get(**LATE).body)

    assert found["steady"]["attributionShare"] + found["channel"]["attributionShare"] == pytest.approx(1)
    assert found["steady"]["attributionShare"] == pytest.approx(0.75, abs=0.03)
    assert found["flag"]["attributionShare"] is None


def test_only_the_features_asked_for_are_judged(busy: Desk) -> None:
    alone = busy.get(featureNames=f'steady,"{LONG_NAME}"', **LATE).body["driftMetrics"]
    every = by_name(busy.get(**LATE).body)

    assert {each["featureName"] for each in alone} == {"steady", LONG_NAME}
    for each in alone:
        assert each["psi"] == every[each["featureName"]]["psi"]
        assert each["criticalValue"] < every[each["featureName"]]["criticalValue"]


def test_unknown_features_are_refused_and_the_known_listed(busy: Desk) -> None:
    answer = busy.get(featureNames="steady,nobody,'; DROP TABLE decisions--", **LATE)

    assert answer.status == 400
    assert answer.body["error"] == "validation_error"
    rejected = {each["rejected_value"] for each in answer.body["details"]["fields"]}
    assert rejected == {"nobody", "'; DROP TABLE decisions--"}
    assert {"amount", "channel", "flag", "score", LONG_NAME} < {*answer.body["details"]["known"]}


def test_only_the_decisions_of_the_model_asked_for_count(busy: Desk) -> None:
    answer = busy.get(modelVersion="model-2", **LATE)

    assert answer.body["modelVersion"] == "model-2"
    assert answer.body["decisions"] == 14 * PER_DAY // 10
    assert all(each["insufficientData"] for each in answer.body["driftMetrics"])
    assert not any(each["driftDetected"] for each in answer.body["driftMetrics"])
    assert {each["driftSeverity"] for each in answer.body["driftMetrics"]} == {"none"}


@pytest.mark.parametrize("model", ["nobody's", NO_MODEL, "../..", "' OR '1'='1"])
def test_a_model_without_decisions_has_no_drift(busy: Desk, model: str) -> None:
    answer = busy.get(modelVersion=model, featureNames="score", **LATE)

    assert answer.status == 200
    assert answer.body["decisions"] == 0
    (metric,) = answer.body["driftMetrics"]
    assert (metric["psi"], metric["criticalValue"], metric["driftDetected"]) == (0, None, False)


def test_decisions_after_as_of_are_left_out(busy: Desk) -> None:
    whole = busy.get(startDate=LATE["startDate"], endDate=rfc3339(OPENED + HALF + timedelta(days=3)))
    cut = busy.get(asOf=rfc3339(OPENED + HALF + timedelta(days=3) - timedelta(milliseconds=1)), **LATE)

    assert cut.body["decisions"] == whole.body["decisions"] > 0
    assert by_name(cut.body)["amount"]["psi"] == by_name(whole.body)["amount"]["psi"]


def test_a_range_cut_within_days_counts_the_decisions_within_it(busy: Desk) -> None:
    start = OPENED + timedelta(days=15, hours=12)

    answer = busy.get(startDate=rfc3339(start), endDate=rfc3339(start + timedelta(days=2)), modelVersion="model-1")

    assert answer.body["decisions"] == 2 * PER_DAY * 9 // 10
    assert len(by_name(answer.body)["score"]["history"]) == 3


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({}, {"startDate", "endDate"}),
        ({"startDate": "2026-01-05"}, {"endDate"}),
        ({"startDate": "2026-01-05", "endDate": "2026-01-05"}, {"endDate"}),
        ({"startDate": "2026-01-09", "endDate": "2026-01-05"}, {"endDate"}),
        ({"startDate": "yesterday", "endDate": "2026-01-05"}, {"startDate"}),
        ({"startDate": "2024-01-01", "endDate": "2026-01-05"}, {"endDate"}),
        ({"startDate": "2030-01-01", "endDate": "2030-01-05"}, {"startDate"}),
        ({"startDate": "0001-01-01", "endDate": "0001-01-05"}, {"startDate", "endDate"}),
        ({"startDate": "1989-12-31", "endDate": "1990-01-05"}, {"startDate"}),
        ({**LATE, "asOf": "2026-01-01"}, {"asOf"}),
        ({**LATE, "asOf": rfc3339(NOW + timedelta(seconds=1))}, {"asOf"}),
        ({**LATE, "featureNames": ""}, {"featureNames"}),
        ({**LATE, "featureNames": "a,,b"}, {"featureNames"}),
        ({**LATE, "featureNames": 'a,"b'}, {"featureNames"}),
        ({**LATE, "modelVersion": " "}, {"modelVersion"}),
        ({**LATE, "feature": "a", "metric": "psi"}, {"feature", "metric"}),
    ],
)
@pytest.mark.parametrize("path", ["", "/data-quality"])
def test_every_wrong_parameter_is_named(busy: Desk, path: str, query: dict[str, str], fields: set[str]) -> None:
    answer = busy.get(path, **query)

    assert answer.status == 400
    assert answer.body["error"] == "validation_error"
    assert wrong(answer.body).keys() == fields


def test_data_quality_counts_missing_values_types_and_ranges(busy: Desk) -> None:
    answer = busy.get("/data-quality", **LATE)

    assert answer.status == 200
    found = {each["featureName"]: each for each in answer.body["features"]}
    assert found["sparse"]["nullRate"] == pytest.approx(0.25, abs=0.02)
    assert found["score"]["nullRate"] == 0
    assert found["channel"]["unseenRate"] == pytest.approx(0.5, abs=0.1)
    assert found["new.feature"]["inBaseline"] is False
    assert found["new.feature"]["typeConformance"] is None
    assert found["steady"]["typeConformance"] == found["flag"]["typeConformance"] == 1
    quality = answer.body["qualityMetrics"]
    assert quality["schemaConformant"] is False
    assert quality["rangeViolations"] == sum(each["rangeViolations"] for each in answer.body["features"])
    assert quality["nullRate"] == pytest.approx(
        sum(each["nullRate"] for each in answer.body["features"]) / len(answer.body["features"])
    )


def test_the_schema_of_unchanged_features_conforms(busy: Desk) -> None:
    answer = busy.get("/data-quality", featureNames="steady,flag,score", **LATE)

    assert answer.body["qualityMetrics"]["schemaConformant"] is True


def test_the_label_delay_is_that_of_the_first_fraud_label(busy: Desk) -> None:
    quality = busy.get("/data-quality", **LATE).body["qualityMetrics"]

    assert (quality["labelDelayHours"], quality["truncated"]) == (48, False)


def test_the_label_delay_of_young_decisions_is_an_estimate(busy: Desk) -> None:
    quality = busy.get("/data-quality", asOf=LATE["endDate"], **LATE).body["qualityMetrics"]

    assert (quality["labelDelayHours"], quality["truncated"]) == (48, True)


def test_few_labels_have_no_delay(busy: Desk) -> None:
    end = rfc3339(OPENED + timedelta(days=2))

    quality = busy.get("/data-quality", startDate=rfc3339(OPENED), endDate=end).body["qualityMetrics"]

    assert (quality["labelDelayHours"], quality["truncated"]) == (None, None)


def test_a_range_without_decisions_of_the_model_cannot_be_frozen(busy: Desk) -> None:
    answer = busy.freeze({**BODY, "modelVersion": "nobody's"})

    assert (answer.status, answer.body["error"]) == (422, "unprocessable")
    assert busy.get("/baselines").body["total"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**BODY, "endDate": BODY["startDate"]},
        {**BODY, "startDate": "2024-01-01"},
        {**BODY, "startDate": 5},
        {**BODY, "startDate": "0001-01-01", "endDate": "0001-01-05"},
        {**BODY, "startDate": "yesterday"},
        {**BODY, "modelVersion": ""},
        {**BODY, "modelVersion": None},
        {**BODY, "modelVersion": "x" * 5000},
    ],
)
def test_a_wrong_request_is_refused(busy: Desk, body: dict[str, Any]) -> None:
    answer = busy.freeze(body)

    assert (answer.status, answer.body["error"]) == (400, "validation_error")
    assert answer.body["details"]["fields"]


def test_freezing_needs_the_scope_admin(busy: Desk) -> None:
    reader = Visitor(busy.wired.identity, Scope.FRAUD_READ)

    assert busy.freeze(BODY, token=reader.token).status == 403


@pytest.mark.parametrize("name", ["unknown", "0123456789abcdef-1", "0123456789abcdef-01", "..%2F..", "a'--", "x" * 300])
def test_an_unknown_baseline_is_not_found(busy: Desk, name: str) -> None:
    answer = busy.get(f"/baselines/{name}")

    assert (answer.status, answer.body["error"]) == (404, "not_found")
