"""What a replay changes: thresholds, the model of the score, and rules before both; and every check without data."""

import math
import re
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias

import orjson
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from shared.fraud.counts import Outcome
from shared.lake.rollups.feature_rules import OWN_FIELDS
from shared.runtime.models import CamelModel, Optional

MOST_RULES, MOST_CONDITIONS, MOST_VALUES = 100, 20, 100
MOST_FEATURES = 200
LARGEST_BYTES = 100_000
_LONGEST_NAME, _LONGEST_TEXT = 500, 500

SCORE, AMOUNT = "score", "amount"
_PREFIX = "features."

Finite = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Scalar: TypeAlias = str | float | bool
FeatureName = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME)]
_Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]
_Coefficients = Annotated[Mapping[FeatureName, Finite], Field(min_length=1, max_length=MOST_FEATURES)]
_Parts = Annotated[Mapping[FeatureName, Finite], Field(max_length=MOST_FEATURES)]

_EXAMPLE: JsonDict = {
    "thresholds": {"fraud_threshold": 0.8},
    "rules": [{"when": [{"feature": "NB_TX_1DAY", "operator": ">=", "value": 20}], "outcome": "review"}],
}


def _scalar(value: Any) -> Scalar:
    """Read a value and keep its type; numbers are floats, as those of features are."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _finite(value)
    if not isinstance(value, str):
        raise PydanticCustomError("scalar_type", "must be text, a number or a boolean")
    if len(value) > _LONGEST_TEXT:
        raise PydanticCustomError("scalar_length", "must have at most {most} characters", {"most": _LONGEST_TEXT})
    return value


def _finite(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise PydanticCustomError("finite_number", "must be a finite number")
    return number


def _scalars(value: Any) -> Scalar | tuple[Scalar, ...]:
    if not isinstance(value, list | tuple):
        return _scalar(value)
    if not 1 <= len(value) <= MOST_VALUES:
        raise PydanticCustomError("scalars_length", "must have 1 to {most} items", {"most": MOST_VALUES})
    return tuple(map(_scalar, value))


def _as_json(value: Scalar | tuple[Scalar, ...]) -> Any:
    return list(value) if isinstance(value, tuple) else value


_SCALAR: JsonDict = {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}
_Value = Annotated[
    Scalar | tuple[Scalar, ...],
    PlainValidator(_scalars),
    PlainSerializer(_as_json, return_type=Any),
    WithJsonSchema({"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1, "maxItems": MOST_VALUES}]}),
]


def _not_empty(conditions: "tuple[RuleCondition, ...]") -> "tuple[RuleCondition, ...]":
    # `min_length` would also count invalid conditions as none.
    if not conditions:
        raise PydanticCustomError("too_short", "must not be empty", {"min_length": 1})
    return conditions


class Operator(StrEnum):
    """How a condition compares a feature with its value."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    IN = "in"


ORDERED = frozenset({Operator.LESS, Operator.LESS_OR_EQUAL, Operator.GREATER, Operator.GREATER_OR_EQUAL})
"""The operators that compare numbers only."""


class _Strict(CamelModel):
    model_config = ConfigDict(extra="forbid")


class ThresholdOverrides(_Strict):
    """Thresholds that replace those of the policy; a review threshold above the other one means no reviews."""

    fraud_threshold: Optional[_Score] = Field(
        default=None,
        alias="fraud_threshold",
        description="Scores from here on are declined, 0 to 1 (default: that of the policy).",
        examples=[0.8],
    )
    review_threshold: Optional[_Score] = Field(
        default=None,
        alias="review_threshold",
        description="Lower scores from here on are reviewed, 0 to 1; at most `fraud_threshold` if both are given "
        "(default: that of the policy).",
        examples=[0.3],
    )

    @field_validator("review_threshold")
    @classmethod
    def _not_crossed(cls, review: float | None, info: ValidationInfo) -> float | None:
        decline = info.data.get("fraud_threshold")
        if review is not None and decline is not None and review > decline:
            raise PydanticCustomError("crossed_thresholds", "must be at most fraud_threshold")
        return review


class LogisticOverride(_Strict):
    """A logistic model: score = 1 ÷ (1 + exp(-z)), z = intercept + Σ coefficient x (value - mean) ÷ scale.

    Values are the features stored with the decision: numbers, or booleans as 0 and 1. A decision without one of the
    features, or with a text in it, has no score.
    """

    type: Literal["logistic"] = Field(description="Kind of model; only `logistic`.")
    intercept: Finite = Field(description="Log odds at the means.", examples=[-4.6])
    coefficients: _Coefficients = Field(
        description=f"Coefficient of each feature; 1 to {MOST_FEATURES}.", examples=[{"NB_TX_1DAY": 0.7}]
    )
    means: _Parts = Field(default_factory=dict, description="Mean of a feature (default: 0).")
    scales: _Parts = Field(
        default_factory=dict, description="Scale of a feature, such as its standard deviation, above 0 (default: 1)."
    )

    @field_validator("means", "scales")
    @classmethod
    def _of_the_coefficients(cls, parts: Mapping[str, float], info: ValidationInfo) -> Mapping[str, float]:
        coefficients = info.data.get("coefficients")
        unknown = sorted(parts.keys() - coefficients.keys()) if coefficients else []
        if unknown:
            raise PydanticCustomError(
                "no_coefficient", "has features without a coefficient: {names}", {"names": ", ".join(unknown)}
            )
        return parts

    @field_validator("scales")
    @classmethod
    def _positive(cls, scales: Mapping[str, float]) -> Mapping[str, float]:
        wrong = sorted(name for name, scale in scales.items() if scale <= 0)
        if wrong:
            raise PydanticCustomError(
                "scale_not_positive", "must be above 0; is not for {names}", {"names": ", ".join(wrong)}
            )
        return scales


