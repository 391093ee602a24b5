"""The Fraud Detection Handbook's scored transactions as `decisions`, and `labels` that arrive late; read in place.

The mapping, transaction by transaction, for one of the three score columns:

| ours | the file's |
|---|---|
| `decision_id` | the score's model and `TRANSACTION_ID`, as `lr-1102483`: all three scores can be loaded at once |
| `transaction_id`, `customer_id` | `T-` and `TRANSACTION_ID`, `C-` and `CUSTOMER_ID` |
| `timestamp` | `TX_DATETIME`, UTC (2018-07-25 to 07-31, and 08-08 to 08-14) |
| `score`, `model_version` | the score column, and its name without `score_` |
| `outcome`, `rule_version` | `review` from 0.3, `decline` from 0.7, else `approve`; `thresholds-30-70` |
| `merchant` | fifty neighbouring terminals (`TERMINAL_ID`) are a merchant: 200 of them |
| `channel` | `web` or `store`, by the terminal |
| `geography`, `device` | by the customer |
| `risk_band` | `low` under 0.1, `medium` under 0.3, `high` under 0.7, `critical` |
| `amount`, `currency` | `TX_AMOUNT`, USD |
| `latency_ms` | drawn from the transaction's id: log-normal, median 40 |
| `features` | the fifteen columns behind the scores: the two flags as booleans, counts as integers |
| `attributions`, `base_value` | of `score_lr` only, in log odds: coefficient * (value - mean) / scale; intercept |
"""

import csv
import gzip
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from infra.local.demo.rng import seeded
from tests.datasets import DATASETS, needs

if TYPE_CHECKING:
    import random

Record = dict[str, Any]
FILE = DATASETS / "handbook_scored_window.csv.gz"
COEFFICIENTS = DATASETS / "handbook_lr_coefficients.csv"
needs_handbook = needs(FILE)

TRANSACTIONS, FRAUDS = 125_504, 983
SCORES = ("score_lr", "score_dt2", "score_rf")
REVIEW_FROM, DECLINE_FROM = 0.3, 0.7
HORIZON, LONGEST = timedelta(days=45), timedelta(days=90)
"""How old a decision is when its silence is presumed to mean that it was honest, and the latest chargeback."""

FLAGS = ("TX_DURING_WEEKEND", "TX_DURING_NIGHT")
FEATURES = (
    "TX_AMOUNT",
    *FLAGS,
    *(f"CUSTOMER_ID_{what}_{days}DAY_WINDOW" for days in (1, 7, 30) for what in ("NB_TX", "AVG_AMOUNT")),
    *(f"TERMINAL_ID_{what}_{days}DAY_WINDOW" for days in (1, 7, 30) for what in ("NB_TX", "RISK")),
)
_TERMINALS_OF_A_MERCHANT = 50
_BANDS = ((0.1, "low"), (0.3, "medium"), (0.7, "high"), (math.inf, "critical"))
_COUNTRIES, _DEVICES = ("BE", "FR", "DE", "NL", "LU"), ("desktop", "mobile", "tablet")
_CHECKED_DECLINES = 0.8
_DISPUTED = 300
"""One approved honest transaction in so many is charged back, and the dispute is won."""


@dataclass(frozen=True)
class Part:
    """One feature's part in the logistic score."""

    mean: float
    scale: float
    coefficient: float

    def contribution(self, value: float) -> float:
        """Give the log odds that a value adds."""
        return self.coefficient * (value - self.mean) / self.scale


@dataclass(frozen=True)
class LogisticModel:
    """The model behind `score_lr`: score = logistic(intercept + Σ contributions)."""

    intercept: float
    parts: dict[str, Part]


@cache
def logistic_model() -> LogisticModel:
    """Read the coefficients."""
    with COEFFICIENTS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    parts = {it["feature"]: Part(float(it["mean"]), float(it["scale"]), float(it["coef"])) for it in rows}
    return LogisticModel(float(rows[0]["intercept"]), parts)


def outcome_of(score: float) -> str:
    """Decide by the two thresholds."""
    if score >= DECLINE_FROM:
        return "decline"
    return "review" if score >= REVIEW_FROM else "approve"


def decisions(score: str = "score_lr", most: int | None = None) -> Iterator[Record]:
    """Give the decisions of a score column, in the file's order (by time); only the first `most` if given.

    All with their features take 300 MB as a list: keep only the fields a test needs.
    """
    return (_decision(row, score) for row in islice(_rows(), most))


