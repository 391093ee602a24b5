"""What fraud analytics must answer, by pandas and scikit-learn over decisions and labels as a client sends them.

Written from the definitions of §§ 1 to 3 of the fraud model and nothing else; it shares no code with the platform.

- `truths(decisions, labels, as_of)`: a frame with one row per decision and the truth about it. All else takes this
  frame, or some rows of it (`truth[truth.channel == "web"]` is a cohort).
- `kpis`, `counts`, `amounts`, `maturity`, `bounds`, `matured`, `ranking`, `latency`, `throughput`: parts of the
  answers, under their names in the contract; a ratio without a denominator is None.
- `confusion_matrix`: by hour, day or week on a dense spine.

Amounts are floats, so compare them approximately.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

Record = Mapping[str, Any]
Values = dict[str, float | None]
Rate = Callable[[str, pd.Timestamp], float | None]
"""What one unit of a currency was worth in the reporting currency on a day; None if that is unknown."""

HORIZON = timedelta(days=45)
DIMENSIONS = ("merchant", "channel", "geography", "device", "risk_band", "model_version", "rule_version")
RATIOS = (
    "precision",
    "recall",
    "f1Score",
    "captureRate",
    "approvalRate",
    "reviewRate",
    "declineRate",
    "falsePositiveRate",
    "fraudRate",
    "chargebackRate",
)
SUMS = ("falsePositiveCost", "fraudLoss")
BOUNDED = (
    "precision",
    "recall",
    "f1Score",
    "captureRate",
    "falsePositiveRate",
    "fraudRate",
    "chargebackRate",
    "falsePositiveCost",
    "fraudLoss",
)
CELLS = {"TP": "truePositives", "FP": "falsePositives", "TN": "trueNegatives", "FN": "falseNegatives"}
_STRENGTH = {"customer_report": 0, "manual_review": 1, "chargeback": 2, "dispute_won": 3}
_CARDS = 100
_STEPS = {"hour": "h", "day": "D", "week": "W-SUN"}


@dataclass(frozen=True)
class Costs:
    """What a false positive costs; the defaults are the platform's."""

    margin_rate: float = 0.3
    lost_share: Mapping[str, float] = field(default_factory=lambda: {"decline": 1.0, "review": 0.1})
    review_cost: float = 3.0


def only_dollars(currency: str, _day: pd.Timestamp) -> float | None:
    """Know the reporting currency and no other."""
    return 1.0 if currency == "USD" else None


def truths(
    decisions: Iterable[Record],
    labels: Iterable[Record],
    as_of: datetime,
    *,
    horizon: timedelta = HORIZON,
    rate: Rate = only_dollars,
) -> pd.DataFrame:
    """Find the truth about every decision made by `as_of`, from the labels given by then.

    One row per decision, by time, with the columns
    `decision_id`, `at`, `score`, `outcome`, `customer_id`, `latency_ms`, `DIMENSIONS` (None where the record has none);
    `amount`: in the reporting currency, NaN without amount or rate; `age`: a Timedelta;
    `flagged`; `label`: the effective one, or None; `state`: `labelled`, `pending`, `presumed` or `unverified`;
    `fraud`: a labelled fraud; `cell`: `TP`, `FP`, `FN`, `TN`, or None where unverified;
    `charged_back`: approved, and the latest chargeback label says fraud;
    `revised`, `after_horizon`: how many of its labels contradict the one before, and came later than the horizon.
    """
    moment = pd.Timestamp(as_of)
    made = _made_by(moment, decisions, rate)
    found = made.join(_told_by(moment, labels, made.set_index("decision_id")["at"], horizon), on="decision_id")
    age = moment - found["at"]
    silent, young = found.label.isna(), age < horizon
    found = found.assign(
        age=age,
        state=np.select([~silent, found.flagged, young], ["labelled", "unverified", "pending"], "presumed"),
        fraud=found.label == "fraud",
        charged_back=~found.flagged & (found.charged == "fraud"),
        revised=found.revised.fillna(0).astype("int64"),
        after_horizon=found.after_horizon.fillna(0).astype("int64"),
    )
    approved_cell = np.where(found.fraud, "FN", "TN")
    flagged_cell = np.where(found.fraud, "TP", "FP")
    cell = pd.Series(np.where(found.flagged, flagged_cell, approved_cell), index=found.index, dtype=object)
    return found.assign(cell=cell.where(found.state != "unverified", None))


