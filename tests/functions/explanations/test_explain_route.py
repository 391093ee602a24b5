"""`GET /analytics/explain/{decisionId}`: exactly what was stored with the decision."""

import math
from typing import Any

import pytest

from shared.auth.scopes import Scope
from shared.records.schema import DataType
from shared.runtime.models import rfc3339
from tests.fakes.records import AT, good
from tests.functions.explanations.conftest import Explainer

FEATURES = {"amount": 129.5, "country": "DE", "code": "1", "count": 1, "is_new": True}
ATTRIBUTIONS = {"amount": 0.25, "country": -0.05, "count": 0.2, "is_new": 0.0, "retired": 0.05}


def _decision(name: str, **fields: Any) -> dict[str, Any]:
    given = {"score": 0.55, "features": FEATURES, "attributions": ATTRIBUTIONS, "base_value": 0.1} | fields
    return good(DataType.DECISIONS, decision_id=name, **given)


def test_a_decision_is_explained_by_exactly_what_was_stored_with_it(explainer: Explainer) -> None:
    explainer.load([_decision("plain", model_version="m-7")], merged=False)

    answer = explainer.explain("plain")

    assert answer.status == 200
    assert {name: value for name, value in answer.body.items() if name not in {"residual", "sum", "attributions"}} == {
        "decisionId": "plain",
        "timestamp": AT,
        "score": 0.55,
        "outcome": "review",
        "modelVersion": "m-7",
        "baseValue": 0.1,
        "unit": "probability",
        "exact": True,
        "frozenAt": rfc3339(explainer.clock()),
    }
    assert answer.body["sum"] == pytest.approx(0.55, abs=1e-12)
    assert answer.body["residual"] == pytest.approx(0, abs=1e-12)


def test_an_explanation_is_one_read_from_dynamodb(explainer: Explainer) -> None:
    explainer.load([_decision("single")], merged=False)
    calls: list[str] = []
    clients = explainer.wired.clients

    for events in (clients.dynamodb.meta.events, clients.interactive_athena.meta.events):
        events.register("before-call", lambda model, **_: calls.append(model.name), unique_id="calls")
    explainer.wired.explanations.explain("single")
    for events in (clients.dynamodb.meta.events, clients.interactive_athena.meta.events):
        events.unregister("before-call", unique_id="calls")

    assert calls == ["GetItem"]


def test_attributions_are_sorted_by_their_size_with_importance_and_direction(explainer: Explainer) -> None:
    explainer.load([_decision("sorted")], merged=False)

    found = explainer.explain("sorted").body["attributions"]

    assert [(each["feature"], each["direction"]) for each in found] == [
        ("amount", "up"),
        ("count", "up"),
        ("country", "down"),
        ("retired", "up"),
        ("is_new", "none"),
    ]
    assert {each["feature"]: each["contribution"] for each in found} == ATTRIBUTIONS
    assert [each["importance"] for each in found] == pytest.approx([25 / 55, 20 / 55, 5 / 55, 5 / 55, 0])


def test_a_value_keeps_its_type(explainer: Explainer) -> None:
    values = {"number": 1, "text": "1", "boolean": True, "word": "true", "half": 0.5, "name.with.dots": "ünïcode/商"}
    explainer.load([_decision("typed", features=values, attributions=dict.fromkeys(values, 0.075))], merged=False)

    found = explainer.explain("typed").body["attributions"]

    assert {each["feature"]: (type(each["value"]), each["value"]) for each in found} == {
        name: (type(value), value) for name, value in values.items()
    }


def test_an_attribution_without_a_stored_value_has_none(explainer: Explainer) -> None:
    explainer.load([_decision("valueless", features=None)], merged=False)

    found = explainer.explain("valueless").body["attributions"]

    assert {each["value"] for each in found} == {None}
    assert len(found) == len(ATTRIBUTIONS)


@pytest.mark.parametrize(
    ("name", "fields", "unit", "residual"),
    [
        ("odds", {"score": 1 / (1 + math.exp(-0.55))}, "log_odds", 0),
        ("odds-below", {"score": 1 / (1 + math.exp(2)), "base_value": -2.45}, "log_odds", 0),
        ("near", {"score": 0.5500009}, "probability", 9e-7),
        ("altered", {"score": 0.5500012}, "unknown", 1.2e-6),
        ("far", {"score": 0.9}, "unknown", 0.35),
        ("baseless", {"base_value": None}, "unknown", 0.1),
        ("baseless-but-whole", {"base_value": None, "score": 0.45}, "probability", 0),
    ],
)
def test_the_unit_is_that_in_which_base_and_attributions_add_up_to_the_score(
    explainer: Explainer, name: str, fields: dict[str, Any], unit: str, residual: float
) -> None:
    explainer.load([_decision(name, **fields)], merged=False)

    body = explainer.explain(name).body

    assert (body["unit"], body["exact"]) == (unit, unit != "unknown")
    assert body["residual"] == pytest.approx(residual, abs=1e-9)
    assert body["sum"] == pytest.approx((body["baseValue"] or 0) + 0.45)


def test_importances_are_null_if_all_contributions_are_0(explainer: Explainer) -> None:
    explainer.load([_decision("zero", score=0.1, attributions={"a": 0, "b": 0.0})], merged=False)

    body = explainer.explain("zero").body

    assert [(each["importance"], each["direction"]) for each in body["attributions"]] == [(None, "none")] * 2
    assert body["exact"]


