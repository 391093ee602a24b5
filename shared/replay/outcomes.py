"""Decides the decisions of a slice anew: by rules, and by thresholds of the recorded or a new score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shared.replay.cells import OUTCOMES
from shared.replay.encoding import UNKNOWN, codes_of
from shared.replay.facts import FEATURES
from shared.replay.features import Column, Floats, Kind, columns
from shared.replay.overrides import AMOUNT, SCORE, Overrides, features_of, named_by, used_name
from shared.replay.plan import ReplayPlan
from shared.replay.policy import RulePolicy
from shared.replay.rules import NO_RULE, first_match
from shared.replay.scores import Scores, score

Codes = npt.NDArray[np.int8]
_CODES: Mapping[str | None, int] = {str(outcome): code for code, outcome in enumerate(OUTCOMES)}
_REVIEW, _DECLINE = np.int8(_CODES["review"]), np.int8(_CODES["decline"])

_VALUES_AT_ONCE = 2**17
"""Scores, amounts and features that are read together, so that they stay in the cache."""

_BY_ROW = ("recorded", "replayed", "scores", "is_scored")


class IncompletePolicy(Exception):
    """The plan has no thresholds for a version of the rules that a decision has."""


@dataclass(frozen=True)
class Decided:
    """The decisions of a slice, as recorded and as replayed.

    Attributes:
        recorded: the recorded outcomes, as places in `OUTCOMES`.
        replayed: those of the replay.
        scores: the scores of the replay; NaN where the model has none.
        is_scored: whether there is a score.
        reproduced: the number of recorded outcomes that the policy gives.
        present: how many decisions have each of the features of the overrides.
    """

    recorded: Codes
    replayed: Codes
    scores: Floats
    is_scored: npt.NDArray[np.bool_]
    reproduced: int
    present: tuple[int, ...]

    def scored_only(self) -> "Decided":
        """Return the decisions with a score."""
        return replace(self, **{name: getattr(self, name)[self.is_scored] for name in _BY_ROW})


@dataclass(frozen=True)
class _Thresholds:
    """The thresholds of each row, or one for all; infinite where scores never reach one."""

    decline: Floats
    review: Floats

    def outcomes(self, scores: Floats) -> Codes:
        """Return what scores give; that of declines goes first, so a higher one of reviews means none."""
        reviewed, declined = scores >= self.review, scores >= self.decline
        found: Codes = np.maximum(reviewed.view(np.int8) * _REVIEW, declined.view(np.int8) * _DECLINE)
        return found


@dataclass(frozen=True)
class _Judged:
    """The scores that thresholds judge, and the outcome of the rule that decides a row, or `NO_RULE`."""

    scores: Scores
    by_rule: npt.NDArray[np.int16]
    present: npt.NDArray[np.int64]


def decide(facts: pa.RecordBatch, plan: ReplayPlan) -> Decided:
    """Decide a slice anew.

    Raises:
        IncompletePolicy: the plan lacks thresholds.
    """
    at_once = _VALUES_AT_ONCE // (2 + len(features_of(plan.overrides)))
    parts = [_decide(facts.slice(start, at_once), plan) for start in range(0, max(1, len(facts)), at_once)]
    return Decided(
        **{name: np.concatenate([getattr(each, name) for each in parts]) for name in _BY_ROW},
        reproduced=sum(each.reproduced for each in parts),
        present=tuple(map(sum, zip(*(each.present for each in parts), strict=True))),
    )


def _decide(facts: pa.RecordBatch, plan: ReplayPlan) -> Decided:
    overrides = plan.overrides
    recorded = codes_of(facts["outcome"], _CODES, np.int8)
    policy = _policy(facts["rule_version"], plan.policy)
    judged = _judge(facts, overrides)
    replayed = recorded
    if not overrides.is_identity:
        by_thresholds = _overridden(policy, overrides).outcomes(judged.scores.values)
        replayed = np.where(judged.by_rule == NO_RULE, by_thresholds, judged.by_rule).astype(np.int8)
    return Decided(
        recorded=recorded,
        replayed=replayed,
        scores=judged.scores.values,
        is_scored=judged.scores.is_scored,
        reproduced=int(np.count_nonzero(policy.outcomes(np.asarray(facts["score"])) == recorded)),
        present=tuple(judged.present.tolist()),
    )


def _policy(versions: pa.DictionaryArray, policy: Sequence[RulePolicy]) -> _Thresholds:
    places = codes_of(versions, {each.rule_version: place for place, each in enumerate(policy)}, np.int64)
    if (places == UNKNOWN).any():
        raise IncompletePolicy("a version of the rules has no thresholds")
    decline = np.array([_or_never(each.thresholds.fraud_threshold) for each in policy])
    review = np.array([_or_never(each.thresholds.review_threshold) for each in policy])
    if len(policy) == 1:
        return _Thresholds(decline, review)
    return _Thresholds(decline.take(places, mode="clip"), review.take(places, mode="clip"))


def _or_never(threshold: float | None) -> float:
    return np.inf if threshold is None else threshold


def _overridden(policy: _Thresholds, overrides: Overrides) -> _Thresholds:
    chosen = overrides.thresholds
    if chosen is None:
        return policy
    return _Thresholds(
        policy.decline if chosen.fraud_threshold is None else np.array(chosen.fraud_threshold),
        policy.review if chosen.review_threshold is None else np.array(chosen.review_threshold),
    )


def _judge(facts: pa.RecordBatch, overrides: Overrides) -> _Judged:
    recorded, rows = np.asarray(facts[SCORE]), len(facts)
    scores, by_rule = Scores(recorded, np.ones(rows, np.bool_)), np.full(rows, NO_RULE, np.int16)
    known = _columns(facts, overrides)
    if overrides.model is not None:
        scores = score(overrides.model, known, rows)
    if overrides.rules:
        judged = {**known, SCORE: Column.of_numbers(scores.values)}
        outcomes = np.array([*(_CODES[rule.outcome] for rule in overrides.rules), NO_RULE], np.int16)
        by_rule = outcomes[first_match(overrides.rules, judged, rows)]
    stored = (known[name] for name in map(used_name, features_of(overrides)))
    present = [np.count_nonzero(column.kinds != Kind.ABSENT) for column in stored]
    return _Judged(scores, by_rule, np.array(present, np.int64))


def _columns(facts: pa.RecordBatch, overrides: Overrides) -> Mapping[str, Column]:
    """Return what model and rules name, under the names that they use."""
    names = features_of(overrides)
    stored = columns(facts[FEATURES.name], names) if names else {}
    found = {used_name(name): column for name, column in stored.items()}
    for own in named_by(overrides) & {SCORE, AMOUNT}:
        found[own] = Column.of_numbers(np.asarray(facts[own].cast(pa.float64())))
    return found