_COPIED = ("decision_id", "timestamp", "score", "outcome", "customer_id", "latency_ms", "amount", "currency")


def _made_by(moment: pd.Timestamp, decisions: Iterable[Record], rate: Rate) -> pd.DataFrame:
    names = (*_COPIED, *DIMENSIONS)
    rows = ([it.get(name) for name in names] for it in decisions)
    made = pd.DataFrame(rows, columns=list(names), dtype=object)
    made["at"] = _times(made.pop("timestamp"))
    made = made[made["at"] <= moment].sort_values(["at", "decision_id"], ignore_index=True)
    for name in ("score", "latency_ms", "amount"):
        made[name] = made[name].astype("float64")
    made["amount"] *= _worth(made["at"], made.pop("currency").fillna("USD"), rate)
    return made.assign(flagged=made.outcome != "approve")


def _worth(at: pd.Series, currency: pd.Series, rate: Rate) -> pd.Series:
    days = list(zip(currency, at.dt.normalize(), strict=True))
    known = {day: rate(*day) for day in set(days)}
    return pd.Series([known[day] for day in days], index=at.index, dtype="float64")


def _told_by(moment: pd.Timestamp, labels: Iterable[Record], at: pd.Series, horizon: timedelta) -> pd.DataFrame:
    """Give per decision its effective label, the latest of source `chargeback`, and the counts of `truths`."""
    names = ["decision_id", "source", "label", "labelled_at"]
    told = pd.DataFrame(([it[name] for name in names] for it in labels), columns=names, dtype=object)
    told["labelled_at"] = _times(told.labelled_at)
    told["strength"] = told.source.map(_STRENGTH)
    told = told[told.labelled_at <= moment].sort_values(["labelled_at", "strength"])
    told = told.join(at.rename("made_at"), on="decision_id")
    before = told.groupby("decision_id").label.shift()
    told["revised"] = before.notna() & (before != told.label)
    told["after_horizon"] = told.labelled_at - told.made_at > horizon
    by_decision = told.groupby("decision_id")
    return pd.DataFrame(
        {
            "label": by_decision.label.last(),
            "charged": told[told.source == "chargeback"].groupby("decision_id").label.last(),
            "revised": by_decision.revised.sum(),
            "after_horizon": by_decision.after_horizon.sum(),
        }
    )


def _times(spelt: pd.Series) -> pd.Series:
    return pd.to_datetime(spelt, utc=True, format="ISO8601").astype("datetime64[us, UTC]")


def counts(truth: pd.DataFrame) -> dict[str, int]:
    """Count the four cells, under the contract's names."""
    return {name: int((truth.cell == cell).sum()) for cell, name in CELLS.items()}


def kpis(truth: pd.DataFrame, *, costs: Costs = Costs()) -> Values:
    """Compute every KPI but `decisionThroughput` (see `throughput`): `RATIOS` and `SUMS`."""
    tp, fp, tn, fn = (int((truth.cell == cell).sum()) for cell in ("TP", "FP", "TN", "FN"))
    paid = amounts(truth)
    outcomes = truth.outcome.value_counts()
    approved = int(outcomes.get("approve", 0))
    return {
        "precision": _ratio(tp, tp + fp),
        "recall": _ratio(tp, tp + fn),
        "f1Score": _ratio(2 * tp, 2 * tp + fp + fn),
        "captureRate": _ratio(paid["captured"], paid["fraud"]),
        "approvalRate": _ratio(approved, len(truth)),
        "reviewRate": _ratio(int(outcomes.get("review", 0)), len(truth)),
        "declineRate": _ratio(int(outcomes.get("decline", 0)), len(truth)),
        "falsePositiveRate": _ratio(fp, fp + tn),
        "fraudRate": _ratio(tp + fn, tp + fp + tn + fn),
        "falsePositiveCost": _cost(truth[truth.cell == "FP"], costs),
        "chargebackRate": _ratio(int(truth.charged_back.sum()), approved),
        "fraudLoss": paid["missed"],
    }