class RuleCondition(_Strict):
    """A comparison of a feature of the decision; it does not hold where the feature is absent."""

    feature: FeatureName = Field(
        description="Name of a feature stored with the decision. `score` is the score that thresholds judge, `amount` "
        "the amount in the reporting currency; features with these names have `features.` before them.",
        examples=["NB_TX_1DAY"],
    )
    operator: Operator = Field(
        description='`==`, `!=`, `in` compare with the type: 1, `"1"` and true differ. `<`, `<=`, `>`, `>=` hold for '
        "numbers only."
    )
    value: _Value = Field(
        description=f"Text, number or boolean; a number for `<`, `<=`, `>`, `>=`; a list of 1 to {MOST_VALUES} for "
        "`in`.",
        examples=[20],
    )

    @field_validator("value")
    @classmethod
    def _fits_operator(cls, value: Any, info: ValidationInfo) -> Any:
        operator = info.data.get("operator")
        if operator is Operator.IN and not isinstance(value, tuple):
            raise PydanticCustomError("not_a_list", "must be a list for the operator in")
        if operator not in (None, Operator.IN) and isinstance(value, tuple):
            raise PydanticCustomError("a_list", "must not be a list unless the operator is in")
        if operator in ORDERED and (isinstance(value, bool) or not isinstance(value, float)):
            raise PydanticCustomError("not_a_number", "must be a number for {operator}", {"operator": str(operator)})
        return value

    @property
    def values(self) -> tuple[Scalar, ...]:
        """The values that the feature is compared with; several only for `in`."""
        return self.value if isinstance(self.value, tuple) else (self.value,)


class Rule(_Strict):
    """An outcome for decisions for which all conditions hold."""

    when: Annotated[tuple[RuleCondition, ...], Field(max_length=MOST_CONDITIONS), AfterValidator(_not_empty)] = Field(
        description=f"Conditions, all of which must hold; 1 to {MOST_CONDITIONS}."
    )
    outcome: Outcome = Field(description="Outcome of the decisions.")


class Overrides(_Strict):
    """What differs from the policy; without any override, the replay has the recorded outcomes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    thresholds: Optional[ThresholdOverrides] = Field(default=None, description="Other thresholds.")
    model: Optional[LogisticOverride] = Field(default=None, description="Another model of the score.")
    rules: Annotated[tuple[Rule, ...], Field(max_length=MOST_RULES)] = Field(
        default=(),
        description=f"Rules before the thresholds, at most {MOST_RULES}: the first one whose conditions hold decides.",
    )

    @model_validator(mode="after")
    def _is_bounded(self) -> "Overrides":
        if len(features_of(self)) > MOST_FEATURES:
            raise PydanticCustomError("too_many_features", "must use at most {most} features", {"most": MOST_FEATURES})
        if len(orjson.dumps(self.model_dump(mode="json", by_alias=True))) > LARGEST_BYTES:
            raise PydanticCustomError("too_large", "must have at most {most} bytes as JSON", {"most": LARGEST_BYTES})
        return self

    @property
    def is_identity(self) -> bool:
        """Whether nothing is overridden."""
        chosen = self.thresholds and (self.thresholds.fraud_threshold, self.thresholds.review_threshold)
        return self.model is None and not self.rules and chosen in (None, (None, None))


def features_of(overrides: Overrides) -> tuple[str, ...]:
    """Return the names of the features that must be stored with decisions, as stored, each once, sorted."""
    return tuple(sorted({stored_name(name) for _, name in _named(overrides) if name not in (SCORE, AMOUNT)}))


def named_by(overrides: Overrides) -> set[str]:
    """Return the names that model and rules use, those of the decision's own fields included."""
    return {name for _, name in _named(overrides)}


def unknown_features(overrides: Overrides, known: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return the path and the name of every feature that is not among the known ones, which are as stored."""
    own = (SCORE, AMOUNT)
    return tuple((path, name) for path, name in _named(overrides) if name not in own and stored_name(name) not in known)


def stored_name(name: str) -> str:
    """Return the stored name of a feature: `features.` is only before names that the decision's own fields have."""
    is_own = name.startswith(_PREFIX) and re.fullmatch(OWN_FIELDS, name)
    return name.removeprefix(_PREFIX) if is_own else name


def used_name(stored: str) -> str:
    """Return the name that overrides use for a stored feature."""
    return f"{_PREFIX}{stored}" if re.fullmatch(OWN_FIELDS, stored) else stored


def _named(overrides: Overrides) -> Iterator[tuple[str, str]]:
    if overrides.model is not None:
        for name in overrides.model.coefficients:
            yield f"overrides.model.coefficients.{name}", name
    for place, rule in enumerate(overrides.rules):
        for number, condition in enumerate(rule.when):
            yield f"overrides.rules.{place}.when.{number}.feature", condition.feature
