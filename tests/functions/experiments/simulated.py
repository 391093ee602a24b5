"""Simulated decisions of an experiment, and what its results must be, by pandas.

Written from the definitions of experiments and nothing else; it shares no code with the platform but the records.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from shared.runtime.models import sortable
from tests.oracles import fraud

Record = Mapping[str, Any]
START = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2025, 3, 20, 12, 0, tzinfo=UTC)
"""The decisions of the first 33 days are mature by now."""

DAYS = 60
EXPERIMENT = "review-threshold"
_SOURCES = ("chargeback", "manual_review", "customer_report", "dispute_won")


def decisions(seed: int = 7, customers: int = 500, each: int = 4) -> tuple[list[Record], list[Record]]:
    """Return decisions and labels; customers are assigned as a whole, but for three of them."""
    rng = np.random.default_rng(seed)
    made: list[Record] = []
    labels: list[Record] = []
    for customer in range(customers):
        variant = "treatment" if rng.random() < 0.5 else "control"
        for _ in range(1 + rng.poisson(each - 1)):
            decision = _decision(rng, len(made), customer, variant)
            made.append(decision)
            labels += _labels(rng, decision)
    return made, labels


def _decision(rng: np.random.Generator, number: int, customer: int, variant: str) -> dict[str, Any]:
    score = float(np.round(rng.beta(1, 4), 4))
    threshold = 0.45 if variant == "treatment" else 0.30
    outcome = "decline" if score >= 0.7 else "review" if score >= threshold else "approve"
    at = START + timedelta(seconds=int(rng.integers(0, DAYS * 86_400)))
    crosses = customer < 3 and rng.random() < 0.5
    return {
        "decision_id": f"d-{number}",
        "timestamp": at,
        "score": score,
        "outcome": outcome,
        "experiment_id": EXPERIMENT,
        "variant_id": {"control": "treatment", "treatment": "control"}[variant] if crosses else variant,
        **({} if rng.random() < 0.1 else {"customer_id": f"c-{customer}"}),
        **({} if rng.random() < 0.05 else {"amount": float(np.round(rng.lognormal(3.5, 1), 2))}),
        "currency": "EUR" if rng.random() < 0.1 else "USD",
    }


def _labels(rng: np.random.Generator, decision: Record) -> list[Record]:
    is_fraud = rng.random() < decision["score"]
    told = 0.7 if decision["outcome"] != "approve" else 0.9 if is_fraud else 0.2
    if rng.random() > told:
        return []
    at = decision["timestamp"] + timedelta(hours=int(rng.integers(1, 40 * 24)))
    label = {
        "decision_id": decision["decision_id"],
        "decision_timestamp": decision["timestamp"],
        "label": "fraud" if is_fraud else "legitimate",
        "source": str(rng.choice(_SOURCES)),
        "labelled_at": at,
    }
    revised = {**label, "label": "legitimate", "source": "dispute_won", "labelled_at": at + timedelta(days=3)}
    found = [label, revised] if rng.random() < 0.1 else [label]
    return [each for each in found if each["labelled_at"] <= NOW]


@dataclass(frozen=True)
class Oracle:
    """The results of an experiment over a truth with `unit` and `variant`."""

    truth: pd.DataFrame
    crossed: int

    @classmethod
    def of(cls, made: Sequence[Record], labels: Sequence[Record], as_of: datetime, **times: datetime) -> "Oracle":
        """Judge decisions as of a time."""
        told = fraud.truths(_spelt(made), _spelt(labels), as_of)
        variants = {each["decision_id"]: each["variant_id"] for each in made}
        told = told.assign(
            variant=told.decision_id.map(variants),
            unit=told.customer_id.where(told.customer_id.notna(), told.decision_id),
        )
        told = fraud.between(told, times.get("start", START), times.get("end", NOW + timedelta(days=1)))
        several = told.groupby("unit").variant.transform("nunique") > 1
        return cls(told[~several], int(told[several].unit.nunique()))

    def arm(self, variant: str) -> pd.DataFrame:
        """The decisions of a variant."""
        return self.truth[self.truth.variant == variant]

    def difference(self, metric: str) -> float:
        """Treatment minus control, over mature decisions where labels matter."""
        first, second = (self._ratio(each, metric) for each in ("treatment", "control"))
        return first[0] - second[0]

    def interval(self, metric: str, alpha: float = 0.05) -> tuple[float, float]:
        """The confidence sequence, from the units themselves."""
        arms = [self._ratio(each, metric) for each in ("treatment", "control")]
        variance, n = sum(each[1] for each in arms), sum(each[2] for each in arms)
        rho2 = (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / 5000
        factor = 2 * (n * rho2 + 1) / (n**2 * rho2) * math.log(math.sqrt(n * rho2 + 1) / alpha)
        half = math.sqrt(variance * n) * math.sqrt(factor)
        return self.difference(metric) - half, self.difference(metric) + half

    def _ratio(self, variant: str, metric: str) -> tuple[float, float, int]:
        rows = self.arm(variant)
        if metric not in {"approvalRate", "reviewRate", "declineRate"}:
            rows = rows[rows.age >= fraud.HORIZON]
        x, y = _measured(rows, metric)
        by_unit = pd.DataFrame({"unit": rows.unit, "x": x, "y": y}).groupby("unit").sum()
        if metric in {"falsePositiveCost", "fraudLoss"}:
            by_unit["y"] = 1.0
        ratio = by_unit.x.sum() / by_unit.y.sum()
        residual = by_unit.x - ratio * by_unit.y
        variance = residual.var(ddof=1) / (len(by_unit) * by_unit.y.mean() ** 2)
        return float(ratio), float(variance), len(by_unit)


def _measured(rows: pd.DataFrame, metric: str) -> tuple[pd.Series, pd.Series]:
    tp, fp, fn, tn = (rows.cell == each for each in ("TP", "FP", "FN", "TN"))
    approved, amount = rows.outcome == "approve", rows.amount.fillna(0)
    every = pd.Series(1.0, index=rows.index)
    lost = amount * 0.3 * rows.outcome.map({"decline": 1.0, "review": 0.1}).fillna(0).astype(float)
    found: dict[str, tuple[pd.Series, pd.Series]] = {
        "precision": (tp, tp | fp),
        "recall": (tp, tp | fn),
        "f1Score": (2 * tp, 2 * tp + fp + fn),
        "captureRate": (amount * tp, amount * (tp | fn)),
        "approvalRate": (approved, every),
        "reviewRate": (rows.outcome == "review", every),
        "declineRate": (rows.outcome == "decline", every),
        "falsePositiveRate": (fp, fp | tn),
        "fraudRate": (tp | fn, tp | fp | fn | tn),
        "chargebackRate": (rows.charged_back, approved),
        "falsePositiveCost": ((lost + 3.0 * (rows.outcome == "review")) * fp, every),
        "fraudLoss": (amount * fn, every),
    }
    x, y = found[metric]
    return x.astype(float), y.astype(float)


def _spelt(records: Sequence[Record]) -> list[Record]:
    return [{name: sortable(v) if isinstance(v, datetime) else v for name, v in each.items()} for each in records]