def amounts(truth: pd.DataFrame) -> dict[str, float]:
    """Add up the amounts of an answer; 0 where nothing counts."""
    by_cell = {cell: float(truth.amount[truth.cell == cell].sum()) for cell in CELLS}
    return {
        "total": float(truth.amount.sum()),
        "fraud": by_cell["TP"] + by_cell["FN"],
        "captured": by_cell["TP"],
        "missed": by_cell["FN"],
        "falsePositive": by_cell["FP"],
    }


def excluded_from_amounts(truth: pd.DataFrame) -> int:
    """Count the decisions without amount, or without a rate for their currency."""
    return int(truth.amount.isna().sum())


def _cost(refused: pd.DataFrame, costs: Costs) -> float:
    lost = refused.amount.fillna(0) * costs.margin_rate * refused.outcome.map(costs.lost_share).astype(float)
    return float(lost.sum() + costs.review_cost * (refused.outcome == "review").sum())


def maturity(truth: pd.DataFrame, as_of: datetime, *, horizon: timedelta = HORIZON) -> dict[str, Any]:
    """Tell how much of the truth is known; times are Timestamps, `completeBy` None without decisions."""
    states = {state: int((truth.state == state).sum()) for state in ("labelled", "presumed", "pending", "unverified")}
    return {
        "asOf": pd.Timestamp(as_of),
        "horizonDays": horizon / timedelta(days=1),
        "decisions": len(truth),
        **states,
        "coverage": _ratio(states["labelled"] + states["presumed"], len(truth)),
        "provisional": states["pending"] > 0,
        "completeBy": truth["at"].max() + horizon if len(truth) else None,
        "revised": int(truth.revised.sum()),
        "afterHorizon": int(truth.after_horizon.sum()),
    }


def matured(truth: pd.DataFrame, *, horizon: timedelta = HORIZON, costs: Costs = Costs()) -> Values:
    """Compute the KPIs of the decisions at least as old as the horizon, labelled or not."""
    return kpis(truth[truth.age >= horizon], costs=costs)


def bounds(truth: pd.DataFrame, *, costs: Costs = Costs()) -> dict[str, tuple[float, float] | None]:
    """Bound every KPI of `BOUNDED` by letting all unverified and all pending decisions turn out either way.

    Each KPI is monotonic in both, so its extremes are among these four outcomes; those where it has no denominator
    do not count, and None means that it has none in any.
    """
    outcomes = [kpis(_turned_out(truth, *fraud), costs=costs) for fraud in product((False, True), repeat=2)]
    return {name: _extremes([outcome[name] for outcome in outcomes]) for name in BOUNDED}


def _turned_out(truth: pd.DataFrame, unverified_is_fraud: bool, pending_is_fraud: bool) -> pd.DataFrame:
    pending = truth.state == "pending"
    cell = truth.cell.mask(truth.state == "unverified", "TP" if unverified_is_fraud else "FP")
    if not pending_is_fraud:
        return truth.assign(cell=cell)
    return truth.assign(cell=cell.mask(pending, "FN"), charged_back=truth.charged_back | pending)


def _extremes(values: Sequence[float | None]) -> tuple[float, float] | None:
    known = [value for value in values if value is not None]
    return (min(known), max(known)) if known else None