def test_contributions_beyond_the_range_of_numbers_are_inexact_and_never_not_a_number(explainer: Explainer) -> None:
    explainer.load([_decision("vast", attributions={"a": 1.7e308, "b": 1.7e308})], merged=False)

    body = explainer.explain("vast").body

    assert (body["sum"], body["residual"], body["unit"], body["exact"]) == (None, None, "unknown", False)
    assert [each["importance"] for each in body["attributions"]] == [0.5, 0.5]


@pytest.mark.parametrize("attributions", [None, {}])
def test_a_decision_without_attributions_is_not_explainable(explainer: Explainer, attributions: Any) -> None:
    name = f"without-{attributions}"
    explainer.load([_decision(name, attributions=attributions)], merged=False)

    answer = explainer.explain(name)

    assert (answer.status, answer.body["error"]) == (422, "not_explainable")
    assert answer.body.keys() == {"error", "message", "requestId"}


def test_a_replaced_decision_is_explained_by_the_version_that_stands(explainer: Explainer) -> None:
    explainer.load([_decision("twice", score=0.9)])
    explainer.load([_decision("twice", attributions={"late": 0.45})])

    body = explainer.explain("twice").body

    assert [each["feature"] for each in body["attributions"]] == ["late"]
    assert body["frozenAt"] == rfc3339(explainer.clock())


@pytest.mark.parametrize(
    "name", ["a/b", "../../secret", "d 1", "x') OR 1=1 --", "d-%2F-1", "ünï-商-\U0001f6d2", "a?b=c#d", ".", "a+b&c"]
)
def test_any_id_is_found_percent_encoded(explainer: Explainer, name: str) -> None:
    explainer.load([_decision(name)], merged=False)

    answer = explainer.explain(name)

    assert (answer.status, answer.body.get("decisionId")) == (200, name)


@pytest.mark.parametrize(
    "name",
    ["nobody", "' OR ''='", "plain'; DROP TABLE decisions --", "..%2f..%2fplain", "*", "\x00", "plain\n", "PLAIN"],
)
def test_an_unknown_id_is_not_found(explainer: Explainer, name: str) -> None:
    explainer.load([_decision("plain")], merged=False)

    answer = explainer.explain(name)

    assert (answer.status, answer.body["error"]) == (404, "not_found")


def test_an_id_that_only_labels_refer_to_is_not_found(explainer: Explainer) -> None:
    explainer.wired.decisions.register_waiting({"awaited"}, "batch-l")

    assert explainer.explain("awaited").status == 404


def test_an_id_longer_than_any_is_refused(explainer: Explainer) -> None:
    answer = explainer.explain("d" * 129)

    assert (answer.status, list(answer.fields)) == (400, ["decisionId"])


def test_a_decision_made_after_the_time_of_the_question_is_not_found(explainer: Explainer) -> None:
    explainer.load([_decision("timed")], merged=False)

    assert explainer.explain("timed", asOf=AT).status == 200
    assert explainer.explain("timed", asOf="2025-02-27T10:14:59.999Z").status == 404


def test_every_wrong_parameter_is_named(explainer: Explainer) -> None:
    answer = explainer.explain("plain", asOf="2999-01-01", limit="3")

    assert (answer.status, answer.body["error"]) == (400, "validation_error")
    assert answer.fields.keys() == {"asOf", "limit"}


def test_the_scope_for_fraud_is_required(explainer: Explainer) -> None:
    answer = explainer.acting_with(Scope.ANALYTICS_READ).explain("plain")

    assert (answer.status, answer.body["error"]) == (403, "forbidden")


def _large(name: str, **fields: Any) -> dict[str, Any]:
    names = [f"feature-{number:04}-{'x' * 20}" for number in range(900)]
    features = {each: number for number, each in enumerate(names)} | {"text": "1", "flag": False, "quoted": 'a "b"'}
    attributions = dict.fromkeys(names, 0.0005) | {"text": 0.0, "flag": 0.0, "quoted": -0.0}
    return _decision(name, features=features, attributions=attributions, **fields)


def test_a_decision_too_large_for_the_index_is_read_from_the_lake(explainer: Explainer) -> None:
    decision = _large("large") | {"device": "phone"}
    explainer.load([decision])

    for _ in range(2):  # computed, then from the cache
        body = explainer.explain("large").body

        assert {each["feature"]: each["contribution"] for each in body["attributions"]} == decision["attributions"]
        values = {each["feature"]: (type(each["value"]), each["value"]) for each in body["attributions"]}
        assert values == {name: (type(value), value) for name, value in decision["features"].items()}
        assert (body["unit"], body["timestamp"], body["frozenAt"]) == ("probability", AT, rfc3339(explainer.clock()))


def test_a_large_decision_that_is_not_merged_yet_is_unavailable(explainer: Explainer) -> None:
    explainer.load([_large("unmerged", timestamp="2024-07-01T00:00:00Z")], merged=False)

    answer = explainer.explain("unmerged")

    assert (answer.status, answer.body["error"], answer.body["retryAfter"]) == (503, "service_unavailable", 60)


def test_a_decision_that_is_only_large_elsewhere_is_read_from_the_index(explainer: Explainer) -> None:
    texts = dict.fromkeys(("merchant", "channel", "geography", "device", "rule_version"), "t" * 4000)
    explainer.load([_decision("padded", notes="n" * 16_000, **texts)], merged=False)

    assert "truncated" in (explainer.wired.decisions.get("padded") or {})
    assert explainer.explain("padded").status == 200
