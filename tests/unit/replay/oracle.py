"""Replays computed a second time, row by row and with pandas, from the words of the contract alone."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from tests.unit.replay.slices import COSTS, Row

FLAGGED = ["review", "decline"]
LEGITIMATE = ["legitimate", "presumed"]
HONEST = ["legitimate", "presumed", "pending"]
OPERATORS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def decide(row: Row, overrides: Mapping[str, Any], policy: Mapping[str | None, tuple[float, float]]) -> Row:
    """The row with its replayed outcome and score, None if the model cannot score it."""
    score = _score(row, overrides["model"]) if "model" in overrides else row["score"]
    outcome = row["outcome"] if not any(overrides.values()) else _outcome(row, score, overrides, policy)
    decline, review = policy[row["rule_version"]]
    by_policy = "decline" if row["score"] >= decline else "review" if row["score"] >= review else "approve"
    return {**row, "replayed": outcome, "new_score": score, "reproduced": by_policy == row["outcome"]}


def _outcome(row: Row, score: float | None, overrides: Mapping[str, Any], policy: Mapping[Any, Any]) -> str | None:
    if score is None:
        return None
    for rule in overrides.get("rules", ()):
        if all(_holds(row, score, condition) for condition in rule["when"]):
            return str(rule["outcome"])
    chosen = overrides.get("thresholds", {})
    decline, review = policy[row["rule_version"]]
    if score >= chosen.get("fraud_threshold", decline):
        return "decline"
    return "review" if score >= chosen.get("review_threshold", review) else "approve"


def _value(row: Row, name: str, score: float) -> Any:
    if name == "score":
        return score
    if name == "amount":
        return None if row["amount"] is None else float(row["amount"])
    return row["features"].get(name.removeprefix("features.") if name == "features.score" else name)


def _holds(row: Row, score: float, condition: Mapping[str, Any]) -> bool:
    value, wanted, operator = _value(row, condition["feature"], score), condition["value"], condition["operator"]
    if value is None:
        return False
    if operator in OPERATORS:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and OPERATORS[operator](value, wanted)
    equal = any(_same(value, each) for each in (wanted if operator == "in" else [wanted]))
    return not equal if operator == "!=" else equal


def _same(one: Any, other: Any) -> bool:
    kinds = [(isinstance(each, bool), isinstance(each, str)) for each in (one, other)]
    return kinds[0] == kinds[1] and one == other


def _score(row: Row, model: Mapping[str, Any]) -> float | None:
    log_odds = model["intercept"]
    for name, coefficient in model["coefficients"].items():
        value = _value(row, name, row["score"])
        if value is None or isinstance(value, str):
            return None
        log_odds += (
            coefficient * (float(value) - model.get("means", {}).get(name, 0)) / model.get("scales", {}).get(name, 1)
        )
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -700 else 0.0


def frame_of(rows: Sequence[Row], overrides: Mapping[str, Any]) -> pd.DataFrame:
    """All rows with their replayed outcomes; thresholds of the policy are those of the rows."""
    policy: dict[str | None, tuple[float, float]] = {}
    for version in {each["rule_version"] for each in rows}:
        own = [each for each in rows if each["rule_version"] == version]
        decline, review = (
            min((each["score"] for each in own if each["outcome"] == outcome), default=math.inf)
            for outcome in ("decline", "review")
        )
        policy[version] = (decline, review)
    return pd.DataFrame([decide(each, overrides, policy) for each in rows])


def kpis(frame: pd.DataFrame, outcome: str, seconds: float) -> dict[str, Any]:
    """The KPIs of the outcomes in a column, with the truth of the recorded decision."""
    flagged, truth = frame[outcome].isin(FLAGGED), frame["truth"]
    tp, fn = frame[flagged & (truth == "fraud")], frame[~flagged & (truth == "fraud")]
    fp, tn = frame[flagged & truth.isin(LEGITIMATE)], frame[~flagged & truth.isin(HONEST)]
    shares = {each: (frame[outcome] == each).sum() for each in ("approve", "review", "decline")}
    caught, missed = _sum(tp), _sum(fn)
    return {
        "precision": _ratio(len(tp), len(tp) + len(fp)),
        "recall": _ratio(len(tp), len(tp) + len(fn)),
        "f1_score": _ratio(2 * len(tp), 2 * len(tp) + len(fp) + len(fn)),
        "capture_rate": _ratio(caught, caught + missed),
        "approval_rate": _ratio(shares["approve"], len(frame)),
        "false_positive_cost": round(float(_cost(fp, outcome)), 4),
        "chargeback_rate": _ratio((~flagged & frame["charged_back"]).sum(), shares["approve"]),
        "decision_throughput": len(frame) / seconds,
        "review_rate": _ratio(shares["review"], len(frame)),
        "decline_rate": _ratio(shares["decline"], len(frame)),
        "false_positive_rate": _ratio(len(fp), len(fp) + len(tn)),
        "fraud_rate": _ratio(len(tp) + len(fn), len(tp) + len(fp) + len(fn) + len(tn)),
        "fraud_loss": round(float(missed), 4),
    }


def swap_sets(frame: pd.DataFrame) -> dict[str, tuple[int, Decimal]]:
    """The six kinds of decisions that changed sides."""
    was, now, truth = frame["outcome"].isin(FLAGGED), frame["replayed"].isin(FLAGGED), frame["truth"]
    chosen = {
        "newly_caught_fraud": ~was & now & (truth == "fraud"),
        "newly_missed_fraud": was & ~now & (truth == "fraud"),
        "newly_blocked_legitimate": ~was & now & truth.isin(LEGITIMATE),
        "newly_released_legitimate": was & ~now & truth.isin(LEGITIMATE),
        "newly_flagged_unknown": ~was & now & (truth == "pending"),
        "newly_released_unknown": was & ~now & (truth == "unverified"),
    }
    return {name: (int(rows.sum()), _sum(frame[rows])) for name, rows in chosen.items()}


def curve(frame: pd.DataFrame, seconds: float) -> list[dict[str, Any]]:
    """The points of the thresholds 0, 0.01 … 1."""
    return [_point(frame, number / 100, seconds) for number in range(101)]


def _point(frame: pd.DataFrame, threshold: float, seconds: float) -> dict[str, Any]:
    outcome = (frame["new_score"] >= threshold).map({True: "decline", False: "approve"})
    found = kpis(frame.assign(alone=outcome), "alone", seconds)
    shown = {name: found[name] for name in ("precision", "recall", "false_positive_rate", "approval_rate")}
    return {"threshold": threshold, **shown, "cost": (found["false_positive_cost"] or 0) + (found["fraud_loss"] or 0)}


def _cost(fp: pd.DataFrame, outcome: str) -> Decimal:
    lost = {"review": COSTS.lost_share.review, "decline": COSTS.lost_share.decline}
    parts = (_sum(fp[fp[outcome] == each]) * share * COSTS.margin_rate for each, share in lost.items())
    return sum(parts, Decimal(0)) + COSTS.review_cost * int((fp[outcome] == "review").sum())


def _sum(frame: pd.DataFrame) -> Decimal:
    return sum((each for each in frame["amount"] if each is not None), Decimal(0))


def _ratio(numerator: Any, denominator: Any) -> float | None:
    return float(numerator) / float(denominator) if denominator else None