def ranking(truth: pd.DataFrame) -> Values:
    """Judge the order of the scores over the decisions that are not unverified."""
    ranked = truth[truth.state != "unverified"]
    both = ranked.fraud.nunique() == 2
    return {
        "rocAuc": float(roc_auc_score(ranked.fraud, ranked.score)) if both else None,
        "averagePrecision": float(average_precision_score(ranked.fraud, ranked.score)) if both else None,
        "cardPrecisionTop100": _card_precision(ranked),
    }


def _card_precision(ranked: pd.DataFrame) -> float | None:
    """Average over the days the share of frauds among the 100 highest cards.

    As in the Handbook's `card_precision_top_k`, a card is found once it was fraud among a day's hundred highest.
    """
    card = ranked.customer_id.where(ranked.customer_id.notna(), ranked.decision_id)
    cards = ranked.assign(card=card, day=ranked["at"].dt.floor("D"))
    found: set[str] = set()
    shares = []
    for _, of_day in cards.groupby("day", sort=True):
        left = of_day[~of_day.card.isin(found)].groupby("card", as_index=False)[["score", "fraud"]].max()
        highest = left.sort_values(["score", "card"], ascending=[False, True]).head(_CARDS)
        caught = highest.card[highest.fraud.astype(bool)]
        shares.append(len(caught) / _CARDS)
        found.update(caught)
    return float(np.mean(shares)) if shares else None


def latency(truth: pd.DataFrame) -> dict[str, float] | None:
    """Give the exact percentiles, each the item at rank floor(q (n - 1)); None without any latency."""
    known = np.sort(truth.latency_ms.dropna().to_numpy(dtype=float))
    if not len(known):
        return None
    percentiles = {f"p{q}Ms": float(known[q * (len(known) - 1) // 100]) for q in (50, 95, 99)}
    return {**percentiles, "maxMs": float(known[-1]), "count": len(known)}


def throughput(truth: pd.DataFrame, start: datetime, end: datetime, as_of: datetime) -> dict[str, Any]:
    """Give decisions per second from start to the earlier of end and `as_of`, and the first busiest minute."""
    seconds = (min(pd.Timestamp(end), pd.Timestamp(as_of)) - pd.Timestamp(start)).total_seconds()
    per_second = _ratio(len(truth), max(seconds, 0.0))
    minutes = truth["at"].dt.floor("min").value_counts().sort_index()
    return {
        "perSecond": per_second,
        "perMinute": None if per_second is None else 60 * per_second,
        "peakPerMinute": int(minutes.max()) if len(minutes) else 0,
        "peakAt": minutes.idxmax() if len(minutes) else None,
    }


def between(truth: pd.DataFrame, start: datetime, end: datetime) -> pd.DataFrame:
    """Choose the decisions of a half-open range."""
    return truth[(truth["at"] >= pd.Timestamp(start)) & (truth["at"] < pd.Timestamp(end))]


def confusion_matrix(truth: pd.DataFrame, start: datetime, end: datetime, granularity: str) -> list[dict[str, Any]]:
    """Count the four cells, pending and unverified by hour, day or ISO week: every bucket the range touches."""
    step = _STEPS[granularity]
    chosen = between(truth, start, end)
    last = pd.Timestamp(end) - pd.Timedelta(1, "ns")
    spine = pd.period_range(_period(pd.Timestamp(start), step), _period(last, step))
    bucket = chosen["at"].dt.tz_localize(None).dt.to_period(step)
    return [_matrix_row(each.start_time.tz_localize("UTC"), chosen[bucket == each]) for each in spine]


def _period(instant: pd.Timestamp, step: str) -> pd.Period:
    return instant.tz_convert("UTC").tz_localize(None).to_period(step)


def _matrix_row(at: pd.Timestamp, rows: pd.DataFrame) -> dict[str, Any]:
    pending = int((rows.state == "pending").sum())
    return {
        "timestamp": at,
        **counts(rows),
        "pending": pending,
        "unverified": int((rows.state == "unverified").sum()),
        "provisional": pending > 0,
    }


def _ratio(numerator: float, denominator: float) -> float | None:
    return numerator / denominator if denominator else None
