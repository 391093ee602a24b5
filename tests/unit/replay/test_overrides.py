"""What a replay may change, and which requests are refused with every wrong field named."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.decisions.configuration import mistakes
from shared.replay.overrides import LARGEST_BYTES, MOST_FEATURES, Overrides, features_of, unknown_features


def read(document: dict[str, Any]) -> Overrides:
    return Overrides.model_validate(document)


def paths_refused(document: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        read(document)
    return dict(mistakes(refused.value))


def model(**changes: Any) -> dict[str, Any]:
    return {"model": {"type": "logistic", "intercept": -1, "coefficients": {"a": 2}, **changes}}


def rule(feature: str = "a", operator: str = "==", value: Any = 1) -> dict[str, Any]:
    return {"when": [{"feature": feature, "operator": operator, "value": value}], "outcome": "review"}


def rules(*each: dict[str, Any]) -> dict[str, Any]:
    return {"rules": list(each)}


@pytest.mark.parametrize("nothing", [{}, {"thresholds": {}}, {"rules": []}])
def test_without_any_override_it_is_the_identity(nothing: dict[str, Any]) -> None:
    assert read(nothing).is_identity


@pytest.mark.parametrize(
    "something", [{"thresholds": {"review_threshold": 0}}, model(), rules(rule())], ids=("threshold", "model", "rule")
)
def test_any_override_is_no_identity(something: dict[str, Any]) -> None:
    assert not read(something).is_identity


def test_thresholds_keep_the_names_of_the_contract() -> None:
    document = {"thresholds": {"fraud_threshold": 0.8, "review_threshold": 0.25}}

    assert read(document).model_dump(mode="json", by_alias=True, exclude_defaults=True) == document


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan"), float("inf"), True, "0.5"])
def test_a_threshold_is_a_number_from_0_to_1(value: Any) -> None:
    assert paths_refused({"thresholds": {"fraud_threshold": value}}).keys() == {"thresholds.fraud_threshold"}


def test_thresholds_must_not_be_crossed() -> None:
    crossed = {"thresholds": {"fraud_threshold": 0.3, "review_threshold": 0.5}}

    assert paths_refused(crossed) == {"thresholds.review_threshold": "must be at most fraud_threshold"}
    assert read({"thresholds": {"fraud_threshold": 0.5, "review_threshold": 0.5}})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"intercept": float("inf")}, "intercept"),
        ({"intercept": None}, "intercept"),
        ({"coefficients": {"a": float("nan")}}, "coefficients.a"),
        ({"coefficients": {"a": True}}, "coefficients.a"),
        ({"coefficients": {}}, "coefficients"),
        ({"coefficients": {f"f{number}": 1 for number in range(MOST_FEATURES + 1)}}, "coefficients"),
        ({"means": {"b": 1}}, "means"),
        ({"scales": {"a": 0}}, "scales"),
        ({"scales": {"a": -1}}, "scales"),
        ({"scales": {"b": 1}}, "scales"),
        ({"type": "tree"}, "type"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_model_that_cannot_be_computed_is_refused(changes: dict[str, Any], field: str) -> None:
    assert paths_refused(model(**changes)).keys() == {f"model.{field}"}


@pytest.mark.parametrize(
    ("operator", "value"),
    [("in", 1), ("==", [1]), ("<", "1"), (">=", True), ("in", []), ("~", 1), ("==", None), ("==", 10**400)],
)
def test_a_value_must_fit_its_operator(operator: str, value: Any) -> None:
    wrong = "operator" if operator == "~" else "value"

    assert paths_refused(rules(rule(operator=operator, value=value))).keys() == {f"rules.0.when.0.{wrong}"}


@pytest.mark.parametrize("value", [1, "1", True, 1.5, "", False])
def test_values_keep_their_types(value: Any) -> None:
    read_value = read(rules(rule(value=value))).rules[0].when[0].value

    assert (read_value, isinstance(read_value, bool), isinstance(read_value, str)) == (
        value,
        isinstance(value, bool),
        isinstance(value, str),
    )


def test_several_wrong_fields_are_all_named() -> None:
    wrong = {"thresholds": {"fraud_threshold": 2}, **model(intercept="x"), **rules({"when": [], "outcome": "maybe"})}

    assert paths_refused(wrong).keys() == {
        "thresholds.fraud_threshold",
        "model.intercept",
        "rules.0.when",
        "rules.0.outcome",
    }


def test_a_thousand_rules_are_too_many() -> None:
    assert paths_refused(rules(*[rule()] * 1_000)) == {"rules": "must have at most 100 items"}
    assert len(read(rules(*[rule()] * 100)).rules) == 100


def test_overrides_are_bounded_in_features_and_size() -> None:
    conditions = [{"feature": f"f{number}", "operator": "==", "value": 1} for number in range(MOST_FEATURES + 1)]
    pieces = [conditions[start : start + 20] for start in range(0, len(conditions), 20)]
    many = {"rules": [{"when": each, "outcome": "review"} for each in pieces]}
    large = rules(*[rule(operator="in", value=["x" * 500] * 100)] * 3)

    assert list(paths_refused(many).values()) == [f"must use at most {MOST_FEATURES} features"]
    assert list(paths_refused(large).values()) == [f"must have at most {LARGEST_BYTES} bytes as JSON"]


def test_features_are_those_of_the_model_and_the_rules() -> None:
    both = read(
        {**model(coefficients={"b": 1, "amount": 2}), **rules(rule("a"), rule("score"), rule("features.score"))}
    )

    assert features_of(both) == ("a", "b", "score")
    assert features_of(read({})) == ()


def test_unknown_features_are_reported_with_their_paths() -> None:
    both = read({**model(coefficients={"b": 1, "score": 1}), **rules(rule("a"), rule("features.amount"))})

    assert unknown_features(both, {"a"}) == (
        ("overrides.model.coefficients.b", "b"),
        ("overrides.rules.1.when.0.feature", "features.amount"),
    )
    assert unknown_features(both, {"a", "b", "amount"}) == ()