def labels(score: str = "score_lr", most: int | None = None, *, seed: int = 13, tidy: bool = False) -> Iterator[Record]:
    """Give the labels of the same decisions; the same seed gives the same.

    - A flagged decision is reviewed by hand: every `review` within three days, four in five of `decline` within ten;
      the rest of them stay unverified. The label is the file's `TX_FRAUD`.
    - An approved fraud is charged back: its delay is two days and a log-normal one with a median of twelve days and
      a tail of up to 90 days, so that one in twenty comes after the horizon of 45 days.
    - One approved honest transaction in 300 is charged back too; the dispute is won five to twenty-five days later.

    `tidy` leaves the disputed ones out and brings every chargeback within the horizon: no label is revised or late.
    """
    model = _model(score)
    for row in islice(_rows(), most):
        at, fraud = _time(row), row["TX_FRAUD"] == "1"
        outcome = outcome_of(float(row[score]))
        if outcome == "approve" and not fraud and (tidy or not _disputed(row)):
            continue
        rng = seeded(seed, score, row["TRANSACTION_ID"])
        for source, label, delay in _findings(rng, outcome, fraud=fraud, tidy=tidy):
            yield {
                "decision_id": f"{model}-{row['TRANSACTION_ID']}",
                "label": label,
                "labelled_at": _spell(at + delay),
                "source": source,
                "decision_timestamp": _spell(at),
                **({"amount": float(row["TX_AMOUNT"])} if source == "chargeback" else {}),
            }


def _findings(rng: "random.Random", outcome: str, *, fraud: bool, tidy: bool) -> Iterator[tuple[str, str, timedelta]]:
    truth = "fraud" if fraud else "legitimate"
    if outcome == "review":
        yield "manual_review", truth, timedelta(hours=rng.uniform(1, 72))
    elif outcome == "decline":
        if rng.random() < _CHECKED_DECLINES:
            yield "manual_review", truth, timedelta(hours=rng.uniform(12, 240))
    else:
        charged_back = _chargeback_delay(rng, tidy=tidy)
        yield "chargeback", "fraud", charged_back
        if not fraud:
            yield "dispute_won", "legitimate", charged_back + timedelta(days=rng.uniform(5, 25))


def _chargeback_delay(rng: "random.Random", *, tidy: bool) -> timedelta:
    while True:
        delay = timedelta(days=2 + rng.lognormvariate(math.log(12), 0.8))
        if delay < (HORIZON if tidy else LONGEST):
            return delay


def _rows() -> Iterator[dict[str, str]]:
    with gzip.open(FILE, "rt", newline="") as file:
        yield from csv.DictReader(file)


def _decision(row: dict[str, str], score: str) -> Record:
    terminal, customer, number = int(row["TERMINAL_ID"]), int(row["CUSTOMER_ID"]), row["TRANSACTION_ID"]
    value, features = float(row[score]), _features(row)
    return {
        "decision_id": f"{_model(score)}-{number}",
        "timestamp": _spell(_time(row)),
        "score": value,
        "outcome": outcome_of(value),
        "transaction_id": f"T-{number}",
        "customer_id": f"C-{customer}",
        "merchant": f"merchant-{terminal // _TERMINALS_OF_A_MERCHANT:03d}",
        "channel": "store" if terminal % 3 else "web",
        "geography": _COUNTRIES[customer % len(_COUNTRIES)],
        "device": _DEVICES[customer // len(_COUNTRIES) % len(_DEVICES)],
        "risk_band": next(band for bound, band in _BANDS if value < bound),
        "model_version": _model(score),
        "rule_version": "thresholds-30-70",
        "amount": float(row["TX_AMOUNT"]),
        "currency": "USD",
        "latency_ms": round(seeded("latency", number).lognormvariate(math.log(40), 0.5), 2),
        "features": features,
        **(_explanation(features) if score == "score_lr" else {}),
    }


def _features(row: dict[str, str]) -> dict[str, float | bool]:
    return {name: _flag_or_number(name, float(row[name])) for name in FEATURES}


def _flag_or_number(name: str, value: float) -> float | bool:
    if name in FLAGS:
        return value == 1
    return int(value) if "_NB_TX_" in name else value


def _explanation(features: dict[str, float | bool]) -> Record:
    model = logistic_model()
    return {
        "attributions": {name: part.contribution(features[name]) for name, part in model.parts.items()},
        "base_value": model.intercept,
    }


def _model(score: str) -> str:
    return score.removeprefix("score_")


def _disputed(row: dict[str, str]) -> bool:
    return zlib.crc32(row["TRANSACTION_ID"].encode()) % _DISPUTED == 0


def _time(row: dict[str, str]) -> datetime:
    return datetime.fromisoformat(row["TX_DATETIME"]).replace(tzinfo=UTC)


def _spell(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
